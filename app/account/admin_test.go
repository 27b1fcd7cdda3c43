package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
)

func TestUsersAreListedAndFound(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.FindByName(t.Context(), "")
		want(t, "the only user, when there is none", err, fault.NotFound)
		ann := h.ann()
		if u, err := h.FindByName(t.Context(), ""); err != nil || u != ann {
			t.Errorf("the only user is %+v, %v", u, err)
		}
		h.add("zoe")
		h.add("Bob")
		for range account.LockAfter {
			_, _ = h.try("bob", "wrong", home)
		}
		_, err = h.FindByName(t.Context(), "")
		want(t, "the only user of three", err, fault.Invalid)
		if u, err := h.Find(t.Context(), ann.ID); err != nil || u != ann {
			t.Errorf("%+v, %v", u, err)
		}
		_, err = h.Find(t.Context(), 999)
		want(t, "nobody", err, fault.NotFound)
		first, err := h.Users(t.Context(), page.Request{Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.Users(t.Context(), page.Request{Limit: 2, Cursor: first.Next})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, u := range append(first.Items, second.Items...) {
			names = append(names, u.Username)
			if locked := !u.LockedUntil.IsZero(); locked != (u.Username == "Bob") {
				t.Errorf("%s is locked until %v", u.Username, u.LockedUntil)
			}
		}
		if !slices.Equal(names, []string{"Ann", "Bob", "zoe"}) {
			t.Errorf("%q", names)
		}
	})
}

func TestUsersWereLastHere(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		seen := func() (ann, bob time.Time) {
			t.Helper()
			users, err := h.Users(t.Context(), page.Request{})
			if err != nil || len(users.Items) != 2 {
				t.Fatalf("%+v, %v", users, err)
			}
			return users.Items[0].LastSeenAt, users.Items[1].LastSeenAt
		}
		bob := h.add("bob")
		if a, b := seen(); !a.IsZero() || !b.IsZero() {
			t.Errorf("before anybody was: %v, %v", a, b)
		}
		at := func(later time.Duration) time.Time {
			h.clock.Advance(later)
			return h.clock.Now().UTC().Truncate(time.Microsecond)
		}
		first := at(time.Hour)
		session := h.in("bob")
		if a, b := seen(); !a.IsZero() || !b.Equal(first) {
			t.Errorf("logged in at %v: %v, %v", first, a, b)
		}
		_, key := h.token(session, account.Read)
		second := at(time.Hour)
		h.who(session)
		h.Settle()
		if _, b := seen(); !b.Equal(second) {
			t.Errorf("seen at %v: %v", second, b)
		}
		third := at(time.Hour)
		if _, err := h.bearer(key); err != nil {
			t.Fatal(err)
		}
		h.Settle()
		if _, b := seen(); !b.Equal(third) {
			t.Errorf("by a token at %v: %v", third, b)
		}
		if err := h.SetDisabled(t.Context(), bob.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, b := seen(); !b.Equal(first) {
			t.Errorf("shut out: %v, want the log-in at %v", b, first)
		}
	})
}

func TestAdd(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Add(t.Context(), account.NewUser{Username: "bob", Password: password})
		want(t, "a first user without power", err, fault.Invalid)
		_, err = h.Add(t.Context(), account.NewUser{Username: "bob", Password: password, Role: "king"})
		want(t, "a role there is not", err, fault.Invalid)
		if _, err := h.SetupCode(t.Context()); err != nil {
			t.Fatal(err)
		}
		if u, err := h.Add(t.Context(), account.NewUser{Username: "root", Password: password, Role: account.Admin}); err != nil || u.Role != account.Admin {
			t.Errorf("%+v, %v", u, err)
		}
		_, err = h.SetUp(t.Context(), account.SetUp{Username: "eve", Password: password})
		want(t, "a set-up afterwards", err, fault.Conflict)
		_, err = h.Add(t.Context(), account.NewUser{Username: "bob", Password: "bob"})
		want(t, "a weak password", err, fault.Invalid)
	})
}

func TestResetEndsAllSessions(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		token := h.in("ann")
		want(t, "a weak password", h.ResetPassword(t.Context(), u.ID, "weak"), fault.Invalid)
		want(t, "nobody's", h.ResetPassword(t.Context(), 999, another), fault.NotFound)
		h.who(token)
		if err := h.ResetPassword(t.Context(), u.ID, another); err != nil {
			t.Fatal(err)
		}
		h.gone(token, "from before the reset")
		_, err := h.try("ann", password, home)
		want(t, "the old password", err, fault.Unauthenticated)
		if _, err := h.try("ann", another, home); err != nil {
			t.Error(err)
		}
	})
}

func TestDisableMFA(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		_, codes, session := h.protect(h.in("ann"))
		waiting := h.half()
		if users, err := h.Users(t.Context(), page.Request{}); err != nil || !users.Items[0].TOTPEnabled {
			t.Errorf("%+v, %v", users, err)
		}
		for _, was := range []bool{true, false} {
			if got, err := h.DisableMFA(t.Context(), u.ID); err != nil || got != was {
				t.Fatalf("%v, %v", got, err)
			}
		}
		h.gone(session, "from before the change")
		_, err := h.second(waiting, codes[0])
		want(t, "a log-in in between", err, fault.Unauthenticated)
		h.in("ann")
		if n := h.number("SELECT COUNT(*) FROM users WHERE totp_secret <> '' OR totp_last_step <> 0") + h.number("SELECT COUNT(*) FROM recovery_codes"); n != 0 {
			t.Error("something of it is left")
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann, bob := h.ann(), h.add("bob")
		want(t, "disabling the last", h.SetDisabled(t.Context(), ann.ID, true), fault.Conflict)
		want(t, "deleting the last", h.Delete(t.Context(), ann.ID), fault.Conflict)
		carl, err := h.Add(t.Context(), account.NewUser{Username: "carl", Password: password, Role: account.Admin})
		if err != nil {
			t.Fatal(err)
		}
		token := h.in("carl")
		if err := h.SetDisabled(t.Context(), carl.ID, true); err != nil {
			t.Error(err)
		}
		h.gone(token, "of a disabled user")
		want(t, "disabling the last who can log in", h.SetDisabled(t.Context(), ann.ID, true), fault.Conflict)
		if err := h.SetDisabled(t.Context(), carl.ID, false); err != nil {
			t.Error(err)
		}
		h.gone(token, "after the user was let in again")
		for _, id := range []int64{ann.ID, bob.ID, carl.ID} { // the last goes with the last user
			if err := h.Delete(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		want(t, "deleting nobody", h.Delete(t.Context(), ann.ID), fault.NotFound)
		if needed, err := h.SetupRequired(t.Context()); err != nil || !needed {
			t.Errorf("%v, %v", needed, err)
		}
		h.ann()
	})
}

func TestDeleteLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann, bob := h.ann(), h.add("bob")
		if u := h.add("carl"); u.ID != carl {
			t.Fatalf("the third user has the id %d", u.ID)
		}
		tables := h.ownedTables()
		if listed := slices.Sorted(slices.Values(account.Owned)); !slices.Equal(listed, tables) {
			t.Fatalf("erase.go empties %q,\nthe catalogue has %q", listed, tables)
		}
		for _, u := range []account.User{ann, bob} {
			h.fill(u.ID, tables)
		}
		for _, u := range []account.User{ann, bob} { // afterwards: what it writes takes numbers
			_, _ = h.try(u.Username, "wrong", home)
		}
		c := h.caller(bob)
		if err := h.Delete(t.Context(), bob.ID); err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if n := h.number("SELECT COUNT(*) FROM "+table+" WHERE user_id = $1", bob.ID); n != 0 {
				t.Errorf("%s: %d rows are left", table, n)
			}
			if n := h.number("SELECT COUNT(*) FROM "+table+" WHERE user_id = $1", ann.ID); n == 0 {
				t.Errorf("%s: somebody else's rows are gone", table)
			}
		}
		if n := h.number("SELECT COUNT(*) FROM login_attempts"); n != 1 {
			t.Errorf("%d attempts are left, want Ann's", n)
		}
		_, err := h.UpdateSettings(t.Context(), c, nil, update(t, `{"theme": "dark"}`))
		want(t, "a write of somebody who was deleted", err, fault.Unauthenticated)
		_, err = h.Caller(t.Context(), bob.ID, caller.CLI)
		want(t, "their caller", err, fault.NotFound)
	})
}

// ownedTables are those with a user_id, by the catalogue.
func (h house) ownedTables() []string {
	h.t.Helper()
	query := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) p ON p.name = 'user_id' WHERE m.type = 'table' ORDER BY 1"
	if h.db.Engine == db.Postgres {
		query = `SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'user_id' ORDER BY table_name COLLATE "C"`
	}
	names, err := db.Query(context.Background(), h.db, db.Value[string], query)
	if err != nil {
		h.t.Fatal(err)
	}
	return names
}

type column struct{ name, typ string }

func scanColumn(s db.Scanner) (column, error) {
	var c column
	return c, s.Scan(&c.name, &c.typ)
}

// fill puts a row of the user's into each table, every column set and every
// reference pointing at another such row. Tables that refer to ones still empty
// are tried again.
func (h house) fill(userID int64, tables []string) {
	h.t.Helper()
	query := "SELECT name, type FROM pragma_table_info($1)"
	if h.db.Engine == db.Postgres {
		query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1"
	}
	var last error
	for round := 0; len(tables) > 0; round++ {
		var left []string
		for _, table := range tables {
			if table == "journal_heads" || table == "settings" {
				continue
			}
			columns, err := db.Query(context.Background(), h.db, scanColumn, query, table)
			if err != nil {
				h.t.Fatal(err)
			}
			var names, marks []string
			var args []any
			for i, c := range columns {
				names, marks = append(names, c.name), append(marks, fmt.Sprintf("$%d", i+1))
				switch { // what is of one thing alone is of the calendar
				case (table == "shares" || table == "feeds") && c.name == "project_id":
					args = append(args, nil)
				case table == "feeds" && c.name == "kind":
					args = append(args, "calendar")
				default:
					args = append(args, c.value(userID))
				}
			}
			err = h.db.Tx(context.Background(), func(ctx context.Context) error {
				_, err := h.db.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(marks, ", ")), args...)
				return err
			})
			if err != nil {
				left, last = append(left, table), err
			}
		}
		if len(left) == len(tables) || round > 10 {
			h.t.Fatalf("cannot fill %q: %v", left, last)
		}
		tables = left
	}
	h.exec("UPDATE settings SET default_calendar_id = $1 WHERE user_id = $2", 1000+userID, userID)
}

// carl is who things are shared with: the third user.
const carl = 3

func (c column) value(userID int64) any {
	switch typ := strings.ToLower(c.typ); {
	case c.name == "user_id":
		return userID
	case c.name == "with_user_id":
		return carl
	case c.name == "access":
		return "read"
	case c.name == "subject": // an identity belongs to one
		return fmt.Sprintf("x%d", userID)
	case c.name == "operation":
		return "create"
	case c.name == "kind":
		return "tag"
	case c.name == "state":
		return "pending"
	case typ == "boolean":
		return true
	case typ == "blob" || typ == "bytea":
		return fmt.Appendf(nil, "x%d", userID)
	case typ == "real" || typ == "double precision":
		return 1.5
	case (typ == "integer" || typ == "bigint") && (c.name == "id" || strings.HasSuffix(c.name, "_id")):
		return 1000 + userID
	case typ == "integer" || typ == "bigint":
		return int64(1)
	}
	return "x"
}

func (h house) text(query string, args ...any) string {
	h.t.Helper()
	s, _, err := db.One(context.Background(), h.db, db.Value[string], query, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func TestExpire(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		h.in("ann")
		key := "INSERT INTO idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at) VALUES ($1, $2, '', 200, '', '', $3)"
		h.exec(key, u.ID, "old", h.clock.Now().UnixMicro())
		h.clock.Advance(24 * time.Hour)
		h.exec(key, u.ID, "new", h.clock.Now().UnixMicro())
		h.exec("INSERT INTO login_attempts (username_key, address, success, at) VALUES ('ann', '', $1, $2)", false, h.clock.Now().Add(25*time.Hour).UnixMicro())
		fresh := h.in("ann")
		if err := h.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string]int64{
			"SELECT COUNT(*) FROM idempotency_keys WHERE key = 'new'": 1, "SELECT COUNT(*) FROM idempotency_keys": 1,
			"SELECT COUNT(*) FROM login_attempts": 1, "SELECT COUNT(*) FROM user_sessions": 2,
		} {
			if n := h.number(query); n != want {
				t.Errorf("%s: %d, want %d", query, n, want)
			}
		}
		h.who(fresh)
	})
}
