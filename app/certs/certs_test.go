package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"umbra/app/clock"
)

var began = time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)

func house(t *testing.T, dir string, now clock.Clock, names Names) (*House, bool) {
	t.Helper()
	h, replaced, err := OpenHouse(dir, now, names)
	if err != nil {
		t.Fatal(err)
	}
	return h, replaced
}

// is checks a handshake's certificate as a device does that trusts the house.
func (h *House) is(t *testing.T, name string) error {
	t.Helper()
	c, err := h.Certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(h.cert)
	_, err = c.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: h.now.Now()})
	return err
}

func TestTheHouseVouchesForWhatIsServed(t *testing.T) {
	dir, now := filepath.Join(t.TempDir(), "tls"), clock.NewFake(began)
	hosts, addresses := []string{"pi.local", "umbra.example.org"}, []net.IP{net.IPv4(192, 168, 1, 7), net.IPv4(8, 8, 8, 8)}
	names := func() ([]string, []net.IP) { return hosts, addresses }
	h, replaced := house(t, dir, now, names)
	if replaced {
		t.Error("a first one replaces none")
	}
	for _, name := range []string{"pi.local", "umbra.example.org", "192.168.1.7"} {
		if err := h.is(t, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"bank.example", "8.8.8.8", "other.local"} {
		if h.is(t, name) == nil {
			t.Errorf("it vouches for %s", name)
		}
	}
	if runtime.GOOS != "windows" {
		if info, err := os.Stat(filepath.Join(dir, "house-ca.key")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
	}
	first, _ := h.Certificate(nil)
	if life := first.Leaf.NotAfter.Sub(began); life != leafLife {
		t.Errorf("it lives %s", life)
	}

	// Opened again it is the same authority.
	again, replaced := house(t, dir, now, names)
	if replaced || again.Fingerprint() != h.Fingerprint() {
		t.Error("another authority after a start")
	}
	// A name outside of its constraints takes a new one.
	hosts = append(hosts, "umbra.example.net")
	if other, replaced := house(t, dir, now, names); !replaced || other.Fingerprint() == h.Fingerprint() || other.is(t, "umbra.example.net") != nil {
		t.Error("the old authority stays though it may not vouch for a name")
	}
}

// A stolen key is of no use outside of the home.
func TestTheHouseCannotVouchForOthers(t *testing.T) {
	h, _ := house(t, t.TempDir(), clock.NewFake(began), func() ([]string, []net.IP) { return []string{"pi.local"}, nil })
	forged, err := h.sign([]string{"bank.example"}, nil, began)
	if err != nil {
		t.Fatal(err)
	}
	h.leaf, h.looked = forged, began
	if err := h.is(t, "bank.example"); err == nil {
		t.Error("a forged certificate is taken")
	}
}

func TestTheHouseRenews(t *testing.T) {
	now := clock.NewFake(began)
	addresses := []net.IP{net.IPv4(192, 168, 1, 7)}
	h, _ := house(t, t.TempDir(), now, func() ([]string, []net.IP) { return []string{"pi.local"}, addresses })
	first, _ := h.Certificate(nil)
	steps := []struct {
		name  string
		after time.Duration
		do    func()
		anew  bool
	}{
		{"a month later", 30 * 24 * time.Hour, nil, false},
		{"one day before a third is left", 29 * 24 * time.Hour, nil, false},
		{"two days later", 2 * 24 * time.Hour, nil, true},
		{"another address", 2 * time.Minute, func() { addresses = []net.IP{net.IPv4(10, 0, 0, 9)} }, true},
		{"nothing new", 2 * time.Minute, nil, false},
		{"a clock that was set back a year", -365 * 24 * time.Hour, nil, true},
		{"years later", 5 * 365 * 24 * time.Hour, nil, true},
	}
	for _, s := range steps {
		now.Advance(s.after)
		if s.do != nil {
			s.do()
		}
		c, err := h.Certificate(nil)
		if err != nil || (c != first) != s.anew {
			t.Errorf("%s: new is %v, want %v (%v)", s.name, c != first, s.anew, err)
		}
		first = c
	}
	if err := h.is(t, "10.0.0.9"); err != nil {
		t.Error(err)
	}
	// Nine years on, the authority itself is replaced at a start, a year before its end.
	if h.suits() != true {
		t.Error("too soon")
	}
	now.Advance(5 * 365 * 24 * time.Hour)
	if h.suits() {
		t.Error("an authority that ends within the year stays")
	}
}

func TestADamagedAuthorityIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	names := func() ([]string, []net.IP) { return []string{"pi.local"}, nil }
	house(t, dir, clock.NewFake(began), names)
	if err := os.WriteFile(filepath.Join(dir, "house-ca.key"), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenHouse(dir, clock.NewFake(began), names); err == nil {
		t.Error("every device's trust was thrown away in silence")
	}
}

func TestMachineNamesCanBeServed(t *testing.T) {
	hosts, addresses := MachineNames("Umbra.Example.org", "192.168.9.9", "")()
	if !slices.Contains(hosts, "umbra.example.org") || !slices.Contains(hosts, "localhost") || slices.Contains(hosts, "") {
		t.Error(hosts)
	}
	if !slices.ContainsFunc(addresses, net.IPv4(192, 168, 9, 9).Equal) || !slices.ContainsFunc(addresses, net.IP.IsLoopback) {
		t.Error(addresses)
	}
}

// write makes a self-signed pair in two files.
func write(t *testing.T, cert, key, name string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial(), DNSNames: []string{name}, NotAfter: began.AddDate(0, 3, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if path != "" {
			if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestFilesAreReadAgain(t *testing.T) {
	dir, now := t.TempDir(), clock.NewFake(began)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	log := slog.New(slog.DiscardHandler)
	if _, err := OpenFiles(cert, key, now, log); err == nil {
		t.Error("missing files are no error")
	}
	write(t, cert, key, "first")
	f, err := OpenFiles(cert, key, now, log)
	if err != nil {
		t.Fatal(err)
	}
	is := func(want string) {
		t.Helper()
		now.Advance(lookEvery)
		c, err := f.Certificate(&tls.ClientHelloInfo{})
		if err != nil || c.Leaf.DNSNames[0] != want {
			t.Errorf("%v, want %s (%v)", c.Leaf.DNSNames, want, err)
		}
	}
	is("first")
	write(t, cert, "", "half") // its key is still the old one
	is("first")
	write(t, cert, key, "second")
	is("second")
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	is("second")
	write(t, cert, key, "third")
	is("third")
}
