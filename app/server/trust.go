package server

import (
	"embed"
	"html"
	"net"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"umbra/app/caller"
	"umbra/app/certs"
	"umbra/app/mobileconfig"
	"umbra/app/qr"
)

//go:embed trust
var trustFiles embed.FS

// trustPage serves, with --tls local, the page that tells a device how to trust the
// house. It is served without TLS as well: before it is trusted there is no other way.
func (a *App) trustPage(r chi.Router) {
	if a.tls == nil || a.tls.house == nil {
		return
	}
	house := a.tls.house
	r.Get("/trust", func(w http.ResponseWriter, req *http.Request) { a.showTrust(w, req, house) })
	r.Get("/trust/style.css", func(w http.ResponseWriter, _ *http.Request) {
		b, _ := trustFiles.ReadFile("trust/style.css")
		give(w, "text/css; charset=utf-8", "", b)
	})
	r.Get("/trust/umbra-house.pem", func(w http.ResponseWriter, _ *http.Request) {
		give(w, "application/x-pem-file", "umbra-house.pem", house.PEM())
	})
	r.Get("/trust/umbra-house.crt", func(w http.ResponseWriter, _ *http.Request) {
		give(w, "application/x-x509-ca-cert", "umbra-house.crt", house.DER())
	})
	r.Get("/trust/umbra-house.mobileconfig", func(w http.ResponseWriter, _ *http.Request) {
		give(w, mobileconfig.Type, "umbra-house.mobileconfig", appleProfile(house))
	})
}

func give(w http.ResponseWriter, kind, name string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	if name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	_, _ = w.Write(content) //nolint:gosec // what comes from the request was escaped
}

func (a *App) showTrust(w http.ResponseWriter, r *http.Request, house *certs.House) {
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		port = "80"
		if r.TLS != nil {
			port = "443"
		}
	}
	// The way for a phone: an address, since not every one finds .local names, and
	// without TLS, which it does not trust yet.
	here := "http://" + net.JoinHostPort(homeAddress(hostOnly(r.Host)), port) + "/trust"
	picture, err := qr.SVG(here)
	if err != nil {
		picture = ""
	}
	name := "en.html"
	if language, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ","); caller.German(strings.TrimSpace(language)) {
		name = "de.html"
	}
	page, err := trustFiles.ReadFile("trust/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	filled := strings.NewReplacer(
		"{name}", html.EscapeString(house.Name()), "{fingerprint}", html.EscapeString(house.Fingerprint()),
		"{here}", html.EscapeString(here), "{secure}", html.EscapeString("https://"+a.secureHost(r.Host, port)),
		"{picture}", picture, // our own drawing
	).Replace(string(page))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Add("Vary", "Accept-Language")
	give(w, "text/html; charset=utf-8", "", []byte(filled))
}

// Fingerprint is that of the house's authority while --tls local serves; "" otherwise.
func (a *App) Fingerprint() string {
	if a.tls == nil || a.tls.house == nil {
		return ""
	}
	return a.tls.house.Fingerprint()
}

// homeAddress is the host that somebody asked, or where it is loopback an address
// that others at home reach.
func homeAddress(host string) string {
	host = strings.Trim(host, "[]")
	if !loopbackHost(host) {
		return host
	}
	_, addresses := certs.MachineNames()()
	for _, ip := range addresses {
		if ip.IsPrivate() {
			return ip.String()
		}
	}
	return host
}

// appleProfile is a configuration profile with the authority's certificate in it.
// Its identifiers follow from the certificate.
func appleProfile(house *certs.House) []byte {
	return mobileconfig.Profile{Family: "umbra.house", Of: string(house.DER()), Name: house.Name(), Description: "Lets this device trust the Umbra of your home.", Maker: "Umbra",
		Payloads: []mobileconfig.Payload{{Type: "com.apple.security.root", Part: "root", Name: house.Name(),
			Keys: []mobileconfig.Key{{Name: "PayloadCertificateFileName", Value: "umbra-house.cer"}, {Name: "PayloadContent", Value: house.DER()}}}}}.XML()
}
