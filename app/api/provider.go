package api

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"umbra/app/account"
	"umbra/app/oidc"
)

// Provider is the OpenID Connect provider whose identities may be linked.
type Provider struct {
	*oidc.Provider
	Name     string // what the button says
	TrustMFA bool   // a second factor that was used there counts here
}

// CallbackPath is where the provider sends people back to.
const CallbackPath = "/api/auth/oidc/callback"

type providerName struct {
	Name string `json:"name" doc:"What to call it." example:"Example ID"`
}

func (p *Provider) name() *providerName {
	if p == nil {
		return nil
	}
	return &providerName{p.Name}
}

// proved is an identity as the accounts take it.
func (p *Provider) proved(i oidc.Identity) account.ProvedIdentity {
	return account.ProvedIdentity{Issuer: i.Issuer, Subject: i.Subject, Shown: i.Shown, SecondFactor: p.TrustMFA && i.SecondFactor, SignedInAt: i.SignedInAt}
}

func request(f account.Flow) oidc.Request {
	return oidc.Request{State: f.State, Nonce: f.Nonce, Verifier: f.Verifier}
}

// A pocket is a cookie for the minutes of a sign-in: HttpOnly, bound to this host
// by its name over HTTPS, and sent along when the provider sends somebody back
// (SameSite=Lax), but with no request that another site makes.
type pocket string

const (
	flowPocket pocket = "umbra_identity"      // the sealed flow, to the provider and back
	stepPocket pocket = "umbra_identity_step" // the MFA token, from the callback to the log-in page
)

func (p pocket) named(https bool) string {
	if https {
		return "__Host-" + string(p)
	}
	return string(p)
}

// cookie holds a value for so many seconds; 0 takes it back.
func (p pocket) cookie(https bool, value string, seconds int) http.Cookie {
	if seconds == 0 {
		value, seconds = "", -1
	}
	return http.Cookie{Name: p.named(https), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: https, SameSite: http.SameSiteLaxMode}
}

// in reads the value from a Cookie header.
func (p pocket) in(header string, https bool) string {
	r := http.Request{Header: http.Header{"Cookie": {header}}}
	if c, err := r.Cookie(p.named(https)); err == nil {
		return c.Value
	}
	return ""
}

const maxReturn = 1000 // bytes

// returnPath makes a place in the interface of what a client asks to be sent to
// afterwards; "/" of anything that could lead elsewhere. Browsers drop tabs and
// line breaks, and read \ as /.
func returnPath(s string) string {
	if len(s) > maxReturn || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.Contains(s, `\`) ||
		!utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, "/api/") {
		return "/"
	}
	back := u.EscapedPath()
	if query := u.Query().Encode(); query != "" {
		back += "?" + query
	}
	return back
}
