package cmd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"umbra/app/certs"
	"umbra/app/config"
)

func checkReach(c config.Config) finding {
	f := finding{"address", ok, "listens on " + string(c.Listen), ""}
	switch public := c.PublicURL; {
	case c.TLS == "local":
		f.Detail += ", with HTTPS by the certificate authority of this house"
		if public.IsZero() {
			f.Status, f.Fix = warn, "set UMBRA_PUBLIC_URL to the name that people type, like https://umbra.local:8000: passkeys and phones need one"
		}
	case c.Encrypted() && public.IsZero():
		f.Status, f.Detail = warn, f.Detail+", with HTTPS, and has no name of its own"
		f.Fix = "set UMBRA_PUBLIC_URL to where people reach it: passkeys, links and phones need it"
	case c.Encrypted():
		f.Detail = "people reach it at " + public.String() + ", by HTTPS of its own"
	case public.IsZero() && c.Listen.Loopback():
		f.Detail += ", for this machine alone"
	case public.IsZero():
		f.Status, f.Detail = warn, f.Detail+", without HTTPS"
		f.Fix = "use HTTPS (--tls local, --domain, or a proxy with UMBRA_PUBLIC_URL; docs/https.md): passwords travel in the open, and browsers allow no passkeys and no push"
	case !public.Secure():
		f.Status, f.Detail = warn, "people reach it at "+public.String()+", without HTTPS"
		f.Fix = "use HTTPS: passwords travel in the open, and browsers allow no passkeys and no push"
	case len(c.TrustedProxies) == 0:
		f.Status, f.Detail = warn, "people reach it at "+public.String()+", and no proxy is trusted"
		f.Fix = "set UMBRA_TRUSTED_PROXIES to the proxy's address: without it everyone seems to come from there, and log-in limits hit all at once"
	default:
		f.Detail = "people reach it at " + public.String()
	}
	return f
}

// finder finds a name's addresses; *net.Resolver is one.
type finder interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// checkName looks up the names that people reach it by.
func checkName(ctx context.Context, c config.Config, by finder, own []netip.Addr) finding {
	f := finding{"name", ok, "none is set", ""}
	names := slices.Clone([]string(c.Domain))
	if host := c.PublicURL.Hostname(); host != "" && !slices.Contains(names, host) {
		names = append(names, host)
	}
	var said []string
	for _, name := range names {
		if ip, err := netip.ParseAddr(name); err == nil {
			if said = append(said, name+" is an address"); !slices.Contains(own, ip) && len(c.TrustedProxies) == 0 {
				f.Status, f.Fix = warn, "no interface of this machine has that address; set UMBRA_PUBLIC_URL to one that other devices reach"
			}
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, netWait)
		found, err := by.LookupNetIP(ctx, "ip", name)
		cancel()
		switch {
		case err != nil || len(found) == 0:
			said = append(said, name+" is not found")
			f.Status, f.Fix = warn, "give the name an address: at home in the router's DNS, on the internet where the domain was bought"
			if strings.HasSuffix(name, ".local") {
				f.Fix = "names that end in .local are found by mDNS: install avahi-daemon here, and call this machine " + strings.TrimSuffix(name, ".local")
			}
		case !slices.ContainsFunc(found, func(ip netip.Addr) bool { return !ip.Unmap().IsLoopback() }):
			said = append(said, name+" is this machine to itself ("+found[0].String()+", from /etc/hosts); what other devices find cannot be told from here")
		case slices.ContainsFunc(found, func(ip netip.Addr) bool { return slices.Contains(own, ip.Unmap()) }):
			said = append(said, name+" leads to this machine ("+found[0].Unmap().String()+")")
		default:
			said = append(said, name+" leads to "+found[0].Unmap().String()+", a proxy or router as it seems")
		}
	}
	if len(said) > 0 {
		f.Detail = strings.Join(said, "; ")
	}
	return f
}

// ownAddresses are those of this machine's interfaces.
func ownAddresses() (out []netip.Addr) {
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, is := a.(*net.IPNet); is {
			if ip, good := netip.AddrFromSlice(n.IP); good {
				out = append(out, ip.Unmap())
			}
		}
	}
	return out
}

const netWait = 5 * time.Second

// checkCertificate looks at the certificate that people get to see: the one that
// serve answers with itself, or its proxy.
func checkCertificate(ctx context.Context, c config.Config, now time.Time) finding {
	f := finding{"certificate", ok, "none: there is no HTTPS", ""}
	host := c.PublicURL.Hostname()
	if host == "" && len(c.Domain) > 0 {
		host = c.Domain[0]
	}
	at, trusting := "", &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	switch {
	case c.Encrypted(): // its own is looked at as it is: the house's authority need not be trusted here
		trusting.InsecureSkipVerify = true
		at, _ = localAddress(c.Listen)
		if c.TLSCert != "" {
			pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
			if err != nil {
				f.Status, f.Detail, f.Fix = fail, err.Error(), "UMBRA_TLS_CERT and UMBRA_TLS_KEY must name a certificate with its chain and the key that belongs to it, in PEM, which the server's user may read"
				return f
			}
			return judged(f, pair.Leaf, host, now)
		}
	case c.PublicURL.Secure():
		at = host + ":443"
		if _, port, err := net.SplitHostPort(c.PublicURL.Host); err == nil {
			at = net.JoinHostPort(host, port)
		}
	default:
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, netWait)
	defer cancel()
	plain, err := (&net.Dialer{}).DialContext(ctx, "tcp", at)
	answers := err == nil
	if answers {
		conn := tls.Client(plain, trusting)
		defer func() { _ = conn.Close() }()
		if err = conn.HandshakeContext(ctx); err == nil {
			return judged(f, conn.ConnectionState().PeerCertificates[0], host, now)
		}
	}
	var wrong *tls.CertificateVerificationError
	f.Status, f.Detail, f.Fix = warn, "cannot be seen: "+err.Error(), "look whether the proxy runs, and is reached from here by the name in UMBRA_PUBLIC_URL"
	switch {
	case c.Encrypted() && answers:
		f.Status, f.Detail, f.Fix = fail, "there is none: "+err.Error(), "look into the server's log, which says why no certificate was given"
	case c.Encrypted():
		f.Status, f.Fix = ok, ""
		f.Detail = "not seen: the server does not answer by HTTPS at " + at
	}
	if errors.As(err, &wrong) {
		f.Detail, f.Fix = wrong.Err.Error(), "have the proxy renew its certificate, for the name in UMBRA_PUBLIC_URL and with its chain; one of your own authority needs SSL_CERT_FILE here"
	}
	return f
}

// judged says how long a certificate is good, and whether it is for the name.
func judged(f finding, leaf *x509.Certificate, host string, now time.Time) finding {
	f.Detail = "good until " + leaf.NotAfter.UTC().Format(time.DateOnly)
	left := leaf.NotAfter.Sub(now)
	switch {
	case left <= 0:
		f.Status, f.Detail = fail, "ended on "+leaf.NotAfter.UTC().Format(time.DateOnly)
	case left < certs.EndsSoon:
		f.Status, f.Detail = warn, fmt.Sprintf("ends in %d days", int(left.Hours()/24))
	case now.Before(leaf.NotBefore):
		f.Status, f.Detail = fail, "is good from "+leaf.NotBefore.UTC().Format(time.DateOnly)+" alone"
	}
	if f.Status != ok {
		f.Fix = "look why it is not renewed (the server's log, or whatever writes the file), and whether the clock is right"
	}
	if host == "" {
		return f
	}
	if err := leaf.VerifyHostname(host); err != nil {
		f.Status, f.Detail, f.Fix = fail, err.Error(), "get a certificate for the name in UMBRA_PUBLIC_URL, or set that to a name of the certificate"
	}
	return f
}
