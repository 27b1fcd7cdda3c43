package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"umbra/app/secret"
)

// Secret is a value that never prints; string(s) reveals it.
type Secret string

// UnmarshalText takes what secret.CheckKey takes.
func (s *Secret) UnmarshalText(b []byte) error {
	if err := secret.CheckKey(string(b)); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "SECRET_KEY "))
	}
	*s = Secret(b)
	return nil
}

// Masked says only whether there is one.
func (s Secret) Masked() string {
	if s == "" {
		return ""
	}
	return "xxxxx"
}

// String is Masked.
func (s Secret) String() string { return s.Masked() }

// GoString is Masked.
func (s Secret) GoString() string { return s.Masked() }

// MarshalText is Masked.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.Masked()), nil }

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// Address is host:port to listen on; an empty host is every address, port 0 any free one.
type Address string

// UnmarshalText reads host:port, the port a number.
func (a *Address) UnmarshalText(b []byte) error {
	host, port, err := net.SplitHostPort(string(b))
	if err != nil || !validHost(host, true) || !validPort(port) {
		return errors.New("must be host:port like 127.0.0.1:8000, [::1]:8000 or :8000")
	}
	*a = Address(b)
	return nil
}

// Loopback says that only this machine reaches it.
func (a Address) Loopback() bool {
	host, _, _ := net.SplitHostPort(string(a))
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func validHost(host string, zone bool) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return zone || ip.Zone() == ""
	}
	return host == "" && zone || len(host) <= 253 && hostName.MatchString(host)
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == port
}

// Origin is scheme, host and port as a browser sends them (RFC 6454): lower
// case, no default port, no path.
type Origin struct {
	Scheme string // http or https
	Host   string // with its port, unless that is the scheme's own
}

// ParseOrigin reads an origin like https://app.example.org:8443.
func ParseOrigin(s string) (Origin, error) {
	if s == "*" {
		return Origin{}, errors.New("must be exact origins: * would let every site in")
	}
	bad := errors.New("must be scheme, host and port alone, like https://app.example.org or http://localhost:5173")
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Opaque != "" || u.Path != "" || u.ForceQuery || strings.ContainsAny(s, "?#") {
		return Origin{}, bad
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if u.Scheme != "http" && u.Scheme != "https" || !validHost(host, false) || strings.HasSuffix(u.Host, ":") {
		return Origin{}, bad
	}
	if port != "" && (!validPort(port) || port == "0") {
		return Origin{}, bad
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
		if ip.Is6() {
			host = "[" + host + "]"
		}
	}
	if port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host += ":" + port
	}
	return Origin{Scheme: u.Scheme, Host: host}, nil
}

// UnmarshalText is ParseOrigin, and forgives a slash at the end.
func (o *Origin) UnmarshalText(b []byte) (err error) {
	if *o, err = ParseOrigin(strings.TrimSuffix(string(b), "/")); err != nil {
		return errors.New("must be an address without a path, like https://umbra.example.org")
	}
	return nil
}

// IsZero says that there is none.
func (o Origin) IsZero() bool { return o == Origin{} }

// Secure says whether it is reached over TLS.
func (o Origin) Secure() bool { return o.Scheme == "https" }

// Hostname is the host without its port and brackets.
func (o Origin) Hostname() string { return (&url.URL{Host: o.Host}).Hostname() }

// String is the origin as a browser sends it, "" when there is none.
func (o Origin) String() string {
	if o.IsZero() {
		return ""
	}
	return o.Scheme + "://" + o.Host
}

// Origins is a list of exact origins.
type Origins []Origin

// UnmarshalText reads origins separated by commas or spaces; * is refused.
func (o *Origins) UnmarshalText(b []byte) error {
	var list Origins
	for _, s := range items(string(b)) {
		origin, err := ParseOrigin(s)
		if err != nil {
			return err
		}
		if !slices.Contains(list, origin) {
			list = append(list, origin)
		}
	}
	*o = list
	return nil
}

// Networks is a list of address ranges.
type Networks []netip.Prefix

// UnmarshalText reads addresses and CIDR ranges separated by commas or spaces.
func (n *Networks) UnmarshalText(b []byte) error {
	var list Networks
	for _, s := range items(string(b)) {
		prefix, err := netip.ParsePrefix(s)
		if ip, ipErr := netip.ParseAddr(s); ipErr == nil && ip.Zone() == "" {
			prefix, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil {
			return errors.New("must be addresses or networks like 10.0.0.0/8, ::1")
		}
		list = append(list, prefix.Masked())
	}
	*n = list
	return nil
}

// Contains says whether the address, IPv4 in IPv6 included, is in one of them.
func (n Networks) Contains(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(n, func(p netip.Prefix) bool { return p.Contains(a) })
}

func items(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}
