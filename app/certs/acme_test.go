package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"umbra/app/clock"
)

const publicName = "umbra.example.org"

// refusing is an ACME server that will have nothing to do with anybody, and counts
// who asks.
func refusing(t *testing.T) (directory, roots string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"type":"urn:ietf:params:acme:error:unauthorized","detail":"the house is closed"}`))
	}))
	t.Cleanup(s.Close)
	roots = filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL, roots, asked
}

// A server that refuses is asked again after a while, more seldom each time, and
// not by everyone who comes to a page meanwhile: Let's Encrypt would stop answering.
func TestARefusedNameIsLeftAlone(t *testing.T) {
	directory, roots, asked := refusing(t)
	var log bytes.Buffer
	now := clock.NewFake(time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC))
	a, err := OpenACME(ACMEOptions{Dir: t.TempDir(), Names: []string{publicName}, Directory: directory, Roots: roots, Clock: now, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	forget := func() { // as the library does with a failure after a minute
		a.manager = &autocert.Manager{Prompt: a.manager.Prompt, Cache: a.manager.Cache, HostPolicy: a.manager.HostPolicy, Client: &acme.Client{DirectoryURL: directory, HTTPClient: a.manager.Client.HTTPClient}}
	}
	for _, wait := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour} {
		before := asked.Load()
		a.Look(t.Context())
		if asked.Load() == before {
			t.Fatalf("nobody was asked before the wait of %s", wait)
		}
		forget()
		before = asked.Load()
		now.Advance(wait - time.Second)
		a.Look(t.Context())
		for _, asked := range []string{publicName, "Umbra.Example.org."} {
			hello := browser(asked)
			if _, err := a.Certificate(hello); err == nil || !strings.Contains(err.Error(), "the house is closed") {
				t.Errorf("a visitor: %v", err)
			}
		}
		if n := asked.Load(); n != before {
			t.Errorf("asked %d times more within the %s", n-before, wait)
		}
		// The server's own question is not one of a visitor.
		if _, err := a.Certificate(&tls.ClientHelloInfo{ServerName: publicName, SupportedProtos: []string{acme.ALPNProto}}); err == nil || strings.Contains(err.Error(), "closed") {
			t.Errorf("the challenge: %v", err)
		}
		now.Advance(time.Second)
	}
	if !a.Ends().IsZero() {
		t.Errorf("a certificate that ends at %s", a.Ends())
	}
	if text := log.String(); strings.Count(text, "level=ERROR") != 4 || !strings.Contains(text, "the house is closed") || !strings.Contains(text, "name="+publicName) {
		t.Errorf("%s", text)
	}
}

// A certificate that nobody renewed is served on, and told of before it ends.
func TestALateRenewalIsTold(t *testing.T) {
	for _, c := range []struct {
		name          string
		left          time.Duration // of 90 days
		renewed, told bool
	}{{"in time", 80 * 24 * time.Hour, false, false}, {"being renewed", 20 * 24 * time.Hour, true, false}, {"late", 10 * 24 * time.Hour, true, true}} {
		t.Run(c.name, func(t *testing.T) {
			directory, roots, _ := refusing(t)
			dir := t.TempDir()
			now := clock.NewFake(time.Now()) // the library goes by the machine's
			ends := now.Now().Add(c.left).Truncate(time.Second)
			kept(t, dir, ends)
			var log bytes.Buffer
			a, err := OpenACME(ACMEOptions{Dir: dir, Names: []string{publicName}, Directory: directory, Roots: roots, Clock: now, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			a.Look(t.Context())
			if c.renewed {
				for a.reasons.of(publicName) == "" {
					runtime.Gosched() // the test's own time limit ends this
				}
				now.Advance(lookAgain)
				a.Look(t.Context())
			}
			if told := strings.Contains(log.String(), "level=ERROR"); told != c.told || !strings.Contains(log.String(), "until="+ends.Format("2006-01-02T15:04:05.000Z")) ||
				told && !strings.Contains(log.String(), `reason="the house is closed"`) {
				t.Errorf("%s", log.String())
			}
			if got, err := a.Certificate(browser(publicName)); err != nil || !got.Leaf.NotAfter.Equal(ends) || !a.Ends().Equal(ends) {
				t.Errorf("%v, ends %s", err, a.Ends())
			}
		})
	}
}

// kept puts a certificate of 90 days where the ACME server's are kept.
func kept(t *testing.T, dir string, ends time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{publicName}, NotBefore: ends.Add(-90 * 24 * time.Hour), NotAfter: ends}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(filepath.Join(dir, publicName), text, 0o600); err != nil {
		t.Fatal(err)
	}
}
