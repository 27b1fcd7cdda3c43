package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
)

func (d *door) stepUp(t *testing.T, cookie, password string) reply {
	t.Helper()
	return d.with(t, cookie, "POST", "/api/auth/step-up", map[string]any{"password": password})
}

func (r reply) needsProof() {
	r.t.Helper()
	if r.is(403); r.code() != "proof_needed" {
		r.t.Errorf("%s", r.body)
	}
}

func TestAProofLastsTenMinutes(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.clock.Advance(account.ProofAge - time.Second)
		d.with(t, ann, "DELETE", "/api/trash", nil).is(204)
		d.clock.Advance(time.Second)
		for _, c := range [][2]string{{"DELETE", "/api/trash"}, {"DELETE", "/api/trash/todo/1"}, {"DELETE", "/api/auth/sessions"}, {"DELETE", "/api/auth/sessions/1"}} {
			d.with(t, ann, c[0], c[1], nil).needsProof()
		}
		d.with(t, ann, "GET", "/api/todos", nil).is(200)
		renewed := d.stepUp(t, ann, annsPassword).is(204).session()
		if renewed == ann {
			t.Error("the session has the token it had")
		}
		d.with(t, ann, "GET", "/api/todos", nil).is(401) // a thief of the old one has nothing
		d.with(t, renewed, "DELETE", "/api/trash", nil).is(204)
		d.with(t, renewed, "DELETE", "/api/auth/sessions", nil).is(204)
		d.with(t, renewed, "GET", "/api/todos", nil).is(200)
		d.clock.Advance(account.ProofAge)
		d.with(t, renewed, "DELETE", "/api/trash", nil).needsProof()
		other := d.logIn(t, "ann", annsPassword).is(200).session()
		d.with(t, other, "DELETE", "/api/trash", nil).is(204)
		d.with(t, renewed, "DELETE", "/api/trash", nil).needsProof() // another session's log-in proves nothing of this one
	})
}

// A proof does not make a session older than its log-in allows.
func TestAProofIsNoLogIn(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.clock.Advance(maxAge - time.Minute)
		ann = d.stepUp(t, ann, annsPassword).is(204).session()
		d.clock.Advance(time.Minute)
		d.with(t, ann, "GET", "/api/todos", nil).is(401)
	})
}

func TestAProofFromAClockThatRanAheadCountsForNothing(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.with(t, ann, "DELETE", "/api/trash", nil).is(204)
		if err := d.db.Tx(t.Context(), func(ctx context.Context) error {
			_, err := d.db.Exec(ctx, "UPDATE user_sessions SET proved_at = proved_at + 3600000000")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		d.with(t, ann, "DELETE", "/api/trash", nil).needsProof()
	})
}

func TestAnotherMailAddressNeedsAProof(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.with(t, ann, "PATCH", "/api/settings", `{"email":"ann@example.org"}`).is(200)
		d.clock.Advance(account.ProofAge)
		d.with(t, ann, "PUT", "/api/settings", `{"email":"eve@example.org"}`).needsProof()
		d.with(t, ann, "PATCH", "/api/settings", `{"email":null}`).needsProof()
		d.with(t, ann, "PATCH", "/api/settings", `{"email":"ann@example.org","theme":"dark"}`).is(200) // all of them, one changed
		if s := d.with(t, ann, "GET", "/api/settings", nil).json(); s["email"] != "ann@example.org" || s["theme"] != "dark" {
			t.Errorf("%v", s)
		}
	})
}

// A password is not to be guessed by whoever found a browser open, by any of the
// ways that ask for it again: all count together, and like log-ins.
func TestGuessingThroughAReauthentication(t *testing.T) {
	guess := map[string]func(d *door, cookie, password string) reply{
		"step-up": func(d *door, cookie, password string) reply { return d.stepUp(t, cookie, password) },
		"change-password": func(d *door, cookie, password string) reply {
			return d.with(t, cookie, "POST", "/api/auth/change-password", map[string]any{"current_password": password, "new_password": newPassword})
		},
	}
	for way, try := range guess {
		t.Run(way, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *door) {
				ann := d.setUp(t)
				other := d.logIn(t, "ann", annsPassword).is(200).session()
				for i := range account.LockAfter {
					cookie := []string{ann, other}[i%2]
					r := try(d, cookie, fmt.Sprintf("guess number %d of ten", i)).is(401)
					if r.code() != "wrong_password" || strings.Contains(string(r.body), "guess") {
						t.Errorf("%s", r.body)
					}
					d.clock.Advance(5 * time.Second)
				}
				for _, again := range guess {
					if r := again(d, ann, annsPassword).is(423); r.code() != "locked" || r.header.Get("Retry-After") == "" {
						t.Errorf("the eleventh, right: %s", r.body)
					}
				}
				d.logIn(t, "ann", annsPassword, fromHeader, "203.0.113.9").is(423)
				d.with(t, ann, "GET", "/api/todos", nil).is(200)
				d.clock.Advance(account.LockFor)
				if r := try(d, ann, annsPassword); r.status != 204 {
					t.Errorf("after the lock: %d %s", r.status, r.body)
				}
			})
		})
	}
	t.Run("one address", func(t *testing.T) {
		d := openDoor(t, sqlite(t))
		ann := d.setUp(t)
		for i := range account.AddressLimit - 1 {
			d.logIn(t, fmt.Sprintf("name%d", i), newPassword).is(401)
		}
		d.stepUp(t, ann, "wrong").is(401)
		d.stepUp(t, ann, annsPassword).is(429)
	})
}

func TestAStepUpOfAnEndedSession(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.with(t, ann, "POST", "/api/auth/logout", nil).is(204)
		if r := d.stepUp(t, ann, annsPassword).is(401); r.code() != "no_session" || r.header["Set-Cookie"] != nil {
			t.Errorf("%v %s", r.header, r.body)
		}
		d.stepUp(t, "", annsPassword).is(401)
	})
}
