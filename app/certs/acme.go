package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"umbra/app/clock"
)

const (
	patient   = time.Minute    // with an answer of the ACME server
	lookAgain = 12 * time.Hour // at a certificate that is there
	lateShare = 6              // a certificate with less than this part of its life left should have been renewed: that begins at a third
)

// patience is how long an ACME server is left alone after each failure in a row:
// Let's Encrypt takes five failed validations of a name an hour, and one attempt
// may be two.
var patience = [...]time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour}

// ACME are the certificates of public names, from an ACME server (RFC 8555). They
// are kept in a folder and renewed in the last third of their life.
type ACME struct {
	ACMEOptions
	manager *autocert.Manager
	reasons *reasons

	mu    sync.Mutex
	names map[string]standing
}

// standing is how a name stands, as of its last look.
type standing struct {
	ends     time.Time // of its certificate
	err      error     // why there is none
	failures int       // in a row
	next     time.Time // when it is looked at again
}

// ACMEOptions say whom to ask for which certificates.
type ACMEOptions struct {
	Dir       string   // where they are kept, with the account's key; made when it is missing (mode 0700)
	Names     []string // nothing else is asked for
	Directory string   // the address of the server's directory
	Roots     string   // a file (PEM) with the server's authority; "" for what the machine trusts
	Email     string   // where the server may write to; may be empty
	UserAgent string
	Clock     clock.Clock
	Log       *slog.Logger
}

// OpenACME asks nobody yet.
func OpenACME(o ACMEOptions) (*ACME, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if o.Roots != "" {
		b, err := os.ReadFile(o.Roots)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(b) {
			return nil, fmt.Errorf("%s holds no certificate", o.Roots)
		}
	}
	heard := hearing(transport)
	client := &acme.Client{DirectoryURL: o.Directory, UserAgent: o.UserAgent, HTTPClient: &http.Client{Transport: heard, Timeout: patient}}
	return &ACME{ACMEOptions: o, names: map[string]standing{}, reasons: heard, manager: &autocert.Manager{Prompt: autocert.AcceptTOS,
		Cache: autocert.DirCache(o.Dir), HostPolicy: autocert.HostWhitelist(o.Names...), Email: o.Email, Client: client}}, nil
}

// Challenge answers the server's questions over plain HTTP (http-01), and leaves
// what else comes to fallback.
func (a *ACME) Challenge(fallback http.Handler) http.Handler { return a.manager.HTTPHandler(fallback) }

// Certificate is what a handshake is answered with. The ACME server is not asked
// for a name that it has just refused, however many visitors come.
func (a *ACME) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	s := a.names[strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))]
	a.mu.Unlock()
	if s.err != nil && a.Clock.Now().Before(s.next) && !slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return nil, s.err
	}
	return a.manager.GetCertificate(hello)
}

// Ends is when the first of the certificates ends; zero while there is none.
func (a *ACME) Ends() (first time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.names {
		if !s.ends.IsZero() && (first.IsZero() || s.ends.Before(first)) {
			first = s.ends
		}
	}
	return first
}

// Look gets the certificates that are missing, rather than let somebody wait for
// their first page, sees to it that renewals are under way though nobody comes,
// and says in the log what failed and why. A name that is not due for it is left
// alone, so that it may be called at any time.
func (a *ACME) Look(ctx context.Context) {
	var wg sync.WaitGroup
	for _, name := range a.Names {
		a.mu.Lock()
		due := !a.Clock.Now().Before(a.names[name].next)
		a.mu.Unlock()
		if due {
			wg.Go(func() { a.look(ctx, name) })
		}
	}
	wg.Wait()
}

func (a *ACME) look(ctx context.Context, name string) {
	type answer struct {
		cert *tls.Certificate
		err  error
	}
	came := make(chan answer, 1)
	go func() { // it has a time limit of its own, and knows of no context
		cert, err := a.manager.GetCertificate(browser(name))
		came <- answer{cert, err}
	}()
	var got answer
	select {
	case got = <-came:
	case <-ctx.Done():
		return
	}
	now := a.Clock.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.names[name]
	defer func() { a.names[name] = s }()
	if got.err != nil {
		s.err, s.next = got.err, now.Add(patience[min(s.failures, len(patience)-1)])
		s.failures++
		a.Log.ErrorContext(ctx, "there is no certificate", append(a.why(name), "error", got.err, "next_try", s.next)...)
		return
	}
	leaf := got.cert.Leaf
	if !s.ends.Equal(leaf.NotAfter) {
		if !s.next.IsZero() { // else it is from an earlier run, and what was heard since is of its renewal
			a.reasons.forget(name)
		}
		a.Log.InfoContext(ctx, "certificate", "name", name, "until", leaf.NotAfter)
	}
	s = standing{ends: leaf.NotAfter, next: now.Add(lookAgain)}
	if leaf.NotAfter.Sub(now) < leaf.NotAfter.Sub(leaf.NotBefore)/lateShare {
		a.Log.ErrorContext(ctx, "the certificate should have been renewed", append(a.why(name), "until", leaf.NotAfter)...)
	}
}

// why is what a log line says of a name that the server would not vouch for. One
// that was not reached has given no reason: the error says that.
func (a *ACME) why(name string) []any {
	said := []any{"name", name}
	if reason := a.reasons.of(name); reason != "" {
		said = append(said, "reason", reason, "see_to", "the name must lead to this server from everywhere, on port 443 or 80")
	}
	return said
}

// browser is the handshake of a client as they are today, which is answered by an
// elliptic key.
func browser(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{ServerName: name, SupportedVersions: []uint16{tls.VersionTLS13, tls.VersionTLS12}, SupportedProtos: []string{"h2", "http/1.1"},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}, SupportedCurves: []tls.CurveID{tls.CurveP256},
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
}
