package dav_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/dav"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/todo"
)

// house is a server with two users, Ann and Bob.
type house struct {
	dav.Deps
	t        testing.TB
	d        *db.DB
	clock    *clock.Fake
	server   *httptest.Server
	ann, bob caller.Caller
	cal      string // the address of Ann's default calendar
	as       string // who asks
}

type settings struct{ *db.DB }

func (s settings) SetDefaultCalendar(ctx context.Context, w *journal.Writer, id *int64) error {
	_, err := s.Exec(ctx, "UPDATE settings SET default_calendar_id = $1 WHERE user_id = $2", id, w.Caller.UserID)
	return err
}

// App lets in ann, bob, and "reader", who is Ann with a password that may read.
func (h *house) App(_ *http.Request, username, password string) (dav.Guest, error) {
	if password != "secret" {
		return dav.Guest{}, fault.New(fault.Unauthenticated, "wrong", "Wrong.")
	}
	switch username {
	case "ann":
		return dav.Guest{Caller: h.ann, Name: "ann", Email: "ann@example.org", Write: true}, nil
	case "reader":
		return dav.Guest{Caller: h.ann, Name: "ann"}, nil
	}
	return dav.Guest{Caller: h.bob, Name: "bob", Write: true}, nil
}

func open(t testing.TB, d *db.DB) *house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	h := &house{t: t, d: d, clock: k, as: "ann"}
	h.Deps = dav.Deps{Auth: h, Journal: j, Resources: resource.New(d), Calendars: calendar.New(d, j, settings{d}), Events: event.New(d, j),
		Todos: todo.New(d, j, k), Reminders: reminder.New(d, j), Projects: project.New(d, j), People: person.New(d, j), Clock: k, Log: slog.New(slog.DiscardHandler)}
	journaltest.Kinds(j, "location", "locations", "template", "event_templates")
	h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, j, "bob", "UTC")
	for _, c := range []caller.Caller{h.ann, h.bob} {
		made, err := h.Calendars.CreateDefault(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(context.Background(), func(ctx context.Context) error {
			_, err := d.Exec(ctx, "UPDATE settings SET default_calendar_id = $1 WHERE user_id = $2", made.ID, c.UserID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if c.UserID == h.ann.UserID {
			h.cal = fmt.Sprintf("/dav/calendars/%d/calendar-%d/", c.UserID, made.ID)
		}
	}
	h.server = httptest.NewServer(dav.New(h.Deps))
	t.Cleanup(h.server.Close)
	return h
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func (h *house) home() string  { return fmt.Sprintf("/dav/calendars/%d/", h.ann.UserID) }
func (h *house) todos() string { return h.home() + "todos/" }
func (h *house) people() string {
	return fmt.Sprintf("/dav/addressbooks/%d/people/", h.ann.UserID)
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; headers are pairs.
func (h *house) do(method, path, body string, headers ...string) answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if h.as != "" {
		r.SetBasicAuth(h.as, "secret")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := *h.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if res.StatusCode >= 500 && res.StatusCode != 502 {
		h.t.Errorf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

// want sends a request that must be answered so.
func (h *house) want(status int, method, path, body string, headers ...string) answer {
	h.t.Helper()
	a := h.do(method, path, body, headers...)
	if a.status != status {
		h.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.status, status, a.body)
	}
	return a
}

// has fails where a part is missing from a body.
func (a answer) has(t testing.TB, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			t.Errorf("no %s in\n%s", p, a.body)
		}
	}
}

func (a answer) hasNot(t testing.TB, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(a.body, p) {
			t.Errorf("%s in\n%s", p, a.body)
		}
	}
}

// crlf writes a fixture as applications do.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// event1 is an object of one event.
func event1(uid, lines string) string {
	return crlf("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:" + uid + "\nDTSTAMP:20250101T080000Z\n" + lines + "END:VEVENT\nEND:VCALENDAR\n")
}

func todo1(uid, lines string) string {
	return crlf("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VTODO\nUID:" + uid + "\nDTSTAMP:20250101T080000Z\n" + lines + "END:VTODO\nEND:VCALENDAR\n")
}

func card1(uid, lines string) string {
	return crlf("BEGIN:VCARD\nVERSION:3.0\nUID:" + uid + "\n" + lines + "END:VCARD\n")
}
