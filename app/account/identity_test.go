package account_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

const provider = "https://auth.example.org"

func (h house) annElsewhere() account.ProvedIdentity {
	return account.ProvedIdentity{Issuer: provider, Subject: "ann-1", Shown: "ann@example.org", SignedInAt: h.clock.Now()}
}

// spend begins a flow and comes back with it.
func (h house) spend(address string) int64 {
	h.t.Helper()
	id, err := h.SpendFlow(h.t.Context(), h.BeginFlow(nil, "/"), address)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h house) link(token string, who account.ProvedIdentity) (string, error) {
	return h.LinkIdentity(h.t.Context(), h.who(token), who, h.spend(home))
}

func (h house) by(who account.ProvedIdentity, address string) (account.Outcome, error) {
	return h.LogInIdentity(h.t.Context(), who, h.spend(address), address, "Test")
}

func (h house) identities(u account.User) []account.Identity {
	h.t.Helper()
	p, err := h.Identities(h.t.Context(), u.ID, page.Request{})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Items
}

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func TestAnIdentityOpensTheAccountThatLinkedIt(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann := h.ann()
		_, err := h.by(h.annElsewhere(), home)
		if want(t, "before it is linked", err, fault.Unauthenticated); code(err) != "identity_unknown" {
			t.Error(err)
		}
		old := h.in("ann")
		token, err := h.link(old, h.annElsewhere())
		if err != nil {
			t.Fatal(err)
		}
		h.gone(old, "that had no such way in")
		h.who(token)
		if _, err := h.link(token, h.annElsewhere()); err != nil { // again: nothing to do
			t.Error(err)
		}
		for name, who := range map[string]account.ProvedIdentity{
			"the same address, another subject": {Issuer: provider, Subject: "ann-2", Shown: "ann@example.org"},
			"another case":                      {Issuer: provider, Subject: "ANN-1", Shown: "ann@example.org"},
			"a space":                           {Issuer: provider, Subject: "ann-1 "},
			"another provider":                  {Issuer: provider + "/", Subject: "ann-1"},
			"her user name":                     {Issuer: provider, Subject: "Ann"},
		} {
			_, err := h.by(who, home)
			want(t, name, err, fault.Unauthenticated)
		}
		who := h.annElsewhere()
		who.Shown = "ann@new.example"
		out, err := h.by(who, "10.0.0.1")
		if err != nil || out.MFARequired || out.User.ID != ann.ID || h.who(out.Session).UserID != ann.ID {
			t.Fatalf("%+v %v", out, err)
		}
		if got := h.identities(ann); len(got) != 1 || got[0].Shown != "ann@new.example" || got[0].Issuer != provider || got[0].LastUsedAt == nil {
			t.Errorf("%+v", got)
		}
		if err := h.SetDisabled(t.Context(), h.add("root").ID, false); err != nil {
			t.Fatal(err)
		}
		h.exec("UPDATE users SET role = 'admin' WHERE username_key = 'root'")
		if err := h.SetDisabled(t.Context(), ann.ID, true); err != nil {
			t.Fatal(err)
		}
		_, err = h.by(who, home)
		want(t, "of a disabled user", err, fault.Unauthenticated)
	})
}

// How fresh the proof is, the provider says; where it says nothing there is none.
func TestAnIdentityProvesAsOfWhenItWasShown(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		if _, err := h.link(h.in("ann"), h.annElsewhere()); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			at   time.Time
			want bool
		}{
			{"just now", h.clock.Now(), true},
			{"nine minutes ago", h.clock.Now().Add(-9 * time.Minute), true},
			{"yesterday", h.clock.Now().Add(-24 * time.Hour), false},
			{"not said", time.Time{}, false},
			{"tomorrow, by the provider's clock", h.clock.Now().Add(24 * time.Hour), true},
		} {
			who := h.annElsewhere()
			who.SignedInAt = tt.at
			out, err := h.by(who, home)
			if err != nil {
				t.Fatal(err)
			}
			if p := h.who(out.Session); p.Proved(h.clock.Now()) != tt.want || p.Proved(h.clock.Now().Add(account.ProofAge)) {
				t.Errorf("%s: proved at %v", tt.name, p.ProvedAt)
			}
		}
	})
}

func TestTheSecondFactorIsNotLeftOut(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann := h.ann()
		if _, err := h.link(h.in("ann"), h.annElsewhere()); err != nil {
			t.Fatal(err)
		}
		h.exec("UPDATE users SET totp_enabled = $1 WHERE id = $2", true, ann.ID)
		out, err := h.by(h.annElsewhere(), home)
		if err != nil || !out.MFARequired || out.Session != "" || out.MFAToken == "" {
			t.Fatalf("%+v %v", out, err)
		}
		step, err := h.SecondStepOf(t.Context(), out.MFAToken)
		if err != nil || step.MFAToken != out.MFAToken || !step.MFAExpiresAt.Equal(out.MFAExpiresAt) || len(step.MFAMethods) != 1 {
			t.Errorf("%+v %v", step, err)
		}
		h.clock.Advance(account.DefaultMFATokenMaxAge + time.Second)
		_, err = h.SecondStepOf(t.Context(), out.MFAToken)
		want(t, "too late", err, fault.Unauthenticated)
		_, err = h.SecondStepOf(t.Context(), "")
		want(t, "no token", err, fault.Unauthenticated)
		strong := h.annElsewhere()
		strong.SecondFactor = true
		if out, err := h.by(strong, home); err != nil || out.MFARequired || out.Session == "" {
			t.Errorf("%+v %v", out, err)
		}
	})
}

// Ten wrong passwords are no weapon against an identity, and an identity opens
// no lock for passwords.
func TestALockKeepsNoIdentityOut(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		if _, err := h.link(h.in("ann"), h.annElsewhere()); err != nil {
			t.Fatal(err)
		}
		for range account.LockAfter {
			_, _ = h.try("ann", "wrong", "10.9.9.9")
		}
		if _, err := h.by(h.annElsewhere(), home); err != nil {
			t.Errorf("an identity: %v", err)
		}
		_, err := h.try("ann", password, home)
		want(t, "the password", err, fault.Locked)
		for range account.AddressLimit { // and identities that open nothing lock nobody
			_, _ = h.by(account.ProvedIdentity{Issuer: provider, Subject: "ann"}, "10.8.8.8")
			h.clock.Advance(10 * time.Second)
		}
		h.clock.Advance(account.LockFor)
		h.in("ann")
	})
}

func TestComingBackIsLimitedByAddress(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		for range account.AddressLimit {
			h.spend("10.0.0.7")
		}
		_, err := h.SpendFlow(t.Context(), h.BeginFlow(nil, "/"), "10.0.0.7")
		want(t, "one too many", err, fault.Limited)
		h.spend("10.0.0.8")
		h.clock.Advance(account.AddressWindow)
		h.spend("10.0.0.7")
	})
}

func TestAFlowIsGoodOnceInItsBrowserForTenMinutes(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		p := h.who(h.in("ann"))
		f := h.BeginFlow(&p, "/settings/security")
		sealed, err := h.SealFlow(f)
		if err != nil || strings.Contains(sealed, f.State) || len(sealed) > 1000 {
			t.Fatalf("%q %v", sealed, err)
		}
		if got, err := h.OpenFlow(sealed); err != nil || got != f || f.User != p.UserID || f.Session != p.SessionID {
			t.Errorf("%+v %v, want %+v", got, err, f)
		}
		for _, bad := range []string{"", "x", sealed[1:], sealed[:len(sealed)-2], sealed + "A", strings.Repeat("A", 100_000), strings.ToUpper(sealed), f.State} {
			_, err := h.OpenFlow(bad)
			want(t, "a changed cookie", err, fault.Unauthenticated)
		}
		other := newHouse(t, h.db, func(d *account.Deps) { d.Keys = otherKeys(t) })
		_, err = other.OpenFlow(sealed)
		want(t, "another SECRET_KEY", err, fault.Unauthenticated)

		// Many at once, on two servers of one database.
		twin := newHouse(t, h.db, func(d *account.Deps) { d.Clock = h.clock })
		var wg sync.WaitGroup
		var mu sync.Mutex
		good := 0
		for i := range 8 {
			wg.Go(func() {
				s := []*account.Service{h.Service, twin.Service}[i%2]
				_, err := s.SpendFlow(context.Background(), f, home)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					good++
				case code(err) != "flow_gone":
					t.Error(err)
				}
			})
		}
		if wg.Wait(); good != 1 {
			t.Errorf("%d of 8 succeeded", good)
		}
		h.clock.Advance(account.FlowAge + time.Second)
		_, err = h.OpenFlow(sealed)
		want(t, "too old", err, fault.Unauthenticated)
		if err := h.Expire(t.Context()); err != nil || h.number("SELECT COUNT(*) FROM identity_flows") != 1 {
			t.Errorf("forgotten while another server's clock may still take it: %v", err)
		}
		h.clock.Advance(2 * account.FlowAge)
		if err := h.Expire(t.Context()); err != nil || h.number("SELECT COUNT(*) FROM identity_flows") != 0 {
			t.Errorf("kept for ever: %v", err)
		}
	})
}

func TestLinkingIsBounded(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann := h.ann()
		bob := h.add("bob")
		token, err := h.link(h.in("ann"), h.annElsewhere())
		if err != nil {
			t.Fatal(err)
		}
		bobs := h.in("bob")
		_, err = h.link(bobs, h.annElsewhere())
		if want(t, "Ann's identity for Bob", err, fault.Conflict); code(err) != "identity_taken" {
			t.Error(err)
		}
		h.who(bobs) // nothing changed, the session's token neither
		if n := len(h.identities(bob)); n != 0 {
			t.Errorf("Bob has %d", n)
		}
		for i := range account.MaxIdentities - 1 {
			h.clock.Advance(time.Minute)
			if token, err = h.link(token, account.ProvedIdentity{Issuer: provider, Subject: strings.Repeat("x", i+1)}); err != nil {
				t.Fatal(err)
			}
		}
		h.clock.Advance(time.Minute)
		_, err = h.link(token, account.ProvedIdentity{Issuer: provider, Subject: "one more"})
		if want(t, "one too many", err, fault.Conflict); code(err) != "too_many_identities" || len(h.identities(ann)) != account.MaxIdentities {
			t.Error(err)
		}
		p := h.who(token)
		if _, err := h.RevokeOthers(t.Context(), ann.ID, 0); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		_, err = h.LinkIdentity(t.Context(), p, account.ProvedIdentity{Issuer: provider, Subject: "later"}, h.spend(home))
		want(t, "a session that has ended", err, fault.Unauthenticated)
	})
}

func TestUnlinking(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann := h.ann()
		h.add("bob")
		token, err := h.link(h.in("ann"), h.annElsewhere())
		if err != nil {
			t.Fatal(err)
		}
		out, err := h.by(h.annElsewhere(), home)
		if err != nil {
			t.Fatal(err)
		}
		id := h.identities(ann)[0].ID
		_, err = h.UnlinkIdentity(t.Context(), h.who(h.in("bob")), id)
		want(t, "Ann's by Bob", err, fault.NotFound)
		hash := "$argon2id$kept"
		h.exec("UPDATE users SET password_hash = '' WHERE id = $1", ann.ID)
		_, err = h.UnlinkIdentity(t.Context(), h.who(token), id)
		if want(t, "the only way in", err, fault.Conflict); code(err) != "last_way_in" || len(h.identities(ann)) != 1 {
			t.Error(err)
		}
		h.exec("UPDATE users SET password_hash = $1 WHERE id = $2", hash, ann.ID)
		renewed, err := h.UnlinkIdentity(t.Context(), h.who(token), id)
		if err != nil || len(h.identities(ann)) != 0 {
			t.Fatal(err)
		}
		h.gone(token, "before its renewal")
		h.gone(out.Session, "that the identity began")
		h.who(renewed)
		_, err = h.by(h.annElsewhere(), home)
		want(t, "unlinked", err, fault.Unauthenticated)
	})
}

// Whoever had an account may have left a way in.
func TestAResetUnlinksIdentities(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ann := h.ann()
		if _, err := h.link(h.in("ann"), h.annElsewhere()); err != nil {
			t.Fatal(err)
		}
		if err := h.ResetPassword(t.Context(), ann.ID, "nine yellow telescopes"); err != nil {
			t.Fatal(err)
		}
		_, err := h.by(h.annElsewhere(), home)
		want(t, "after a reset", err, fault.Unauthenticated)
	})
}

func TestIdentitiesAreFoundByIndex(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite), nil)
	h.ann()
	if _, err := h.link(h.in("ann"), h.annElsewhere()); err != nil {
		t.Fatal(err)
	}
	attempt := h.spend(home)
	dbtest.NoScan(t, h.db, func(ctx context.Context) error {
		_, err := h.Identities(ctx, 1, page.Request{})
		if err == nil {
			_, err = h.LogInIdentity(ctx, h.annElsewhere(), attempt, home, "Test")
		}
		return err
	})
}

func otherKeys(t *testing.T) secret.Keys {
	t.Helper()
	k, err := secret.NewKeys("another key, of another server, 32 bytes")
	if err != nil {
		t.Fatal(err)
	}
	return k
}
