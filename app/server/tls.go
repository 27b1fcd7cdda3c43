package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/crypto/acme"

	"umbra/app/certs"
)

// encryption is how serve speaks HTTPS; the nil one does not.
type encryption struct {
	config *tls.Config
	house  *certs.House // of --tls local
	public *certs.ACME  // of --domain
}

// encrypt prepares HTTPS as the settings say.
func (a *App) encrypt(ctx context.Context) (*encryption, error) {
	c := a.Config
	e := &encryption{config: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}}
	folder := filepath.Join(c.DataDir, "tls")
	switch {
	case c.TLS == "local":
		host, _, _ := net.SplitHostPort(string(c.Listen))
		house, replaced, err := certs.OpenHouse(folder, a.Clock, certs.MachineNames(c.PublicURL.Hostname(), specific(host)))
		if err != nil {
			return nil, err
		}
		if replaced {
			a.log.WarnContext(ctx, "there is a new certificate authority of the house: every device must trust it anew, see /trust", "fingerprint", house.Fingerprint())
		}
		e.house, e.config.GetCertificate = house, house.Certificate
	case c.TLSCert != "":
		files, err := certs.OpenFiles(c.TLSCert, c.TLSKey, a.Clock, a.log)
		if err != nil {
			return nil, err
		}
		e.config.GetCertificate = files.Certificate
	case len(c.Domain) > 0:
		names, err := certs.OpenACME(certs.ACMEOptions{Dir: filepath.Join(folder, "acme"), Names: c.Domain, Directory: string(c.ACMEServer), Roots: c.ACMERoots,
			Email: c.ACMEEmail, UserAgent: "umbra/" + a.Version, Clock: a.Clock, Log: a.log})
		if err != nil {
			return nil, fmt.Errorf("UMBRA_ACME_ROOTS: %w", err)
		}
		e.public, e.config.GetCertificate = names, names.Certificate
		e.config.NextProtos = append(e.config.NextProtos, acme.ALPNProto)
	default:
		return nil, nil
	}
	return e, nil
}

// ends is when the certificate ends that is shown; zero while there is none.
func (e *encryption) ends() time.Time {
	if e == nil {
		return time.Time{}
	}
	if e.public != nil {
		return e.public.Ends()
	}
	shown, err := e.config.GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		return time.Time{}
	}
	return shown.Leaf.NotAfter
}

// specific is a host that is listened on, "" when it is every address.
func specific(host string) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return ""
	}
	return host
}

// plain answers what comes without TLS where HTTPS is served: health, the page
// that tells how to trust the house, and people the way to HTTPS. Nothing that
// anyone would keep to themselves is said over it.
func (e *encryption) plain(a *App, handler http.Handler, port string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		// A program that is sent on would go on sending its secrets in the clear first, and nobody would notice.
		if r.Method != http.MethodGet && r.Method != http.MethodHead || forPrograms(r.URL.Path) {
			http.Error(w, "This server speaks HTTPS alone: use https://.", http.StatusForbidden)
			return
		}
		w.Header().Set("Connection", "close")
		//nolint:gosec // to our own name, or the one that was asked for
		http.Redirect(w, r, "https://"+a.secureHost(r.Host, port)+(&url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}).RequestURI(), http.StatusPermanentRedirect)
	})
	mux.Handle("GET /api/health", handler)
	if e.house != nil {
		trust := chi.NewRouter() // not handler's: it refuses addresses that are not the public one
		a.trustPage(trust)
		mux.Handle("GET /trust", trust)
		mux.Handle("GET /trust/", trust)
	}
	if e.public != nil {
		return e.public.Challenge(mux)
	}
	return mux
}

// forPrograms says whether a path is one that no person opens by hand.
func forPrograms(path string) bool {
	return isAPI(path) || slices.ContainsFunc([]string{"/dav", feedsPath, "/.well-known/"}, func(root string) bool { return strings.HasPrefix(path, root) })
}

// secureHost is where HTTPS is served to whoever asked this host.
func (a *App) secureHost(host, port string) string {
	if public := a.Config.PublicURL; public.Secure() {
		return public.Host
	}
	name := strings.Trim(hostOnly(host), "[]")
	if net.ParseIP(name) == nil && strings.ContainsAny(name, "/\\@?# ") || name == "" {
		name = "localhost"
	}
	if port == "443" {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return net.JoinHostPort(name, port)
}

// listeners are what serve answers on: one for everything, TLS taken off where
// it is served, and those that are answered by plain alone.
type listeners struct {
	main  net.Listener
	plain []net.Listener
}

func (a *App) listen(ctx context.Context, e *encryption) (l listeners, err error) {
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.main = a.Listener; l.main == nil {
		if l.main, err = (&net.ListenConfig{}).Listen(ctx, "tcp", string(a.Config.Listen)); err != nil {
			return l, fmt.Errorf("listening on %s: %w", a.Config.Listen, err)
		}
	}
	if e == nil {
		return l, nil
	}
	if a.PlainListener != nil {
		l.plain = append(l.plain, a.PlainListener)
	} else if address := string(a.Config.HTTPListen); address != "" {
		second, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return l, fmt.Errorf("listening on %s: %w", address, err)
		}
		l.plain = append(l.plain, second)
	}
	encrypted, plain := divide(l.main, e.config)
	l.main, l.plain = encrypted, append(l.plain, plain)
	return l, nil
}

func (l listeners) close() {
	if l.main != nil {
		_ = l.main.Close()
	}
	for _, p := range l.plain {
		_ = p.Close()
	}
}
