package config_test

import (
	"strings"
	"testing"

	"umbra/app/config"
)

func TestWaysToHTTPS(t *testing.T) {
	tests := []struct {
		name, settings       string
		listen, http, public string
		fault                string
	}{
		{"none", "", "127.0.0.1:8000", "", "", ""},
		{"at home", "UMBRA_TLS=local", ":8000", "", "", ""},
		{"at home on one address", "UMBRA_TLS=local UMBRA_LISTEN=192.168.1.7:8443", "192.168.1.7:8443", "", "", ""},
		{"a domain", "UMBRA_DOMAIN=Umbra.example.org,www.example.org", ":443", ":80", "https://umbra.example.org", ""},
		{"a domain behind a forwarded port", "UMBRA_DOMAIN=u.example.org UMBRA_LISTEN=:8443 UMBRA_HTTP_LISTEN=:8080", ":8443", ":8080", "https://u.example.org", ""},
		{"files", "UMBRA_TLS_CERT=/c.pem UMBRA_TLS_KEY=/k.pem", "127.0.0.1:8000", "", "", ""},
		{"two ways", "UMBRA_TLS=local UMBRA_DOMAIN=u.example.org", "", "", "", "exclude each other"},
		{"no key", "UMBRA_TLS_CERT=/c.pem", "", "", "", "need each other"},
		{"a relative path", "UMBRA_TLS_CERT=c.pem UMBRA_TLS_KEY=/k.pem", "", "", "", "must be an absolute path"},
		{"an address is no domain", "UMBRA_DOMAIN=192.168.1.7", "", "", "", "must be host names"},
		{"a way to nowhere", "UMBRA_HTTP_LISTEN=:80", "", "", "", "which is not served"},
		{"a feed in the open", "UMBRA_UPGRADE_FEED=http://feed.example/", "", "", "", "must be an https:// address"},
		{"an ACME server in the open", "UMBRA_ACME_SERVER=http://ca.lan/dir", "", "", "", "must be an https:// address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := config.Load(nil, append(strings.Fields(tt.settings), "UMBRA_DATA_DIR="+t.TempDir()))
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("%v, want %q", err, tt.fault)
				}
				return
			}
			if err != nil || string(c.Listen) != tt.listen || string(c.HTTPListen) != tt.http || c.PublicURL.String() != tt.public {
				t.Errorf("%s %s %s %v", c.Listen, c.HTTPListen, c.PublicURL, err)
			}
		})
	}
}
