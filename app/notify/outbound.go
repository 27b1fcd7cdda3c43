package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limits are how long each phase of a request may take, and how much is read.
type Limits struct {
	Lookup  time.Duration // of a name
	Connect time.Duration // to one address
	TLS     time.Duration // the handshake
	Answer  time.Duration // from the request to the answer's head; for mail, each answer
	Whole   time.Duration // all of it, redirects included
	Body    int64         // bytes of an answer that are read
}

// DefaultLimits suit a home server on a slow line.
var DefaultLimits = Limits{Lookup: 5 * time.Second, Connect: 5 * time.Second, TLS: 10 * time.Second,
	Answer: 15 * time.Second, Whole: 30 * time.Second, Body: 64 << 10}

// Resolver finds a name's addresses; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// OutboundOptions are what an Outbound is made of.
type OutboundOptions struct {
	// Allow says whether the administrator named this address, or the host that
	// it was found for (lower case, no dot at the end; the address itself where no
	// name was given). nil: nothing is named.
	Allow    func(host string, ip netip.Addr, port uint16) bool
	Resolver Resolver       // nil: the machine's
	Roots    *x509.CertPool // nil: the machine's
	Limits   Limits         // fields that are 0 are DefaultLimits'
	Now      func() time.Time
	Agent    string // User-Agent; "" is Umbra
}

// Outbound is the one way by which this server reaches others. It looks at each
// address after the name was resolved and once more when the socket connects,
// for every connection and so on every redirect; it takes no proxy from the
// environment, keeps no cookies, and verifies certificates.
type Outbound struct {
	o      OutboundOptions
	client *http.Client
}

// NewOutbound makes one. It is safe for use by several goroutines.
func NewOutbound(o OutboundOptions) *Outbound {
	d := DefaultLimits
	for _, l := range []struct{ have, otherwise *time.Duration }{{&o.Limits.Lookup, &d.Lookup}, {&o.Limits.Connect, &d.Connect},
		{&o.Limits.TLS, &d.TLS}, {&o.Limits.Answer, &d.Answer}, {&o.Limits.Whole, &d.Whole}} {
		if *l.have <= 0 {
			*l.have = *l.otherwise
		}
	}
	if o.Limits.Body <= 0 {
		o.Limits.Body = d.Body
	}
	if o.Allow == nil {
		o.Allow = func(string, netip.Addr, uint16) bool { return false }
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Agent == "" {
		o.Agent = "Umbra"
	}
	b := &Outbound{o: o}
	b.client = &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect where we cannot look
			DialContext:            b.dialHTTP,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    o.Limits.TLS,
			ResponseHeaderTimeout:  o.Limits.Answer,
			ForceAttemptHTTP2:      true,
			MaxIdleConns:           32,
			MaxIdleConnsPerHost:    8,
			MaxConnsPerHost:        32,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // a small body must not become a large one
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return b
}

// Close lets go of connections that are kept for later.
func (b *Outbound) Close() { b.client.CloseIdleConnections() }

func (b *Outbound) dialHTTP(ctx context.Context, network, address string) (net.Conn, error) {
	return b.dial(ctx, network, address, false)
}

// Dial connects to host:port under the same rules. named says that the
// administrator chose this very host, so that it needs no place on the list.
func (b *Outbound) Dial(ctx context.Context, network, address string, named bool) (net.Conn, error) {
	return b.dial(ctx, network, address, named)
}

// Look says whether an address may be reached, without connecting: nil, or the
// *Error that sending there would end in. A name that is not found now may be later.
func (b *Outbound) Look(ctx context.Context, address string) error {
	u, err := parseTarget(address)
	if err != nil {
		return err
	}
	host, port, err := split(hostOf(u))
	if err != nil {
		return err
	}
	ips, err := b.lookup(ctx, host)
	if err != nil {
		return err
	}
	var refused error
	for _, ip := range ips {
		if refused = b.check(host, ip, port, false); refused == nil {
			return nil
		}
	}
	return refused
}

func (b *Outbound) dial(ctx context.Context, network, address string, named bool) (net.Conn, error) {
	host, port, err := split(address)
	if err != nil {
		return nil, err
	}
	ips, err := b.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	var refused, failed error
	for _, ip := range ips {
		if err := b.check(host, ip, port, named); err != nil {
			refused = err
			continue
		}
		conn, err := b.connect(ctx, network, host, ip, port, named)
		if err == nil {
			return conn, nil
		}
		if failed = err; ctx.Err() != nil {
			break
		}
	}
	if failed != nil {
		return nil, failed
	}
	return nil, refused
}

// split takes host:port apart; the host as names are compared.
func split(address string) (host string, port uint16, err error) {
	host, text, err := net.SplitHostPort(address)
	n, bad := strconv.ParseUint(text, 10, 16)
	if err != nil || bad != nil || n == 0 {
		return "", 0, permanent(CodeInvalid, "the address has no port that can be used").Because(errors.Join(err, bad))
	}
	return strings.ToLower(strings.TrimSuffix(host, ".")), uint16(n), nil
}

// lookup answers at least one address, or why there is none.
func (b *Outbound) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, b.o.Limits.Lookup)
	defer cancel()
	ips, err := b.o.Resolver.LookupNetIP(ctx, "ip", host)
	var dns *net.DNSError
	switch {
	case err == nil && len(ips) > 0:
		return ips[:min(len(ips), 8)], nil
	case ctx.Err() != nil || errors.As(err, &dns) && dns.IsTimeout:
		return nil, temporary(CodeTimeout, "looking up the name %s took too long", host).Because(err)
	}
	return nil, temporary(CodeName, "name not found: %s", host).Because(err)
}

// check refuses an address that nobody allowed, and says how to allow it.
func (b *Outbound) check(host string, ip netip.Addr, port uint16, named bool) error {
	if named || b.o.Allow(host, ip.Unmap().WithZone(""), port) {
		return nil
	}
	at := net.JoinHostPort(ip.Unmap().String(), strconv.Itoa(int(port)))
	if host != ip.String() {
		at = net.JoinHostPort(host, strconv.Itoa(int(port))) + " (" + ip.Unmap().String() + ")"
	}
	what := inside(ip)
	if what == "" && portFor(port) {
		return nil
	}
	if what == "" {
		return permanent(CodeNotAllowed, "%s is not reached: port %s belongs to another kind of service. The administrator of Umbra can allow it with %s in the settings",
			at, strconv.Itoa(int(port)), allowing(host, port))
	}
	return permanent(CodeNotAllowed, "%s is not reached: it is %s. The administrator of Umbra can allow it with %s in the settings", at, what, allowing(host, port))
}

// allowing is the setting by which an address is allowed.
func allowing(host string, port uint16) string {
	return "UMBRA_OUTBOUND_ALLOW=" + net.JoinHostPort(host, strconv.Itoa(int(port)))
}

func (b *Outbound) connect(ctx context.Context, network, host string, ip netip.Addr, port uint16, named bool) (net.Conn, error) {
	dialer := net.Dialer{Timeout: b.o.Limits.Connect, FallbackDelay: -1, Resolver: noResolver,
		// The last word, on the address that the socket really connects to.
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return permanent(CodeInvalid, "the address cannot be used").Because(err)
			}
			return b.check(host, at.Addr(), at.Port(), named)
		}}
	at := netip.AddrPortFrom(ip.Unmap(), port)
	conn, err := dialer.DialContext(ctx, network, at.String())
	if err != nil {
		return nil, connectFailure(at.String(), err)
	}
	return conn, nil
}

// noResolver never resolves: addresses only reach the dialer.
var noResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("a name reached the dialer")
}}
