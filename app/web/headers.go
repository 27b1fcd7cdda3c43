package web

import (
	"net"
	"net/http"
	"strings"
)

// HeaderOptions are what the security headers depend on.
type HeaderOptions struct {
	// HTTPS says whether the client came over TLS, a trusted proxy's word
	// included. Nil looks at the connection alone.
	HTTPS func(*http.Request) bool
	// HSTS makes answers over HTTPS tell the browser to come over HTTPS for a
	// year. It counts for every port of that host name, so it is for an owner
	// who gave the name to Umbra (UMBRA_PUBLIC_URL is https).
	HSTS bool
}

const permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(), " +
	"magnetometer=(), microphone=(), midi=(), payment=(), usb=()"

// SecurityHeaders sets, on every answer, what protects a browser. The handler
// behind it may set its own: pages of the interface bring a wider
// Content-Security-Policy than the locked one that is set here.
// Cross-Origin-Resource-Policy is left to the assets, since listed origins read
// the API.
func SecurityHeaders(o HeaderOptions) func(http.Handler) http.Handler {
	isHTTPS := o.HTTPS
	if isHTTPS == nil {
		isHTTPS = func(r *http.Request) bool { return r.TLS != nil }
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", lockedPolicy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Permissions-Policy", permissions)
			https := isHTTPS(r)
			// Browsers ignore it, with an error in the console, where they do not
			// trust the address.
			if https || isLoopback(hostName(r.Host)) {
				h.Set("Cross-Origin-Opener-Policy", "same-origin")
			}
			if https && o.HSTS {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// hostName is a Host field without its port, brackets and closing dot, in lower
// case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func isLoopback(name string) bool {
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
