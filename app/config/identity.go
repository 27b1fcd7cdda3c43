package config

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Issuer is what an OpenID Connect provider calls itself, to the letter: a slash
// at the end makes it another one.
type Issuer string

// UnmarshalText reads an address without query and fragment (OpenID Connect
// Discovery 1.0 section 3).
func (i *Issuer) UnmarshalText(b []byte) error {
	u, err := url.Parse(string(b))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Opaque != "" ||
		strings.ContainsAny(string(b), "?#") || len(b) > 255 {
		return errors.New("must be the provider's issuer, like https://auth.example.org or https://auth.example.org/realms/home")
	}
	*i = Issuer(b)
	return nil
}

// Words is a list of single words.
type Words []string

// UnmarshalText reads words separated by spaces or commas.
func (w *Words) UnmarshalText(b []byte) error {
	*w = items(string(b))
	return nil
}

// identity checks what belongs together.
func (l *loader) identity(c *Config) {
	if c.OIDCIssuer == "" {
		for _, name := range []string{"UMBRA_OIDC_CLIENT_ID", "UMBRA_OIDC_CLIENT_SECRET", "UMBRA_OIDC_CLIENT_SECRET_FILE", "UMBRA_OIDC_MFA_ACR"} {
			if l.text[name] != "" {
				l.fail(name, l.from[name], "needs UMBRA_OIDC_ISSUER as well")
			}
		}
		return
	}
	fail := func(name, message string) { l.fail(name, l.from[name], message) }
	if c.OIDCClientID == "" {
		l.fail("UMBRA_OIDC_CLIENT_ID", "", "must be set beside UMBRA_OIDC_ISSUER: the name that the provider knows Umbra by")
	}
	if c.PublicURL.IsZero() {
		l.fail("UMBRA_PUBLIC_URL", "", "must be set beside UMBRA_OIDC_ISSUER: the provider sends people back there")
	}
	if s := c.OIDCName; utf8.RuneCountInString(s) > 40 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		fail("UMBRA_OIDC_NAME", "must be one line of at most 40 characters")
	}
	switch {
	case c.OIDCSecret != "" && c.OIDCSecretFile != "":
		fail("UMBRA_OIDC_CLIENT_SECRET_FILE", "cannot be set beside UMBRA_OIDC_CLIENT_SECRET")
	case c.OIDCSecretFile != "" && !filepath.IsAbs(c.OIDCSecretFile):
		fail("UMBRA_OIDC_CLIENT_SECRET_FILE", "must be an absolute path")
	}
	if u, err := url.Parse(string(c.OIDCIssuer)); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		l.warn("UMBRA_OIDC_ISSUER is reached without TLS: whoever is on the way can sign in as anyone")
	}
	if len(c.OIDCStrongACR) > 0 && c.OIDCTrustMFA != "true" {
		fail("UMBRA_OIDC_MFA_ACR", "needs UMBRA_OIDC_TRUST_MFA=true as well")
	}
}

// OIDCClientSecret is what Umbra shows to the provider; "" for a public client.
func (c Config) OIDCClientSecret() (string, error) {
	if c.OIDCSecretFile == "" {
		return string(c.OIDCSecret), nil
	}
	b, err := os.ReadFile(c.OIDCSecretFile)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", errors.New("the first line of " + c.OIDCSecretFile + " is empty")
	}
	return line, nil
}
