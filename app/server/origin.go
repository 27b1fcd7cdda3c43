package server

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"umbra/app/alarm"
	"umbra/app/api"
	"umbra/app/config"
	"umbra/app/fault"
)

func isAPI(path string) bool {
	return strings.HasPrefix(path, "/api/") || path == "/api"
}

func newRequestID() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// clientFinder tells who is at the other end, believing only trusted proxies.
type clientFinder struct {
	trusted config.Networks
	public  config.Origin
}

// forwarders are what proxies add to a request.
var forwarders = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Via"}

// forwarded says whether somebody handed the request on, as far as it shows.
// Speaking HTTP/1.0 is what a proxy does that was told to add nothing.
func forwarded(r *http.Request) bool {
	return !r.ProtoAtLeast(1, 1) || slices.ContainsFunc(forwarders, func(name string) bool { return r.Header.Get(name) != "" })
}

func (f clientFinder) of(r *http.Request) api.Client {
	peer := addressOf(r.RemoteAddr)
	// Under its public name Umbra is reached by HTTPS when that says so: what
	// ends TLS need not tell.
	public := f.public.Secure() && strings.EqualFold(hostOnly(r.Host), hostOnly(f.public.Host))
	c := api.Client{Address: peer.String(), Host: r.Host, HTTPS: r.TLS != nil || public}
	if f.trusted.Contains(peer) {
		// From the right, the first address that is no proxy of ours: what stands
		// before it, anyone could have written.
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			hop = hop.Unmap().WithZone("") // a zone is any text
			c.Address = hop.String()
			if !f.trusted.Contains(hop) {
				break
			}
		}
		if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" {
			c.HTTPS = strings.EqualFold(strings.TrimSpace(proto), "https")
		}
	}
	c.Local = !forwarded(r) && peer.IsLoopback() && loopbackHost(r.Host)
	return c
}

func addressOf(remote string) netip.Addr {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

func loopbackHost(host string) bool {
	if ap, err := netip.ParseAddrPort(host); err == nil {
		return ap.Addr().IsLoopback()
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.IsLoopback()
	}
	return strings.EqualFold(hostOnly(host), "localhost")
}

// hostOnly is a Host field without its port.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// crossSite refuses requests that another site makes a browser send with our
// cookie, unless its origin is listed.
func (a *App) crossSite(edge *api.API, next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	for _, o := range a.Config.CORSOrigins {
		if err := p.AddTrustedOrigin(o.String()); err != nil {
			a.log.Error("a CORS origin cannot be trusted", "origin", o.String(), "error", err)
		}
	}
	if !a.Config.PublicURL.IsZero() { // behind a proxy that rewrites Host
		if err := p.AddTrustedOrigin(a.Config.PublicURL.String()); err != nil {
			a.log.Error("the public URL cannot be trusted", "error", err)
		}
	}
	// The links of messages: their token counts, and no cookie is looked at.
	p.AddInsecureBypassPattern(alarm.LinkPath)
	// So it is with a link to a profile, whose page sends no referrer: browsers without
	// Sec-Fetch-Site (Safari before 16.4) then name their origin null.
	p.AddInsecureBypassPattern("POST /profiles/{secret}")
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		edge.WriteProblem(w, r, fault.New(fault.Forbidden, "cross_site", "This request came from another site and was refused. List its origin in UMBRA_CORS_ORIGINS if that is meant."))
	}))
	guarded := p.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// No browser sends a Bearer token by itself, and beside one the cookie
		// counts for nothing. Signing in goes by cookies: there it stays refused.
		if _, ok := api.BearerToken(r.Header.Get("Authorization")); ok && !strings.HasPrefix(r.URL.Path, "/api/auth/") {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// cors lets listed origins read answers and write, with the cookie.
func cors(origins config.Origins, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	listed := map[string]bool{}
	for _, o := range origins {
		listed[o.String()] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if !listed[origin] || !isAPI(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Content-Type, Authorization, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID")
			h.Set("Access-Control-Max-Age", "600")
			h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		h.Set("Access-Control-Expose-Headers", "Change-Set, ETag, Link, Location, Retry-After, WWW-Authenticate, X-Total-Count, X-Request-Id")
		next.ServeHTTP(w, r)
	})
}
