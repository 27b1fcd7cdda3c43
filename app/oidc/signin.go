package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"net"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Request is one sign-in on its way: three secrets of one browser, each of 256 random bits.
type Request struct {
	State    string // comes back with the answer
	Nonce    string // comes back inside the ID token
	Verifier string // of PKCE (RFC 7636), shown to the token endpoint alone
}

// Answer is what the browser brings back from the provider.
type Answer struct {
	Code   string
	State  string
	Issuer string // iss (RFC 9207), "" where the provider sends none
	Error  string // in place of a code
}

// Identity is who somebody is at the provider.
type Identity struct {
	Issuer       string
	Subject      string    // exact, and the only name that does not change
	Shown        string    // an e-mail address or name, to tell identities apart; proves nothing
	SecondFactor bool      // the provider says that more than one factor was used
	SignedInAt   time.Time // when they showed the provider who they are; zero where it does not say
}

// Start is the address at the provider that the browser goes to.
func (p *Provider) Start(ctx context.Context, r Request) (string, error) {
	f, err := p.metadata(ctx)
	if err != nil {
		return "", err
	}
	return f.oauth.AuthCodeURL(r.State, oidc.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)), nil
}

// Finish exchanges an answer for the identity it stands for. The answer's state
// must be the request's; whether the request is this browser's, and not used
// before, the caller has seen to. named asks for a name to show, for which the
// provider may have to be asked once more. The error is an *Error.
func (p *Provider) Finish(ctx context.Context, r Request, a Answer, named bool) (Identity, error) {
	if r.State == "" || subtle.ConstantTimeCompare([]byte(r.State), []byte(a.State)) != 1 {
		return Identity{}, rejected("the answer belongs to another request")
	}
	f, err := p.metadata(ctx)
	if err != nil {
		return Identity{}, err
	}
	// Before anything is sent to anyone: the code may be another provider's (RFC 9207 section 2.4).
	if a.Issuer != "" && a.Issuer != p.Issuer || a.Issuer == "" && f.namesIss {
		return Identity{}, rejected("the answer names %.100q as its issuer", a.Issuer)
	}
	switch {
	case a.Error == "access_denied":
		return Identity{}, because(Cancelled, errors.New("access denied"))
	case a.Error != "":
		return Identity{}, rejected("the provider answered the error %.100q", a.Error)
	case a.Code == "":
		return Identity{}, rejected("the answer has no code")
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := f.oauth.Exchange(ctx, a.Code, oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return Identity{}, because(reached(err), err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return Identity{}, rejected("the token endpoint gave no ID token")
	}
	id, err := f.verifier.Verify(ctx, raw)
	if err != nil {
		return Identity{}, because(reached(err), err)
	}
	out, err := p.identity(id, r.Nonce)
	if err == nil && named && out.Shown == "" {
		out.Shown = f.askName(ctx, token, id)
	}
	return out, err
}

// identity checks what the library leaves to us (OpenID Connect Core 1.0 section 3.1.3.7).
func (p *Provider) identity(id *oidc.IDToken, nonce string) (Identity, error) {
	var c claims
	if err := id.Claims(&c); err != nil {
		return Identity{}, because(Rejected, err)
	}
	switch {
	case nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return Identity{}, rejected("the ID token is not for this request: its nonce differs")
	case id.Issuer != p.Issuer: // the library forgives one provider a spelling
		return Identity{}, rejected("the ID token names another issuer")
	case c.Party != "" && c.Party != p.ClientID || c.Party == "" && len(id.Audience) > 1:
		return Identity{}, rejected("the ID token is for another client")
	case id.IssuedAt.After(p.Clock.Now().Add(maxSkew)):
		return Identity{}, rejected("the ID token comes from the future: the clocks of the two servers differ")
	case !plain(id.Subject, 255): // section 2: at most 255 ASCII characters
		return Identity{}, rejected("the ID token's subject is empty, too long or no text")
	}
	return Identity{Issuer: id.Issuer, Subject: id.Subject, Shown: c.shown(), SecondFactor: c.strong(p.StrongACR),
		SignedInAt: c.signedInAt(p.Clock.Now())}, nil
}

// maxSkew is how far ahead the provider's clock may be.
const maxSkew = 5 * time.Minute

// askName asks the provider for a name to show; "" where it gives none.
func (f *found) askName(ctx context.Context, token *oauth2.Token, id *oidc.IDToken) string {
	if f.provider.UserInfoEndpoint() == "" || id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil {
		return ""
	}
	info, err := f.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != id.Subject { // section 5.3.2: it may be somebody else's
		return ""
	}
	var c claims
	if info.Claims(&c) != nil {
		return ""
	}
	return c.shown()
}

// reached tells a provider that is away from one whose answer does not hold.
func reached(err error) Reason {
	var away net.Error
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode >= 500 {
		return Unavailable
	}
	if errors.As(err, &away) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "fetching keys") {
		return Unavailable
	}
	return Rejected
}

// plain says whether text is one line of at most so many bytes, and not empty.
func plain(s string, most int) bool {
	return s != "" && len(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
