package server

import (
	"cmp"
	"fmt"
	"net/url"

	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/oidc"
)

// provider is the identity provider of the settings, nil when there is none.
// Nobody is asked anything yet.
func (a *App) provider() (*api.Provider, error) {
	c := a.Config
	if c.OIDCIssuer == "" {
		return nil, nil
	}
	client, err := OIDC(c, a.Clock)
	if err != nil {
		return nil, err
	}
	name := c.OIDCName
	if u, err := url.Parse(client.Issuer); err == nil {
		name = cmp.Or(name, u.Hostname())
	}
	return &api.Provider{Provider: client, Name: name, TrustMFA: c.OIDCTrustMFA == "true"}, nil
}

// OIDC is the client of the identity provider that the settings name.
func OIDC(c config.Config, now clock.Clock) (*oidc.Provider, error) {
	secret, err := c.OIDCClientSecret()
	if err != nil {
		return nil, fmt.Errorf("UMBRA_OIDC_CLIENT_SECRET_FILE cannot be used: %w", err)
	}
	return oidc.New(oidc.Config{Issuer: string(c.OIDCIssuer), ClientID: c.OIDCClientID, ClientSecret: secret, Scopes: c.OIDCScopes,
		RedirectURL: c.PublicURL.String() + api.CallbackPath, StrongACR: c.OIDCStrongACR, Clock: now}), nil
}
