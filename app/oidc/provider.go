// Package oidc signs people in by an identity they have elsewhere: the client of
// one OpenID Connect provider, which the administrator has configured. It speaks
// HTTP itself and knows nothing of users; who an identity belongs to, and
// whether it was proved in the browser that asked, others decide.
package oidc

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"umbra/app/clock"
)

// Config is what the administrator says of the provider.
type Config struct {
	Issuer       string // exactly as the provider calls itself
	ClientID     string
	ClientSecret string   // "" for a public client
	Scopes       []string // openid is added where it is missing
	RedirectURL  string   // where the provider sends people back to
	StrongACR    []string // values of acr that say a second factor was used

	Clock     clock.Clock
	Transport http.RoundTripper // nil means the network
}

const (
	keepFound  = time.Hour        // what discovery found; then it is asked again
	keepFailed = 10 * time.Second // that it failed: a provider that is down is not asked for each click
)

// Provider is one provider. It is asked nothing before the first person signs in.
type Provider struct {
	Config
	client *http.Client

	turn  chan struct{} // held by whoever reads or changes what follows
	found *found        // nil until it was reached
	asked time.Time
	err   error // of the last asking
}

// found is what discovery says (OpenID Connect Discovery 1.0 section 3).
type found struct {
	provider *oidc.Provider
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	namesIss bool // its answers carry iss (RFC 9207)
}

// New makes a provider; it asks nobody anything.
func New(c Config) *Provider {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if !slices.Contains(c.Scopes, oidc.ScopeOpenID) {
		c.Scopes = append([]string{oidc.ScopeOpenID}, c.Scopes...)
	}
	return &Provider{Config: c, client: newClient(c.Transport), turn: make(chan struct{}, 1)}
}

// Check says whether the provider answers as one does; the error is for the
// administrator alone.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.discover(ctx)
	return err
}

// metadata answers what is known of the provider, asking it when that is old.
// What was found once serves on while it cannot be reached.
func (p *Provider) metadata(ctx context.Context) (*found, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, because(Unavailable, ctx.Err())
	}
	now := p.Clock.Now()
	age := now.Sub(p.asked)
	if age < 0 { // the clock was set back
		age = keepFound
	}
	if p.found != nil && p.err == nil && age < keepFound || p.err != nil && age < keepFailed {
		return p.known()
	}
	f, err := p.discover(ctx)
	if err != nil && ctx.Err() != nil { // nothing was learnt of the provider
		return p.known()
	}
	p.asked, p.err = now, err
	if err == nil {
		p.found = f
	}
	return p.known()
}

func (p *Provider) known() (*found, error) {
	switch {
	case p.found != nil:
		return p.found, nil
	case p.err != nil:
		return nil, because(Unavailable, p.err)
	}
	return nil, because(Unavailable, context.Canceled)
}

func (p *Provider) discover(ctx context.Context) (*found, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	provider, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		JWKS        string   `json:"jwks_uri"`
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
		NamesIss    bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	for _, u := range []string{endpoint.AuthURL, endpoint.TokenURL, more.JWKS} {
		if err := p.fits(u); err != nil {
			return nil, err
		}
	}
	// Said here, the library does not try one way after the other, which would
	// show the code twice.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.ClientSecret == "" || len(more.AuthMethods) > 0 && !slices.Contains(more.AuthMethods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &found{
		provider: provider,
		namesIss: more.NamesIss,
		oauth:    oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: endpoint, RedirectURL: p.RedirectURL, Scopes: p.Scopes},
		// Algorithms: those of the provider that are signatures; never none, never
		// one whose key would be the client's secret.
		verifier: provider.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID, Now: p.Clock.Now}),
	}, nil
}

// fits wants an endpoint over TLS where the issuer is.
func (p *Provider) fits(endpoint string) error {
	u, err := url.Parse(endpoint)
	issuer, _ := url.Parse(p.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || issuer == nil || issuer.Scheme != "http") {
		return errEndpoint
	}
	return nil
}
