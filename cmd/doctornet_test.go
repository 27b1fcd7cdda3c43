package cmd_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"umbra/app/config"
	"umbra/cmd"
)

type names map[string]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if at, found := n[host]; found {
		return []netip.Addr{netip.MustParseAddr(at)}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func nameChecks(t *testing.T, s seen) {
	own := []netip.Addr{netip.MustParseAddr("192.168.1.20")}
	known := names{"umbra.example.org": "192.168.1.20", "elsewhere.example.org": "203.0.113.7", "pi.example.org": "127.0.1.1"}
	for _, c := range []struct {
		public, status string
		says           []string
	}{
		{"https://umbra.example.org", "ok", []string{"leads to this machine (192.168.1.20)"}},
		{"https://elsewhere.example.org", "ok", []string{"leads to 203.0.113.7, a proxy or router"}},
		{"https://pi.example.org", "ok", []string{"this machine to itself"}},
		{"https://none.example.org", "warn", []string{"none.example.org is not found", "DNS"}},
		{"https://umbra.local:8000", "warn", []string{"avahi-daemon", "call this machine umbra"}},
		{"http://192.168.1.20:8000", "ok", []string{"is an address"}},
		{"http://192.168.9.9:8000", "warn", []string{"no interface of this machine"}},
	} {
		settings, err := config.Load(nil, []string{"UMBRA_PUBLIC_URL=" + c.public, "UMBRA_DATA_DIR=" + t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		s.is(t, cmd.CheckName(t.Context(), settings, known, own), c.status, c.says...)
	}
}

// issued is a certificate for a name until a time, as files.
func issued(t *testing.T, name string, from, until time.Time) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from, NotAfter: until},
		&x509.Certificate{}, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func certificateChecks(t *testing.T, s seen) {
	now := time.Now()
	for _, c := range []struct {
		name     string
		from, to time.Duration
		status   string
		says     []string
	}{
		{"umbra.example.org", -time.Hour, 90 * 24 * time.Hour, "ok", []string{"good until"}},
		{"umbra.example.org", -time.Hour, 60 * time.Hour, "warn", []string{"ends in 2 days", "why it is not renewed"}},
		{"umbra.example.org", -2 * time.Hour, -time.Hour, "fail", []string{"ended on"}},
		{"umbra.example.org", time.Hour, 2000 * time.Hour, "fail", []string{"is good from", "clock"}},
		{"other.example.org", -time.Hour, 2000 * time.Hour, "fail", []string{"other.example.org", "UMBRA_PUBLIC_URL"}},
	} {
		cert, key := issued(t, c.name, now.Add(c.from), now.Add(c.to))
		settings := []string{"UMBRA_TLS_CERT=" + cert, "UMBRA_TLS_KEY=" + key, "UMBRA_PUBLIC_URL=https://umbra.example.org"}
		s.is(t, doctorOf(t, t.TempDir(), settings...)["certificate"], c.status, c.says...)
	}
	cert, _ := issued(t, "a.example.org", now, now.Add(time.Hour))
	_, key := issued(t, "a.example.org", now, now.Add(time.Hour))
	s.is(t, doctorOf(t, t.TempDir(), "UMBRA_TLS_CERT="+cert, "UMBRA_TLS_KEY="+key)["certificate"], "fail", "UMBRA_TLS_KEY")

	proxy := httptest.NewUnstartedServer(http.NotFoundHandler()) // a proxy whose certificate nobody vouches for
	proxy.Config.ErrorLog = log.New(io.Discard, "", 0)
	proxy.StartTLS()
	defer proxy.Close()
	s.is(t, doctorOf(t, t.TempDir(), "UMBRA_PUBLIC_URL="+proxy.URL, "UMBRA_TRUSTED_PROXIES=127.0.0.1")["certificate"], "warn", "SSL_CERT_FILE")
	s.is(t, doctorOf(t, t.TempDir(), "UMBRA_PUBLIC_URL=https://127.0.0.1:1", "UMBRA_TRUSTED_PROXIES=127.0.0.1")["certificate"], "warn", "cannot be seen", "whether the proxy runs")
	s.is(t, doctorOf(t, t.TempDir(), "UMBRA_TLS=local", "UMBRA_LISTEN=127.0.0.1:1")["certificate"], "ok", "not seen")
	refusing := httptest.NewUnstartedServer(http.NotFoundHandler()) // serve, while no certificate is given to it
	refusing.Config.ErrorLog = log.New(io.Discard, "", 0)
	refusing.TLS = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("none yet") }}
	refusing.StartTLS()
	defer refusing.Close()
	s.is(t, doctorOf(t, t.TempDir(), "UMBRA_DOMAIN=umbra.example.org", "UMBRA_LISTEN="+refusing.Listener.Addr().String())["certificate"], "fail", "there is none", "server's log")
	address := strings.TrimPrefix(proxy.URL, "https://") // serve's own HTTPS looks the same from here
	s.is(t, doctorOf(t, t.TempDir(), "UMBRA_TLS=local", "UMBRA_LISTEN="+address)["certificate"], "ok", "good until")
}

// mailbox is a mail server that lets ann in.
type mailbox struct{ mails *int }

func (m mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m mailbox) Reset()                                      {}
func (m mailbox) Logout() error                               { return nil }
func (m mailbox) Mail(string, *smtp.MailOptions) error        { *m.mails++; return nil }
func (m mailbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (m mailbox) Data(io.Reader) error                        { return nil }
func (m mailbox) AuthMechanisms() []string                    { return []string{sasl.Plain} }
func (m mailbox) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ann" || password != "good" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func mailChecks(t *testing.T, s seen) {
	mails := 0
	post := smtp.NewServer(mailbox{&mails})
	post.AllowInsecureAuth = true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = post.Serve(l) }()
	defer func() { _ = post.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	mail := func(more ...string) cmd.Finding {
		return doctorOf(t, t.TempDir(), append([]string{"UMBRA_SMTP_HOST=127.0.0.1", "UMBRA_SMTP_PORT=" + port, "UMBRA_SMTP_TLS=none", "UMBRA_SMTP_FROM=umbra@example.org"}, more...)...)["mail"]
	}
	s.is(t, mail(), "ok", "takes mail")
	s.is(t, mail("UMBRA_SMTP_USER=ann", "UMBRA_SMTP_PASSWORD=good"), "ok")
	f := mail("UMBRA_SMTP_USER=ann", "UMBRA_SMTP_PASSWORD=hunter2")
	s.is(t, f, "warn", "535", "app password")
	if strings.Contains(f.Detail, "hunter2") {
		t.Error("a password is shown: " + f.Detail)
	}
	s.is(t, mail("UMBRA_SMTP_TLS=starttls"), "warn", "no STARTTLS")
	s.is(t, mail("UMBRA_SMTP_PORT=1"), "warn", "UMBRA_SMTP_")
	if mails != 0 {
		t.Errorf("%d mails were begun", mails)
	}
}
