package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"umbra/app/clock"
	"umbra/app/fault"
)

const (
	tokenVersion = 1
	tokenHead    = sha256.Size + 1 + 8 // MAC, version, microseconds
	maxPayload   = 1024
	maxToken     = (tokenHead + maxPayload + 2) / 3 * 4
	maxSkew      = time.Minute // how far ahead another server's clock may be
)

// Strict, so that one token has one spelling.
var tokenCoding = base64.RawURLEncoding.Strict()

// SignToken makes a URL-safe token that carries a payload of at most 1 KiB (a
// longer one is a defect and panics) and when it was issued, in whole
// microseconds. It is signed, not encrypted: the holder can read it.
func (k Keys) SignToken(p Purpose, payload []byte, issuedAt time.Time) string {
	if len(payload) > maxPayload {
		panic("secret: a token's payload is over 1 KiB")
	}
	b := make([]byte, sha256.Size, tokenHead+len(payload))
	b = append(b, tokenVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(clock.Micros(issuedAt)))
	b = append(b, payload...)
	copy(b, k.mac(p, b[sha256.Size:]))
	return tokenCoding.EncodeToString(b)
}

// VerifyToken gives back what SignToken was given for the same purpose. It
// answers fault.Unauthenticated: token_invalid for anything we did not sign or
// that comes from the future, token_expired for one older than maxAge.
func (k Keys) VerifyToken(p Purpose, token string, now time.Time, maxAge time.Duration) (payload []byte, issuedAt time.Time, err error) {
	// The decoder skips line breaks; nothing of ours has any.
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return nil, time.Time{}, invalid()
	}
	b, err := tokenCoding.DecodeString(token)
	if err != nil || len(b) < tokenHead {
		return nil, time.Time{}, invalid()
	}
	signed := b[sha256.Size:]
	if !hmac.Equal(b[:sha256.Size], k.mac(p, signed)) || signed[0] != tokenVersion {
		return nil, time.Time{}, invalid()
	}
	issuedAt = clock.FromMicros(int64(binary.BigEndian.Uint64(signed[1:9])))
	if issuedAt.After(now.Add(maxSkew)) {
		return nil, time.Time{}, invalid()
	}
	if now.Sub(issuedAt) > maxAge {
		return nil, time.Time{}, fault.New(fault.Unauthenticated, "token_expired", "This token has expired.")
	}
	return signed[9:], issuedAt, nil
}

func invalid() error {
	return fault.New(fault.Unauthenticated, "token_invalid", "This token is not valid.")
}

func (k Keys) mac(p Purpose, b []byte) []byte {
	h := hmac.New(sha256.New, k.key(p))
	h.Write(b)
	return h.Sum(nil)
}

// NewToken is a random URL-safe token of 256 bits.
func NewToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashToken is what a row keeps of a token: SHA-256, which is enough for 256
// random bits and quick enough for each request.
func HashToken[T ~string | ~[]byte](token T) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
