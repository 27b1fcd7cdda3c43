// Package secret holds what guards the accounts: the keys derived from
// SECRET_KEY, sealed values, signed tokens, password hashes and password rules.
package secret

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
)

// Purpose names what a key is for. Each has a key of its own, so that what is
// made for one is worth nothing for another.
type Purpose string

// The purposes in use. Their names are part of the derivation: never rename one.
const (
	Session Purpose = "session" // the log-in cookie
	MFA     Purpose = "mfa"     // between password and second factor
	StepUp  Purpose = "step-up" // a fresh re-authentication
	Setup   Purpose = "setup"   // the first run's code
	Cursor  Purpose = "cursor"  // page cursors
	Feed    Purpose = "feed"    // secret links
	Action  Purpose = "action"  // the links of a message
	Passkey Purpose = "passkey" // challenges of WebAuthn
	AtRest  Purpose = "at-rest" // sealed values in the database
)

var purposes = []Purpose{Session, MFA, StepUp, Setup, Cursor, Feed, Action, Passkey, AtRest}

// MinKeyBytes is the shortest SECRET_KEY that is taken.
const MinKeyBytes = 32

// ErrWrongKey says that SECRET_KEY is not the one the database was made with.
var ErrWrongKey = errors.New("SECRET_KEY does not open this database: it was made with another key; " +
	"set the SECRET_KEY it was made with, or bring back its secret.key file")

// Keys derives a key for each purpose from one root. Printing it shows nothing.
type Keys struct{ sub map[Purpose][]byte }

// NewKeys derives the keys from SECRET_KEY (HKDF-SHA256, RFC 5869). It refuses a
// root under MinKeyBytes, a placeholder from an example file, and one that
// repeats a few characters. The error never holds the key.
func NewKeys(root string) (Keys, error) {
	if err := CheckKey(root); err != nil {
		return Keys{}, err
	}
	prk, err := hkdf.Extract(sha256.New, []byte(root), []byte("umbra root v1"))
	if err != nil {
		return Keys{}, fmt.Errorf("deriving keys: %w", err)
	}
	k := Keys{sub: make(map[Purpose][]byte, len(purposes))}
	for _, p := range purposes {
		key, err := hkdf.Expand(sha256.New, prk, "umbra v1 "+string(p), 32)
		if err != nil {
			return Keys{}, fmt.Errorf("deriving keys: %w", err)
		}
		k.sub[p] = key
	}
	return k, nil
}

// placeholders are what example files and tutorials put where a key belongs,
// folded to letters and digits.
var placeholders = []string{
	"changeme", "changethis", "changeit", "yoursecret", "supersecret", "secretkeyhere", "mysecretkey",
	"replaceme", "replacethis", "replacewith", "placeholder", "insecure", "notasecret", "devsecret", "examplekey",
}

// CheckKey says why NewKeys would refuse this SECRET_KEY, or nil.
func CheckKey(root string) error {
	folded := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, root)
	const better = "; make one with `openssl rand -base64 48`, or leave it out and Umbra makes its own"
	for _, p := range placeholders {
		if strings.Contains(folded, p) {
			return errors.New("SECRET_KEY is the placeholder of an example file" + better)
		}
	}
	if len(root) < MinKeyBytes {
		return fmt.Errorf("SECRET_KEY has %d bytes and needs at least %d%s", len(root), MinKeyBytes, better)
	}
	var seen [256]bool
	different := 0
	for i := range len(root) {
		if !seen[root[i]] {
			seen[root[i]] = true
			different++
		}
	}
	if different < 8 {
		return errors.New("SECRET_KEY repeats a few characters" + better)
	}
	return nil
}

// key is the purpose's key. An unknown purpose is a defect of ours.
func (k Keys) key(p Purpose) []byte {
	key, ok := k.sub[p]
	if !ok {
		panic("secret: no key for the purpose " + string(p))
	}
	return key
}

// String hides the keys.
func (Keys) String() string { return "secret.Keys(hidden)" }

// GoString hides the keys from %#v.
func (Keys) GoString() string { return "secret.Keys(hidden)" }

const (
	checkText = "umbra key check"
	checkAD   = "key_check"
)

// KeyCheck is a known value, sealed: kept in the database, it tells a wrong key at start.
func (k Keys) KeyCheck() []byte { return k.Seal([]byte(checkText), checkAD) }

// VerifyKeyCheck answers ErrWrongKey when another key sealed the value.
func (k Keys) VerifyKeyCheck(sealed []byte) error {
	text, err := k.Open(sealed, checkAD)
	if err != nil || string(text) != checkText {
		return ErrWrongKey
	}
	return nil
}
