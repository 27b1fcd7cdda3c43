package account_test

import (
	"slices"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/passkey/passkeytest"
)

// events are what the audit list tells of a user since it was last asked, oldest first.
func (h house) events(u account.User, since *int64) (out []string) {
	h.t.Helper()
	p, err := h.Events(h.t.Context(), account.EventFilter{UserID: u.ID}, page.Request{Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	last := *since
	for _, e := range p.Items {
		if e.ID > last {
			out = append(out, e.Kind+" "+e.Detail)
			*since = max(*since, e.ID)
		}
	}
	slices.Reverse(out)
	return out
}

func TestTheAuditListTellsOfPasskeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := &noted{}
		h := newHouse(t, d, func(d *account.Deps) { d.Notices = n })
		u := h.ann()
		session := h.in("ann")
		var seen int64
		h.events(u, &seen)
		told := func(after string, want ...string) {
			t.Helper()
			if got := h.events(u, &seen); !slices.Equal(got, want) {
				t.Errorf("after %s: %q, want %q", after, got, want)
			}
		}
		stick := passkeytest.New(t, party.Origin)
		key, err := h.addKey(session, stick, "Stick")
		if err != nil {
			t.Fatal(err)
		}
		told("adding one", "passkey_added Stick")
		if _, err := h.show(stick.Get(t, h.ask("")), ""); err != nil {
			t.Fatal(err)
		}
		told("a log-in", "passkey_used Stick", "log_in ")
		options, err := h.PasskeyProofOptions(t.Context(), h.who(session), party)
		if err != nil {
			t.Fatal(err)
		}
		if session, err = h.StepUpPasskey(t.Context(), h.who(session), party, stick.Get(t, options), home); err != nil {
			t.Fatal(err)
		}
		told("a proof", "passkey_used Stick", "step_up ")
		used := stick.Get(t, h.ask(""))
		stick.Careless = true
		_, err = h.show(stick.Get(t, h.ask("")), "")
		want(t, "nobody was verified", err, fault.Unauthenticated)
		told("a refusal", "log_in_failed ")
		_, err = h.show(passkeytest.New(t, party.Origin).Get(t, h.ask("")), "")
		want(t, "nobody's", err, fault.Unauthenticated)
		told("a refusal of nobody's") // which is in nobody's list
		stick.Careless = false
		if _, err = h.show(stick.Get(t, h.ask("")), ""); err != nil {
			t.Fatal(err)
		}
		told("a log-in", "passkey_used Stick", "log_in ")
		if len(n.all) != 0 {
			t.Errorf("notices: %+v", n.all)
		}
		for range 2 { // one whose counter stands still is suspended once
			_, err = h.show(used, "")
			want(t, "an earlier count", err, fault.Unauthenticated)
		}
		told("a copy", "passkey_suspended Stick", "log_in_failed ", "log_in_failed ")
		if len(n.all) != 1 || n.all[0].Kind != account.PasskeySuspended || n.all[0].UserID != u.ID {
			t.Errorf("notices: %+v", n.all)
		}
		if _, err := h.RemovePasskey(t.Context(), h.who(session), key.ID); err != nil {
			t.Fatal(err)
		}
		told("removing it", "passkey_removed Stick")
	})
}

// Whoever has no password keeps a way in: a passkey is one, unless it is suspended.
func TestTheLastPasskeyMayBeTheOnlyWayIn(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		session := h.in("ann")
		h.key(session)
		h.key(session)
		session, err := h.link(session, h.annElsewhere())
		if err != nil {
			t.Fatal(err)
		}
		h.exec("UPDATE users SET password_hash = '' WHERE id = $1", u.ID)
		keys := h.passkeys(u)
		if session, err = h.UnlinkIdentity(t.Context(), h.who(session), h.identities(u)[0].ID); err != nil {
			t.Fatalf("with passkeys: %v", err)
		}
		h.exec("UPDATE passkeys SET suspended_at = 1 WHERE id = $1", keys[1].ID)
		_, err = h.RemovePasskey(t.Context(), h.who(session), keys[0].ID)
		if want(t, "the only way in", err, fault.Conflict); code(err) != "last_way_in" || len(h.passkeys(u)) != 2 {
			t.Errorf("%v", err)
		}
		if session, err = h.RemovePasskey(t.Context(), h.who(session), keys[1].ID); err != nil {
			t.Fatalf("a suspended one: %v", err)
		}
		if session, err = h.link(session, h.annElsewhere()); err != nil {
			t.Fatal(err)
		}
		if session, err = h.RemovePasskey(t.Context(), h.who(session), keys[0].ID); err != nil {
			t.Fatalf("with an identity: %v", err)
		}
		_, err = h.UnlinkIdentity(t.Context(), h.who(session), h.identities(u)[0].ID)
		want(t, "the identity, now", err, fault.Conflict)
	})
}

// What is for an account that was lost or taken leaves no passkey behind; what is
// for a lost second factor does; and a disabled user's let nobody in.
func TestAdministratorsAndPasskeys(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		h.exec("UPDATE users SET role = 'admin'")
		bob := h.add("bob")
		_, _, session := h.protect(h.in("bob"))
		a := h.key(session)
		if _, err := h.DisableMFA(t.Context(), bob.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.show(a.Get(t, h.ask("")), ""); err != nil {
			t.Errorf("after the second factor was taken away: %v", err)
		}
		if err := h.SetDisabled(t.Context(), bob.ID, true); err != nil {
			t.Fatal(err)
		}
		_, err := h.show(a.Get(t, h.ask("")), "")
		want(t, "a disabled user's", err, fault.Unauthenticated)
		if err := h.SetDisabled(t.Context(), bob.ID, false); err != nil {
			t.Fatal(err)
		}
		out, err := h.show(a.Get(t, h.ask("")), "")
		if err != nil {
			t.Fatalf("enabled again: %v", err)
		}
		anns := h.key(h.in("ann"))
		if err := h.ResetPassword(t.Context(), bob.ID, "nine yellow telescopes"); err != nil {
			t.Fatal(err)
		}
		h.gone(out.Session, "after a reset")
		if n := len(h.passkeys(bob)); n != 0 {
			t.Errorf("%d passkeys after a reset", n)
		}
		_, err = h.show(a.Get(t, h.ask("")), "")
		want(t, "after a reset", err, fault.Unauthenticated)
		h.clock.Advance(time.Minute)
		if _, err := h.show(anns.Get(t, h.ask("")), ""); err != nil || len(h.passkeys(u)) != 1 {
			t.Errorf("another's: %v", err)
		}
	})
}
