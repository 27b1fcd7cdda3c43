package oidc_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"umbra/app/clock"
	"umbra/app/oidc"
	"umbra/app/oidc/oidctest"
)

// Whatever a token endpoint answers, nobody is somebody without a token that the
// provider's key has signed for us and this request; and whatever such a token
// claims, what is taken of it is one line, bounded, and not from the future.
func FuzzIDToken(f *testing.F) {
	const issuer = "https://issuer.example"
	key := oidctest.Key()
	now := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	say := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	var token string // what the token endpoint answers
	c := oidc.New(oidc.Config{Issuer: issuer, ClientID: oidctest.ClientID, ClientSecret: "s", Scopes: []string{"openid"}, RedirectURL: redirect, Clock: now, StrongACR: []string{"gold"},
		Transport: answers(func(r *http.Request) string {
			switch r.URL.Path {
			case "/k":
				return say(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
			case "/t":
				return token
			}
			return say(map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": issuer + "/k", "id_token_signing_alg_values_supported": []string{"ES256", "none"}})
		})})
	finish := func(t *testing.T) (oidc.Identity, error) {
		id, err := c.Finish(t.Context(), asked, oidc.Answer{Code: "c", State: asked.State}, false)
		var known *oidc.Error
		if err != nil && (!errors.As(err, &known) || id != (oidc.Identity{})) {
			t.Errorf("%q answers %+v, %v", token, id, err)
		}
		return id, err
	}
	whole := map[string]any{"iss": issuer, "sub": "ann-1", "aud": oidctest.ClientID, "iat": now.Now().Unix(), "exp": now.Now().Add(time.Minute).Unix(), "nonce": asked.Nonce}
	raw := oidctest.Sign(whole, jose.ES256, key)
	for _, answer := range []string{"", "null", "[]", say(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": 7}), say(map[string]any{"access_token": "a", "id_token": oidctest.Unsigned(whole)})} {
		f.Add(answer, raw[:len(raw)-2], `{}`)
	}
	for _, claims := range []string{`{"amr":["pwd","otp"],"acr":"gold","auth_time":"1743249000"}`, `{"sub":""}`, `{"email":"a\nb","auth_time":1e300,"azp":"x"}`, `{"iat":1e18}`, `{"aud":["x"],"exp":-1}`, `{"amr":{}}`} {
		f.Add(`{"access_token":"a"}`, "a.b.c", claims)
	}
	f.Fuzz(func(t *testing.T, answer, unsigned, claims string) {
		token = answer
		if id, err := finish(t); err == nil {
			t.Errorf("%q is %+v", answer, id)
		}
		token = say(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": unsigned})
		if id, err := finish(t); err == nil && unsigned != raw {
			t.Errorf("%q is %+v", unsigned, id)
		}
		said := map[string]any{}
		for k, v := range whole {
			said[k] = v
		}
		var more map[string]any
		if json.Unmarshal([]byte(claims), &more) != nil {
			return
		}
		for k, v := range more {
			said[k] = v
		}
		token = say(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": oidctest.Sign(said, jose.ES256, key)})
		id, err := finish(t)
		if err != nil {
			return
		}
		if id.Issuer != issuer || id.Subject == "" || len(id.Subject) > 255 || len(id.Shown) > 254 || strings.ContainsAny(id.Subject+id.Shown, "\n\r\x00") || id.SignedInAt.After(now.Now()) {
			t.Errorf("%s is taken as %+v", claims, id)
		}
		if id.SecondFactor && !strings.Contains(say(said), "amr") && !strings.Contains(say(said), "acr") {
			t.Errorf("%s is two factors", claims)
		}
	})
}
