package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/api"
	"umbra/app/backup"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/push"
	"umbra/app/secret"
)

// server is the whole API over HTTP, with two users, Ann, an administrator, and
// Bob, whose session cookie is just their name.
type server struct {
	*httptest.Server
	db      *db.DB
	journal *journal.Journal
	clock   *clock.Fake
	callers map[string]caller.Caller
	api     *api.API
	routes  chi.Router
	backups *backup.Service
	sent    *deliverer
	alarms  *alarm.Service
}

// each runs a test on each engine, at 2025-03-29 12:00 UTC; Ann lives in Berlin, Bob in New York.
func each(t *testing.T, test func(t *testing.T, s *server)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, serve(t, d)) })
}

func serve(t *testing.T, d *db.DB) *server {
	t.Helper()
	s := &server{db: d, clock: clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)), callers: map[string]caller.Caller{}}
	s.journal = journal.New(d, s.clock)
	deps := api.Deps{Clock: s.clock, DB: d, Journal: s.journal, Ready: d.Ping, Authenticate: func(_ context.Context, token string) (account.Principal, error) {
		c, ok := s.callers[token]
		if !ok {
			return account.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated", "Sign in first.")
		}
		role := account.Member
		if token == "ann" {
			role = account.Admin
		}
		return account.Principal{UserID: c.UserID, Zone: c.Zone, Language: c.Language, Epoch: c.Epoch, Username: token, Role: role,
			SessionID: c.UserID, ProvedAt: s.clock.Now()}, nil
	}}
	accounts := s.accounts(t)
	deps.Services = api.NewServices(d, s.journal, s.clock, accounts)
	deps.Sources = sources(t, deps, d, s.clock, accounts)
	s.sent = &deliverer{}
	deps.Senders, deps.Push = s.sent, push.NewService(d, s.clock, accounts.Keys, s.sent.look)
	s.callers["ann"] = journaltest.User(t, d, s.journal, "ann", "Europe/Berlin")
	s.callers["bob"] = journaltest.User(t, d, s.journal, "bob", "America/New_York")
	for _, c := range s.callers {
		if err := deps.Welcome(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	s.backups = backup.New(backup.Source{DB: d, Migrations: dbtest.Migrations(), Version: "test", Clock: s.clock},
		backup.Options{Dir: filepath.Join(t.TempDir(), "backups"), Every: 24 * time.Hour})
	t.Cleanup(s.backups.Close)
	deps.Backups = s.backups
	deps.Alarms = deps.NewAlarms(alarm.Deps{DB: d, Journal: s.journal, Queue: jobs.NewQueue(d, s.clock), Clock: s.clock, Send: s.sent,
		Keys: accounts.Keys, Public: "https://umbra.example"})
	s.alarms = deps.Alarms
	r := chi.NewRouter()
	s.api, s.routes = api.New(r, deps), r
	s.Server = httptest.NewServer(r)
	t.Cleanup(s.Close)
	return s
}

// accounts are real, with hashes that cost little.
func (s *server) accounts(t *testing.T) *account.Service {
	t.Helper()
	keys, err := secret.NewKeys("a key for tests, which is long enough to be one")
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := secret.NewHasher(secret.Options{Params: secret.Params{MemoryKiB: 64, Time: 1, Parallelism: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return account.New(account.Deps{DB: s.db, Journal: s.journal, Clock: s.clock, Hasher: hasher, Keys: keys})
}

// reply is an answer, read.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// as sends a request by a user ("" for nobody); body is JSON text or a value.
func (s *server) as(t *testing.T, user, method, path string, body any, headers ...string) reply {
	t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, r)
	if err != nil {
		t.Fatal(err)
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if user != "" {
		req.Header.Set("Cookie", api.PlainCookie+"="+user)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	s.checkReceipt(t, resp)
	return reply{t, resp.StatusCode, resp.Header, got}
}

// mayChangeNothing are the operations that answer without a change-set where
// all was so already.
var mayChangeNothing = map[string]bool{"updateSettings": true, "patchSettings": true, "reorderTasks": true, "placeTodo": true, "placeProject": true,
	"updateCalendar": true, "patchCalendar": true, "fetchCalendar": true} // how somebody else's calendar looks to the user

var changeSetName = regexp.MustCompile(`^([1-9][0-9]*-)?[1-9][0-9]*$`)

// checkReceipt holds every answer of every test to what the document says of
// the header Change-Set.
func (s *server) checkReceipt(t *testing.T, resp *http.Response) {
	t.Helper()
	match, got := chi.NewRouteContext(), resp.Header.Get("Change-Set")
	if s.routes == nil || !s.routes.Match(match, resp.Request.Method, resp.Request.URL.EscapedPath()) {
		return
	}
	o := operations(s.api.Document())[resp.Request.Method+" "+match.RoutePattern()]
	if o == nil {
		return
	}
	said := o.Responses[strconv.Itoa(resp.StatusCode)]
	named := said != nil && said.Headers["Change-Set"] != nil
	if (got != "" || named && !mayChangeNothing[o.OperationID]) && (!named || !changeSetName.MatchString(got)) {
		t.Errorf("%s answered %d with the Change-Set %q; documented: %v", o.OperationID, resp.StatusCode, got, named)
	}
}

func (s *server) ann(t *testing.T, method, path string, body any, headers ...string) reply {
	t.Helper()
	return s.as(t, "ann", method, path, body, headers...)
}

// is fails unless the status is the one wanted.
func (r reply) is(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// json reads the body's fields.
func (r reply) json() map[string]any {
	r.t.Helper()
	var out map[string]any
	if err := json.Unmarshal(r.body, &out); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return out
}

// list reads the body's items.
func (r reply) list() []map[string]any {
	r.t.Helper()
	var out []map[string]any
	if err := json.Unmarshal(r.body, &out); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return out
}

// fields are "path:rule" of a problem's fields, in a set.
func (r reply) fields() map[string]bool {
	r.t.Helper()
	var p api.Problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	if !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") || p.Status != r.status || p.Detail == "" || p.Code == "" {
		r.t.Errorf("not a problem document: %s %s", r.header.Get("Content-Type"), r.body)
	}
	out := map[string]bool{}
	for _, f := range p.Errors {
		out[f.Path+":"+f.Rule] = true
	}
	return out
}
