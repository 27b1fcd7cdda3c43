package account

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/secret"
)

// keysOnly is a service without a database: what is not whole never gets there.
func keysOnly(f *testing.F) *Service {
	f.Helper()
	keys, err := secret.NewKeys("0123456789abcdefghijklmnopqrstuv")
	if err != nil {
		f.Fatal(err)
	}
	return &Service{Deps: Deps{Keys: keys, Clock: clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)), MFATokenMaxAge: DefaultMFATokenMaxAge}}
}

// A ticket is read as what was written, and only a signed one of the right size
// gets as far as the database.
func FuzzTicket(f *testing.F) {
	s := keysOnly(f)
	f.Add(newTicket(1, 2, "hash").payload(), s.sign(newTicket(1, 2, "hash"), s.Clock.Now()))
	f.Add([]byte("short"), "AAAA")
	f.Add(make([]byte, ticketBytes+1), "")
	f.Fuzz(func(t *testing.T, payload []byte, token string) {
		payload = payload[:min(len(payload), 1024)] // more is never signed
		read, ok := parseTicket(payload)
		if ok != (len(payload) == ticketBytes) || ok && string(read.payload()) != string(payload) {
			t.Errorf("%x is read as %+v, %v", payload, read, ok)
		}
		gone := func(what, token string) {
			if _, _, err := s.holder(t.Context(), token); !fault.Is(err, fault.Unauthenticated) || err.Error() != mfaGone().Error() {
				t.Errorf("%s answers %v", what, err)
			}
		}
		if _, _, err := s.Keys.VerifyToken(secret.MFA, token, s.Clock.Now(), s.MFATokenMaxAge); err != nil {
			gone("what nobody signed", token)
		}
		if !ok {
			gone("a ticket of another size", s.Keys.SignToken(secret.MFA, payload, s.Clock.Now()))
		}
		gone("a session", s.Keys.SignToken(secret.Session, payload, s.Clock.Now()))
	})
}

// A challenge is one of ours, for this and for this user, or refused.
func FuzzChallenge(f *testing.F) {
	s := keysOnly(f)
	f.Add(string(s.challenge(toLogIn, 0)), []byte("x"), byte(toLogIn), int64(0))
	f.Add(string(s.challenge(toProve, 7)), make([]byte, challengeBytes), byte(toProve), int64(7))
	f.Fuzz(func(t *testing.T, challenge string, payload []byte, what byte, user int64) {
		payload = payload[:min(len(payload), 1024)] // more is never signed
		for _, shown := range []string{challenge, s.Keys.SignToken(secret.Passkey, payload, s.Clock.Now())} {
			err := s.own(shown, ceremony(what), user)
			said, _, bad := s.Keys.VerifyToken(secret.Passkey, shown, s.Clock.Now(), challengeAge)
			if (err == nil) && (bad != nil || len(said) != challengeBytes || said[0] != what) {
				t.Errorf("%q is taken for %d", shown, what)
			}
			if err == nil && s.own(shown, ceremony(what), user+1) == nil {
				t.Errorf("%q is anybody's", shown)
			}
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%q answers %v", shown, err)
			}
		}
	})
}

// The cookie of a way to the provider opens as what was sealed, or not at all.
func FuzzOpenFlow(f *testing.F) {
	s := keysOnly(f)
	for _, seed := range []string{`{"s":"a","t":1743249600000000}`, `{"t":9223372036854775807}`, `{"t":-1}`, "null", "[]", "{"} {
		f.Add(seed, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, cookie string, sealed []byte) {
		if flow, err := s.OpenFlow(cookie); err == nil || flow != (Flow{}) {
			t.Errorf("%q opens as %+v", cookie, flow)
		}
		flow, err := s.OpenFlow(base64.RawURLEncoding.EncodeToString(s.Keys.Seal(sealed, flowPlace)))
		if err != nil {
			if flow != (Flow{}) || !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%q answers %+v, %v", sealed, flow, err)
			}
			return
		}
		if age := s.Clock.Now().Sub(clock.FromMicros(flow.Began)); age > FlowAge || age < -maxSkew || !json.Valid(sealed) {
			t.Errorf("%q is taken at the age of %v", sealed, age)
		}
		if _, err := s.OpenFlow(base64.RawURLEncoding.EncodeToString(s.Keys.Seal(sealed, "cookie/another"))); err == nil {
			t.Errorf("%q opens in another's place", sealed)
		}
	})
}
