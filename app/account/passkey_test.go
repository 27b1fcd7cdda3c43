package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/passkey"
	"umbra/app/passkey/passkeytest"
)

var party = passkey.Party{ID: "umbra.example.org", Origin: "https://umbra.example.org", Name: "Umbra"}

// addKey registers an authenticator's passkey for whoever holds a session.
func (h house) addKey(session string, a *passkeytest.Authenticator, name string) (account.Passkey, error) {
	h.t.Helper()
	options, err := h.PasskeyOptions(h.t.Context(), h.who(session), party)
	if err != nil {
		return account.Passkey{}, err
	}
	return h.AddPasskey(h.t.Context(), h.who(session), party, account.NewPasskey{Name: name, Response: a.Create(h.t, options)})
}

func (h house) key(session string) *passkeytest.Authenticator {
	h.t.Helper()
	a := passkeytest.New(h.t, party.Origin)
	if _, err := h.addKey(session, a, "Key"); err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h house) ask(mfaToken string) json.RawMessage {
	h.t.Helper()
	options, err := h.PasskeyLogInOptions(h.t.Context(), party, mfaToken)
	if err != nil {
		h.t.Fatal(err)
	}
	return options
}

func (h house) show(response []byte, mfaToken string) (account.Outcome, error) {
	return h.LogInPasskey(h.t.Context(), party, account.PasskeyLogIn{Response: response, MFAToken: mfaToken, Address: home, UserAgent: "Test"})
}

func (h house) passkeys(u account.User) []account.Passkey {
	h.t.Helper()
	p, err := h.Passkeys(h.t.Context(), u.ID, page.Request{})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Items
}

func TestPasskeysLetIn(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		session := h.in("ann")
		phone, stick := passkeytest.New(t, party.Origin), passkeytest.New(t, party.Origin)
		phone.Synced = true
		if _, err := h.addKey(session, phone, " Ann's phone "); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Second)
		if _, err := h.addKey(session, stick, "Stick"); err != nil {
			t.Fatal(err)
		}
		_, err := h.addKey(session, stick, "Stick again")
		want(t, "the same passkey", err, fault.Conflict)
		for range 2 {
			for _, a := range []*passkeytest.Authenticator{phone, stick} {
				out, err := h.show(a.Get(t, h.ask("")), "")
				if err != nil || out.MFARequired || h.who(out.Session).UserID != u.ID {
					t.Fatalf("%+v, %v", out, err)
				}
			}
		}
		keys := h.passkeys(u)
		if len(keys) != 2 || keys[0].Name != "Ann's phone" || !keys[0].Synced || keys[1].Synced || keys[1].LastUsedAt == nil || !keys[1].LastUsedAt.Equal(h.clock.Now()) || keys[0].Address != party.ID {
			t.Errorf("%+v", keys)
		}
		renamed, err := h.RenamePasskey(t.Context(), u.ID, keys[1].ID, "Blue stick")
		if err != nil || renamed.Name != "Blue stick" {
			t.Errorf("%+v, %v", renamed, err)
		}
		for _, name := range []string{"", "  ", strings.Repeat("x", 65), "a\nb"} {
			_, err = h.RenamePasskey(t.Context(), u.ID, keys[1].ID, name)
			want(t, fmt.Sprintf("the name %q", name), err, fault.Invalid)
		}
		bob := h.add("bob")
		_, err = h.RenamePasskey(t.Context(), bob.ID, keys[1].ID, "Mine")
		want(t, "renaming another's", err, fault.NotFound)
		_, err = h.RemovePasskey(t.Context(), h.who(h.in("bob")), keys[1].ID)
		want(t, "removing another's", err, fault.NotFound)
		other := h.in("ann")
		renewed, err := h.RemovePasskey(t.Context(), h.who(session), keys[1].ID)
		if err != nil {
			t.Fatal(err)
		}
		h.who(renewed)
		h.gone(other, "on another device after a passkey was removed")
		_, err = h.show(stick.Get(t, h.ask("")), "")
		want(t, "a removed passkey", err, fault.Unauthenticated)
	})
}

// Nobody is let in, or told why, by an answer that is not true or not to us.
func TestPasskeyLies(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		a := h.key(h.in("ann"))
		said := map[string]bool{}
		refused := func(what string, response []byte) {
			t.Helper()
			_, err := h.show(response, "")
			want(t, what, err, fault.Unauthenticated)
			said[fmt.Sprint(err)] = true
			h.clock.Advance(10 * time.Second)
		}
		used := a.Get(t, h.ask(""))
		if _, err := h.show(used, ""); err != nil {
			t.Fatal(err)
		}
		refused("an answer again", used)
		late := a.Get(t, h.ask(""))
		h.clock.Advance(6 * time.Minute)
		refused("too late", late)
		refused("nothing", nil)
		refused("no answer at all", []byte(`{"id": "x"}`))
		refused("far too long", bytes.Repeat([]byte(" "), passkey.MaxResponse+1))
		refused("nobody's", passkeytest.New(t, party.Origin).Get(t, h.ask("")))
		options, err := h.PasskeyOptions(t.Context(), h.who(h.in("ann")), party)
		if err != nil {
			t.Fatal(err)
		}
		refused("a challenge of another ceremony", a.Get(t, options))
		proof, err := h.PasskeyProofOptions(t.Context(), h.who(h.in("ann")), party)
		if err != nil {
			t.Fatal(err)
		}
		refused("a challenge for step-up", a.Get(t, proof))
		mine, err := party.RequestOptions(bytes.Repeat([]byte{1}, 66), nil, true)
		if err != nil {
			t.Fatal(err)
		}
		refused("a challenge of their own", a.Get(t, mine))
		a.Origin = "https://evil.example"
		refused("another origin", a.Get(t, h.ask("")))
		a.Origin, a.Party = party.Origin, "evil.example"
		refused("another relying party", a.Get(t, h.ask("")))
		a.Party, a.Careless = "", true
		refused("nobody was verified", a.Get(t, h.ask("")))
		a.Careless = false
		other := party
		other.ID = "other.example.org"
		o, err := h.LogInPasskey(t.Context(), other, account.PasskeyLogIn{Response: a.Get(t, h.ask("")), Address: home})
		want(t, "under another address of the server", err, fault.Unauthenticated)
		if o.Session != "" {
			t.Error("a session")
		}
		h.clock.Advance(time.Minute)
		if err := h.db.Tx(t.Context(), func(ctx context.Context) error {
			_, err := h.db.Exec(ctx, "UPDATE users SET disabled = $1 WHERE id = $2", true, u.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		refused("a disabled user's", a.Get(t, h.ask("")))
		if len(said) != 1 {
			t.Errorf("they are told apart: %v", said)
		}
		h.exec("UPDATE users SET disabled = $1", false)
		if _, err := h.show(a.Get(t, h.ask("")), ""); err != nil {
			t.Errorf("after all that: %v", err)
		}
	})
}

func TestAClonedPasskeyIsSuspended(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		a := h.key(h.in("ann"))
		for range 2 {
			if _, err := h.show(a.Get(t, h.ask("")), ""); err != nil {
				t.Fatal(err)
			}
		}
		copied := *a
		if _, err := h.show(a.Get(t, h.ask("")), ""); err != nil {
			t.Fatal(err)
		}
		_, err := h.show(copied.Get(t, h.ask("")), "")
		want(t, "the copy", err, fault.Unauthenticated)
		_, err = h.show(a.Get(t, h.ask("")), "")
		want(t, "the passkey itself, since", err, fault.Unauthenticated)
		if keys := h.passkeys(u); keys[0].SuspendedAt == nil {
			t.Errorf("%+v", keys)
		}
	})
}

func TestAPasskeyGetsInWhereThePasswordIsLocked(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		a := h.key(h.in("ann"))
		for i := range account.LockAfter {
			_, err := h.try("ann", "wrong", fmt.Sprintf("10.0.0.%d", i))
			want(t, "a wrong password", err, fault.Unauthenticated)
		}
		_, err := h.try("ann", password, home)
		want(t, "the right one", err, fault.Locked)
		if _, err := h.show(a.Get(t, h.ask("")), ""); err != nil {
			t.Errorf("a passkey: %v", err)
		}
		_, err = h.try("ann", password, home)
		want(t, "the password is still locked", err, fault.Locked)
	})
}

// Passkeys that are refused lock nobody out, and are limited by address.
func TestRefusedPasskeysAreLimited(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		a := h.key(h.in("ann"))
		h.clock.Advance(account.AddressWindow)
		a.Careless = true
		for range account.AddressLimit {
			_, err := h.show(a.Get(t, h.ask("")), "")
			want(t, "refused", err, fault.Unauthenticated)
		}
		a.Careless = false
		_, err := h.show(a.Get(t, h.ask("")), "")
		want(t, "one more", err, fault.Limited)
		if _, err := h.try("ann", password, "10.0.0.9"); err != nil {
			t.Errorf("the password, from elsewhere: %v", err)
		}
	})
}

func TestAPasskeyAsSecondStep(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.add("bob")
		bobs := h.key(h.in("bob"))
		_, codes, session := h.protect(h.in("ann"))
		waiting := h.half()
		_, err := h.PasskeyLogInOptions(t.Context(), party, waiting)
		want(t, "without a passkey", err, fault.Conflict)
		a := h.key(session)
		out, err := h.try("ann", password, home)
		if err != nil || fmt.Sprint(out.MFAMethods, out.MFAPasskeys) != "[totp recovery_code] [umbra.example.org]" {
			t.Errorf("%v, %v, %v", out.MFAMethods, out.MFAPasskeys, err)
		}
		a.Careless = true // the password was the other factor
		token := h.half()
		_, err = h.show(a.Get(t, h.ask("")), token)
		want(t, "an answer to a log-in without password", err, fault.Unauthenticated)
		_, err = h.show(bobs.Get(t, h.ask(token)), token)
		want(t, "somebody else's passkey", err, fault.Unauthenticated)
		_, err = h.show(a.Get(t, h.ask(token)), "")
		want(t, "an answer to a second step, alone", err, fault.Unauthenticated)
		out, err = h.show(a.Get(t, h.ask(token)), token)
		if err != nil || h.who(out.Session).Username != "Ann" {
			t.Fatalf("%+v, %v", out, err)
		}
		_, err = h.second(token, codes[0])
		want(t, "the token again", err, fault.Unauthenticated)
		_, err = h.PasskeyLogInOptions(t.Context(), party, "nonsense")
		want(t, "no token", err, fault.Unauthenticated)
	})
}

func TestStepUpByPasskey(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.add("bob")
		session := h.in("ann")
		a, bobs := h.key(session), h.key(h.in("bob"))
		h.clock.Advance(time.Hour)
		if h.who(session).Proved(h.clock.Now()) {
			t.Fatal("an hour later")
		}
		prove := func(a *passkeytest.Authenticator) (string, error) {
			options, err := h.PasskeyProofOptions(t.Context(), h.who(session), party)
			if err != nil {
				t.Fatal(err)
			}
			return h.StepUpPasskey(t.Context(), h.who(session), party, a.Get(t, options), home)
		}
		_, err := prove(bobs)
		want(t, "somebody else's", err, fault.Unauthenticated)
		a.Careless = true
		_, err = prove(a)
		want(t, "nobody was verified", err, fault.Unauthenticated)
		a.Careless = false
		renewed, err := prove(a)
		if err != nil {
			t.Fatal(err)
		}
		h.gone(session, "before the proof")
		if p := h.who(renewed); !p.Proved(h.clock.Now()) {
			t.Error("proved, and is not")
		}
	})
}

func TestPasskeysAreCapped(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := h.ann()
		session := h.in("ann")
		last, err := h.PasskeyOptions(t.Context(), h.who(session), party)
		if err != nil {
			t.Fatal(err)
		}
		for range account.MaxPasskeys {
			h.key(session)
		}
		_, err = h.addKey(session, passkeytest.New(t, party.Origin), "One more")
		want(t, "asking for one more", err, fault.Conflict)
		_, err = h.AddPasskey(t.Context(), h.who(session), party, account.NewPasskey{Name: "One more", Response: passkeytest.New(t, party.Origin).Create(t, last)})
		want(t, "having asked before", err, fault.Conflict)
		if n := len(h.passkeys(u)); n != account.MaxPasskeys {
			t.Errorf("%d passkeys", n)
		}
	})
}

// A new passkey belongs to who asked for it: another user's session, another
// server's challenge or one that was answered add nothing.
func TestAddingNeedsItsOwnChallenge(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.ann()
		h.add("bob")
		ann, bob := h.in("ann"), h.in("bob")
		options, err := h.PasskeyOptions(t.Context(), h.who(ann), party)
		if err != nil {
			t.Fatal(err)
		}
		add := func(session string, response []byte) error {
			_, err := h.AddPasskey(t.Context(), h.who(session), party, account.NewPasskey{Name: "Key", Response: response})
			return err
		}
		want(t, "asked by another", add(bob, passkeytest.New(t, party.Origin).Create(t, options)), fault.Unauthenticated)
		if err := add(ann, passkeytest.New(t, party.Origin).Create(t, options)); err != nil {
			t.Fatal(err)
		}
		want(t, "the challenge again", add(ann, passkeytest.New(t, party.Origin).Create(t, options)), fault.Unauthenticated)
		options, _ = h.PasskeyOptions(t.Context(), h.who(ann), party)
		evil := passkeytest.New(t, "https://evil.example")
		want(t, "another origin", add(ann, evil.Create(t, options)), fault.Unauthenticated)
		careless := passkeytest.New(t, party.Origin)
		careless.Careless = true
		want(t, "nobody was verified", add(ann, careless.Create(t, options)), fault.Unauthenticated)
		if n := h.number("SELECT COUNT(*) FROM passkeys"); n != 1 {
			t.Errorf("%d passkeys", n)
		}
	})
}

func TestAnAnswerIsTakenOnceOnSeveralServers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, nil)
		u := h.ann()
		a := h.key(h.in("ann"))
		a.Synced = true // no counter that would tell
		h.exec("UPDATE passkeys SET backup_eligible = $1", true)
		servers := []house{h, newHouse(t, d, nil)}
		answer := a.Get(t, h.ask(""))
		before := len(h.sessions(u))
		var wg sync.WaitGroup
		var mu sync.Mutex
		in := 0
		for i := range 6 {
			wg.Go(func() {
				_, err := servers[i%2].show(answer, "")
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					in++
				} else {
					want(t, "again", err, fault.Unauthenticated)
				}
			})
		}
		wg.Wait()
		if n := len(h.sessions(u)) - before; in != 1 || n != 1 {
			t.Errorf("let in %d times, %d sessions", in, n)
		}
		h.clock.Advance(time.Hour)
		if err := h.Expire(t.Context()); err != nil || h.number("SELECT COUNT(*) FROM spent_challenges") != 0 {
			t.Errorf("challenges stay: %v", err)
		}
	})
}
