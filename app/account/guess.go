package account

import (
	"time"

	"umbra/app/fault"
	"umbra/app/limit"
)

// guess is a secret that somebody shows instead of a session: a token, or what a
// link has in it. Addresses that make them up are made to wait; who has one that
// was good lately is not, so that a stranger behind the same address shuts nobody out.
type guess struct {
	s    *Service
	from string
	hash [8]byte
	now  time.Time
}

func (s *Service) guess(hash []byte, address string) guess {
	return guess{s, limit.Address(address), [8]byte(hash), s.Clock.Now()}
}

// limited is a Limited for an address that has to wait; what names the secrets.
func (g guess) limited(what string) error {
	wait := g.s.badTokens.Wait(g.from, g.now)
	if wait <= 0 || g.s.goodHashes.has(g.hash) {
		return nil
	}
	return fault.New(fault.Limited, "too_many_bad_tokens", "Too many "+what+" that are not valid came from this address. Wait a moment.").After(wait)
}

// right notes one that was found, wrong one that was not: each counts once, for a
// device that goes on with a revoked one shuts nobody else at home out.
func (g guess) right() { g.s.goodHashes.add(g.hash) }

func (g guess) wrong() {
	if g.s.badHashes.add(g.hash) {
		g.s.badTokens.Take(g.from, g.now)
	}
}
