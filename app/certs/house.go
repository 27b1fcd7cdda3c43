// Package certs keeps the certificates that HTTPS is served with: those of a
// certificate authority of the house, those of an ACME server for public names, and
// those in files that somebody else renews.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"umbra/app/clock"
)

// EndsSoon is what is left of a certificate when it is time to worry: what renews
// one does so long before.
const EndsSoon = 7 * 24 * time.Hour

const (
	authorityYears = 10
	leafLife       = 90 * 24 * time.Hour
	leafRenew      = 30 * 24 * time.Hour // left when a new one is made
	backdated      = 24 * time.Hour      // clocks at home are not all right
	namesFor       = time.Minute         // how long the machine's addresses are taken as known
)

// Names finds what a server is reached by now: host names and addresses.
type Names func() (hosts []string, addresses []net.IP)

// House is a certificate authority for the machines of one home. Its key stays in
// the data folder (mode 0600), and it is constrained to names and addresses of a
// home (RFC 5280 section 4.2.1.10): stolen, it can vouch for nothing outside.
type House struct {
	now   clock.Clock
	names Names

	cert *x509.Certificate
	key  *ecdsa.PrivateKey

	mu     sync.Mutex
	leaf   *tls.Certificate
	looked time.Time // when the names were last asked for
	served string    // the names that leaf is for
}

// OpenHouse reads the authority in dir, or makes one. An authority that may not
// vouch for a name that is now served, or that ends within a year, is replaced,
// and replaced is true: every device must trust the new one.
func OpenHouse(dir string, now clock.Clock, names Names) (h *House, replaced bool, err error) {
	h = &House{now: now, names: names}
	err = h.read(dir)
	switch {
	case err == nil && h.suits():
		return h, false, nil
	case err == nil:
		replaced = true
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, fmt.Errorf("the certificate authority in %s cannot be read: %w; move the folder away to have a new one made", dir, err)
	}
	return h, replaced, h.make(dir)
}

func paths(dir string) (cert, key string) {
	return filepath.Join(dir, "house-ca.pem"), filepath.Join(dir, "house-ca.key")
}

func (h *House) read(dir string) error {
	certPath, keyPath := paths(dir)
	pair, err := tls.LoadX509KeyPair(certPath, keyPath)
	if err != nil {
		return err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return errors.New("it is no authority of ours")
	}
	h.cert, h.key = pair.Leaf, key
	return nil
}

// suits says whether the authority may vouch for all that is served, for long enough.
func (h *House) suits() bool {
	hosts, _ := h.names()
	for _, host := range hosts {
		if !slices.ContainsFunc(h.cert.PermittedDNSDomains, func(d string) bool {
			return strings.EqualFold(host, d) || strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(d))
		}) {
			return false
		}
	}
	return h.cert.NotAfter.Sub(h.now.Now()) > 365*24*time.Hour
}

func (h *House) make(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	hosts, _ := h.names()
	now := h.now.Now()
	if now.Year() < 2025 { // a small machine before it has asked for the time
		return errors.New("this machine's clock is wrong (" + now.Format(time.RFC3339) + "): set it before a certificate authority is made")
	}
	machine, _ := os.Hostname()
	template := &x509.Certificate{
		SerialNumber:                serial(),
		Subject:                     pkix.Name{CommonName: "Umbra at home (" + machine + " " + now.UTC().Format("2006-01-02") + ")", Organization: []string{"Umbra"}},
		NotBefore:                   now.Add(-backdated),
		NotAfter:                    now.AddDate(authorityYears, 0, 0),
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         homeDomains(hosts),
		PermittedIPRanges:           homeNetworks(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if h.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	h.key = key
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	certPath, keyPath := paths(dir)
	// The key first: a certificate without its key would be an error at the next start.
	if err := replace(keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})); err != nil {
		return err
	}
	return replace(certPath, h.PEM())
}

// replace writes a file that its owner alone may read, whole or not at all.
func replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return n.Add(n, big.NewInt(1))
}

// PEM is the authority's certificate, for Linux and Firefox.
func (h *House) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.cert.Raw})
}

// DER is the authority's certificate, for Android and Windows.
func (h *House) DER() []byte { return h.cert.Raw }

// Name is what devices list the authority as.
func (h *House) Name() string { return h.cert.Subject.CommonName }

// Fingerprint is the SHA-256 of the certificate in pairs, as devices show it.
func (h *House) Fingerprint() string {
	sum := sha256.Sum256(h.cert.Raw)
	text := strings.ToUpper(hex.EncodeToString(sum[:]))
	pairs := make([]string, 0, len(text)/2)
	for i := 0; i < len(text); i += 2 {
		pairs = append(pairs, text[i:i+2])
	}
	return strings.Join(pairs, ":")
}

// Certificate is what a handshake is answered with: made anew when a third of its
// life is left, and when the machine has got another name or address.
func (h *House) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now.Now()
	fresh := h.leaf != nil && h.leaf.Leaf.NotAfter.Sub(now) > leafRenew && !now.Before(h.leaf.Leaf.NotBefore)
	if since := now.Sub(h.looked); fresh && since >= 0 && since < namesFor {
		return h.leaf, nil
	}
	h.looked = now
	hosts, addresses := h.names()
	served := fmt.Sprint(hosts, addresses)
	if fresh && served == h.served {
		return h.leaf, nil
	}
	leaf, err := h.sign(hosts, addresses, now)
	if err != nil {
		return nil, err
	}
	h.leaf, h.served = leaf, served
	return leaf, nil
}

func (h *House) sign(hosts []string, addresses []net.IP, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	// An address outside of a home would make the whole certificate void.
	addresses = slices.DeleteFunc(slices.Clone(addresses), func(ip net.IP) bool {
		return !slices.ContainsFunc(h.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) })
	})
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: "Umbra"},
		NotBefore:    now.Add(-backdated),
		NotAfter:     now.Add(leafLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     hosts,
		IPAddresses:  addresses,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, h.cert, key.Public(), h.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, h.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
