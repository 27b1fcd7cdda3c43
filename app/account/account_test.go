package account_test

import (
	"context"
	"io"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/page"
	"umbra/app/secret"
)

const (
	password = "plum-Kettle-47-river"
	another  = "Slow*copper*9*lantern"
	home     = "192.168.1.20"
)

// cheap costs next to nothing; what is tested here is not Argon2.
var cheap = secret.Params{MemoryKiB: 8, Time: 1, Parallelism: 1}

type house struct {
	*account.Service
	t     *testing.T
	db    *db.DB
	j     *journal.Journal
	clock *clock.Fake
	keys  secret.Keys
}

// each runs a test on each engine, in a house without anybody.
func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d, nil)) })
}

func newHouse(t *testing.T, d *db.DB, change func(*account.Deps)) house {
	t.Helper()
	h := house{t: t, db: d, clock: clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))}
	var err error
	if h.keys, err = secret.NewKeys("0123456789abcdefghijklmnopqrstuv"); err != nil {
		t.Fatal(err)
	}
	hasher, err := secret.NewHasher(secret.Options{Params: cheap, Release: func() {}})
	if err != nil {
		t.Fatal(err)
	}
	h.j = journal.New(d, h.clock)
	journaltest.Kinds(h.j, "calendar", "calendars")
	deps := account.Deps{DB: d, Journal: h.j, Clock: h.clock, Hasher: hasher, Keys: h.keys, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if change != nil {
		change(&deps)
	}
	h.Service = account.New(deps)
	t.Cleanup(h.Settle)
	return h
}

// ann is the first user, an administrator.
func (h house) ann() account.User {
	h.t.Helper()
	u, err := h.SetUp(h.t.Context(), account.SetUp{Username: "Ann", Password: password, Zone: "Europe/Berlin", Language: "de"})
	if err != nil {
		h.t.Fatal(err)
	}
	return u
}

func (h house) add(name string) account.User {
	h.t.Helper()
	u, err := h.Add(h.t.Context(), account.NewUser{Username: name, Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	return u
}

func (h house) try(name, pass, address string) (account.Outcome, error) {
	return h.LogIn(h.t.Context(), account.LogIn{Username: name, Password: pass, Address: address, UserAgent: "Test"})
}

// in logs in and answers the token.
func (h house) in(name string) string {
	h.t.Helper()
	out, err := h.try(name, password, home)
	if err != nil {
		h.t.Fatal(err)
	}
	return out.Session
}

// who asks twice, so that on SQLite the session is remembered: whatever ends or
// changes it afterwards has to be heard of all the same.
func (h house) who(token string) account.Principal {
	h.t.Helper()
	p, err := h.Authenticate(h.t.Context(), token)
	if err != nil {
		h.t.Fatal(err)
	}
	again, err := h.Authenticate(h.t.Context(), token)
	if err != nil || !reflect.DeepEqual(p, again) {
		h.t.Fatalf("asked again, it is %+v (%v) and no more %+v", again, err, p)
	}
	return p
}

func (h house) gone(token, why string) {
	h.t.Helper()
	if _, err := h.Authenticate(h.t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		h.t.Errorf("a session %s answers %v", why, err)
	}
}

func (h house) caller(u account.User) caller.Caller {
	h.t.Helper()
	c, err := h.Caller(h.t.Context(), u.ID, caller.API)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h house) sessions(u account.User) []account.Session {
	h.t.Helper()
	p, err := h.Sessions(h.t.Context(), u.ID, 0, page.Request{})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Items
}

// exec writes behind the service's back.
func (h house) exec(query string, args ...any) {
	h.t.Helper()
	err := h.db.Tx(context.Background(), func(ctx context.Context) error {
		_, err := h.db.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) number(query string, args ...any) int64 {
	h.t.Helper()
	n, _, err := db.One(context.Background(), h.db, db.Value[int64], query, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// calendar makes one, as the calendar feature would.
func (h house) calendar(u account.User) int64 {
	h.t.Helper()
	h.exec("INSERT INTO calendars (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, $2, 'Home', 'home', '', 1, 0, 0)", u.ID, journal.NewUID())
	return h.number("SELECT MAX(id) FROM calendars WHERE user_id = $1", u.ID)
}

func want(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}
