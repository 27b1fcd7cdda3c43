package certs

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// homes are names that no public authority vouches for: multicast DNS, what
// routers call the home network, RFC 8375 and ICANN's internal.
var homes = []string{"local", "lan", "home.arpa", "internal", "localhost", "home", "box"}

// homeDomains are what the authority is constrained to: a home's names and those
// that are served and lie outside of them.
func homeDomains(hosts []string) []string {
	out := slices.Clone(homes)
	for _, host := range hosts {
		inside := slices.ContainsFunc(out, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
		if !inside {
			out = append(out, host)
		}
	}
	return out
}

// homeNetworks are the addresses of RFC 1918, RFC 4193, link-local and loopback
// ones, and those that carriers give a home (RFC 6598), which overlay networks use.
func homeNetworks() (out []*net.IPNet) {
	for _, s := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"} {
		_, n, err := net.ParseCIDR(s)
		if err != nil {
			panic(err)
		}
		out = append(out, n)
	}
	return out
}

// MachineNames are this machine's: its host name, with .local too, localhost, its
// addresses at home, and more, names or addresses that the settings give.
func MachineNames(more ...string) Names {
	return func() (hosts []string, addresses []net.IP) {
		hosts = []string{"localhost"}
		addresses = []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}
		if name, err := os.Hostname(); err == nil {
			name = strings.ToLower(strings.TrimSuffix(name, "."))
			short, _, _ := strings.Cut(name, ".")
			hosts = append(hosts, name, short+".local")
		}
		for _, m := range more {
			if ip := net.ParseIP(m); ip != nil {
				addresses = append(addresses, ip)
			} else if m != "" {
				hosts = append(hosts, strings.ToLower(m))
			}
		}
		addrs, err := net.InterfaceAddrs()
		if err != nil {
			addrs = nil
		}
		for _, a := range addrs {
			// Temporary IPv6 addresses come and go; nobody types them.
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && p.Addr().IsPrivate() {
				addresses = append(addresses, net.IP(p.Addr().AsSlice()))
			}
		}
		slices.Sort(hosts)
		return slices.Compact(slices.DeleteFunc(hosts, func(s string) bool { return !validName(s) })), addresses
	}
}

// validName keeps a machine with an odd name from spoiling the certificate.
func validName(s string) bool {
	return s != "" && len(s) <= 253 && !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "-") &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && !strings.Contains(s, "..")
}
