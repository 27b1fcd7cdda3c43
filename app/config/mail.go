package config

import (
	"errors"
	"net/mail"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Mailbox is an address with the name that goes with it.
type Mailbox struct{ Name, Address string }

// UnmarshalText reads an address (RFC 5322), with or without a name.
func (m *Mailbox) UnmarshalText(b []byte) error {
	a, err := mail.ParseAddress(string(b))
	if err != nil || strings.ContainsFunc(a.Name+a.Address, unicode.IsControl) {
		return errors.New("must be an e-mail address like umbra@example.org or Umbra <umbra@example.org>")
	}
	*m = Mailbox{a.Name, a.Address}
	return nil
}

// String is the mailbox as it is written.
func (m Mailbox) String() string {
	if m.Name == "" {
		return m.Address
	}
	return (&mail.Address{Name: m.Name, Address: m.Address}).String()
}

var smtpPorts = map[string]int{"starttls": 587, "tls": 465, "none": 25}

// mail checks what belongs together, and fills in what follows from the rest.
func (l *loader) mail(c *Config) {
	at := func(name string) Source { return l.from[name] }
	if c.SMTPHost == "" {
		return
	}
	if !validHost(c.SMTPHost, false) {
		l.fail("UMBRA_SMTP_HOST", at("UMBRA_SMTP_HOST"), "must be a host name or an address alone; the port is UMBRA_SMTP_PORT")
	}
	if c.SMTPPort == 0 {
		c.SMTPPort = smtpPorts[c.SMTPTLS]
	}
	if c.SMTPFrom.Address == "" && c.SMTPFrom.UnmarshalText([]byte(c.SMTPUser)) != nil {
		l.fail("UMBRA_SMTP_FROM", "", "must be set beside UMBRA_SMTP_HOST: whom mail comes from")
	}
	switch {
	case c.SMTPPassword != "" && c.SMTPPasswordFile != "":
		l.fail("UMBRA_SMTP_PASSWORD_FILE", at("UMBRA_SMTP_PASSWORD_FILE"), "cannot be set beside UMBRA_SMTP_PASSWORD")
	case c.SMTPPasswordFile != "" && !filepath.IsAbs(c.SMTPPasswordFile):
		l.fail("UMBRA_SMTP_PASSWORD_FILE", at("UMBRA_SMTP_PASSWORD_FILE"), "must be an absolute path")
	case (c.SMTPUser == "") != (c.SMTPPassword == "" && c.SMTPPasswordFile == ""):
		l.fail("UMBRA_SMTP_USER", at("UMBRA_SMTP_USER"), "and UMBRA_SMTP_PASSWORD (or its file) belong together: set both or neither")
	}
	if c.SMTPTLS == "none" && c.SMTPUser != "" && !isLoopback(c.SMTPHost) {
		l.fail("UMBRA_SMTP_TLS", at("UMBRA_SMTP_TLS"), "must not be none with a password, which everyone on the way could read")
	}
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// MailPassword is the password of the mail server; "" when there is none. The
// file is read each time, so that it can be changed while Umbra runs.
func (c Config) MailPassword() (string, error) {
	if c.SMTPPasswordFile == "" {
		return string(c.SMTPPassword), nil
	}
	b, err := os.ReadFile(c.SMTPPasswordFile)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", errors.New("the first line of " + c.SMTPPasswordFile + " is empty")
	}
	return line, nil
}
