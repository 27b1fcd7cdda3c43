package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"umbra/app/fault"
	"umbra/app/secret"
)

var noon = time.Date(2025, 3, 30, 12, 0, 0, 0, time.UTC)

func TestVerifyToken(t *testing.T) {
	k := newKeys(t, rootA)
	good := k.SignToken(secret.Session, []byte("session 7"), noon)
	for _, tc := range []struct {
		name    string
		purpose secret.Purpose
		token   string
		now     time.Time
		code    string
	}{
		{"at once", secret.Session, good, noon, ""},
		{"at its last moment", secret.Session, good, noon.Add(time.Hour), ""},
		{"from a clock a little ahead", secret.Session, good, noon.Add(-time.Minute), ""},
		{"too old", secret.Session, good, noon.Add(time.Hour + 1), "token_expired"},
		{"from the future", secret.Session, good, noon.Add(-time.Minute - 1), "token_invalid"},
		{"another purpose", secret.MFA, good, noon, "token_invalid"},
		{"another key", secret.Session, newKeys(t, rootB).SignToken(secret.Session, nil, noon), noon, "token_invalid"},
		{"empty", secret.Session, "", noon, "token_invalid"},
		{"cut", secret.Session, good[:len(good)-1], noon, "token_invalid"},
		{"longer", secret.Session, good + "A", noon, "token_invalid"},
		{"padded", secret.Session, good + "=", noon, "token_invalid"},
		{"with a line break", secret.Session, good[:10] + "\n" + good[10:], noon, "token_invalid"},
		{"no base64", secret.Session, "ü" + good, noon, "token_invalid"},
		{"huge", secret.Session, strings.Repeat("A", 1<<20), noon, "token_invalid"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			payload, issued, err := k.VerifyToken(tc.purpose, tc.token, tc.now, time.Hour)
			if tc.code == "" {
				if err != nil || string(payload) != "session 7" || !issued.Equal(noon) {
					t.Errorf("%q, %v, %v", payload, issued, err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Unauthenticated || f.Code != tc.code || payload != nil {
				t.Errorf("%q, %v", payload, err)
			}
		})
	}
}

func TestATokenHasOneSpelling(t *testing.T) {
	k := newKeys(t, rootA)
	for n := range 4 {
		good := k.SignToken(secret.Feed, bytes.Repeat([]byte{1}, n), noon)
		for i := range len(good) {
			for _, c := range "AQgw-_z9" {
				bad := good[:i] + string(c) + good[i+1:]
				if _, _, err := k.VerifyToken(secret.Feed, bad, noon, time.Hour); err == nil && bad != good {
					t.Fatalf("%s stands for %s", bad, good)
				}
			}
		}
	}
}

func TestSignTokenBoundsItsPayload(t *testing.T) {
	k := newKeys(t, rootA)
	full := bytes.Repeat([]byte{0xff}, 1024)
	got, _, err := k.VerifyToken(secret.MFA, k.SignToken(secret.MFA, full, noon), noon, time.Hour)
	if err != nil || !bytes.Equal(got, full) {
		t.Errorf("a full payload: %d bytes, %v", len(got), err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a longer payload was signed")
		}
	}()
	k.SignToken(secret.MFA, append(full, 0), noon)
}

func TestNewToken(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		token := secret.NewToken()
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(raw) != 32 || seen[token] {
			t.Fatalf("%q: %d bytes, %v", token, len(raw), err)
		}
		seen[token] = true
	}
	if a, b := secret.HashToken("x"), secret.HashToken([]byte("x")); !bytes.Equal(a, b) || len(a) != 32 {
		t.Error("a token's hash depends on its type")
	}
}

func FuzzVerifyToken(f *testing.F) {
	k := newKeys(f, rootA)
	f.Add(k.SignToken(secret.Session, []byte("p"), noon))
	f.Add("")
	f.Add("AAAA\r\n")
	f.Fuzz(func(t *testing.T, token string) {
		payload, issued, err := k.VerifyToken(secret.Session, token, noon, time.Hour)
		if err != nil {
			if !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("a kind of its own: %v", err)
			}
		} else if again := k.SignToken(secret.Session, payload, issued); again != token {
			t.Errorf("%q verifies, but we would have signed %q", token, again)
		}
	})
}
