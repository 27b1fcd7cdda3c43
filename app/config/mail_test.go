package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbra/app/config"
)

func loadWith(t *testing.T, settings ...string) (config.Config, error) {
	t.Helper()
	return config.Load(nil, append([]string{"UMBRA_DATA_DIR=" + t.TempDir()}, settings...))
}

func TestMailSettings(t *testing.T) {
	c, err := loadWith(t)
	if err != nil || c.SMTPHost != "" || c.SMTPPort != 0 {
		t.Fatalf("%+v %v", c, err)
	}
	for _, tt := range []struct {
		settings []string
		port     int
		from     string
	}{
		{[]string{"UMBRA_SMTP_HOST=mail.example.org", "UMBRA_SMTP_USER=ada@example.org", "UMBRA_SMTP_PASSWORD=pa$$word"}, 587, "ada@example.org"},
		{[]string{"UMBRA_SMTP_HOST=mail.example.org", "UMBRA_SMTP_TLS=tls", "UMBRA_SMTP_FROM=Umbra zuhause <umbra@example.org>"}, 465, `"Umbra zuhause" <umbra@example.org>`},
		{[]string{"UMBRA_SMTP_HOST=::1", "UMBRA_SMTP_TLS=none", "UMBRA_SMTP_FROM=umbra@example.org", "UMBRA_SMTP_USER=u", "UMBRA_SMTP_PASSWORD=p"}, 25, "umbra@example.org"},
		{[]string{"UMBRA_SMTP_HOST=10.0.0.1", "UMBRA_SMTP_PORT=2525", "UMBRA_SMTP_FROM=umbra@example.org"}, 2525, "umbra@example.org"},
	} {
		c, err := loadWith(t, tt.settings...)
		if err != nil {
			t.Fatal(err)
		}
		if c.SMTPPort != tt.port || c.SMTPFrom.String() != tt.from {
			t.Errorf("%v: port %d, from %s", tt.settings, c.SMTPPort, c.SMTPFrom)
		}
		var shown strings.Builder
		if err := c.WriteText(&shown); err != nil || strings.Contains(shown.String(), "pa$$word") {
			t.Errorf("the password is shown: %s", shown.String())
		}
	}
	const host = "UMBRA_SMTP_HOST=mail.example.org"
	for _, tt := range []struct {
		settings []string
		says     string
	}{
		{[]string{host}, "UMBRA_SMTP_FROM must be set"},
		{[]string{host, "UMBRA_SMTP_USER=ada", "UMBRA_SMTP_PASSWORD=secret1"}, "UMBRA_SMTP_FROM must be set"},
		{[]string{host + ":25", "UMBRA_SMTP_FROM=a@b.example"}, "UMBRA_SMTP_PORT"},
		{[]string{host, "UMBRA_SMTP_FROM=nobody"}, "must be an e-mail address"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_USER=a"}, "belong together"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_PASSWORD=secret1"}, "belong together"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_USER=a", "UMBRA_SMTP_PASSWORD=secret1", "UMBRA_SMTP_PASSWORD_FILE=/x"}, "cannot be set beside"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_USER=a", "UMBRA_SMTP_PASSWORD_FILE=x"}, "absolute"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_USER=a", "UMBRA_SMTP_PASSWORD=secret1", "UMBRA_SMTP_TLS=none"}, "could read"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_TLS=maybe"}, "one of starttls, tls, none"},
		{[]string{host, "UMBRA_SMTP_FROM=a@b.example", "UMBRA_SMTP_PORT=0"}, "between 1 and 65535"},
	} {
		if _, err := loadWith(t, tt.settings...); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret1") {
			t.Errorf("%v: %v, want %q", tt.settings, err, tt.says)
		}
	}
}

func TestMailPasswordFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	c, err := loadWith(t, "UMBRA_SMTP_HOST=mail.example.org", "UMBRA_SMTP_USER=ada@example.org", "UMBRA_SMTP_PASSWORD_FILE="+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.MailPassword(); err == nil {
		t.Error("a file that is not there counts")
	}
	for text, want := range map[string]string{"pass word\r\nnot this\n": "pass word", "x": "x", "\n": ""} {
		write(t, path, text)
		if got, err := c.MailPassword(); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestWhatMayBeReached(t *testing.T) {
	c, err := loadWith(t, "UMBRA_OUTBOUND_ALLOW=Ntfy.LAN.:8080, 192.168.1.0/24 10.0.0.5:80,[fd00::5]:443,fd01::/64,::1,printer,::ffff:172.16.0.0/112")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		host, ip string
		port     uint16
		want     bool
	}{
		{"ntfy.lan", "192.168.7.7", 8080, true}, {"ntfy.lan", "192.168.7.7", 80, false}, {"other.lan", "192.168.7.7", 8080, false},
		{"sub.ntfy.lan", "192.168.7.7", 8080, false},
		{"x", "192.168.1.77", 1, true}, {"x", "::ffff:192.168.1.77", 1, true}, {"x", "192.168.2.1", 1, false},
		{"x", "10.0.0.5", 80, true}, {"x", "10.0.0.5", 443, false}, {"x", "10.0.0.6", 80, false},
		{"x", "fd00::5", 443, true}, {"x", "fd00::5", 80, false}, {"x", "fd01::99", 5, true}, {"x", "fd01:0:0:1::1", 5, false},
		{"localhost", "::1", 9, true}, {"localhost", "127.0.0.1", 9, false}, {"printer", "169.254.3.4", 631, true}, {"x", "172.16.4.4", 5, true},
	} {
		if got := c.OutboundAllow.Allows(tt.host, netip.MustParseAddr(tt.ip), tt.port); got != tt.want {
			t.Errorf("%s (%s) port %d: %v", tt.host, tt.ip, tt.port, got)
		}
	}
	for _, bad := range []string{"http://ntfy.lan", "ntfy.lan:", "ntfy.lan:0", "ntfy.lan:99999", "192.168.1", "10.0.0.0/33", "*", "*.lan", "a_b", "fe80::1%eth0", ":80", "1.2.3.4.5"} {
		if _, err := loadWith(t, "UMBRA_OUTBOUND_ALLOW="+bad); err == nil || !strings.Contains(err.Error(), "UMBRA_OUTBOUND_ALLOW") {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}
