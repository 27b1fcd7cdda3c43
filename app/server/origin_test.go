package server_test

import (
	"strings"
	"testing"
)

const (
	listedOrigin   = "https://front.example"
	unlistedOrigin = "https://evil.example"
	logInBody      = `{"username":"ann","password":"` + testPassword + `"}`
)

func TestCrossSiteRequestsAreRefused(t *testing.T) {
	h := open(t, "UMBRA_CORS_ORIGINS="+listedOrigin)
	ann := h.setUp(t)
	tests := []struct {
		name, method, path, body string
		status                   int
		headers                  []string
	}{
		{"a form elsewhere", "POST", "/api/todos", `{"title":"x"}`, 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"another port of this host", "POST", "/api/todos", `{"title":"x"}`, 403, []string{"Sec-Fetch-Site", "same-site"}},
		{"an old browser's origin", "POST", "/api/todos", `{"title":"x"}`, 403, []string{"Origin", unlistedOrigin}},
		{"no origin to tell", "POST", "/api/todos", `{"title":"x"}`, 403, []string{"Origin", "null"}},
		{"log-in too", "POST", "/api/auth/login", logInBody, 403, []string{"Sec-Fetch-Site", "cross-site", "Origin", unlistedOrigin}},
		{"log-out too", "POST", "/api/auth/logout", "", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"deletion", "DELETE", "/api/trash", "", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"reading is no harm", "GET", "/api/todos", "", 200, []string{"Sec-Fetch-Site", "cross-site"}},
		{"a listed origin", "POST", "/api/todos", `{"title":"x"}`, 201, []string{"Sec-Fetch-Site", "cross-site", "Origin", listedOrigin}},
		{"the interface itself", "POST", "/api/todos", `{"title":"x"}`, 201, []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8000"}},
		{"its old browser", "POST", "/api/todos", `{"title":"x"}`, 201, []string{"Origin", "http://localhost:8000"}},
		{"no browser at all", "POST", "/api/todos", `{"title":"x"}`, 201, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := h.ask(t, tt.method, tt.path, tt.body, append(tt.headers, "Cookie", ann)...).is(tt.status)
			if tt.status == 403 {
				a.problem(403, "cross_site")
			}
		})
	}
}

func TestListedOriginsReadAndWrite(t *testing.T) {
	h := open(t, "UMBRA_CORS_ORIGINS="+listedOrigin)
	ann := h.setUp(t)
	preflight := func(origin string) answer {
		return h.ask(t, "OPTIONS", "/api/todos", "", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,if-match")
	}
	yes := preflight(listedOrigin).is(204).Header()
	for name, want := range map[string]string{"Access-Control-Allow-Origin": listedOrigin, "Access-Control-Allow-Credentials": "true",
		"Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "If-Match", "Vary": "Origin"} {
		if !strings.Contains(yes.Get(name), want) {
			t.Errorf("%s is %q, want %s", name, yes.Get(name), want)
		}
	}
	for _, origin := range []string{unlistedOrigin, "null", "https://front.example.evil.example", "http://front.example", "https://front.example:8443"} {
		if no := preflight(origin); no.Code < 400 || no.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", origin, no.Code, no.Header())
		}
		a := h.ask(t, "GET", "/api/todos", "", "Cookie", ann, "Origin", origin).is(200)
		if a.Header().Get("Access-Control-Allow-Origin") != "" || !strings.Contains(a.Header().Get("Vary"), "Origin") {
			t.Errorf("%s: %v", origin, a.Header())
		}
	}
	a := h.ask(t, "POST", "/api/todos", `{"title":"x"}`, "Cookie", ann, "Origin", listedOrigin, "Sec-Fetch-Site", "cross-site").is(201).Header()
	if a.Get("Access-Control-Allow-Origin") != listedOrigin || a.Get("Change-Set") == "" {
		t.Errorf("%v", a)
	}
	for _, name := range []string{"Change-Set", "ETag", "Link", "Location", "X-Total-Count"} {
		if !strings.Contains(a.Get("Access-Control-Expose-Headers"), name) {
			t.Errorf("%s cannot be read by another origin: %v", name, a)
		}
	}
	// An error must be readable there as well.
	if a := h.ask(t, "GET", "/api/todos", "", "Origin", listedOrigin).is(401).Header(); a.Get("Access-Control-Allow-Origin") != listedOrigin {
		t.Errorf("%v", a)
	}
	if a := h.ask(t, "GET", "/", "", "Origin", listedOrigin); a.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the interface is no API: %v", a.Header())
	}
}

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	tests := []struct {
		name, trusted, peer string
		forwarded           []string
		proto               string
		address             string
		secure              bool
	}{
		{"nobody is trusted", "", "10.0.0.2:1", []string{"203.0.113.9"}, "https", "10.0.0.2", false},
		{"a proxy", "10.0.0.0/8", "10.0.0.2:1", []string{"203.0.113.9"}, "https", "203.0.113.9", true},
		{"a client that lies on the left", "10.0.0.0/8", "10.0.0.2:1", []string{"1.2.3.4, 203.0.113.9"}, "", "203.0.113.9", false},
		{"and in a field of its own", "10.0.0.0/8", "10.0.0.2:1", []string{"1.2.3.4", "203.0.113.9"}, "", "203.0.113.9", false},
		{"two proxies", "10.0.0.0/8", "10.0.0.2:1", []string{"1.2.3.4, 203.0.113.9, 10.0.0.3"}, "https", "203.0.113.9", true},
		{"a client that says it is a proxy", "10.0.0.0/8", "203.0.113.9:1", []string{"10.0.0.3"}, "https", "203.0.113.9", false},
		{"nonsense", "10.0.0.0/8", "10.0.0.2:1", []string{"203.0.113.9, what"}, "", "10.0.0.2", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t, "UMBRA_TRUSTED_PROXIES="+tt.trusted)
			h.setUp(t)
			headers := []string{"From", tt.peer, "Host", "umbra.home"}
			for _, f := range tt.forwarded {
				headers = append(headers, "X-Forwarded-For", f)
			}
			if tt.proto != "" {
				headers = append(headers, "X-Forwarded-Proto", tt.proto)
			}
			c := h.ask(t, "POST", "/api/auth/login", logInBody, headers...).is(200).Result().Cookies()[0]
			if c.Secure != tt.secure || strings.HasPrefix(c.Name, "__Host-") != tt.secure {
				t.Errorf("%s", c.Raw)
			}
			list := h.ask(t, "GET", "/api/auth/sessions", "", append(headers, "Cookie", c.Name+"="+c.Value)...).is(200).Body.String()
			if !strings.Contains(list, `"address":"`+tt.address+`"`) || strings.Contains(list, "1.2.3.4") {
				t.Errorf("want %s: %s", tt.address, list)
			}
		})
	}
}

func TestOnlyTheMachineItselfNeedsNoSetupCode(t *testing.T) {
	h := open(t)
	for name, headers := range map[string][]string{
		"from elsewhere":        {"From", "192.168.1.20:1"},
		"by another name":       {"Host", "umbra.home"}, // DNS rebinding
		"through a proxy here":  {"X-Forwarded-For", "203.0.113.9"},
		"with an empty forward": {"Forwarded", "for=203.0.113.9"},
		"a proxy's other words": {"X-Real-IP", "203.0.113.9"},
		"a proxy's name":        {"Via", "1.1 proxy"},
		"as old proxies speak":  {"Protocol", "HTTP/1.0"},
	} {
		if a := h.ask(t, "POST", "/api/auth/setup", logInBody, headers...); a.Code != 403 {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	h.ask(t, "POST", "/api/auth/setup", logInBody, "Host", "[::1]:8000", "From", "[::1]:1").is(201)
}

func TestThePublicURLIsTheOnlyName(t *testing.T) {
	h := open(t, "UMBRA_PUBLIC_URL=https://umbra.example.org")
	ann := h.setUp(t) // from the machine itself
	far := "192.168.1.20:1"
	h.ask(t, "GET", "/api/auth/status", "", "From", far, "Host", "umbra.example.org").is(200)
	h.ask(t, "GET", "/api/auth/status", "", "From", far, "Host", "UMBRA.example.org:443").is(200)
	for _, host := range []string{"evil.example", "192.168.1.5:8000", "localhost"} {
		if a := h.ask(t, "GET", "/api/todos", "", "From", far, "Host", host, "Cookie", ann).is(421); strings.Contains(a.Body.String(), "evil") {
			t.Errorf("%s", a.Body)
		}
	}
	h.ask(t, "GET", "/api/health", "", "From", far, "Host", "192.168.1.5").is(200)
	// Behind a proxy that rewrites Host, the interface still is no stranger.
	h.ask(t, "POST", "/api/todos", `{"title":"x"}`, "Cookie", ann, "Origin", "https://umbra.example.org").is(201)
}

// Behind a proxy that says nothing of HTTPS, the public URL does.
func TestThePublicURLMakesCookiesSecure(t *testing.T) {
	h := open(t, "UMBRA_PUBLIC_URL=https://umbra.example.org", "UMBRA_TRUSTED_PROXIES=10.0.0.3")
	h.setUp(t)
	for name, tt := range map[string]struct {
		headers []string
		secure  bool
	}{
		"by its name":                 {[]string{"From", "10.0.0.2:1", "Host", "Umbra.example.org:443"}, true},
		"at the machine itself":       {[]string{"Host", "localhost:8000"}, false},
		"where a proxy knows it isnt": {[]string{"From", "10.0.0.3:1", "Host", "umbra.example.org", "X-Forwarded-Proto", "http"}, false},
	} {
		c := h.ask(t, "POST", "/api/auth/login", logInBody, tt.headers...).is(200).Result().Cookies()[0]
		if c.Secure != tt.secure || strings.HasPrefix(c.Name, "__Host-") != tt.secure {
			t.Errorf("%s: %s", name, c.Raw)
		}
	}
}

// A token is no cookie: no browser adds it for another site. Where signing in
// goes by cookies it opens nothing.
func TestATokenNeedsNoOrigin(t *testing.T) {
	h := open(t, "UMBRA_CORS_ORIGINS="+listedOrigin)
	ann := h.setUp(t)
	made := h.ask(t, "POST", "/api/auth/tokens", `{"name":"x","scopes":["write"]}`, "Cookie", ann).is(201)
	token := "Bearer " + decodeJSON[struct{ Token string }](t, made.Body.Bytes()).Token
	elsewhere := []string{"Sec-Fetch-Site", "cross-site", "Origin", unlistedOrigin}
	h.ask(t, "POST", "/api/todos", `{"title":"x"}`, append(elsewhere, "Authorization", token)...).is(201)
	h.ask(t, "POST", "/api/todos", `{"title":"x"}`, append(elsewhere, "Authorization", "Basic eDp5", "Cookie", ann)...).problem(403, "cross_site")
	h.ask(t, "POST", "/api/todos", `{"title":"x"}`, append(elsewhere, "Authorization", "Bearer x", "Cookie", ann)...).problem(401, "bad_token")
	h.ask(t, "POST", "/api/auth/login", logInBody, append(elsewhere, "Authorization", token)...).problem(403, "cross_site")
	h.ask(t, "POST", "/api/auth/logout", "", append(elsewhere, "Authorization", token, "Cookie", ann)...).problem(403, "cross_site")
	a := h.ask(t, "POST", "/api/todos", `{"title":"x"}`, "Sec-Fetch-Site", "cross-site", "Origin", listedOrigin, "Authorization", token).is(201)
	if a.Header().Get("Access-Control-Allow-Origin") != listedOrigin {
		t.Errorf("%v", a.Header())
	}
}
