package account_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/secret"
)

func TestWrongNameAndWrongPasswordAnswerTheSame(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		off := h.add("off")
		if err := h.SetDisabled(t.Context(), off.ID, true); err != nil {
			t.Fatal(err)
		}
		var answers []string
		for _, c := range [][2]string{{"Ann", "wrong"}, {"nobody", password}, {"off", password}, {"Ann", ""}, {"", ""}, {"a\x00b", password}, {"\xff", password}} {
			_, err := h.try(c[0], c[1], home)
			want(t, fmt.Sprintf("%q", c), err, fault.Unauthenticated)
			answers = append(answers, err.Error())
		}
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("%q differs from %q", a, answers[0])
			}
		}
		if out, err := h.try("ANN", password, home); err != nil || out.Session == "" || out.User.Username != "Ann" || out.MFARequired {
			t.Errorf("%+v, %v", out, err)
		}
		_, err := h.try("ann", strings.Repeat("x", 5000), home)
		want(t, "a password longer than any", err, fault.Invalid)
	})
}

func TestLockout(t *testing.T) {
	for _, name := range []string{"Ann", "nobody"} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				h.ann()
				for i := range account.LockAfter {
					_, err := h.try(name, "wrong", home)
					want(t, fmt.Sprintf("failure %d", i+1), err, fault.Unauthenticated)
					h.clock.Advance(time.Second)
				}
				h.clock.Advance(time.Minute)
				_, err := h.try(name, password, "10.0.0.9")
				want(t, "the right password of a locked account, from elsewhere", err, fault.Locked)
				var f *fault.Error
				if left := account.LockFor - time.Minute - time.Second; !errors.As(err, &f) || f.RetryAfter != left {
					t.Errorf("retry after %v, want %v", f.RetryAfter, left)
				}
				h.clock.Advance(f.RetryAfter - time.Second)
				_, err = h.try(name, password, home) // being refused did not make it longer
				want(t, "a second early", err, fault.Locked)
				h.clock.Advance(time.Second)
				for i := range account.LockAfter {
					_, err = h.try(name, "wrong", home)
					want(t, fmt.Sprintf("failure %d after the lock", i+1), err, fault.Unauthenticated)
				}
				_, err = h.try(name, "wrong", home)
				want(t, "locked again", err, fault.Locked)
			})
		})
	}
}

func TestSuccessForgetsFailures(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		for range 3 {
			for range account.LockAfter - 1 {
				_, err := h.try("ann", "wrong", home)
				want(t, "a failure", err, fault.Unauthenticated)
			}
			h.in("ann")
			h.clock.Advance(time.Minute)
		}
	})
}

func TestFailuresFarApartDoNotLock(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		for range 2 * account.LockAfter {
			_, err := h.try("ann", "wrong", home)
			want(t, "a failure", err, fault.Unauthenticated)
			h.clock.Advance(account.LockFor/(account.LockAfter-1) + time.Second)
		}
	})
}

func TestUnlockAndResetLetInAgain(t *testing.T) {
	for what, act := range map[string]func(h house, u account.User) error{
		"unlock": func(h house, u account.User) error { return h.Unlock(h.t.Context(), u.ID) },
		"reset":  func(h house, u account.User) error { return h.ResetPassword(h.t.Context(), u.ID, password) },
	} {
		t.Run(what, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				u := h.ann()
				for range account.LockAfter {
					_, _ = h.try("ann", "wrong", home)
				}
				_, err := h.try("ann", password, home)
				want(t, "locked", err, fault.Locked)
				if err := act(h, u); err != nil {
					t.Fatal(err)
				}
				h.in("ann")
			})
		})
	}
}

func TestAddressLimit(t *testing.T) {
	for _, tc := range []struct{ name, one, same, other string }{
		{"IPv4", "192.0.2.1", "192.0.2.1", "192.0.2.2"},
		{"IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2"},
		{"IPv6 by /64", "2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8:0:2::1"},
		{"a zone is left out", "fe80::1%eth0", "fe80::2", "192.0.2.1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				h.ann()
				for i := range account.AddressLimit {
					// Locked after ten, which is within the limit, and counts too.
					_, err := h.try("ann", "wrong", tc.one)
					kind := fault.Unauthenticated
					if i >= account.LockAfter {
						kind = fault.Locked
					}
					want(t, fmt.Sprintf("attempt %d", i+1), err, kind)
					h.clock.Advance(time.Second)
				}
				_, err := h.try("somebody", "wrong", tc.same)
				want(t, "one more", err, fault.Limited)
				var f *fault.Error
				if !errors.As(err, &f) || f.RetryAfter != account.AddressWindow-account.AddressLimit*time.Second {
					t.Errorf("retry after %v", f.RetryAfter)
				}
				_, err = h.try("somebody", "wrong", tc.other)
				want(t, "from elsewhere", err, fault.Unauthenticated)
				h.clock.Advance(f.RetryAfter)
				_, err = h.try("somebody", "wrong", tc.same)
				want(t, "after waiting", err, fault.Unauthenticated)
			})
		})
	}
}

func TestParallelGuessesDoNotSlipThrough(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		var mu sync.Mutex
		kinds := map[fault.Kind]int{}
		var wg sync.WaitGroup
		for i := range 3 * account.LockAfter {
			wg.Go(func() {
				_, err := h.try("ann", "wrong", fmt.Sprintf("10.0.0.%d", i))
				mu.Lock()
				defer mu.Unlock()
				kinds[fault.KindOf(err)]++
			})
		}
		wg.Wait()
		if kinds[fault.Unauthenticated] != account.LockAfter || kinds[fault.Locked] != 2*account.LockAfter {
			t.Errorf("%v", kinds)
		}
	})
}

func TestParallelGoodLogInsDoNotLock(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		var wg sync.WaitGroup
		for i := range 3 * account.LockAfter {
			wg.Go(func() {
				if _, err := h.try("ann", password, fmt.Sprintf("10.0.0.%d", i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(h.sessions(u)); n != 3*account.LockAfter {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestAttemptsThatTaughtNothingAreTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, func(deps *account.Deps) {
			var err error
			deps.Hasher, err = secret.NewHasher(secret.Options{Params: secret.Params{MemoryKiB: 32 * 1024, Time: 2, Parallelism: 1}, Slots: 1, Queue: -1, Release: func() {}})
			if err != nil {
				t.Fatal(err)
			}
		})
		h.ann()
		var wg sync.WaitGroup
		var mu sync.Mutex
		kinds := map[fault.Kind]int64{}
		for i := range account.LockAfter {
			wg.Go(func() {
				_, err := h.try("ann", "wrong", fmt.Sprintf("10.0.0.%d", i))
				mu.Lock()
				defer mu.Unlock()
				kinds[fault.KindOf(err)]++
			})
		}
		wg.Wait()
		if kept := h.number("SELECT COUNT(*) FROM login_attempts"); kinds[fault.Overloaded] == 0 || kept != kinds[fault.Unauthenticated] {
			t.Errorf("%v, %d kept", kinds, kept)
		}
	})
}

func TestWhatWasTypedAsANameIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		_, err := h.try(another, "ann", home) // the password in the field of the name
		want(t, "log-in", err, fault.Unauthenticated)
		names, err := db.Query(context.Background(), h.db, db.Value[string], "SELECT username_key FROM login_attempts")
		if err != nil || len(names) != 1 || strings.Contains(names[0], "lantern") {
			t.Errorf("%q, %v", names, err)
		}
	})
}

func TestTheLogOfAttemptsIsBounded(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.exec("INSERT INTO login_attempts (id, username_key, address, success, at) VALUES (1, 'old', '', $1, 0), (100000, 'x', '', $1, 0)", false)
		if h.db.Engine == db.Postgres {
			h.exec("SELECT setval(pg_get_serial_sequence('login_attempts', 'id'), 100000)")
		}
		_, _ = h.try("nobody", "wrong", home)
		if n := h.number("SELECT COUNT(*) FROM login_attempts WHERE username_key = 'old'"); n != 0 {
			t.Error("the oldest is kept")
		}
		if n := h.number("SELECT COUNT(*) FROM login_attempts"); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestAClockSetRightUnlocks(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.clock.Advance(1000 * time.Hour)
		for range account.LockAfter {
			_, _ = h.try("ann", "wrong", home)
		}
		h.clock.Advance(-1000 * time.Hour)
		h.in("ann")
	})
}

func TestOldHashesAreRewrittenAtLogIn(t *testing.T) {
	old, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := secret.NewHasher(secret.Options{Params: secret.Params{MemoryKiB: 16, Time: 2, Parallelism: 1}, Release: func() {}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := weak.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	for name, hash := range map[string]string{"bcrypt": string(old), "other costs": other} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				u := h.ann()
				h.exec("UPDATE users SET password_hash = $1 WHERE id = $2", hash, u.ID)
				_, err := h.try("ann", "wrong", home)
				want(t, "a wrong one", err, fault.Unauthenticated)
				if n := h.number("SELECT COUNT(*) FROM users WHERE password_hash = $1", hash); n != 1 {
					t.Error("rewritten for a wrong password")
				}
				h.in("ann")
				if n := h.number("SELECT COUNT(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=8,t=1,p=1$%'"); n != 1 {
					t.Error("not rewritten")
				}
				h.in("ann")
			})
		})
	}
}

func TestAHashThatCannotBeReadIsAWrongPassword(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		for _, hash := range []string{"", "plain", "$argon2id$v=19$m=1,t=1,p=1$x$y"} {
			h.exec("UPDATE users SET password_hash = $1", hash)
			_, err := h.try("ann", password, home)
			want(t, hash, err, fault.Unauthenticated)
		}
	})
}

func TestSecondFactorIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		h.exec("UPDATE users SET totp_enabled = $1, totp_secret = 'sealed'", true)
		for range account.LockAfter - 1 {
			_, _ = h.try("ann", "wrong", home)
		}
		out, err := h.try("ann", password, home)
		if err != nil || !out.MFARequired || out.Session != "" || !out.MFAExpiresAt.Equal(h.clock.Now().Add(account.DefaultMFATokenMaxAge)) {
			t.Fatalf("%+v, %v", out, err)
		}
		payload, _, err := h.keys.VerifyToken(secret.MFA, out.MFAToken, h.clock.Now(), time.Minute)
		if err != nil || int64(binary.BigEndian.Uint64(payload)) != u.ID {
			t.Errorf("%x, %v", payload, err)
		}
		h.gone(out.MFAToken, "made of an MFA token")
		if n := len(h.sessions(u)); n != 0 {
			t.Errorf("%d sessions", n)
		}
		// Half of the proof does not wipe out the failures.
		_, _ = h.try("ann", "wrong", home)
		_, err = h.try("ann", password, home)
		want(t, "after the tenth failure", err, fault.Locked)
	})
}

// Nobody is asked for another password because time has passed.
func TestPasswordsDoNotExpire(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		for range 3 {
			h.clock.Advance(10 * 365 * 24 * time.Hour)
			out, err := h.try("ann", password, home)
			if err != nil || out.User.PasswordDue || h.who(out.Session).PasswordDue {
				t.Fatalf("%+v, %v", out.User, err)
			}
		}
	})
}
