package config_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestIdentityProviderSettings(t *testing.T) {
	const issuer, id, public = "UMBRA_OIDC_ISSUER=https://auth.example.org/", "UMBRA_OIDC_CLIENT_ID=umbra", "UMBRA_PUBLIC_URL=https://umbra.example.org"
	c, err := loadWith(t, issuer, id, public, "UMBRA_OIDC_CLIENT_SECRET=pa55word", "UMBRA_OIDC_TRUST_MFA=true", "UMBRA_OIDC_MFA_ACR=gold 2")
	if err != nil || c.OIDCIssuer != "https://auth.example.org/" || !slices.Equal(c.OIDCScopes, []string{"openid", "profile", "email"}) || !slices.Equal(c.OIDCStrongACR, []string{"gold", "2"}) {
		t.Fatalf("%+v %v", c, err)
	}
	var shown strings.Builder
	if err := c.WriteText(&shown); err != nil || strings.Contains(shown.String(), "pa55word") {
		t.Errorf("the secret is shown: %s", shown.String())
	}
	if s, err := c.OIDCClientSecret(); s != "pa55word" || err != nil {
		t.Errorf("%q %v", s, err)
	}
	if c, err = loadWith(t, "UMBRA_OIDC_ISSUER=http://auth.lan", id, public); err != nil || len(c.Warnings()) != 1 {
		t.Errorf("an issuer without TLS: %v %v", err, c.Warnings())
	}
	for _, tt := range []struct {
		settings []string
		says     string
	}{
		{[]string{issuer, id}, "UMBRA_PUBLIC_URL must be set"},
		{[]string{issuer, public}, "UMBRA_OIDC_CLIENT_ID must be set"},
		{[]string{id}, "needs UMBRA_OIDC_ISSUER"},
		{[]string{"UMBRA_OIDC_CLIENT_SECRET=pa55word"}, "needs UMBRA_OIDC_ISSUER"},
		{[]string{"UMBRA_OIDC_ISSUER=auth.example.org", id, public}, "must be the provider's issuer"},
		{[]string{"UMBRA_OIDC_ISSUER=https://auth.example.org?x", id, public}, "must be the provider's issuer"},
		{[]string{"UMBRA_OIDC_ISSUER=https://ann:pa55word@auth.example.org", id, public}, "must be the provider's issuer"},
		{[]string{"UMBRA_OIDC_ISSUER=file:///etc/passwd", id, public}, "must be the provider's issuer"},
		{[]string{issuer, id, public, "UMBRA_OIDC_CLIENT_SECRET=pa55word", "UMBRA_OIDC_CLIENT_SECRET_FILE=/x"}, "cannot be set beside"},
		{[]string{issuer, id, public, "UMBRA_OIDC_CLIENT_SECRET_FILE=x"}, "absolute"},
		{[]string{issuer, id, public, "UMBRA_OIDC_NAME=" + strings.Repeat("x", 41)}, "at most 40"},
		{[]string{issuer, id, public, "UMBRA_OIDC_MFA_ACR=gold"}, "UMBRA_OIDC_TRUST_MFA"},
		{[]string{issuer, id, public, "UMBRA_OIDC_TRUST_MFA=yes"}, "one of false, true"},
	} {
		if _, err := loadWith(t, tt.settings...); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "pa55word") {
			t.Errorf("%v: %v, want %q", tt.settings, err, tt.says)
		}
	}
	path := filepath.Join(t.TempDir(), "secret")
	if c, err = loadWith(t, issuer, id, public, "UMBRA_OIDC_CLIENT_SECRET_FILE="+path); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OIDCClientSecret(); err == nil {
		t.Error("a file that is not there counts")
	}
	for text, want := range map[string]string{"pass word\r\nnot this\n": "pass word", "\n": ""} {
		write(t, path, text)
		if got, err := c.OIDCClientSecret(); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
}
