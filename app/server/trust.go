package server

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // names a profile, protects nothing
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"umbra/app/certs"
	"umbra/app/qr"
)

//go:embed trust
var trustFiles embed.FS

var trustPages = template.Must(template.ParseFS(trustFiles, "trust/*.html"))

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
		give(w, "application/x-apple-aspen-config", "umbra-house.mobileconfig", appleProfile(house))
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
	_, _ = w.Write(content)
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
	if language, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ","); strings.HasPrefix(strings.ToLower(strings.TrimSpace(language)), "de") {
		name = "de.html"
	}
	var page bytes.Buffer
	err = trustPages.ExecuteTemplate(&page, name, map[string]any{
		"Name": house.Name(), "Fingerprint": house.Fingerprint(), "Here": here, "Secure": "https://" + a.secureHost(r.Host, port),
		"Picture": template.HTML(picture), //nolint:gosec // our own drawing
	})
	if err != nil {
		a.log.ErrorContext(r.Context(), "the page /trust failed", "error", err)
		http.Error(w, "This page failed. Look at the log of the server.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Add("Vary", "Accept-Language")
	give(w, "text/html; charset=utf-8", "", page.Bytes())
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
// Its identifiers follow from the certificate: loaded again it replaces itself.
func appleProfile(house *certs.House) []byte {
	id := func(what string) string {
		sum := sha1.Sum(append([]byte(what), house.DER()...)) //nolint:gosec // see above
		sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80   // RFC 9562, version 5
		h := strings.ToUpper(hex.EncodeToString(sum[:16]))
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	var name bytes.Buffer
	_ = xml.EscapeText(&name, []byte(house.Name()))
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadType</key><string>Configuration</string>
	<key>PayloadVersion</key><integer>1</integer>
	<key>PayloadIdentifier</key><string>umbra.house.%[2]s</string>
	<key>PayloadUUID</key><string>%[2]s</string>
	<key>PayloadDisplayName</key><string>%[1]s</string>
	<key>PayloadDescription</key><string>Lets this device trust the Umbra of your home.</string>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key><string>com.apple.security.root</string>
			<key>PayloadVersion</key><integer>1</integer>
			<key>PayloadIdentifier</key><string>umbra.house.%[2]s.root</string>
			<key>PayloadUUID</key><string>%[3]s</string>
			<key>PayloadDisplayName</key><string>%[1]s</string>
			<key>PayloadCertificateFileName</key><string>umbra-house.cer</string>
			<key>PayloadContent</key><data>%[4]s</data>
		</dict>
	</array>
</dict>
</plist>
`, name.String(), id("profile"), id("root"), base64.StdEncoding.EncodeToString(house.DER()))
}
