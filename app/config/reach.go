package config

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Reach is what may be reached beside the public internet.
type Reach []reachable

// reachable is a network or a host name, with a port or for every port.
type reachable struct {
	network netip.Prefix
	host    string // lower case; "" where it is a network
	port    uint16 // 0: every port
}

var errReach = errors.New("must be addresses, networks and host names, each with or without a port, like ntfy.lan:8080, 192.168.1.0/24 or [fd00::5]:80")

// UnmarshalText reads entries separated by commas or spaces.
func (r *Reach) UnmarshalText(b []byte) error {
	var list Reach
	for _, s := range items(string(b)) {
		e, err := parseReachable(s)
		if err != nil {
			return err
		}
		list = append(list, e)
	}
	*r = list
	return nil
}

func parseReachable(s string) (reachable, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return reachable{network: unmapped(p)}, nil
	}
	var e reachable
	host := s
	if ip, err := netip.ParseAddr(s); err != nil || ip.Is4() {
		if h, port, err := net.SplitHostPort(s); err == nil {
			n, err := strconv.ParseUint(port, 10, 16)
			if err != nil || n == 0 {
				return e, errReach
			}
			host, e.port = h, uint16(n)
		}
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), "."))
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		e.network = netip.PrefixFrom(ip, ip.BitLen())
		return e, nil
	}
	// 192.168.1 and 0x7f000001 are no names, whatever a resolver makes of them.
	last := host[strings.LastIndex(host, ".")+1:]
	if host == "" || last == "" || last[0] >= '0' && last[0] <= '9' || !validHost(host, false) {
		return e, errReach
	}
	e.host = host
	return e, nil
}

func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// Allows says whether an address, or the host name that it was found for, was
// named. The name is lower case without a dot at its end.
func (r Reach) Allows(host string, ip netip.Addr, port uint16) bool {
	ip = ip.Unmap().WithZone("")
	return slices.ContainsFunc(r, func(e reachable) bool {
		if e.port != 0 && e.port != port {
			return false
		}
		if e.host != "" {
			return e.host == host
		}
		return e.network.Contains(ip)
	})
}
