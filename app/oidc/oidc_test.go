package oidc_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"umbra/app/clock"
	"umbra/app/oidc"
	"umbra/app/oidc/oidctest"
)

const redirect = "https://umbra.example.org/api/auth/oidc/callback"

func client(p *oidctest.Provider, change ...func(*oidc.Config)) (*oidc.Provider, *clock.Fake) {
	now := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	p.Now = now.Now
	c := oidc.Config{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Scopes: []string{"openid", "email"}, RedirectURL: redirect, Clock: now}
	for _, f := range change {
		f(&c)
	}
	return oidc.New(c), now
}

var asked = oidc.Request{State: "state-of-this-browser", Nonce: "nonce-of-this-browser", Verifier: strings.Repeat("v", 43)}

// back goes to the provider, which lets everyone in, and comes back with its answer.
func back(t *testing.T, c *oidc.Provider, r oidc.Request) oidc.Answer {
	t.Helper()
	to, err := c.Start(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	at, err := resp.Location()
	if err != nil || !strings.HasPrefix(at.String(), redirect+"?") {
		t.Fatalf("%d, %v %v", resp.StatusCode, at, err)
	}
	q := at.Query()
	return oidc.Answer{Code: q.Get("code"), State: q.Get("state"), Issuer: q.Get("iss"), Error: q.Get("error")}
}

func TestAnIdentityIsWhatTheProviderSays(t *testing.T) {
	p := oidctest.New(t)
	c, now := client(p)
	if n := p.Asked("/.well-known/openid-configuration"); n != 0 {
		t.Fatalf("asked %d times before anyone signs in", n)
	}
	for range 3 {
		who, err := c.Finish(t.Context(), asked, back(t, c, asked), true)
		if err != nil {
			t.Fatal(err)
		}
		want := oidc.Identity{Issuer: p.URL, Subject: "ann-1", Shown: "ann@example.org", SignedInAt: now.Now()}
		if who != want {
			t.Errorf("%+v, want %+v", who, want)
		}
	}
	if n, k := p.Asked("/.well-known/openid-configuration"), p.Asked("/keys"); n != 1 || k != 1 {
		t.Errorf("discovery was asked %d times, keys %d times", n, k)
	}
	p.Rotate()
	if _, err := c.Finish(t.Context(), asked, back(t, c, asked), false); err != nil {
		t.Errorf("after the keys changed: %v", err)
	}
}

// What a hostile provider, or somebody between, answers is refused, whatever else holds.
func TestWhatDoesNotHoldIsRejected(t *testing.T) {
	set := func(name string, v any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Claims = func(c map[string]any) { c[name] = v } }
	}
	unix := func(d time.Duration) int64 { return time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC).Add(d).Unix() }
	signed := func(f func(p *oidctest.Provider, c map[string]any) string) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Token = func(c map[string]any) string { return f(p, c) } }
	}
	for name, lie := range map[string]func(*oidctest.Provider){
		"another issuer":               set("iss", "https://evil.example"),
		"no issuer":                    set("iss", ""),
		"another audience":             set("aud", "somebody-else"),
		"ours among audiences, no azp": set("aud", []string{"umbra", "somebody-else"}),
		"another authorized party":     set("azp", "somebody-else"),
		"another nonce":                set("nonce", "nonce-of-another-browser"),
		"no nonce":                     set("nonce", ""),
		"expired":                      set("exp", unix(-time.Second)),
		"issued in the future":         set("iat", unix(time.Hour)),
		"not valid yet":                set("nbf", unix(time.Hour)),
		"no subject":                   set("sub", ""),
		"a subject that is too long":   set("sub", strings.Repeat("a", 256)),
		"a subject with a line break":  set("sub", "ann\n1"),
		"a subject that is no text":    set("sub", 7),
		"alg none":                     signed(func(_ *oidctest.Provider, c map[string]any) string { return oidctest.Unsigned(c) }),
		"another key": signed(func(_ *oidctest.Provider, c map[string]any) string {
			return oidctest.Sign(c, jose.ES256, oidctest.Key())
		}),
		"the public key as a secret": signed(func(p *oidctest.Provider, c map[string]any) string {
			return oidctest.Sign(c, jose.HS256, p.PublicOf())
		}),
		"the client's secret as a key": signed(func(_ *oidctest.Provider, c map[string]any) string {
			return oidctest.Sign(c, jose.HS256, []byte(oidctest.ClientSecret+"............"))
		}),
		"a changed token": signed(func(_ *oidctest.Provider, c map[string]any) string {
			other := oidctest.Sign(map[string]any{"sub": "bob"}, jose.ES256, oidctest.Key())
			return other[:strings.LastIndex(other, ".")] + ".AAAA"
		}),
		"no token":        signed(func(*oidctest.Provider, map[string]any) string { return "" }),
		"rubbish":         signed(func(*oidctest.Provider, map[string]any) string { return "a.b.c.d" }),
		"a code not ours": func(p *oidctest.Provider) { p.Answer = func(q url.Values) { q.Set("code", "guessed") } },
		"no code":         func(p *oidctest.Provider) { p.Answer = func(q url.Values) { q.Del("code") } },
		"another state":   func(p *oidctest.Provider) { p.Answer = func(q url.Values) { q.Set("state", "another") } },
		"a mix-up":        func(p *oidctest.Provider) { p.Answer = func(q url.Values) { q.Set("iss", "https://evil.example") } },
		"iss left out":    func(p *oidctest.Provider) { p.Answer = func(q url.Values) { q.Del("iss") } },
		"an error":        func(p *oidctest.Provider) { p.Answer = func(q url.Values) { q.Set("error", "server_error") } },
	} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t)
			c, _ := client(p)
			lie(p)
			who, err := c.Finish(t.Context(), asked, back(t, c, asked), true)
			if err == nil || oidc.ReasonOf(err) != oidc.Rejected || who != (oidc.Identity{}) {
				t.Errorf("%+v, %v", who, err)
			}
		})
	}
}

func TestACodeIsWorthNothingElsewhere(t *testing.T) {
	p := oidctest.New(t)
	c, _ := client(p)
	a := back(t, c, asked)
	thief := asked
	thief.Verifier = strings.Repeat("x", 43)
	if _, err := c.Finish(t.Context(), thief, a, false); oidc.ReasonOf(err) != oidc.Rejected || strings.Contains(err.Error(), oidctest.ClientSecret) || strings.Contains(err.Error(), a.Code) {
		t.Errorf("another verifier: %v", err)
	}
	a = back(t, c, asked)
	if _, err := c.Finish(t.Context(), asked, a, false); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Finish(t.Context(), asked, a, false); oidc.ReasonOf(err) != oidc.Rejected {
		t.Errorf("a code used again: %v", err)
	}
	p.Answer = func(q url.Values) { q.Set("error", "access_denied"); q.Del("code") }
	if _, err := c.Finish(t.Context(), asked, back(t, c, asked), false); oidc.ReasonOf(err) != oidc.Cancelled {
		t.Errorf("the person said no: %v", err)
	}
}

func TestAProviderThatIsAway(t *testing.T) {
	p := oidctest.New(t)
	c, now := client(p)
	down := func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
	p.Before = down
	for range 3 {
		if _, err := c.Start(t.Context(), asked); oidc.ReasonOf(err) != oidc.Unavailable {
			t.Fatalf("%v", err)
		}
	}
	if n := p.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("asked %d times within ten seconds", n)
	}
	p.Before = nil
	now.Advance(11 * time.Second)
	if _, err := c.Start(t.Context(), asked); err != nil {
		t.Fatalf("it is back: %v", err)
	}
	now.Advance(2 * time.Hour)
	p.Before = down
	if _, err := c.Start(t.Context(), asked); err != nil { // what was found serves on
		t.Errorf("%v", err)
	}
	p.Before = nil
	a := back(t, c, asked)
	p.Close()
	if _, err := c.Finish(t.Context(), asked, a, false); oidc.ReasonOf(err) != oidc.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestWhereAProviderMayNotLead(t *testing.T) {
	other := oidctest.New(t)
	for name, change := range map[string]func(p *oidctest.Provider){
		"a redirect elsewhere": func(p *oidctest.Provider) {
			p.Before = func(w http.ResponseWriter, r *http.Request) bool {
				http.Redirect(w, r, other.URL+r.URL.Path, http.StatusFound)
				return true
			}
		},
		"another issuer": func(p *oidctest.Provider) { p.Metadata = func(m map[string]any) { m["issuer"] = other.URL } },
		"a file": func(p *oidctest.Provider) {
			p.Metadata = func(m map[string]any) { m["token_endpoint"] = "file:///etc/passwd" }
		},
		"nowhere": func(p *oidctest.Provider) { p.Metadata = func(m map[string]any) { delete(m, "jwks_uri") } },
		"an endless answer": func(p *oidctest.Provider) {
			p.Before = func(w http.ResponseWriter, _ *http.Request) bool {
				_, _ = io.CopyN(w, zeros{}, 3<<20)
				return true
			}
		},
		"no JSON": func(p *oidctest.Provider) {
			p.Before = func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte("<html>")); return true }
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t)
			change(p)
			c, _ := client(p)
			if to, err := c.Start(t.Context(), asked); oidc.ReasonOf(err) != oidc.Unavailable || to != "" || len(err.Error()) > 500 {
				t.Errorf("%q %v", to, err)
			}
		})
	}
	if n := other.Asked("/.well-known/openid-configuration"); n != 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
	c := oidc.New(oidc.Config{Issuer: "https://issuer.example", ClientID: "x", Transport: answers(func(*http.Request) string {
		m, _ := json.Marshal(map[string]any{"issuer": "https://issuer.example", "authorization_endpoint": "https://issuer.example/a",
			"token_endpoint": "http://issuer.example/t", "jwks_uri": "https://issuer.example/k"})
		return string(m)
	})})
	if err := c.Check(context.Background()); err == nil {
		t.Error("an endpoint without TLS under an issuer with it")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type answers func(r *http.Request) string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a(r))), Request: r}, nil
}

func TestSecondFactorElsewhere(t *testing.T) {
	p := oidctest.New(t)
	c, now := client(p, func(c *oidc.Config) { c.StrongACR = []string{"gold", "2"} })
	for _, tt := range []struct {
		amr, acr any
		want     bool
	}{
		{nil, nil, false},
		{[]string{"pwd"}, nil, false},
		{[]string{"pwd", "pin"}, nil, false},
		{[]string{"otp", "sms"}, nil, false},
		{[]string{"pwd", "mfa"}, nil, true},
		{[]string{"pwd", "otp"}, nil, true},
		{[]string{"hwk", "pin"}, "0", true},
		{[]string{"face", "hwk"}, nil, true},
		{[]string{"something", "else"}, nil, false},
		{"mfa", nil, false}, // no list: not what the standard says
		{[]any{"pwd", 7}, nil, false},
		{nil, "gold", true},
		{nil, "golden", false},
		{nil, 2, false},
		{nil, "2", true},
		{nil, "", false},
	} {
		p.Claims = func(c map[string]any) { c["amr"], c["acr"] = tt.amr, tt.acr }
		who, err := c.Finish(t.Context(), asked, back(t, c, asked), false)
		if err != nil || who.SecondFactor != tt.want {
			t.Errorf("amr %v, acr %v: %v %v", tt.amr, tt.acr, who.SecondFactor, err)
		}
	}
	for value, want := range map[any]time.Time{nil: {}, "x": {}, -5: {}, "1743249000": time.Unix(1743249000, 0), 1743249000: time.Unix(1743249000, 0),
		now.Now().Add(time.Hour).Unix(): now.Now()} {
		p.Claims = func(c map[string]any) { c["auth_time"] = value }
		if who, err := c.Finish(t.Context(), asked, back(t, c, asked), false); err != nil || !who.SignedInAt.Equal(want) {
			t.Errorf("auth_time %v: %v %v, want %v", value, who.SignedInAt, err, want)
		}
	}
}

func TestTheNameShown(t *testing.T) {
	for _, tt := range []struct {
		token, info map[string]any
		want        string
	}{
		{map[string]any{"email": "a@b.example"}, nil, "a@b.example"},
		{map[string]any{"preferred_username": "ann"}, nil, "ann"},
		{map[string]any{"email": "a\nb", "name": "Ann"}, nil, "Ann"},
		{nil, map[string]any{"sub": "ann-1", "email": "ann@info.example"}, "ann@info.example"},
		{nil, map[string]any{"sub": "bob-1", "email": "bob@info.example"}, ""}, // somebody else's
		{nil, nil, ""},
	} {
		p := oidctest.New(t)
		p.UserInfo = tt.info
		p.Claims = func(c map[string]any) {
			delete(c, "email")
			for k, v := range tt.token {
				c[k] = v
			}
		}
		c, _ := client(p)
		if who, err := c.Finish(t.Context(), asked, back(t, c, asked), true); err != nil || who.Shown != tt.want {
			t.Errorf("%v %v: %q %v", tt.token, tt.info, who.Shown, err)
		}
	}
}

// A provider that takes no basic authentication gets the secret in the body,
// and a public client sends none; the code is shown once in either case.
func TestHowTheClientShowsItself(t *testing.T) {
	for name, secret := range map[string]string{"in the body": "s3cret", "public": ""} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t)
			p.Metadata = func(m map[string]any) {
				m["token_endpoint_auth_methods_supported"] = []string{"client_secret_post", "none"}
			}
			c, _ := client(p, func(c *oidc.Config) { c.ClientSecret = secret })
			a := back(t, c, asked)
			p.Before = func(_ http.ResponseWriter, r *http.Request) bool {
				if _, _, basic := r.BasicAuth(); basic || r.URL.Path == "/token" && (r.PostFormValue("client_secret") != secret || r.PostFormValue("client_id") != oidctest.ClientID) {
					t.Errorf("%s: %v", r.URL.Path, r.PostForm)
				}
				return false
			}
			_, _ = c.Finish(t.Context(), asked, a, false)
			if n := p.Asked("/token"); n != 1 {
				t.Errorf("the code was shown %d times", n)
			}
		})
	}
}
