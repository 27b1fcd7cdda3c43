package account_test

import (
	"context"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/secret"
)

// app is the authenticator app of a test.
type app struct {
	h house
	t secret.TOTP
}

// code is what the app shows now, or so many steps away.
func (a app) code(steps int) string {
	a.h.t.Helper()
	code, err := a.t.Code(a.h.clock.Now().Add(time.Duration(steps) * 30 * time.Second))
	if err != nil {
		a.h.t.Fatal(err)
	}
	return code
}

func (h house) enroll(session string) (app, account.Enrolment) {
	h.t.Helper()
	e, err := h.EnrollTOTP(h.t.Context(), h.who(session), password, home)
	if err != nil {
		h.t.Fatal(err)
	}
	t, err := base32.StdEncoding.DecodeString(e.Secret)
	if err != nil {
		h.t.Fatal(err)
	}
	return app{h, t}, e
}

// protect turns Ann's second factor on and moves on to the next step.
func (h house) protect(session string) (a app, codes []string, renewed string) {
	h.t.Helper()
	a, _ = h.enroll(session)
	codes, renewed, err := h.ConfirmTOTP(h.t.Context(), h.who(session), a.code(0), home)
	if err != nil {
		h.t.Fatal(err)
	}
	h.clock.Advance(time.Minute)
	return a, codes, renewed
}

func (h house) half() string {
	h.t.Helper()
	out, err := h.try("ann", password, home)
	if err != nil || !out.MFARequired || out.Session != "" || out.MFAToken == "" {
		h.t.Fatalf("%+v, %v", out, err)
	}
	return out.MFAToken
}

func (h house) second(token, code string) (account.Outcome, error) {
	return h.LogInTOTP(h.t.Context(), account.SecondStep{Token: token, Code: code, Address: home, UserAgent: "Test"})
}

func TestSetUpAnAuthenticator(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		phone, session := h.in("ann"), h.in("ann")
		a, e := h.enroll(session)
		if !strings.HasPrefix(e.URI, "otpauth://totp/Umbra:Ann?") || !strings.Contains(e.URI, e.Secret) || !strings.HasPrefix(e.QR, "<svg ") || len(a.t) != 20 {
			t.Errorf("%+v", e)
		}
		if out, err := h.try("ann", password, home); err != nil || out.MFARequired {
			t.Errorf("on before it is confirmed: %+v, %v", out, err)
		}
		_, _, err := h.ConfirmTOTP(t.Context(), h.who(session), a.code(5), home)
		want(t, "a code of another time", err, fault.Unauthenticated)
		codes, renewed, err := h.ConfirmTOTP(t.Context(), h.who(session), a.code(0), home)
		if err != nil {
			t.Fatal(err)
		}
		h.gone(session, "before it was turned on")
		h.gone(phone, "on another device")
		if p := h.who(renewed); !p.TOTPEnabled {
			t.Errorf("%+v", p)
		}
		if s, err := h.SecondFactor(t.Context(), h.who(renewed)); err != nil || !s.Enabled || s.RecoveryCodes != 10 {
			t.Errorf("%+v, %v", s, err)
		}
		slices.Sort(codes)
		if len(slices.Compact(slices.Clone(codes))) != 10 || slices.ContainsFunc(codes, func(c string) bool {
			return !regexp.MustCompile(`^([2-9A-HJ-NP-Z]{4}-){5}[2-9A-HJ-NP-Z]{4}$`).MatchString(c)
		}) {
			t.Errorf("%q", codes)
		}
		// Nothing that lets in lies in the database as it is.
		for _, query := range []string{"SELECT totp_secret FROM users", "SELECT totp_pending_secret FROM users"} {
			kept, _, err := db.One(t.Context(), h.db, db.Value[string], query)
			if err != nil || strings.Contains(kept, e.Secret) || strings.Contains(kept, string(a.t)) {
				t.Errorf("%s: %q, %v", query, kept, err)
			}
		}
		if n := h.number("SELECT COUNT(*) FROM users WHERE totp_pending_secret = '' AND id = $1", u.ID); n != 1 {
			t.Error("the enrolment stays")
		}
		_, err = h.EnrollTOTP(t.Context(), h.who(renewed), password, home)
		want(t, "a second app", err, fault.Conflict)
	})
}

func TestEnrolmentNeedsThePassword(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		session := h.in("ann")
		for range account.LockAfter {
			_, err := h.EnrollTOTP(t.Context(), h.who(session), "wrong", home)
			want(t, "a wrong password", err, fault.Unauthenticated)
		}
		_, err := h.EnrollTOTP(t.Context(), h.who(session), password, home)
		want(t, "after ten", err, fault.Locked)
		if n := h.number("SELECT COUNT(*) FROM users WHERE totp_pending_secret <> ''"); n != 0 {
			t.Error("enrolled without the password")
		}
		_, err = h.try("ann", password, home)
		want(t, "the same counter as log-in's", err, fault.Locked)
	})
}

// Whoever finds a page open in the middle of setting up cannot try every code.
func TestConfirmingIsThrottled(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		session := h.in("ann")
		a, _ := h.enroll(session)
		for range account.LockAfter {
			_, _, err := h.ConfirmTOTP(t.Context(), h.who(session), "000000x", home)
			want(t, "a wrong code", err, fault.Unauthenticated)
		}
		_, _, err := h.ConfirmTOTP(t.Context(), h.who(session), a.code(0), home)
		want(t, "after ten", err, fault.Locked)
	})
}

func TestEnrolmentsEndAndAreReplaced(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		session := h.in("ann")
		_, _, err := h.ConfirmTOTP(t.Context(), h.who(session), "123456", home)
		want(t, "nothing to confirm", err, fault.Conflict)
		first, _ := h.enroll(session)
		second, _ := h.enroll(session)
		_, _, err = h.ConfirmTOTP(t.Context(), h.who(session), first.code(0), home)
		want(t, "the app of before", err, fault.Unauthenticated)
		h.clock.Advance(10 * time.Minute)
		_, _, err = h.ConfirmTOTP(t.Context(), h.who(session), second.code(0), home)
		want(t, "ten minutes later", err, fault.Conflict)
	})
}

func TestSecondStep(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		a, codes, _ := h.protect(h.in("ann"))
		out, err := h.second(h.half(), a.code(0))
		if err != nil || h.who(out.Session).Username != "Ann" {
			t.Fatalf("%+v, %v", out, err)
		}
		_, err = h.second(h.half(), a.code(0))
		want(t, "a code again", err, fault.Unauthenticated)
		_, err = h.second(h.half(), a.code(-1))
		want(t, "the code before it", err, fault.Unauthenticated)
		if _, err = h.second(h.half(), a.code(1)); err != nil {
			t.Errorf("the next code: %v", err)
		}
		h.clock.Advance(30 * time.Second)
		_, err = h.second(h.half(), a.code(0))
		want(t, "the code that was early", err, fault.Unauthenticated)

		typed := strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))
		if out, err = h.second(h.half(), typed); err != nil || out.Session == "" {
			t.Errorf("a recovery code: %v", err)
		}
		_, err = h.second(h.half(), codes[3])
		want(t, "a recovery code again", err, fault.Unauthenticated)
		if s, err := h.SecondFactor(t.Context(), h.who(out.Session)); err != nil || s.RecoveryCodes != 9 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// Everything that is no good code says the same, and so does every token that
// is not good any more.
func TestWhatIsWrongSaysTheSame(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		bob := h.add("bob")
		a, codes, _ := h.protect(h.in("ann"))
		said := map[string]int{}
		wrong := func(what, token, code string) {
			t.Helper()
			_, err := h.second(token, code)
			want(t, what, err, fault.Unauthenticated)
			said[err.Error()]++
			h.exec("DELETE FROM login_attempts WHERE kind = 'password' AND NOT success")
		}
		used := a.code(0)
		spent := h.half()
		if _, err := h.second(spent, used); err != nil {
			t.Fatal(err)
		}
		for what, code := range map[string]string{"used": used, "none": "", "letters": "abcdef", "long": strings.Repeat("1", 400), "far": a.code(9),
			"no recovery code": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", "NUL": "12345\x00", "no UTF-8": "\xff\xff\xff\xff\xff\xff"} {
			wrong(what, h.half(), code)
		}
		if len(said) != 1 {
			t.Errorf("codes: %v", said)
		}
		said = map[string]int{}
		h.clock.Advance(30 * time.Second)
		good := h.half()
		now := h.clock.Now()
		wrong("spent", spent, codes[0])
		wrong("empty", "", codes[0])
		wrong("cut short", good[:len(good)-1], codes[0])
		wrong("changed", good[:40]+string(good[40]^1)+good[41:], codes[0]) // another sign, whatever stands there
		wrong("a session's", h.keys.SignToken(secret.Session, make([]byte, 32), now), codes[0])
		wrong("signed, but no ticket", h.keys.SignToken(secret.MFA, []byte("hello"), now), codes[0])
		wrong("of an attempt that is not there", h.keys.SignToken(secret.MFA, make([]byte, 32), now), codes[0])
		old := h.half()
		h.clock.Advance(account.DefaultMFATokenMaxAge + time.Second)
		wrong("too old", old, codes[0])

		old = h.half()
		h.exec("UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = $1) WHERE username = 'Ann'", bob.ID)
		wrong("another password since", old, codes[0])
		old = h.half()
		h.exec("UPDATE users SET disabled = $1 WHERE username = 'Ann'", true)
		wrong("disabled since", old, codes[0])
		h.exec("UPDATE users SET disabled = $1, totp_enabled = $1 WHERE username = 'Ann'", false)
		wrong("turned off since", old, codes[0])
		if len(said) != 1 {
			t.Errorf("tokens: %v", said)
		}
		if n := h.number("SELECT COUNT(*) FROM recovery_codes"); n != 10 {
			t.Errorf("%d recovery codes are left: a refused log-in used one", n)
		}
	})
}

func TestAnMFATokenIsNothingElse(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		_, codes, session := h.protect(h.in("ann"))
		token := h.half()
		h.gone(token, "made of an MFA token")
		if err := h.LogOut(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		h.who(session)
		if _, err := h.second(token, codes[0]); err != nil {
			t.Errorf("after all that: %v", err)
		}
	})
}

func TestSecondStepsAreThrottled(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		a, _, _ := h.protect(h.in("ann"))
		token := h.half()
		for i := range account.LockAfter {
			if i%3 == 0 {
				token = h.half() // half of the proof wipes out nothing
			}
			_, err := h.second(token, "000000x")
			want(t, "a wrong code", err, fault.Unauthenticated)
			h.clock.Advance(10 * time.Second)
		}
		_, err := h.second(token, a.code(0))
		want(t, "the right one after ten", err, fault.Locked)
		_, err = h.try("ann", password, "10.0.0.9")
		want(t, "the password", err, fault.Locked)
		h.clock.Advance(account.LockFor)
		if _, err := h.second(h.half(), a.code(0)); err != nil {
			t.Errorf("half an hour later: %v", err)
		}
	})
}

// Two servers share the database and nothing else: each secret thing is good
// for one of everybody who shows it at once.
func TestOnceOnSeveralServers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, nil)
		h.ann()
		a, codes, _ := h.protect(h.in("ann"))
		servers := []house{h, newHouse(t, d, nil), newHouse(t, d, nil)}
		for _, s := range servers {
			s.clock.Advance(h.clock.Now().Sub(s.clock.Now()))
		}
		for what, try := range map[string]struct{ tokens, code string }{
			"a code":          {"each its own", a.code(0)},
			"a recovery code": {"each its own", codes[0]},
			"an MFA token":    {"one", ""},
		} {
			var wg sync.WaitGroup
			var mu sync.Mutex
			in := 0
			one := h.half()
			for i := range 6 {
				token, code := one, try.code
				if try.tokens != "one" {
					token = h.half()
				} else {
					code = codes[i+1]
				}
				wg.Go(func() {
					out, err := servers[i%3].LogInTOTP(context.WithoutCancel(t.Context()), account.SecondStep{Token: token, Code: code, Address: home})
					mu.Lock()
					defer mu.Unlock()
					if err == nil && out.Session != "" {
						in++
					} else {
						want(t, what, err, fault.Unauthenticated)
					}
				})
			}
			wg.Wait()
			if in != 1 {
				t.Errorf("%s let in %d times", what, in)
			}
			h.exec("DELETE FROM login_attempts WHERE kind <> 'partial'")
		}
		if n := h.number("SELECT COUNT(*) FROM recovery_codes"); n != 8 {
			t.Errorf("%d recovery codes are left, want 8: losers keep theirs", n)
		}
	})
}

func TestTurningItOff(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		_, err := h.DisableTOTP(t.Context(), h.who(h.in("ann")))
		want(t, "while it is off", err, fault.Conflict)
		_, err = h.RenewRecoveryCodes(t.Context(), h.who(h.in("ann")))
		want(t, "recovery codes while it is off", err, fault.Conflict)
		a, codes, session := h.protect(h.in("ann"))
		out, err := h.second(h.half(), a.code(0))
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := h.RenewRecoveryCodes(t.Context(), h.who(session))
		if err != nil || len(fresh) != 10 || slices.Contains(fresh, codes[0]) {
			t.Fatalf("%q, %v", fresh, err)
		}
		_, err = h.second(h.half(), codes[0])
		want(t, "a recovery code of before", err, fault.Unauthenticated)
		waiting := h.half()
		renewed, err := h.DisableTOTP(t.Context(), h.who(session))
		if err != nil {
			t.Fatal(err)
		}
		h.gone(session, "before it was turned off")
		h.gone(out.Session, "on another device")
		h.who(renewed)
		_, err = h.second(waiting, fresh[0])
		want(t, "a token from before", err, fault.Unauthenticated)
		h.in("ann")
		if n := h.number("SELECT COUNT(*) FROM recovery_codes") + h.number("SELECT COUNT(*) FROM users WHERE totp_secret <> ''"); n != 0 {
			t.Errorf("%d secrets are left", n)
		}
	})
}

// A sealed secret opens in its own row alone.
func TestASecretMovedToAnotherRowOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.add("bob")
		h.protect(h.in("ann"))
		a, _ := h.enroll(h.in("bob"))
		h.exec("UPDATE users SET totp_secret = (SELECT totp_pending_secret FROM users WHERE username = 'bob') WHERE username = 'Ann'")
		_, err := h.second(h.half(), a.code(0))
		if err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%v", err)
		}
	})
}
