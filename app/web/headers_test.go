package web_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"umbra/app/web"
)

func TestSecurityHeaders(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	for _, tc := range []struct {
		name       string
		options    web.HeaderOptions
		host       string
		tls        bool
		coop, hsts bool
	}{
		{name: "plain on the network", host: "nas.home:8000"},
		{name: "plain on loopback", host: "127.0.0.1:8000", coop: true},
		{name: "plain on localhost", host: "localhost:8000", coop: true},
		{name: "plain on IPv6 loopback", host: "[::1]:8000", coop: true},
		{name: "plain, HSTS wanted", options: web.HeaderOptions{HSTS: true}, host: "nas.home"},
		{name: "TLS", host: "nas.home", tls: true, coop: true},
		{name: "TLS, HSTS wanted", options: web.HeaderOptions{HSTS: true}, host: "nas.home", tls: true, coop: true, hsts: true},
		{
			name: "a proxy's word", host: "nas.home", coop: true, hsts: true,
			options: web.HeaderOptions{HSTS: true, HTTPS: func(*http.Request) bool { return true }},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/api/todos", nil)
			r.Host = tc.host
			if tc.tls {
				r.TLS = &tls.ConnectionState{}
			}
			w := httptest.NewRecorder()
			web.SecurityHeaders(tc.options)(handler).ServeHTTP(w, r)
			h := w.Header()
			for name, want := range map[string]string{
				"Content-Security-Policy":      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				"X-Content-Type-Options":       "nosniff",
				"Referrer-Policy":              "same-origin",
				"Cross-Origin-Resource-Policy": "",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
				t.Errorf("Permissions-Policy %q", h.Get("Permissions-Policy"))
			}
			if got := h.Get("Cross-Origin-Opener-Policy") != ""; got != tc.coop {
				t.Errorf("opener policy set: %v", got)
			}
			if got := h.Get("Strict-Transport-Security") != ""; got != tc.hsts {
				t.Errorf("HSTS set: %v", got)
			}
		})
	}
}

func TestPagesBringTheirOwnPolicy(t *testing.T) {
	h := web.SecurityHeaders(web.HeaderOptions{})(newSite(t))
	// printf "start()" | openssl dgst -sha256 -binary | base64
	const inline = "'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='"
	for target, want := range map[string]struct{ has, hasNot string }{
		"/":         {"script-src 'self' " + inline + ";", "unsafe"},
		"/calendar": {inline, "unsafe"},
		"/docs":     {"script-src 'self';", "unsafe"},
		"/redoc":    {"worker-src 'self' blob:", "script-src 'self' 'unsafe"},
		"/app.js":   {"connect-src 'self'", "unsafe"},
		"/gone.js":  {"default-src 'none'", "'self'"},
	} {
		got := ask(h, "GET", target).Header.Get("Content-Security-Policy")
		if !strings.Contains(got, want.has) || strings.Contains(got, want.hasNot) {
			t.Errorf("%s: %s", target, got)
		}
	}
}

func TestHostGuard(t *testing.T) {
	public, err := url.Parse("https://Umbra.Example:8443")
	if err != nil {
		t.Fatal(err)
	}
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	const far, near = "192.0.2.7:4711", "127.0.0.1:4711"
	for _, tc := range []struct {
		host, peer, path string
		status           int
	}{
		{"umbra.example:8443", far, "/", 204},
		{"umbra.example", far, "/", 204},
		{"UMBRA.example.", far, "/", 204},
		{"evil.example", far, "/", 421},
		{"umbra.example.evil.example", far, "/api/todos", 421},
		{"evil.example:8443", near, "/", 421},
		{"192.0.2.1:8000", far, "/", 421},
		{"localhost:8000", near, "/", 204},
		{"[::1]:8000", "[::1]:4711", "/", 204},
		{"127.0.0.1:8000", near, "/", 204},
		{"localhost:8000", far, "/", 421},
		{"localhost.evil.example", near, "/", 421},
		{"", far, "/", 421},
		{"192.0.2.1:8000", far, "/api/health", 204},
		{"192.0.2.1:8000", far, "/api/ready", 204},
		{"192.0.2.1:8000", far, "/api/health/../todos", 421},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.RemoteAddr, r.URL.Path = tc.host, tc.peer, tc.path
		w := httptest.NewRecorder()
		web.HostGuard(public)(ok).ServeHTTP(w, r)
		if w.Code != tc.status {
			t.Errorf("%s from %s at %s: %d, want %d", tc.host, tc.peer, tc.path, w.Code, tc.status)
		}
		if w.Code == 421 && (!strings.Contains(w.Body.String(), "UMBRA_PUBLIC_URL") || strings.Contains(w.Body.String(), "evil")) {
			t.Errorf("%s: said %q", tc.host, w.Body.String())
		}
	}
	r := httptest.NewRequest("GET", "http://anything.example/", nil)
	w := httptest.NewRecorder()
	web.HostGuard(nil)(ok).ServeHTTP(w, r)
	if w.Code != 204 {
		t.Errorf("without a public URL: %d", w.Code)
	}
}
