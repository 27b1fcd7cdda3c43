package api_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/oidc"
	"umbra/app/oidc/oidctest"
)

const publicURL = "https://umbra.example.org"

// eachProvided is a door with a provider beside it.
func eachProvided(t *testing.T, test func(t *testing.T, d *door, p *oidctest.Provider, ours *api.Provider)) {
	dbtest.Each(t, func(t *testing.T, database *db.DB) {
		p := oidctest.New(t)
		var ours *api.Provider
		d := openDoor(t, database, func(deps *api.Deps) {
			p.Now = deps.Clock.Now
			ours = &api.Provider{Name: "Example ID", Provider: oidc.New(oidc.Config{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret,
				RedirectURL: publicURL + api.CallbackPath, Clock: deps.Clock})}
			deps.Provider = ours
		})
		test(t, d, p, ours)
	})
}

// browser keeps cookies as one does.
type browser struct {
	d       *door
	cookies map[string]string
	headers http.Header
}

func (d *door) browser() *browser {
	return &browser{d: d, cookies: map[string]string{}, headers: http.Header{wayHeader: {"https"}}}
}

// get asks for a path of ours, or an address of the provider, and follows nothing.
func (b *browser) get(t *testing.T, to string) *http.Response {
	t.Helper()
	own := strings.HasPrefix(to, "/")
	if own {
		to = b.d.URL + to
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	if own {
		req.Header = b.headers.Clone()
		for k, v := range b.cookies {
			req.AddCookie(&http.Cookie{Name: k, Value: v})
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if own {
		b.keep(resp.Header)
	}
	return resp
}

func (b *browser) keep(h http.Header) {
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
}

func (b *browser) send(t *testing.T, method, path string, body any) reply {
	t.Helper()
	var cookies []string
	for k, v := range b.cookies {
		cookies = append(cookies, k+"="+v)
	}
	r := b.d.with(t, strings.Join(cookies, "; "), method, path, body, wayHeader, "https")
	b.keep(r.header)
	return r
}

// set starts a sign-in and answers the way back from the provider, as a path of ours.
func (b *browser) set(t *testing.T, start string) string {
	t.Helper()
	resp := b.get(t, start)
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %d", start, resp.StatusCode)
	}
	return b.provider(t, resp.Header.Get("Location"))
}

func (b *browser) provider(t *testing.T, to string) string {
	t.Helper()
	back := b.get(t, to).Header.Get("Location")
	path, ok := strings.CutPrefix(back, publicURL)
	if !ok {
		t.Fatalf("from %q the provider leads to %q", to, back)
	}
	return path
}

// comes back and answers where the browser is sent.
func (b *browser) comes(t *testing.T, path string) string {
	t.Helper()
	resp := b.get(t, path)
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	return resp.Header.Get("Location")
}

func (b *browser) who(t *testing.T) string {
	t.Helper()
	u, _ := b.send(t, "GET", "/api/auth/status", nil).is(200).json()["user"].(map[string]any)
	name, _ := u["username"].(string)
	return name
}

const startPath = "/api/auth/oidc/start"

// linked is a browser in which Ann is signed in and has linked her identity.
func (d *door) linked(t *testing.T) *browser {
	t.Helper()
	b := d.browser()
	b.send(t, "POST", "/api/auth/setup", map[string]any{"username": "Ann", "password": annsPassword}).is(201)
	to, _ := b.send(t, "POST", "/api/auth/oidc/link", map[string]any{"return": "/settings/security"}).is(200).json()["location"].(string)
	if at := b.comes(t, b.provider(t, to)); at != "/settings/security#sign-in=linked" {
		t.Fatal(at)
	}
	return b
}

func TestSigningInByAnIdentity(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, p *oidctest.Provider, _ *api.Provider) {
		b := d.browser()
		b.send(t, "POST", "/api/auth/setup", map[string]any{"username": "ann@example.org", "password": annsPassword}).is(201)
		fresh := d.browser()
		if s, _ := fresh.send(t, "GET", "/api/auth/status", nil).is(200).json()["identity_provider"].(map[string]any); s["name"] != "Example ID" {
			t.Errorf("%v", s)
		}
		if at := fresh.comes(t, fresh.set(t, startPath)); at != "/#sign-in=unknown" || fresh.who(t) != "" { // her name and her address, and no link
			t.Fatalf("%s, %q", at, fresh.who(t))
		}
		before := maps.Clone(b.cookies)
		to, _ := b.send(t, "POST", "/api/auth/oidc/link", map[string]any{"return": "https://evil.example/"}).is(200).json()["location"].(string)
		if at := b.comes(t, b.provider(t, to)); at != "/#sign-in=linked" {
			t.Fatal(at)
		}
		if b.cookies[api.SecureCookie] == before[api.SecureCookie] {
			t.Error("the session has the token it had")
		}
		fresh.cookies[api.SecureCookie] = "set-by-somebody-else"
		if at := fresh.comes(t, fresh.set(t, startPath+"?return="+url.QueryEscape("/todos?q=tea&sort=-due"))); at != "/todos?q=tea&sort=-due" {
			t.Error(at)
		}
		if fresh.who(t) != "ann@example.org" || fresh.cookies[api.SecureCookie] == "set-by-somebody-else" || len(fresh.cookies) != 1 {
			t.Errorf("%q %v", fresh.who(t), fresh.cookies)
		}
		list := fresh.send(t, "GET", "/api/auth/identities", nil).is(200).list()
		if len(list) != 1 || list[0]["shown"] != "ann@example.org" || list[0]["issuer"] != p.URL || list[0]["subject"] != nil {
			t.Errorf("%v", list)
		}
		fresh.send(t, "POST", "/api/auth/logout", nil).is(204) // here alone
		if fresh.who(t) != "" || b.who(t) == "" {
			t.Error("the wrong session has ended")
		}
	})
}

func TestTheCookiesOfASignIn(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, _ *oidctest.Provider, _ *api.Provider) {
		d.setUp(t)
		for way, name := range map[string]string{"https": "__Host-umbra_identity", "": "umbra_identity"} {
			b := d.browser()
			b.headers.Set(wayHeader, way)
			resp := b.get(t, startPath)
			c := resp.Cookies()
			if len(c) != 1 || c[0].Name != name || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].MaxAge != 600 || c[0].Path != "/" || c[0].Secure != (way == "https") {
				t.Errorf("%v", c)
			}
			at, err := resp.Location()
			if err != nil {
				t.Fatal(err)
			}
			q := at.Query()
			if q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 || q.Get("redirect_uri") != publicURL+api.CallbackPath ||
				strings.Contains(c[0].Value, q.Get("state")) {
				t.Errorf("%v", q)
			}
		}
		b := d.browser()
		b.headers.Set("Sec-Fetch-Site", "cross-site")
		if at := b.comes(t, startPath+"?return=/todos"); at != "/todos" || len(b.cookies) != 0 {
			t.Errorf("another site's link leads to %s with %v", at, b.cookies)
		}
	})
}

func TestAnAnswerBelongsToItsBrowserOnce(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, _ *oidctest.Provider, _ *api.Provider) {
		d.linked(t)
		mine, other := d.browser(), d.browser()
		way := mine.set(t, startPath)
		stale := func(name string, b *browser, path string) {
			t.Helper()
			if at := b.comes(t, path); !strings.HasSuffix(at, "#sign-in=stale") || b.who(t) != "" {
				t.Errorf("%s: %s, %q", name, at, b.who(t))
			}
		}
		stale("another browser", other, way)
		other.set(t, startPath)
		stale("another browser that set out itself", other, way)
		stale("another state", mine, strings.Replace(way, "&state=", "&state=x", 1))
		stale("two states", mine, way+"&state=x")
		stale("no state", mine, "/api/auth/oidc/callback?code=x")
		stale("too much", mine, way+"&more="+strings.Repeat("x", 20_000))
		kept := maps.Clone(mine.cookies)
		if at := mine.comes(t, way); at != "/" || mine.who(t) != "Ann" { // none of that spoilt it
			t.Fatal(at)
		}
		thief := d.browser()
		thief.cookies = kept // who has both, cookie and address, is too late
		stale("again", thief, way)
		slow := d.browser()
		way = slow.set(t, startPath)
		d.clock.Advance(account.FlowAge + time.Second)
		stale("too late", slow, way)
	})
}

func TestAHostileProviderSignsNobodyIn(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, p *oidctest.Provider, _ *api.Provider) {
		d.linked(t)
		b := d.browser()
		try := func(name, word string) {
			t.Helper()
			d.clock.Advance(time.Minute)
			if at := b.comes(t, b.set(t, startPath+"?return=/todos")); at != "/todos#sign-in="+word || b.who(t) != "" {
				t.Errorf("%s: %s, %q", name, at, b.who(t))
			}
			p.Claims, p.Token, p.Answer = nil, nil, nil
		}
		p.Token = func(c map[string]any) string { return oidctest.Sign(c, jose.ES256, oidctest.Key()) }
		try("another key", "rejected")
		p.Token = oidctest.Unsigned
		try("no signature", "rejected")
		p.Claims = func(c map[string]any) { c["nonce"] = "another" }
		try("another nonce", "rejected")
		p.Claims = func(c map[string]any) { c["aud"] = "another" }
		try("another audience", "rejected")
		p.Answer = func(q url.Values) { q.Set("iss", "https://evil.example") }
		try("a mix-up", "rejected")
		p.Answer = func(q url.Values) {
			q.Del("code")
			q.Set("error", "access_denied")
			q.Set("error_description", "<script>")
		}
		try("a no", "cancelled")
		p.Claims = func(c map[string]any) { c["sub"], c["email"] = "mallory", "ann@example.org" }
		try("somebody with her address", "unknown")
		failed := func() int64 {
			n, _, err := db.One(t.Context(), d.db, db.Value[int64], "SELECT COUNT(*) FROM login_attempts WHERE kind = 'identity' AND NOT success")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := failed(); n != 7 {
			t.Errorf("%d failed attempts are written down", n)
		}
		for range account.AddressLimit {
			b.comes(t, b.set(t, startPath))
		}
		if at := b.comes(t, b.set(t, startPath)); at != "/#sign-in=limited" {
			t.Error(at)
		}
	})
}

func TestWithoutItsProviderUmbraWorks(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, p *oidctest.Provider, _ *api.Provider) {
		b := d.linked(t)
		way := d.browser()
		back := way.set(t, startPath)
		p.Before = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
		if at := way.comes(t, back); at != "/#sign-in=unavailable" {
			t.Error(at)
		}
		d.clock.Advance(2 * time.Hour)
		d.logIn(t, "ann", annsPassword).is(200)
		b.send(t, "POST", "/api/auth/step-up", map[string]any{"password": annsPassword}).is(204)
		p.Close()
		cold := oidctest.New(t)
		cold.Close()
		away := openDoor(t, d.db, func(deps *api.Deps) {
			deps.Provider = &api.Provider{Name: "Example ID", Provider: oidc.New(oidc.Config{Issuer: cold.URL, ClientID: "x", Clock: deps.Clock})}
		})
		b = away.browser()
		if at := b.comes(t, startPath+"?return=/todos"); at != "/todos#sign-in=unavailable" || len(b.cookies) != 0 {
			t.Error(at)
		}
		if s := b.send(t, "GET", "/api/auth/status", nil).is(200).json()["identity_provider"]; s == nil {
			t.Error("the button is gone")
		}
		ann := away.logIn(t, "ann", annsPassword).is(200).session()
		if r := away.with(t, ann, "POST", "/api/auth/oidc/link", map[string]any{}).is(503); r.code() != "provider_unavailable" || strings.Contains(string(r.body), cold.URL) {
			t.Errorf("%s", r.body)
		}
	})
}

func TestTheSecondFactorAfterAnIdentity(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, p *oidctest.Provider, ours *api.Provider) {
		b := d.linked(t)
		app, _, _ := d.protect(t, api.SecureCookie+"="+b.cookies[api.SecureCookie])
		p.Claims = func(c map[string]any) { c["amr"] = []string{"pwd", "mfa"} }
		b = d.browser()
		at := b.comes(t, b.set(t, startPath+"?return=/calendar"))
		if at != "/calendar#sign-in=second-step" || b.who(t) != "" {
			t.Fatalf("the provider's word left it out: %s %q", at, b.who(t))
		}
		if d.browser().send(t, "POST", "/api/auth/oidc/second-step", nil).is(401).code() != "mfa_token" {
			t.Error("another browser goes on")
		}
		s := b.send(t, "POST", "/api/auth/oidc/second-step", nil).is(200).json()
		if s["mfa_required"] != true || len(b.cookies) != 0 {
			t.Fatalf("%v %v", s, b.cookies)
		}
		if b.send(t, "POST", "/api/auth/login/totp", map[string]any{"mfa_token": s["mfa_token"], "code": "000000"}).is(401).code() != "wrong_code" {
			t.Error("a wrong code")
		}
		b.send(t, "POST", "/api/auth/login/totp", map[string]any{"mfa_token": s["mfa_token"], "code": d.code(t, app)}).is(200)
		if b.who(t) != "Ann" {
			t.Error(b.who(t))
		}
		ours.TrustMFA = true
		for _, tt := range []struct {
			amr  []string
			want string
		}{{[]string{"pwd", "mfa"}, "/"}, {[]string{"pwd"}, "/#sign-in=second-step"}} {
			p.Claims = func(c map[string]any) { c["amr"] = tt.amr }
			fresh := d.browser()
			if at := fresh.comes(t, fresh.set(t, startPath)); at != tt.want {
				t.Errorf("trusted, %v: %s", tt.amr, at)
			}
		}
	})
}

func TestLinkingNeedsTheSessionThatBeganIt(t *testing.T) {
	eachProvided(t, func(t *testing.T, d *door, p *oidctest.Provider, _ *api.Provider) {
		b := d.linked(t)
		if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "bob", Password: newPassword}); err != nil {
			t.Fatal(err)
		}
		bob := d.browser()
		bob.keep(d.logIn(t, "bob", newPassword, wayHeader, "https").is(200).header)
		begin := func(b *browser) string {
			t.Helper()
			to, _ := b.send(t, "POST", "/api/auth/oidc/link", map[string]any{}).is(200).json()["location"].(string)
			return b.provider(t, to)
		}
		if at := bob.comes(t, begin(bob)); at != "/#sign-in=taken" {
			t.Errorf("Ann's identity for Bob: %s", at)
		}
		p.Claims = func(c map[string]any) { c["sub"] = "mallory" }
		way := begin(bob)
		bob.cookies[api.SecureCookie] = b.cookies[api.SecureCookie]
		if at := bob.comes(t, way); at != "/#sign-in=session" {
			t.Errorf("begun by Bob, ended by Ann: %s", at)
		}
		way = begin(b)
		b.send(t, "POST", "/api/auth/logout", nil).is(204)
		if at := b.comes(t, way); at != "/#sign-in=session" {
			t.Errorf("after log-out: %s", at)
		}
		b.keep(d.logIn(t, "ann", annsPassword, wayHeader, "https").is(200).header)
		list := b.send(t, "GET", "/api/auth/identities", nil).is(200).list()
		if len(list) != 1 {
			t.Fatalf("%v", list)
		}
		d.clock.Advance(account.ProofAge)
		b.send(t, "POST", "/api/auth/oidc/link", map[string]any{}).needsProof()
		b.send(t, "DELETE", "/api/auth/identities/1", nil).needsProof()
		b.send(t, "POST", "/api/auth/step-up", map[string]any{"password": annsPassword}).is(204)
		b.send(t, "DELETE", "/api/auth/identities/999", nil).is(404)
		b.send(t, "DELETE", "/api/auth/identities/1", nil).is(204)
		p.Claims = nil
		if at := b.comes(t, b.set(t, startPath)); at != "/#sign-in=unknown" {
			t.Errorf("unlinked: %s", at)
		}
	})
}

func TestNoProviderIsConfigured(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, path := range []string{startPath, api.CallbackPath + "?code=x&state=y"} {
			if r := d.with(t, "", "GET", path, nil).is(404); r.code() != "no_identity_provider" {
				t.Errorf("%s", r.body)
			}
		}
		d.with(t, ann, "POST", "/api/auth/oidc/link", map[string]any{}).is(404)
		d.with(t, "", "POST", "/api/auth/oidc/second-step", nil).is(401)
		if s := d.with(t, "", "GET", "/api/auth/status", nil).is(200).json(); s["identity_provider"] != nil {
			t.Errorf("%v", s)
		}
	})
}
