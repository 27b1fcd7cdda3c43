package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"time"

	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/passkey"
	"umbra/app/secret"
)

// ceremony is what a passkey is asked for; an answer to one is none to another.
type ceremony byte

const (
	toAdd    ceremony = 'a' // a new passkey for a user
	toLogIn  ceremony = 'l' // a log-in by it alone
	toFinish ceremony = 'f' // the second step of a user's log-in
	toProve  ceremony = 'p' // a user's proof that it is still them
)

const (
	challengeAge   = passkey.Timeout + 30*time.Second // the browser's time, and some for the way
	challengeBytes = 1 + 8 + 16
)

const passkeyRefusedCode = "passkey_refused"

func passkeyRefused() error {
	return fault.New(fault.Unauthenticated, passkeyRefusedCode,
		"This passkey was not accepted: it is not known here, took too long, or is suspended. Try again, or use your password.")
}

// challenge is what an authenticator signs: random, itself signed by us, with
// what it is for and for whom (0: whoever answers). Nothing is kept until an
// answer is accepted, so that asking costs strangers' requests no write, and any
// server takes the answer.
func (s *Service) challenge(c ceremony, userID int64) []byte {
	b := make([]byte, 0, challengeBytes)
	b = binary.BigEndian.AppendUint64(append(b, byte(c)), uint64(userID))
	b = b[:challengeBytes]
	_, _ = rand.Read(b[9:])
	raw, err := base64.RawURLEncoding.DecodeString(s.Keys.SignToken(secret.Passkey, b, s.Clock.Now()))
	if err != nil { // our own encoding
		panic(err)
	}
	return raw
}

// own says whether a challenge is one that this ceremony set this user within
// its time. It answers passkeyRefused.
func (s *Service) own(challenge string, c ceremony, userID int64) error {
	payload, _, err := s.Keys.VerifyToken(secret.Passkey, challenge, s.Clock.Now(), challengeAge)
	if err != nil || len(payload) != challengeBytes || ceremony(payload[0]) != c || binary.BigEndian.Uint64(payload[1:]) != uint64(userID) {
		return passkeyRefused()
	}
	return nil
}

// answered spends a challenge, in the transaction that accepts its answer. Of
// several at once, on several servers, one succeeds.
func (s *Service) answered(ctx context.Context, challenge string) error {
	n, err := s.DB.Exec(ctx, "INSERT INTO spent_challenges (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
		secret.HashToken(challenge), clock.Micros(s.Clock.Now().Add(challengeAge+maxSkew)))
	if err == nil && n == 0 {
		err = passkeyRefused()
	}
	return err
}
