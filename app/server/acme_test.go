package server_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// pebble runs Let's Encrypt's test server: it validates on the ports that the
// server listens on, and finds every name on this machine. orders counts
// what it was asked to make.
func pebble(t *testing.T, httpPort, tlsPort int) (directory, roots string, orders *atomic.Int64) {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	names := freeAddress(t)
	dns, err := challtestsrv.New(challtestsrv.Config{DNSAddrs: []string{names}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	dns.SetDefaultDNSIPv4("127.0.0.1")
	dns.SetDefaultDNSIPv6("")
	go dns.Run()
	t.Cleanup(dns.Shutdown)
	for { // it says nothing when it listens; the test's own time limit ends this
		if conn, err := net.Dial("tcp", names); err == nil {
			_ = conn.Close()
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	store := db.NewMemoryStore()
	authority := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "default"}})
	validation := va.New(quiet, httpPort, tlsPort, false, names, store)
	front := wfe.New(quiet, store, validation, authority, []string{"pebble.example"}, false, false, 1, 1)
	orders = &atomic.Int64{}
	handler := front.Handler()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		handler.ServeHTTP(answer, r)
		if strings.Contains(r.URL.Path, "order-plz") && answer.Status() == http.StatusCreated {
			orders.Add(1)
		}
	}))
	t.Cleanup(s.Close)
	roots = filepath.Join(t.TempDir(), "acme-roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL + wfe.DirectoryPath, roots, orders
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, port, _ := net.SplitHostPort(address)
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCertificatesByACME(t *testing.T) {
	const name = "umbra.example.org"
	main, second := freeAddress(t), freeAddress(t)
	directory, roots, orders := pebble(t, portOf(t, second), portOf(t, main))
	data := t.TempDir()
	settings := []string{"UMBRA_DOMAIN=" + name, "UMBRA_LISTEN=" + main, "UMBRA_HTTP_LISTEN=" + second,
		"UMBRA_ACME_SERVER=" + directory, "UMBRA_ACME_ROOTS=" + roots, "UMBRA_DATA_DIR=" + data}
	s := listen(t, settings...)
	handshake := func(server string) (*x509.Certificate, error) {
		conn, err := tls.Dial("tcp", main, &tls.Config{ServerName: server, InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err != nil {
			return nil, err
		}
		defer func() { _ = conn.Close() }()
		if p := conn.ConnectionState().NegotiatedProtocol; p != "h2" {
			t.Errorf("it speaks %q", p)
		}
		return conn.ConnectionState().PeerCertificates[0], nil
	}
	// It is there before anybody comes.
	for !strings.Contains(s.log.String(), "msg=certificate name="+name) {
		if t.Context().Err() != nil || strings.Contains(s.log.String(), "level=ERROR") {
			t.Fatalf("%s", s.log)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if orders.Load() != 1 {
		t.Errorf("%d orders", orders.Load())
	}
	got, err := handshake(name)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.log)
	}
	if err := got.VerifyHostname(name); err != nil || !strings.Contains(got.Issuer.CommonName, "Pebble") {
		t.Errorf("%v from %s", err, got.Issuer)
	}
	if _, err := handshake("elsewhere.example.org"); err == nil || orders.Load() != 1 {
		t.Errorf("a name that is not ours: %v, %d orders", err, orders.Load())
	}
	client := device(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+second+"/calendar?x=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = name
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if to := resp.Header.Get("Location"); to != "https://"+name+"/calendar?x=1" {
		t.Errorf("%d %s", resp.StatusCode, to)
	}

	// After a start it is still there, and nobody is asked.
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	listen(t, settings...)
	again, err := handshake(name)
	if err != nil || again.SerialNumber.Cmp(got.SerialNumber) != 0 || orders.Load() != 1 {
		t.Errorf("%v, %d orders", err, orders.Load())
	}
	if info, err := os.Stat(filepath.Join(data, "tls", "acme")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
}

// A name that does not lead here gets no certificate, and the log says why.
func TestANameThatLeadsElsewhere(t *testing.T) {
	const name = "umbra.example.org"
	main, second, elsewhere := freeAddress(t), freeAddress(t), freeAddress(t)
	directory, roots, _ := pebble(t, portOf(t, elsewhere), portOf(t, elsewhere))
	s := listen(t, "UMBRA_DOMAIN="+name, "UMBRA_LISTEN="+main, "UMBRA_HTTP_LISTEN="+second, "UMBRA_ACME_SERVER="+directory, "UMBRA_ACME_ROOTS="+roots)
	for !strings.Contains(s.log.String(), "level=ERROR") {
		time.Sleep(5 * time.Millisecond) // the test's own time limit ends this
	}
	for _, want := range []string{"there is no certificate", "name=" + name, "tls-alpn-01: Failed to connect", "connection refused", "next_try="} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("%q is missing: %s", want, s.log)
		}
	}
}
