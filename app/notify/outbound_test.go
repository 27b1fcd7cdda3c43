package notify_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"umbra/app/notify"
)

var discard = log.New(io.Discard, "", 0)

func hook(out *notify.Outbound, address string) error {
	return notify.NewWebhook(out, notify.WebhookTarget{URL: address, Secret: "tk_secret"}).Send(context.Background(), message())
}

func TestInnerAddressesAreRefusedUntilAllowed(t *testing.T) {
	p := newPeer(t, false, nil)
	host := strings.TrimPrefix(p.URL, "http://")
	_, port, _ := net.SplitHostPort(host)
	resolver := names{"ntfy.lan": {netip.MustParseAddr("127.0.0.1")}, "mapped.lan": {netip.MustParseAddr("::ffff:127.0.0.1")},
		"nat.lan": {netip.MustParseAddr("64:ff9b::7f00:1")}, "six.lan": {netip.MustParseAddr("2002:7f00:1::")}}
	strict := outbound(t, func(o *notify.OutboundOptions) { o.Allow, o.Resolver = nil, resolver })
	for _, tt := range []struct{ address, says string }{
		{p.URL, host + " is not reached: it is this machine itself. The administrator of Umbra can allow it with UMBRA_OUTBOUND_ALLOW=" + host},
		{"http://ntfy.lan:" + port, "ntfy.lan:" + port + " (127.0.0.1) is not reached: it is this machine itself. The administrator of Umbra can allow it with UMBRA_OUTBOUND_ALLOW=ntfy.lan:" + port},
		{"http://NTFY.LAN.:" + port, "UMBRA_OUTBOUND_ALLOW=ntfy.lan:" + port},
		{"http://mapped.lan:" + port, "this machine itself"}, {"http://nat.lan:" + port, "this machine itself"}, {"http://six.lan:" + port, "this machine itself"},
		{"http://[::ffff:127.0.0.1]:" + port, "this machine itself"}, {"http://[::1]:" + port, "this machine itself"}, {"http://0.0.0.0:" + port, "an unspecified address"},
		{"http://169.254.169.254/latest/meta-data", "a link-local address, where clouds keep their metadata"},
		{"http://192.168.1.5", "192.168.1.5:80 is not reached: it is a private address"}, {"https://10.0.0.1", "10.0.0.1:443"},
		{"http://8.8.8.8:22", "port 22 belongs to another kind of service"},
	} {
		fails(t, hook(strict, tt.address), notify.CodeNotAllowed, true, tt.says)
	}
	if n := len(p.requests()); n != 0 {
		t.Fatalf("the peer was reached %d times", n)
	}
	byName := outbound(t, func(o *notify.OutboundOptions) {
		o.Resolver = resolver
		o.Allow = func(host string, _ netip.Addr, p uint16) bool {
			return host == "ntfy.lan" && strconv.Itoa(int(p)) == port
		}
	})
	if err := hook(byName, "http://ntfy.lan:"+port); err != nil {
		t.Error(err)
	}
	fails(t, hook(byName, p.URL), notify.CodeNotAllowed, true, "UMBRA_OUTBOUND_ALLOW")
	fails(t, hook(byName, "http://mapped.lan:"+port), notify.CodeNotAllowed, true, "UMBRA_OUTBOUND_ALLOW")
}

// A name that answers a public address first and an inner one afterwards gets
// nothing: each connection is made to the address that was looked at.
func TestANameThatChangesItsAnswerIsLookedAtEachTime(t *testing.T) {
	p := newPeer(t, false, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) { w.Header().Set("Connection", "close") })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(p.URL, "http://"))
	loopback, other := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	var asked atomic.Int32
	resolver := names{"rebind.example": {loopback, other}}
	out := outbound(t, func(o *notify.OutboundOptions) {
		o.Resolver = resolver
		o.Allow = func(_ string, ip netip.Addr, _ uint16) bool { asked.Add(1); return ip == loopback } // stands for the public one
	})
	if err := hook(out, "http://rebind.example:"+port); err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 2 {
		t.Errorf("the address was looked at %d times, want after the name and at the socket", asked.Load())
	}
	fails(t, hook(out, "http://rebind.example:"+port), notify.CodeNotAllowed, true, "rebind.example:"+port+" (127.0.0.2) is not reached")
	p.one(t)
}

func TestRedirectsAreFollowedOnlyWhereThatIsSafe(t *testing.T) {
	var to atomic.Value
	from := newPeer(t, false, func(w http.ResponseWriter, r *http.Request, _ <-chan struct{}) {
		if r.URL.Path == "/taken" {
			return
		}
		target := to.Load().([2]string)
		code, _ := strconv.Atoi(target[0])
		http.Redirect(w, r, target[1], code)
	})
	other := newPeer(t, false, nil)
	host := func(p *peer) string { u, _ := url.Parse(p.URL); return u.Host }
	out := outbound(t, func(o *notify.OutboundOptions) {
		o.Allow = func(_ string, ip netip.Addr, port uint16) bool { return ip.String() == "127.0.0.1" }
	})
	ntfy := func() error {
		return notify.NewNtfy(out, notify.NtfyTarget{Server: from.URL, Topic: "ada", Token: "tk_secret"}).Send(context.Background(), message())
	}
	to.Store([2]string{"307", "/taken"})
	if err := ntfy(); err != nil {
		t.Fatal(err)
	}
	second := from.requests()[1]
	if second.header.Get("Authorization") != "Bearer tk_secret" || second.method != "POST" || string(second.body) != string(from.requests()[0].body) {
		t.Errorf("the same origin gets the same request: %+v", second)
	}
	to.Store([2]string{"308", other.URL + "/elsewhere"})
	if err := ntfy(); err != nil {
		t.Fatal(err)
	}
	if r := other.one(t); r.header.Get("Authorization") != "" || !hasBytes(r.body, "ada") {
		t.Errorf("another origin got the token: %v", r.header)
	}
	to.Store([2]string{"307", "http://169.254.169.254/latest"})
	fails(t, ntfy(), notify.CodeNotAllowed, true, "metadata")
	to.Store([2]string{"307", "ftp://example.org/"})
	fails(t, ntfy(), notify.CodeRedirect, true, "cannot be used")
	to.Store([2]string{"307", "http://user:pass@" + host(other) + "/"})
	fails(t, ntfy(), notify.CodeRedirect, true, "cannot be used")
	to.Store([2]string{"307", "/again"})
	fails(t, ntfy(), notify.CodeRedirect, true, "more than 3 times")
	for _, code := range []string{"301", "302", "303"} { // a browser would turn the message into a GET
		to.Store([2]string{code, other.URL + "/elsewhere"})
		fails(t, ntfy(), notify.CodeRedirect, true, "leads on ("+code+") to "+other.URL+"; set the address")
	}
	if n := len(other.requests()); n != 1 {
		t.Errorf("the other origin was asked %d times", n)
	}
}

func TestARedirectFromHTTPSToHTTPIsNotFollowed(t *testing.T) {
	plain := newPeer(t, false, nil)
	secure := newPeer(t, true, func(w http.ResponseWriter, r *http.Request, _ <-chan struct{}) {
		http.Redirect(w, r, plain.URL, http.StatusTemporaryRedirect)
	})
	out := outbound(t, func(o *notify.OutboundOptions) { o.Roots = pool(secure) })
	fails(t, hook(out, secure.URL), notify.CodeRedirect, true, "from https on to http")
	if n := len(plain.requests()); n != 0 {
		t.Errorf("it was followed")
	}
}

func pool(p *peer) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(p.Certificate())
	return roots
}

func TestWhatGoesWrongIsSaidExactly(t *testing.T) {
	secure := newPeer(t, true, nil)
	plain := newPeer(t, false, nil)
	slow := newPeer(t, false, func(_ http.ResponseWriter, r *http.Request, over <-chan struct{}) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	drop := raw(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 16)) })
	half := raw(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<16))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
	})
	garbage := raw(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<16))
		_, _ = io.WriteString(c, "220 mail.example ESMTP\r\n")
	})
	silent := raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	closed := closedPort(t)
	quick := func(o *notify.OutboundOptions) {
		o.Resolver = names{}
		o.Limits = notify.Limits{Answer: 60 * time.Millisecond, TLS: 60 * time.Millisecond}
	}
	strip := func(s string) string { return s[strings.Index(s, "://")+3:] }
	out := outbound(t, quick)
	for _, tt := range []struct{ name, address, code, says string }{
		{"nothing listens", "http://" + closed, notify.CodeRefused, "connection refused by " + closed},
		{"no such name", "http://nowhere.example/x", notify.CodeName, "name not found: nowhere.example"},
		{"no answer", slow.URL, notify.CodeTimeout, "no answer from " + strip(slow.URL) + " in time"},
		{"no handshake", "https://" + silent, notify.CodeTimeout, "no answer from " + silent + " in time"},
		{"a certificate of nobody", secure.URL, notify.CodeTLS, "signed by nobody whom this machine trusts"},
		{"no TLS there", "https://" + strip(plain.URL), notify.CodeTLS, strip(plain.URL) + " does not speak TLS there"},
		{"broken off", "http://" + drop, notify.CodeUnreachable, "broke before the answer was there"},
		{"broken off within the answer", "http://" + half, notify.CodeUnreachable, "broke before the answer was there"},
		{"no HTTP", "http://" + garbage, notify.CodeUnreachable, "does not speak HTTP"},
	} {
		t.Run(tt.name, func(t *testing.T) { fails(t, hook(out, tt.address), tt.code, false, tt.says) })
	}
	wrongName := outbound(t, func(o *notify.OutboundOptions) {
		o.Roots, o.Resolver = pool(secure), names{"other.test": {netip.MustParseAddr("127.0.0.1")}}
	})
	_, port, _ := net.SplitHostPort(strip(secure.URL))
	fails(t, hook(wrongName, "https://other.test:"+port), notify.CodeTLS, false, "is for another name")
	for _, address := range []string{"ftp://example.org", "https://", "https:///x", "http://a b", "mailto:a@b.c", "http://user:tk_secret@example.org", "ntfy.sh"} {
		fails(t, hook(out, address), notify.CodeInvalid, true, "address")
	}
	ended, end := context.WithCancel(context.Background())
	end()
	err := notify.NewWebhook(out, notify.WebhookTarget{URL: slow.URL}).Send(ended, message())
	if e := notify.AsError(err); e.Permanent {
		t.Errorf("an ended context is no reason to give up for good: %v", e)
	}
}

// A peer that never stops talking neither fills memory nor keeps us.
func TestOnlyTheBeginningOfAnAnswerIsRead(t *testing.T) {
	var written atomic.Int64
	p := newPeer(t, false, func(w http.ResponseWriter, r *http.Request, _ <-chan struct{}) {
		w.WriteHeader(http.StatusInternalServerError)
		for r.Context().Err() == nil {
			n, err := w.Write(make([]byte, 32<<10))
			if written.Add(int64(n)); err != nil {
				return
			}
		}
	})
	out := outbound(t, func(o *notify.OutboundOptions) { o.Limits.Body = 1000 })
	fails(t, hook(out, p.URL), notify.CodeStatus, false, "the webhook answered 500 Internal Server Error")
}

func TestNoProxyIsTakenFromTheEnvironment(t *testing.T) {
	proxy := newPeer(t, false, nil)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	out := outbound(t, func(o *notify.OutboundOptions) { o.Resolver = names{} })
	fails(t, hook(out, "http://nowhere.example"), notify.CodeName, false, "name not found")
	if n := len(proxy.requests()); n != 0 {
		t.Error("the proxy was asked")
	}
}

func TestStatusesSayWhetherToTryAgain(t *testing.T) {
	for _, tt := range []struct {
		status int
		header string // Retry-After
		code   string
		perm   bool
		after  time.Duration
	}{
		{400, "", notify.CodeStatus, true, 0}, {401, "", notify.CodeUnauthentic, true, 0}, {403, "", notify.CodeUnauthentic, true, 0},
		{404, "", notify.CodeStatus, true, 0}, {413, "", notify.CodeStatus, true, 0},
		{408, "", notify.CodeStatus, false, 0}, {425, "", notify.CodeStatus, false, 0},
		{429, "120", notify.CodeLimited, false, 2 * time.Minute}, {429, now.Add(time.Hour).Format(http.TimeFormat), notify.CodeLimited, false, time.Hour},
		{429, "soon", notify.CodeLimited, false, 0}, {429, "-5", notify.CodeLimited, false, 0}, {429, "999999999", notify.CodeLimited, false, 24 * time.Hour},
		{429, now.Add(-time.Hour).Format(http.TimeFormat), notify.CodeLimited, false, 0},
		{500, "", notify.CodeStatus, false, 0}, {502, "", notify.CodeStatus, false, 0}, {503, "7", notify.CodeStatus, false, 7 * time.Second}, {599, "", notify.CodeStatus, false, 0},
	} {
		p := newPeer(t, false, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) {
			if tt.header != "" {
				w.Header().Set("Retry-After", tt.header)
			}
			w.WriteHeader(tt.status)
		})
		e := fails(t, hook(outbound(t, nil), p.URL), tt.code, tt.perm, strconv.Itoa(tt.status))
		if e.RetryAfter != tt.after {
			t.Errorf("%d %s: after %v, want %v", tt.status, tt.header, e.RetryAfter, tt.after)
		}
	}
}

// Get follows what post does, and asks only what it was told to.
func TestGetFetchesUnderTheSameRules(t *testing.T) {
	other := newPeer(t, false, func(w http.ResponseWriter, _ *http.Request, _ <-chan struct{}) { _, _ = io.WriteString(w, "there") })
	p := newPeer(t, false, func(w http.ResponseWriter, r *http.Request, _ <-chan struct{}) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, other.URL+"/x", http.StatusSeeOther)
		case "/known":
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"7"`)
			w.Header().Set("Last-Modified", "yesterday")
			_, _ = io.WriteString(w, "here")
		}
	})
	out := outbound(t, nil)
	f, err := out.Get(t.Context(), p.URL+"/a", "text/calendar", "", "", 4)
	if err != nil || !f.Fresh || string(f.Body) != "here" || f.ETag != `"7"` || f.Modified != "" {
		t.Errorf("%+v %v", f, err)
	}
	if f, err = out.Get(t.Context(), p.URL+"/moved", "text/calendar", "", "", 9); err != nil || string(f.Body) != "there" {
		t.Errorf("%+v %v", f, err)
	}
	if f, err = out.Get(t.Context(), p.URL+"/known", "text/calendar", `"7"`, "", 9); err != nil || f.Fresh || f.ETag != `"7"` {
		t.Errorf("%+v %v", f, err)
	}
	for what, address := range map[string]string{"more than was asked for": p.URL + "/a", "304 to no condition": p.URL + "/known", "no address": "webcal://x", "a password in it": "http://a:b@" + p.Listener.Addr().String()} {
		var e *notify.Error
		if f, err := out.Get(t.Context(), address, "text/calendar", "", "", 3); !errors.As(err, &e) || e.Reason == "" || strings.Contains(e.Reason, "b@") {
			t.Errorf("%s: %+v %v", what, f, err)
		}
	}
	shut := outbound(t, func(o *notify.OutboundOptions) { o.Allow = nil })
	if _, err := shut.Get(t.Context(), p.URL, "text/calendar", "", "", 9); err == nil || !strings.Contains(err.Error(), "not reached") {
		t.Errorf("%v", err)
	}
}
