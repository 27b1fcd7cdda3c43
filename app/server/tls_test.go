package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbra/app/server"
)

// authority reads the house's certificate from its data folder.
func authority(t *testing.T, s served) *x509.CertPool {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.Config.DataDir, "tls", "house-ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(b) {
		t.Fatalf("%s", b)
	}
	return roots
}

// atHome is the time by the clock of options: the certificates of a house go by it.
func atHome() time.Time { return time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC) }

// device is a client that trusts roots, follows no redirect and speaks HTTP/2 where it may.
func device(t *testing.T, roots *x509.CertPool) *http.Client {
	t.Helper()
	tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, Time: atHome}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type got struct {
	*http.Response
	text string
}

func fetch(t *testing.T, c *http.Client, method, url, body string, headers ...string) got {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{resp, string(b)}
}

func TestHTTPSAtHome(t *testing.T) {
	s := listen(t, "UMBRA_TLS=local")
	if !strings.HasPrefix(s.url, "https://127.0.0.1:") {
		t.Fatal(s.url)
	}
	c := device(t, authority(t, s))
	plainURL := "http" + strings.TrimPrefix(s.url, "https")

	// Over HTTPS: HTTP/2, and a cookie that never leaves it.
	in := fetch(t, c, "POST", s.url+"/api/auth/setup", logInBody)
	if in.StatusCode != 201 || in.ProtoMajor != 2 {
		t.Fatalf("%d %s %s", in.StatusCode, in.Proto, in.text)
	}
	if cookie := in.Cookies()[0]; !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("%v", cookie)
	}
	if h := in.Header.Get("Strict-Transport-Security"); h != "" {
		t.Errorf("HSTS, which would lock out a device that trusts no longer: %s", h)
	}
	if _, err := device(t, x509.NewCertPool()).Get(s.url); err == nil {
		t.Error("a device that trusts nobody is content")
	}

	// Without TLS, on the same port: health, trust, and the way to HTTPS.
	if r := fetch(t, c, "GET", plainURL+"/api/health", ""); r.StatusCode != 200 {
		t.Errorf("%d", r.StatusCode)
	}
	for _, path := range []string{"/", "/calendar?day=2025-01-31", "/%2f/elsewhere.example/"} {
		r := fetch(t, c, "GET", plainURL+path, "")
		to, err := r.Location()
		if r.StatusCode != 308 || err != nil || to.Scheme+"://"+to.Host != s.url || len(r.Cookies()) > 0 {
			t.Errorf("%s: %d %v %v", path, r.StatusCode, to, err)
		}
	}
	// Programs are not sent on: they would show their secrets here each time.
	for _, path := range []string{"/api/todos", "/dav/", "/dav/calendars/1/", "/feeds/x.ics", "/.well-known/caldav"} {
		if r := fetch(t, c, "GET", plainURL+path, ""); r.StatusCode != 403 || r.Header.Get("Location") != "" || !strings.Contains(r.text, "https://") {
			t.Errorf("%s: %d %v %s", path, r.StatusCode, r.Header, r.text)
		}
	}
	if r := fetch(t, c, "POST", plainURL+"/api/auth/login", logInBody); r.StatusCode != 403 || len(r.Cookies()) > 0 {
		t.Errorf("a log-in without TLS: %d %s", r.StatusCode, r.text)
	}
	for _, from := range []string{plainURL, s.url} {
		trusts(t, c, from)
	}
}

// Only versions and suites that keep a secret are spoken: TLS 1.2 with a fresh key
// for each connection and authenticated encryption, or 1.3.
func TestOldEncryptionIsNotSpoken(t *testing.T) {
	s := listen(t, "UMBRA_TLS=local")
	roots, address := authority(t, s), strings.TrimPrefix(s.url, "https://")
	dial := func(change func(*tls.Config)) (tls.ConnectionState, error) {
		c := &tls.Config{RootCAs: roots, Time: atHome, MinVersion: tls.VersionTLS10}
		change(c)
		conn, err := (&tls.Dialer{Config: c}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return tls.ConnectionState{}, err
		}
		defer func() { _ = conn.Close() }()
		return conn.(*tls.Conn).ConnectionState(), nil
	}
	for name, change := range map[string]func(*tls.Config){
		"TLS 1.0": func(c *tls.Config) { c.MaxVersion = tls.VersionTLS10 },
		"TLS 1.1": func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 },
		"suites that Go knows to be weak": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, nil
			for _, suite := range tls.InsecureCipherSuites() {
				c.CipherSuites = append(c.CipherSuites, suite.ID)
			}
		},
		"a key that is not fresh": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384}
		},
	} {
		if state, err := dial(change); err == nil {
			t.Errorf("%s is spoken: %s", name, tls.CipherSuiteName(state.CipherSuite))
		}
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		state, err := dial(func(c *tls.Config) { c.MaxVersion = version })
		if name := tls.CipherSuiteName(state.CipherSuite); err != nil || state.Version != version || !strings.Contains(name, "GCM") && !strings.Contains(name, "POLY1305") {
			t.Errorf("%s: %v %s", tls.VersionName(version), err, name)
		}
	}
}

// trusts holds the page and its downloads to what devices want.
func trusts(t *testing.T, c *http.Client, from string) {
	t.Helper()
	pemFile := fetch(t, c, "GET", from+"/trust/umbra-house.pem", "")
	block, _ := pem.Decode([]byte(pemFile.text))
	if block == nil || pemFile.Header.Get("Content-Type") != "application/x-pem-file" {
		t.Fatalf("%v %s", pemFile.Header, pemFile.text)
	}
	der := fetch(t, c, "GET", from+"/trust/umbra-house.crt", "")
	if der.text != string(block.Bytes) || der.Header.Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Errorf("%v", der.Header)
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !ca.IsCA || !ca.PermittedDNSDomainsCritical || len(ca.PermittedDNSDomains) == 0 || len(ca.PermittedIPRanges) == 0 {
		t.Errorf("the authority is not constrained: %v %v", ca, err)
	}
	profile := fetch(t, c, "GET", from+"/trust/umbra-house.mobileconfig", "")
	if profile.Header.Get("Content-Type") != "application/x-apple-aspen-config" || !strings.Contains(profile.text, "com.apple.security.root") {
		t.Errorf("%v %s", profile.Header, profile.text)
	}
	page := fetch(t, c, "GET", from+"/trust", "", "Accept-Language", "de-AT,de;q=0.9")
	english := fetch(t, c, "GET", from+"/trust", "")
	if !strings.Contains(page.text, `lang="de"`) || !strings.Contains(english.text, `lang="en"`) {
		t.Error("not in the reader's language")
	}
	for _, want := range []string{"<svg", "/trust/umbra-house.mobileconfig", "/trust/umbra-house.crt", "Firefox"} {
		if !strings.Contains(english.text, want) {
			t.Errorf("no %s in %s", want, english.text)
		}
	}
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Error(csp)
	}
	if strings.Contains(page.text+pemFile.text+profile.text, "PRIVATE") {
		t.Error("the key is shown")
	}
	if r := fetch(t, c, "GET", from+"/trust/house-ca.key", ""); strings.Contains(r.text, "PRIVATE") {
		t.Error("the key is served")
	}
}

func TestAPublicNameAtHome(t *testing.T) {
	s := listen(t, "UMBRA_TLS=local", "UMBRA_PUBLIC_URL=https://umbra.example.org:8443", "UMBRA_HTTP_LISTEN=127.0.0.1:0")
	plainURL := "http" + strings.TrimPrefix(s.url, "https")
	c := device(t, authority(t, s))
	r := fetch(t, c, "GET", plainURL+"/x", "")
	if to, _ := r.Location(); to == nil || to.String() != "https://umbra.example.org:8443/x" {
		t.Errorf("%d %v", r.StatusCode, to)
	}
	trusts(t, c, plainURL) // by its address: the name may not be known yet
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{RootCAs: authority(t, s), Time: atHome, ServerName: "umbra.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestCertificateFilesAndASecondPort(t *testing.T) {
	second := freeAddress(t)
	house := listen(t, "UMBRA_TLS=local") // its authority makes us a pair of files
	roots := authority(t, house)
	cert, key := pairOf(t, house)
	s := listen(t, "UMBRA_TLS_CERT="+cert, "UMBRA_TLS_KEY="+key, "UMBRA_HTTP_LISTEN="+second, "UMBRA_PUBLIC_URL=https://localhost")
	c := device(t, roots)
	if r := fetch(t, c, "GET", s.url+"/api/health", ""); r.StatusCode != 200 || r.ProtoMajor != 2 || r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%d %s %v", r.StatusCode, r.Proto, r.Header)
	}
	if to, _ := fetch(t, c, "GET", "http://"+second+"/calendar", "").Location(); to == nil || to.String() != "https://localhost/calendar" {
		t.Errorf("%v", to)
	}
	if r := fetch(t, c, "GET", s.url+"/trust", ""); strings.Contains(r.text, "Trust this Umbra") {
		t.Error("the page is for the house alone")
	}
}

// pairOf writes what a server of a house answers handshakes with as files.
func pairOf(t *testing.T, s served) (cert, key string) {
	t.Helper()
	leaf, err := server.HouseCertificate(t.Context(), s.App)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	var chain bytes.Buffer
	for _, der := range leaf.Certificate {
		_ = pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, b := range map[string][]byte{cert: chain.Bytes(), key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestASilentClientHoldsNobodyUp(t *testing.T) {
	s := listen(t, "UMBRA_TLS=local")
	address := strings.TrimPrefix(s.url, "https://")
	for range 20 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	if r := fetch(t, device(t, authority(t, s)), "GET", s.url+"/api/health", ""); r.StatusCode != 200 {
		t.Errorf("%d", r.StatusCode)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		_ = conn.Close()
		t.Error("it still listens")
	}
}

func TestSocketsThatWereOpened(t *testing.T) {
	var log lockedBuffer
	o := options(t, t.TempDir(), &log, "UMBRA_TLS=local", "UMBRA_LISTEN=127.0.0.1:1")
	var err error
	if o.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if o.PlainListener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	main, plain := o.Listener.Addr().String(), o.PlainListener.Addr().String()
	a, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- a.Serve(ctx, func(url string) { ready <- url }) }()
	select {
	case url := <-ready:
		if url != "https://"+main {
			t.Error(url)
		}
	case err := <-done:
		t.Fatal(err)
	}
	if to, _ := fetch(t, device(t, nil), "GET", "http://"+plain+"/", "").Location(); to == nil || to.Scheme != "https" {
		t.Errorf("%v", to)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
