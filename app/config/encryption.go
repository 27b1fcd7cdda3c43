package config

import (
	"errors"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// Hosts is a list of host names.
type Hosts []string

// UnmarshalText reads names separated by commas or spaces.
func (h *Hosts) UnmarshalText(b []byte) error {
	var list Hosts
	for _, s := range items(string(b)) {
		s = strings.ToLower(strings.TrimSuffix(s, "."))
		if !hostName.MatchString(s) || len(s) > 253 || !strings.Contains(s, ".") || strings.Trim(s, "0123456789.") == "" {
			return errors.New("must be host names like umbra.example.org")
		}
		list = append(list, s)
	}
	*h = list
	return nil
}

// Endpoint is the address of a service.
type Endpoint string

// UnmarshalText reads an https address.
func (e *Endpoint) UnmarshalText(b []byte) error {
	u, err := url.Parse(string(b))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return errors.New("must be an https:// address")
	}
	*e = Endpoint(b)
	return nil
}

// Feed is the address of a feed.
type Feed string

// UnmarshalText reads an https address, or an http one of this machine or house:
// elsewhere whoever is between could announce what they like.
func (f *Feed) UnmarshalText(b []byte) error {
	u, err := url.Parse(string(b))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !inHouse(u.Hostname())) {
		return errors.New("must be an https:// address, or an http:// one of this machine or house")
	}
	*f = Feed(b)
	return nil
}

func inHouse(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, end := range []string{".lan", ".local", ".home.arpa", ".internal"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return host == "localhost"
}

// Encrypted says whether serve itself speaks HTTPS.
func (c Config) Encrypted() bool { return c.TLS == "local" || len(c.Domain) > 0 || c.TLSCert != "" }

// encryption checks the ways to HTTPS, of which one is taken, and lets addresses
// that were not given follow from it.
func (l *loader) encryption(c *Config) {
	ways := 0
	for _, taken := range []bool{c.TLS == "local", len(c.Domain) > 0, c.TLSCert != "" || c.TLSKey != ""} {
		if taken {
			ways++
		}
	}
	if ways > 1 {
		l.fail("UMBRA_TLS, UMBRA_DOMAIN, UMBRA_TLS_CERT", "", "exclude each other: choose one way to HTTPS")
		return
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		l.fail("UMBRA_TLS_CERT", l.from["UMBRA_TLS_CERT"], "and UMBRA_TLS_KEY need each other")
	}
	for name, path := range map[string]string{"UMBRA_TLS_CERT": c.TLSCert, "UMBRA_TLS_KEY": c.TLSKey, "UMBRA_ACME_ROOTS": c.ACMERoots} {
		if path != "" && !filepath.IsAbs(path) {
			l.fail(name, l.from[name], "must be an absolute path")
		}
	}
	if c.HTTPListen != "" && !c.Encrypted() {
		l.fail("UMBRA_HTTP_LISTEN", l.from["UMBRA_HTTP_LISTEN"], "sends browsers to HTTPS, which is not served: set UMBRA_TLS, UMBRA_DOMAIN or UMBRA_TLS_CERT as well")
	}
	given := l.from["UMBRA_LISTEN"] != FromDefault
	switch {
	case c.TLS == "local" && !given:
		l.follow(&c.Listen, "UMBRA_LISTEN", ":8000")
	case len(c.Domain) > 0:
		if !given {
			l.follow(&c.Listen, "UMBRA_LISTEN", ":443")
		}
		if c.HTTPListen == "" {
			l.follow(&c.HTTPListen, "UMBRA_HTTP_LISTEN", ":80")
		}
		if c.PublicURL.IsZero() {
			c.PublicURL = Origin{Scheme: "https", Host: c.Domain[0]}
			l.text["UMBRA_PUBLIC_URL"] = c.PublicURL.String()
		}
	}
}

// follow sets an address that follows from another setting.
func (l *loader) follow(a *Address, name string, value Address) {
	*a = value
	l.text[name] = string(value)
}
