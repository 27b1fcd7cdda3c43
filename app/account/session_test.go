package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/page"
)

func TestAuthenticate(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		token := h.in("ann")
		p := h.who(token)
		if p.UserID != u.ID || p.Username != "Ann" || p.Role != account.Admin || p.SessionID == 0 || p.User() != u {
			t.Errorf("%+v", p)
		}
		if c := p.Caller(caller.API); c != h.caller(u) || c.Zone.String() != "Europe/Berlin" || c.Epoch == "" {
			t.Errorf("%+v", c)
		}
		if other := h.in("ann"); other == token {
			t.Error("two log-ins share a token")
		}
		for _, bad := range []string{"", "x", token + "A", token[:len(token)-4], strings.Repeat("A", 4000)} {
			h.gone(bad, "never made")
		}
		if n := h.number("SELECT COUNT(*) FROM user_sessions WHERE token_hash = $1", []byte(token)); n != 0 {
			t.Error("the token itself is stored")
		}
	})
}

func TestSessionAge(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		token := h.in("ann")
		shorter := newHouse(t, h.db, func(d *account.Deps) { d.SessionMaxAge = 24 * time.Hour })
		shorter.Clock = h.clock
		h.clock.Advance(24*time.Hour - time.Second)
		h.who(token)
		shorter.who(token)
		h.clock.Advance(time.Second)
		h.who(token)
		shorter.gone(token, "over today's shorter age")
		if p, err := shorter.Sessions(t.Context(), u.ID, 0, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("%+v, %v", p, err)
		}
		h.clock.Advance(29*24*time.Hour - time.Second)
		h.who(token)
		h.clock.Advance(time.Second)
		h.gone(token, "30 days old")
		longer := newHouse(t, h.db, func(d *account.Deps) { d.SessionMaxAge = 100 * 24 * time.Hour })
		longer.Clock = h.clock
		longer.gone(token, "older than the age it was promised")
		h.Settle()
		if err := h.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.number("SELECT COUNT(*) FROM user_sessions"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestLastSeenIsWrittenOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		token := h.in("ann")
		start := h.clock.Now()
		for _, step := range []struct {
			advance time.Duration
			seen    time.Duration
		}{{59 * time.Second, 0}, {time.Second, 60 * time.Second}, {59 * time.Second, 60 * time.Second}, {2 * time.Second, 121 * time.Second}} {
			h.clock.Advance(step.advance)
			h.who(token)
			h.Settle()
			if got := h.sessions(u)[0].LastSeenAt.Sub(start); got != step.seen {
				t.Errorf("at %v: seen at %v, want %v", h.clock.Now().Sub(start), got, step.seen)
			}
		}
	})
}

func TestSessionsAndRevoking(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u, bob := h.ann(), h.add("bob")
		var tokens []string
		for range 3 {
			tokens = append(tokens, h.in("ann"))
			h.clock.Advance(time.Second)
		}
		his := h.in("bob")
		current := h.who(tokens[1])
		p, err := h.Sessions(t.Context(), u.ID, current.SessionID, page.Request{Limit: 2})
		if err != nil || len(p.Items) != 2 || p.Next == "" {
			t.Fatalf("%+v, %v", p, err)
		}
		if s := p.Items[1]; !s.Current || s.UserAgent != "Test" || s.Address != home || p.Items[0].Current || !s.ExpiresAt.Equal(s.CreatedAt.Add(account.DefaultSessionMaxAge)) {
			t.Errorf("%+v", p.Items)
		}
		if err := h.Revoke(t.Context(), u.ID, p.Items[0].ID); err != nil {
			t.Error(err)
		}
		h.gone(tokens[2], "revoked")
		want(t, "revoking it again", h.Revoke(t.Context(), u.ID, p.Items[0].ID), fault.NotFound)
		want(t, "revoking somebody else's", h.Revoke(t.Context(), bob.ID, current.SessionID), fault.NotFound)
		if n, err := h.RevokeOthers(t.Context(), u.ID, current.SessionID); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		h.gone(tokens[0], "revoked with the others")
		h.who(tokens[1])
		h.who(his)
		for range 2 {
			if err := h.LogOut(t.Context(), tokens[1]); err != nil {
				t.Error(err)
			}
			h.gone(tokens[1], "logged out")
		}
	})
}

func TestDisabledAndDeletedUsersAreOutAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		bob := h.add("bob")
		token := h.in("bob")
		h.exec("UPDATE users SET disabled = $1 WHERE id = $2", true, bob.ID)
		h.gone(token, "of a disabled user")
		_, err := h.StartSession(t.Context(), bob.ID, home, "")
		want(t, "a new session", err, fault.Unauthenticated)
		h.exec("UPDATE users SET disabled = $1 WHERE id = $2", false, bob.ID)
		if token, err = h.StartSession(t.Context(), bob.ID, home, "a\x00\xff"+strings.Repeat("é", 500)); err != nil {
			t.Fatal(err)
		}
		h.who(token)
		if agent := []rune(h.sessions(bob)[0].UserAgent); len(agent) != 300 || agent[1] != 'é' {
			t.Errorf("%q", string(agent))
		}
		if err := h.Delete(t.Context(), bob.ID); err != nil {
			t.Fatal(err)
		}
		h.gone(token, "of a deleted user")
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		phone, token := h.in("ann"), h.in("ann")
		p := h.who(token)
		_, err := h.ChangePassword(t.Context(), p, account.PasswordChange{Current: password, New: "short", Address: home})
		want(t, "a weak one", err, fault.Invalid)
		_, err = h.ChangePassword(t.Context(), p, account.PasswordChange{Current: "wrong", New: another, Address: home})
		want(t, "without the current one", err, fault.Unauthenticated)
		h.who(phone)
		fresh, err := h.ChangePassword(t.Context(), p, account.PasswordChange{Current: password, New: another, Address: home})
		if err != nil {
			t.Fatal(err)
		}
		h.gone(token, "from before the change")
		h.gone(phone, "of another device")
		if now := h.who(fresh); now.SessionID != p.SessionID {
			t.Errorf("%+v", now)
		}
		_, err = h.try("ann", password, home)
		want(t, "the old password", err, fault.Unauthenticated)
		if _, err := h.try("ann", another, home); err != nil {
			t.Error(err)
		}
	})
}

func TestChangePasswordIsThrottledLikeALogIn(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		token := h.in("ann")
		p := h.who(token)
		for range account.LockAfter {
			_, err := h.ChangePassword(t.Context(), p, account.PasswordChange{Current: "wrong", New: another, Address: home})
			want(t, "a wrong one", err, fault.Unauthenticated)
		}
		_, err := h.ChangePassword(t.Context(), p, account.PasswordChange{Current: password, New: another, Address: home})
		want(t, "the right one, too late", err, fault.Locked)
		_, err = h.try("ann", password, home)
		want(t, "a log-in", err, fault.Locked)
		h.who(token)
	})
}

// On SQLite a session is read once for as long as nothing changes; its times are looked at each time.
func TestASessionIsReadOnceWhileNothingChanges(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		token := h.in("ann")
		reads := 0
		ctx := db.Watch(t.Context(), func(query string, _ []any) {
			if query == account.AuthenticateQuery {
				reads++
			}
		})
		ask := func(n int) (err error) {
			for range n {
				_, err = h.Authenticate(ctx, token)
			}
			return err
		}
		want := 1
		if h.DB.Engine == db.Postgres {
			want = 5
		}
		if err := ask(5); err != nil || reads != want {
			t.Errorf("%d reads, %v", reads, err)
		}
		reads = 0
		h.clock.Advance(account.DefaultSessionMaxAge - time.Second)
		if err := ask(1); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		h.Settle() // when it was seen is written
		if err := ask(1); err != nil {
			t.Errorf("a second before its end, again: %v", err)
		}
		h.clock.Advance(time.Second)
		if err := ask(1); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("at its end: %v", err)
		}
	})
}

// What every request costs must not grow with how many users and sessions there are.
func TestAuthenticateReadsByIndex(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	plan, err := db.Query(context.Background(), d, func(s db.Scanner) (string, error) {
		var id, parent, unused int64
		var detail string
		return detail, s.Scan(&id, &parent, &unused, &detail)
	}, "EXPLAIN QUERY PLAN "+account.AuthenticateQuery, []byte("x"))
	if err != nil || len(plan) != 11 {
		t.Fatalf("%q, %v", plan, err)
	}
	for _, step := range plan {
		if !strings.HasPrefix(step, "SEARCH") && !strings.HasPrefix(step, "CORRELATED SCALAR SUBQUERY") {
			t.Errorf("%s", step)
		}
	}
}
