package account_test

import (
	"slices"
	"strings"
	"testing"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/secret"
)

// statements are what a log-in runs, each by its first words.
func (h house) statements(password, agent string) (ran []string) {
	h.t.Helper()
	ctx := db.Watch(account.WithOrigin(h.t.Context(), account.Origin{UserAgent: agent}), func(query string, _ []any) {
		words := strings.Fields(query)
		ran = append(ran, strings.Join(words[:min(3, len(words))], " "))
	})
	if out, err := h.LogIn(ctx, account.LogIn{Username: "ann", Password: password, Address: home, UserAgent: agent}); err != nil {
		h.t.Fatal(err)
	} else if out.Session != "" {
		h.who(out.Session)
	}
	return ran
}

// What a log-in costs beside its hash (adr/0010): one read, one row before the
// hash, three after it; on PostgreSQL one more that puts those who guess at once
// in a row. BEGIN and COMMIT are not counted here: TestRoundTrips counts those.
func TestWhatALogInCosts(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		want := []string{"SELECT COALESCE((SELECT at", "INSERT INTO meta", "INSERT INTO login_attempts", "INSERT INTO user_sessions", "UPDATE login_attempts SET", "INSERT INTO security_events"}
		if h.db.Engine == db.SQLite {
			want = slices.Delete(want, 1, 2)
		}
		for _, what := range []string{"the first", "the second"} {
			if got := h.statements(password, "Firefox/1"); !slices.Equal(got, want) {
				t.Errorf("%s log-in runs %q, want %q", what, got, want)
			}
		}
		if got := h.statements(password, "Safari/1"); !slices.Equal(got, want) { // its notice is another's, and counted there
			t.Errorf("a log-in from elsewhere runs %q, want %q", got, want)
		}
		h.exec("UPDATE users SET totp_enabled = $1", true)
		half := append(want[:len(want)-3:len(want)-3], "UPDATE users SET", "SELECT '' FROM", "UPDATE login_attempts SET")
		if got := h.statements(password, "Firefox/1"); !slices.Equal(got, half) {
			t.Errorf("half a log-in runs %q, want %q", got, half)
		}
	})
}

// What a log-in reads must not grow with how many users, attempts and log-ins
// there are; nor would a name that nobody has take as long then.
func TestALogInReadsByIndex(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for query, args := range account.LogInQueries {
		plan, err := db.Query(t.Context(), d, func(s db.Scanner) (string, error) {
			var id, parent, unused int64
			var detail string
			return detail, s.Scan(&id, &parent, &unused, &detail)
		}, "EXPLAIN QUERY PLAN "+query, slices.Repeat([]any{int64(1)}, args)...)
		if err != nil || len(plan) == 0 {
			t.Fatalf("%s: %q, %v", query, plan, err)
		}
		for _, step := range plan {
			derived := []string{"SCAN CONSTANT ROW", "SCAN d", "SCAN l", "SCAN latest", "SCAN lately"} // of one row, or as few as a limit says
			if strings.HasPrefix(step, "SCAN") && !slices.Contains(derived, step) || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s: %s (of %q)", query, step, plan)
			}
		}
	}
}

// What happens to an account while its password is being verified counts: nobody
// is let in by what was true before, and nothing is left of the try but a failure.
func TestWhatChangesDuringALogInCounts(t *testing.T) {
	for what, change := range map[string]string{
		"disabled":         "UPDATE users SET disabled = $1",
		"another password": "UPDATE users SET password_hash = CASE WHEN $1 THEN 'another' ELSE '' END",
		"a second factor":  "UPDATE users SET totp_enabled = $1",
		"deleted":          "DELETE FROM users WHERE $1 OR id = 0",
	} {
		t.Run(what, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				var h house
				meanwhile := func() {}
				h = newHouse(t, d, func(deps *account.Deps) {
					var err error
					// Called when the hash is there, before anybody is told.
					if deps.Hasher, err = secret.NewHasher(secret.Options{Params: cheap, Release: func() { meanwhile() }}); err != nil {
						t.Fatal(err)
					}
				})
				h.ann()
				h.in("ann")
				events, sessions := h.number("SELECT COUNT(*) FROM security_events WHERE kind = 'log_in'"), h.number("SELECT COUNT(*) FROM user_sessions")
				meanwhile = func() { h.exec(change, true) }
				out, err := h.try("ann", password, home)
				want(t, what, err, fault.Unauthenticated)
				if out.Session != "" || out.MFAToken != "" {
					t.Errorf("%+v", out)
				}
				if what == "deleted" {
					events, sessions = 0, 0
				}
				if n := h.number("SELECT COUNT(*) FROM security_events WHERE kind = 'log_in'"); n != events {
					t.Errorf("%d log-ins are told of, want %d", n, events)
				}
				if n := h.number("SELECT COUNT(*) FROM user_sessions"); n != sessions {
					t.Errorf("%d sessions, want %d", n, sessions)
				}
				if n := h.number("SELECT COUNT(*) FROM login_attempts WHERE kind = 'password' AND NOT success"); n != 1 {
					t.Errorf("%d failures", n)
				}
			})
		})
	}
}
