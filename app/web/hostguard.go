package web

import (
	"net/http"
	"net/url"
)

// probes answer under any name: what checks a server's health knows its address.
var probes = map[string]bool{"/api/health": true, "/api/ready": true}

// HostGuard refuses, with 421, requests under another host name than that of the
// public URL; nil refuses none. A page elsewhere that gives its own name our
// address (DNS rebinding) thus reads nothing.
//
// Names are compared without port and case: a proxy drops the port, and a name
// is all that rebinding can lie about. The public URL has its name in ASCII, as
// browsers send it. A loopback name is let through when the peer is on loopback
// as well: that is the owner at the machine, or a proxy on it that does not hand
// the name on. Health probes pass always.
func HostGuard(public *url.URL) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if public == nil {
			return next
		}
		want := hostName(public.Host)
		detail := "This server is reached at " + public.Scheme + "://" + public.Host +
			" alone. To use another address, change UMBRA_PUBLIC_URL."
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := hostName(r.Host)
			local := isLoopback(name) && isLoopback(hostName(r.RemoteAddr))
			if name == want || local || probes[r.URL.Path] {
				next.ServeHTTP(w, r)
				return
			}
			refuse(w, r, http.StatusMisdirectedRequest, detail)
		})
	}
}
