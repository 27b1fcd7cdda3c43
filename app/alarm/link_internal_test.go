package alarm

import (
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/secret"
)

// Whatever a link says, signed by us or by nobody, it is read as what we would
// have written or answered as one that is over.
func FuzzLink(f *testing.F) {
	keys, err := secret.NewKeys("0123456789abcdefghijklmnopqrstuv")
	if err != nil {
		f.Fatal(err)
	}
	noon := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	s := &Service{Deps: Deps{Keys: keys, Clock: noon}} // without a database: what is not ours never gets there
	for _, seed := range []string{"1 2 done abc", "1 2 done", "-1 02 done abc", "9223372036854775808 1 hour x", "1\u00a02 done abc", "+1 2 done abc", ""} {
		f.Add([]byte(seed), seed)
	}
	f.Fuzz(func(t *testing.T, payload []byte, token string) {
		payload = payload[:min(len(payload), 1024)] // more is never signed
		if p, ok := parseLink(payload); ok && string(p.bytes()) != string(payload) {
			t.Errorf("%q is read as %+v", payload, p)
		}
		if _, err := s.Look(t.Context(), token); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q answers %v", token, err)
		}
		if _, ok := parseLink(payload); ok {
			return
		}
		if _, err := s.Follow(t.Context(), keys.SignToken(secret.Action, payload, noon.Now())); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q, signed, answers %v", payload, err)
		}
	})
}
