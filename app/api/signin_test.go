package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/push"
	"umbra/app/secret"
)

const (
	annsPassword = "seven purple umbrellas"
	newPassword  = "nine yellow telescopes"
	maxAge       = 30 * 24 * time.Hour
)

// door is the API with real accounts and sessions, and nobody set up. What the
// server would know of the other end of a request is said by the test.
type door struct {
	server
	accounts *account.Service
	stopping chan struct{}
}

// from names the client's address, and by which way it comes: "https", "far".
const (
	fromHeader = "Test-Client"
	wayHeader  = "Test-Way"
)

func sqlite(t *testing.T) *db.DB {
	t.Helper()
	return dbtest.Open(t, db.SQLite)
}

func eachDoor(t *testing.T, test func(t *testing.T, d *door)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, openDoor(t, d)) })
}

func openDoor(t *testing.T, database *db.DB, change ...func(*api.Deps)) *door {
	t.Helper()
	d := &door{stopping: make(chan struct{})}
	d.db = database
	d.clock = clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	d.journal = journal.New(d.db, d.clock)
	deps := api.Deps{Clock: d.clock, DB: d.db, Journal: d.journal, SessionMaxAge: maxAge, Stopping: d.stopping, Version: "1.2.3"}
	keys, err := secret.NewKeys("a key for tests, which is long enough to be one")
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := secret.NewHasher(secret.Options{Params: secret.Params{MemoryKiB: 64, Time: 1, Parallelism: 1}})
	if err != nil {
		t.Fatal(err)
	}
	d.accounts = account.New(account.Deps{DB: d.db, Journal: d.journal, Clock: d.clock, Hasher: hasher, Keys: keys, SessionMaxAge: maxAge})
	t.Cleanup(d.accounts.Settle)
	deps.Services = api.NewServices(d.db, d.journal, d.clock, d.accounts)
	deps.Sources = sources(t, deps, d.db, d.clock, d.accounts)
	d.sent = &deliverer{}
	deps.Senders, deps.Push = d.sent, push.NewService(d.db, d.clock, keys, d.sent.look)
	for _, f := range change {
		f(&deps)
	}
	r := chi.NewRouter()
	r.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			c := api.Client{Address: "192.0.2.1", Local: true}
			if a := req.Header.Get(fromHeader); a != "" {
				c.Address = a
			}
			switch req.Header.Get(wayHeader) {
			case "https":
				c.HTTPS = true
			case "far":
				c.Local = false
			}
			next.ServeHTTP(w, req.WithContext(api.WithClient(req.Context(), c)))
		})
	})
	d.api, d.routes = api.New(r, deps), r
	d.Server = httptest.NewServer(r)
	t.Cleanup(d.Close)
	return d
}

// with sends a request under a cookie ("" for none).
func (d *door) with(t *testing.T, cookie, method, path string, body any, headers ...string) reply {
	t.Helper()
	if cookie != "" {
		headers = append(headers, "Cookie", cookie)
	}
	return d.as(t, "", method, path, body, headers...)
}

// setUp makes Ann and answers her cookie.
func (d *door) setUp(t *testing.T) string {
	t.Helper()
	return d.with(t, "", "POST", "/api/auth/setup", map[string]any{"username": "Ann", "password": annsPassword, "time_zone": "Europe/Berlin"}).is(201).session()
}

func (d *door) logIn(t *testing.T, username, password string, headers ...string) reply {
	t.Helper()
	return d.with(t, "", "POST", "/api/auth/login", map[string]any{"username": username, "password": password}, headers...)
}

// cookie is the one cookie that was set to something.
func (r reply) cookie() *http.Cookie {
	r.t.Helper()
	var set []*http.Cookie
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.Value != "" {
			set = append(set, c)
		}
	}
	if len(set) != 1 {
		r.t.Fatalf("%d cookies are set: %v", len(set), r.header["Set-Cookie"])
	}
	return set[0]
}

// session is that cookie as a request carries it.
func (r reply) session() string {
	r.t.Helper()
	c := r.cookie()
	return c.Name + "=" + c.Value
}

// code is the problem's code.
func (r reply) code() string {
	r.t.Helper()
	r.fields()
	code, _ := r.json()["code"].(string)
	return code
}
