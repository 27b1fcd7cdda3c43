package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"umbra/app/config"
	"umbra/app/limit"
)

// Whatever stands in the fields of proxies, the client is the peer, unless that
// is a trusted one; then one of the addresses named; and always an address that
// can be logged, shown and counted.
func FuzzClientOf(f *testing.F) {
	var trusted config.Networks
	if err := trusted.UnmarshalText([]byte("10.0.0.0/8,fd00::/8")); err != nil {
		f.Fatal(err)
	}
	finder := clientFinder{trusted: trusted}
	for _, peer := range []string{"10.0.0.2:1", "203.0.113.9:1", "[fd00::1%eth0]:1", "@", "[::ffff:10.0.0.2]:1"} {
		for _, field := range []string{"203.0.113.9", "1.2.3.4, 203.0.113.9, 10.0.0.3", "what", "fe80::1%<script>", "::ffff:1.2.3.4", ",,", "10.0.0.1,10.0.0.2", "1.2.3.4:5678"} {
			f.Add(peer, field, "", "https", "umbra.home")
			f.Add(peer, "1.2.3.4", field, "HTTPS ", "127.0.0.1:8000")
		}
	}
	f.Fuzz(func(t *testing.T, peer, one, two, proto, host string) {
		r := &http.Request{RemoteAddr: peer, Host: host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
		bare := finder.of(r)
		r.Header["X-Forwarded-For"] = []string{one, two}
		r.Header["X-Forwarded-Proto"] = []string{proto}
		c := finder.of(r)
		at, err := netip.ParseAddr(c.Address)
		if c.Address != "invalid IP" && (err != nil || at.Zone() != "" || at.String() != c.Address || limit.Address(c.Address) == "") {
			t.Errorf("%q is no address: peer %q, %q, %q", c.Address, peer, one, two)
		}
		if c.Local && one+two+proto != "" {
			t.Errorf("handed on, and local: %+v", c)
		}
		if !trusted.Contains(addressOf(peer)) {
			if c.Address != bare.Address || c.HTTPS {
				t.Errorf("%q is believed: %+v", peer, c)
			}
			return
		}
		named := slices.ContainsFunc(strings.Split(one+","+two, ","), func(hop string) bool {
			a, err := netip.ParseAddr(strings.TrimSpace(hop))
			return err == nil && a.Unmap().WithZone("") == at
		})
		if !named && c.Address != bare.Address {
			t.Errorf("%q from nowhere: peer %q, %q, %q", c.Address, peer, one, two)
		}
	})
}
