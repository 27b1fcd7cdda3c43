package notify

import (
	"net/netip"
	"testing"
)

func TestInsideKnowsEveryBlockThatIsNotTheInternet(t *testing.T) {
	for _, s := range []string{"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1",
		"169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.5", "198.18.0.1", "198.19.255.255",
		"198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "2001:10::1", "3fff::1",
		"100::1", "5f00::1", "4000::1", "::127.0.0.1", "::8.8.8.8", "::ffff:0:8.8.8.8",
		"::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::ffff:100.64.0.1",
		"64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8",
		"2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:105::1", "2002:a9fe:a9fe::1", "fe80::1%eth0"} {
		if inside(netip.MustParseAddr(s)) == "" {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range []string{"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.255.255",
		"169.255.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255",
		"2a00:1450:4001::1", "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"} {
		if what := inside(netip.MustParseAddr(s)); what != "" {
			t.Errorf("%s counts as %s", s, what)
		}
	}
}

func TestPortsOfOtherServicesAreNotForMessages(t *testing.T) {
	for port, want := range map[uint16]bool{0: false, 22: false, 25: false, 79: false, 80: true, 81: false, 443: true, 587: false, 1023: false, 1024: true, 8080: true, 65535: true} {
		if portFor(port) != want {
			t.Errorf("%d: %v", port, !want)
		}
	}
}

// Whatever way an address is written in, what the standard library knows to be
// local is never public, and neither is what carries it.
func FuzzInside(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "fd00::1", "8.8.8.8"} {
		b := netip.MustParseAddr(s).As16()
		f.Add(b[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 4 && len(b) != 16 {
			return
		}
		ip, _ := netip.AddrFromSlice(b)
		local := func(a netip.Addr) bool {
			a = a.Unmap()
			return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified()
		}
		if local(ip) && inside(ip) == "" {
			t.Errorf("%s counts as public", ip)
		}
		if v4 := ip.Unmap(); v4.Is4() && inside(v4) != "" {
			four := v4.As4()
			carried := [][16]byte{
				{0x00, 0x64, 0xff, 0x9b, 12: four[0], 13: four[1], 14: four[2], 15: four[3]},
				{0x20, 0x02, four[0], four[1], four[2], four[3], 15: 1},
				{10: 0xff, 11: 0xff, 12: four[0], 13: four[1], 14: four[2], 15: four[3]},
			}
			for _, c := range carried {
				if inside(netip.AddrFrom16(c)) == "" {
					t.Errorf("%s counts as public, and carries %s", netip.AddrFrom16(c), v4)
				}
			}
		}
	})
}
