package notify

import "net/netip"

// special are the blocks that are not the public internet (IANA's registries of
// special-purpose addresses), by what a person calls them.
var special = func() (out []struct {
	prefix netip.Prefix
	name   string
}) {
	for _, b := range []struct{ prefix, name string }{
		{"0.0.0.0/8", "an unspecified address"}, {"10.0.0.0/8", "a private address"}, {"100.64.0.0/10", "an address inside a provider's network (CGNAT)"},
		{"127.0.0.0/8", "this machine itself"}, {"169.254.0.0/16", "a link-local address, where clouds keep their metadata"},
		{"172.16.0.0/12", "a private address"}, {"192.0.0.0/24", "a reserved address"}, {"192.0.2.0/24", "a reserved address"},
		{"192.88.99.0/24", "a reserved address"}, {"192.168.0.0/16", "a private address"}, {"198.18.0.0/15", "a reserved address"},
		{"198.51.100.0/24", "a reserved address"}, {"203.0.113.0/24", "a reserved address"}, {"224.0.0.0/4", "a multicast address"},
		{"240.0.0.0/4", "a reserved address"},
		{"::/128", "an unspecified address"}, {"::1/128", "this machine itself"}, {"fe80::/10", "a link-local address"},
		{"fc00::/7", "a private address"}, {"ff00::/8", "a multicast address"},
		{"2001::/23", "a reserved address"}, {"2001:db8::/32", "a reserved address"}, {"3fff::/20", "a reserved address"},
	} {
		out = append(out, struct {
			prefix netip.Prefix
			name   string
		}{netip.MustParsePrefix(b.prefix), b.name})
	}
	return out
}()

var (
	global6 = netip.MustParsePrefix("2000::/3")
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixTo4  = netip.MustParsePrefix("2002::/16")    // RFC 3056
)

// inside says what an address is that no message may be sent to unasked; "" for
// one on the public internet. An address that carries an IPv4 one (mapped,
// NAT64, 6to4) is what that one is: a gateway would deliver it there.
func inside(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	for _, s := range special {
		if s.prefix.Contains(ip) {
			return s.name
		}
	}
	if !ip.Is6() {
		return ""
	}
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		return inside(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(ip):
		return inside(netip.AddrFrom4([4]byte(b[2:6])))
	case !global6.Contains(ip): // IPv4-compatible, translated, local NAT64 and what is not given out yet
		return "a reserved address"
	}
	return ""
}

// portFor says whether a port is one on which a web server listens: a message
// must not become a command to a service of another kind. Above 1023 anything
// may listen, and often does.
func portFor(port uint16) bool { return port == 80 || port == 443 || port > 1023 }
