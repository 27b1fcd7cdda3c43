package cmd

import (
	"context"
	"errors"

	"github.com/coreos/go-oidc/v3/oidc"

	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/server"
)

// checkProvider asks the identity provider who it is. It is no failure when it
// is away: whoever has a password gets in.
func checkProvider(ctx context.Context, c config.Config) finding {
	f := finding{Name: "identity provider", Status: ok, Detail: "none is configured"}
	if c.OIDCIssuer == "" {
		return f
	}
	f.Detail = string(c.OIDCIssuer) + " answers"
	p, err := server.OIDC(c, clock.System{})
	if err == nil {
		err = p.Check(ctx)
	}
	var other *oidc.IssuerMismatchError
	switch {
	case err == nil:
	case errors.As(err, &other):
		f.Status, f.Detail = warn, string(c.OIDCIssuer)+" calls itself "+other.Discovered
		f.Fix = "set UMBRA_OIDC_ISSUER to exactly that, a slash at the end included, if it is your provider"
	default:
		f.Status, f.Detail = warn, string(c.OIDCIssuer)+" cannot be used: "+firstBytes(err.Error(), 300)
		f.Fix = "look whether the provider runs and this machine reaches it; a certificate of your own authority goes into SSL_CERT_FILE"
	}
	return f
}

func firstBytes(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
