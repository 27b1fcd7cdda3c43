package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// sealVersion is the first byte of a sealed value: it names the cipher and the
// key, so that either can change while old values are still told apart.
const sealVersion = 1

// ErrSealed says that a sealed value does not open: another key, another place,
// or changed bytes.
var ErrSealed = errors.New("a sealed value does not open with this key in this place")

func (k Keys) aead() cipher.AEAD {
	a, err := chacha20poly1305.NewX(k.key(AtRest))
	if err != nil { // only a key of another length
		panic(err)
	}
	return a
}

// Seal encrypts a value for the database (XChaCha20-Poly1305, random nonce).
// The place ("users/7/totp_secret") is bound to it: it opens nowhere else, so a
// value cannot be moved to another row.
func (k Keys) Seal(plain []byte, place string) []byte {
	a := k.aead()
	out := make([]byte, 1+a.NonceSize(), 1+a.NonceSize()+len(plain)+a.Overhead())
	out[0] = sealVersion
	_, _ = rand.Read(out[1:])
	return a.Seal(out, out[1:], plain, bound(place)) //nolint:gosec // the nonce is the random bytes just read
}

// Open decrypts what Seal made for the same place; otherwise ErrSealed.
func (k Keys) Open(sealed []byte, place string) ([]byte, error) {
	a := k.aead()
	if len(sealed) < 1+a.NonceSize()+a.Overhead() || sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	nonce, box := sealed[1:1+a.NonceSize()], sealed[1+a.NonceSize():]
	plain, err := a.Open(nil, nonce, box, bound(place))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// bound puts the version byte under the seal too.
func bound(place string) []byte { return append([]byte{sealVersion}, place...) }
