package secret_test

import (
	"regexp"
	"strings"
	"testing"

	"umbra/app/secret"
)

func TestAPITokens(t *testing.T) {
	form := regexp.MustCompile(`^umbra_pat_[0-9A-Za-z]{49}$`)
	seen := map[string]bool{}
	for range 200 {
		token := secret.NewAPIToken()
		if !form.MatchString(token) || !secret.IsAPIToken(token) || seen[token] {
			t.Fatalf("%q", token)
		}
		seen[token] = true
	}
}

func TestWhatIsNoAPIToken(t *testing.T) {
	token := secret.NewAPIToken()
	wrong := []string{"", token[1:], token + "0", token[:len(token)-1], strings.ToUpper(token), " " + token, token + "\n",
		strings.Replace(token, "umbra_pat_", "ghp_______", 1), strings.Repeat("é", len(token)/2)}
	for i := len(secret.APITokenPrefix); i < len(token); i++ { // one character of any other
		other := byte('0')
		if token[i] == '0' {
			other = '1'
		}
		wrong = append(wrong, token[:i]+string(other)+token[i+1:])
	}
	for _, w := range wrong {
		if secret.IsAPIToken(w) {
			t.Errorf("%q passes for a token", w)
		}
	}
}

func FuzzAPIToken(f *testing.F) {
	f.Add(secret.NewAPIToken())
	f.Add(secret.APITokenPrefix)
	f.Fuzz(func(t *testing.T, s string) {
		if secret.IsAPIToken(s) && (len(s) != 59 || strings.ToValidUTF8(s, "") != s) {
			t.Errorf("%q", s)
		}
	})
}
