// Package oidctest is an OpenID Connect provider for tests, which can be made to
// lie: it checks what a strict one checks, and answers what a hostile one would.
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// What the provider knows of its client.
const (
	ClientID     = "umbra"
	ClientSecret = "a secret between two servers"
)

// Provider is one. Change what it does between requests, not during one.
type Provider struct {
	*httptest.Server
	Now func() time.Time

	Claims   func(claims map[string]any)                   // changes what the ID token says
	Token    func(claims map[string]any) string            // makes the ID token itself
	Answer   func(q url.Values)                            // changes what is sent back with the browser
	Metadata func(m map[string]any)                        // changes what discovery says
	UserInfo map[string]any                                // nil: there is no such endpoint
	Before   func(http.ResponseWriter, *http.Request) bool // true when it has answered in its place

	mu    sync.Mutex
	keys  []jose.JSONWebKey
	codes map[string]grant
	seen  map[string]int
}

type grant struct{ nonce, challenge, redirect string }

// New starts a provider; Ann is its subject "ann-1".
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{Now: time.Now, codes: map[string]grant{}, seen: map[string]int{}}
	p.Rotate()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.jwks)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) { answer(w, p.UserInfo) })
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen[r.URL.Path]++
		p.mu.Unlock()
		if p.Before == nil || !p.Before(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// Rotate makes a new key; the old one is not published any more.
func (p *Provider) Rotate() {
	k := Key()
	k.KeyID = strconv.FormatInt(time.Now().UnixNano(), 36)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []jose.JSONWebKey{k}
}

// Key is a key that nobody published.
func Key() jose.JSONWebKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: "k", Algorithm: string(jose.ES256), Use: "sig"}
}

// Asked is how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[path]
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	m := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"}, "response_types_supported": []string{"code"},
		"authorization_response_iss_parameter_supported": true,
	}
	if p.UserInfo != nil {
		m["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if p.Metadata != nil {
		p.Metadata(m)
	}
	answer(w, m)
}

func (p *Provider) jwks(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	set := jose.JSONWebKeySet{}
	for _, k := range p.keys {
		set.Keys = append(set.Keys, k.Public())
	}
	answer(w, set)
}

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" {
		http.Error(w, "a request that this provider refuses", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = grant{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
	p.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}, "session_state": {"something that only this provider knows"}}
	if p.Answer != nil {
		p.Answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther) //nolint:gosec // sending people back is what a provider does
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret)
	p.mu.Lock()
	g, found := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !found || id != ClientID || secret != ClientSecret || r.PostFormValue("redirect_uri") != g.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant", "error_description": r.PostFormValue("code") + secret})
		return
	}
	now := p.Now()
	claims := map[string]any{"iss": p.URL, "sub": "ann-1", "aud": ClientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"nonce": g.nonce, "email": "ann@example.org", "auth_time": now.Unix()}
	if p.Claims != nil {
		p.Claims(claims)
	}
	raw := ""
	if p.Token != nil {
		raw = p.Token(claims)
	} else {
		p.mu.Lock()
		raw = Sign(claims, jose.ES256, p.keys[0])
		p.mu.Unlock()
	}
	answer(w, map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": raw})
}

// Sign makes a JWT of claims; key is anything that signs by the algorithm.
func Sign(claims map[string]any, alg jose.SignatureAlgorithm, key any) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	jws, err := s.Sign(text)
	if err != nil {
		panic(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return raw
}

// Unsigned is a JWT that says that it has no signature (alg none).
func Unsigned(claims map[string]any) string {
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc(text) + "."
}

// PublicOf is the key that the provider publishes, as bytes: what a client that
// mixes up algorithms would take for a shared secret.
func (p *Provider) PublicOf() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, err := json.Marshal(p.keys[0].Public())
	if err != nil {
		panic(err)
	}
	return text
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
