package oidc

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// claims are those of an ID token that the library does not read. Providers
// differ in how they write the last three; what cannot be read says nothing.
type claims struct {
	Email    string          `json:"email"`
	Username string          `json:"preferred_username"`
	Name     string          `json:"name"`
	Party    string          `json:"azp"`
	ACR      json.RawMessage `json:"acr"`
	AMR      json.RawMessage `json:"amr"`
	AuthTime json.RawMessage `json:"auth_time"`
}

// maxShown bounds a shown name, in bytes.
const maxShown = 254

func (c claims) shown() string {
	for _, s := range []string{c.Email, c.Username, c.Name} {
		if plain(s, maxShown) {
			return s
		}
	}
	return ""
}

// factors sorts methods of authentication (RFC 8176 section 2) by what they
// show: something known, something had, something one is.
var factors = map[string]string{
	"pwd": "known", "pin": "known", "kba": "known",
	"otp": "had", "hwk": "had", "swk": "had", "sc": "had", "sms": "had", "tel": "had",
	"face": "is", "fpt": "is", "iris": "is", "retina": "is", "vbm": "is",
}

// strong says whether a second factor was used: amr has mfa, or methods of two
// sorts, or acr is one of those that the administrator knows to mean it.
func (c claims) strong(acrs []string) bool {
	var acr string
	if json.Unmarshal(c.ACR, &acr) == nil && acr != "" && slices.Contains(acrs, acr) {
		return true
	}
	var methods []string
	if json.Unmarshal(c.AMR, &methods) != nil {
		return false
	}
	sorts := map[string]bool{}
	for _, m := range methods {
		if m == "mfa" {
			return true
		}
		if sort := factors[m]; sort != "" {
			sorts[sort] = true
		}
	}
	return len(sorts) > 1
}

// signedInAt is auth_time, never later than now.
func (c claims) signedInAt(now time.Time) time.Time {
	n, err := strconv.ParseFloat(strings.Trim(string(c.AuthTime), `"`), 64)
	if err != nil || n < 1 || n > 1e11 {
		return time.Time{}
	}
	if at := time.Unix(int64(n), 0); at.Before(now) {
		return at
	}
	return now
}
