package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"
)

// compose writes the mail: plain text, and the same as simple HTML (RFC 5322,
// multipart/alternative of RFC 2046).
func (s mailSender) compose(m Message) ([]byte, error) {
	if !mailbox(s.server.From) {
		return nil, permanent(CodeInvalid, "the sender's address (UMBRA_SMTP_FROM) is none")
	}
	if !mailbox(s.target.Address) {
		return nil, permanent(CodeInvalid, "the e-mail address is none that mail can be sent to")
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	// The same for a repeat, as is all of it but the date.
	sum := sha256.Sum256([]byte(m.ID))
	if err := parts.SetBoundary("umbra-" + hex.EncodeToString(sum[:12])); err != nil {
		return nil, err
	}
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	header("Date", s.out.o.Now().UTC().Format(time.RFC1123Z))
	header("From", named(s.server.FromName, s.server.From))
	header("To", named(s.target.Name, s.target.Address))
	header("Subject", mime.QEncoding.Encode("utf-8", m.Title))
	header("Message-ID", "<"+m.ID+"@"+domain(s.server.From)+">")
	header("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office notes
	header("X-Auto-Response-Suppress", "All")  // the same for Exchange
	if s.server.Settings != "" {
		header("List-Unsubscribe", "<"+s.server.Settings+">") // RFC 2369
	}
	switch {
	case m.Priority >= High:
		header("Importance", "high")
	case m.Priority <= Low:
		header("Importance", "low")
	}
	header("User-Agent", s.out.o.Agent)
	header("MIME-Version", "1.0")
	header("Content-Type", `multipart/alternative; boundary="`+parts.Boundary()+`"`)
	b.WriteString("\r\n")
	for _, p := range []struct{ kind, text string }{{"text/plain", s.text(m)}, {"text/html", s.page(m)}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return nil, err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := q.Write([]byte(strings.ReplaceAll(p.text, "\n", "\r\n"))); err != nil {
			return nil, err
		}
		if err := q.Close(); err != nil {
			return nil, err
		}
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mailbox says whether this is one address and nothing else.
func mailbox(address string) bool {
	a, err := netmail.ParseAddress(address)
	return err == nil && a.Address == address && a.Name == "" && line(address, 300) == address
}

func named(name, address string) string {
	return (&netmail.Address{Name: line(name, 100), Address: address}).String()
}

// text is the mail for who reads plain text.
func (s mailSender) text(m Message) string {
	var b strings.Builder
	for _, part := range []string{m.Title, m.Body} {
		if part != "" {
			b.WriteString(part + "\n\n")
		}
	}
	for _, a := range m.Actions {
		b.WriteString(a.Label + ": " + a.URL + "\n")
	}
	if len(m.Actions) > 0 {
		b.WriteString("\n")
	}
	if m.URL != "" {
		b.WriteString(m.URL + "\n\n")
	}
	if s.server.Settings != "" {
		b.WriteString("-- \nUmbra " + s.server.Settings + "\n")
	}
	return b.String()
}

// page is the mail as HTML. It is written by hand: html/template would make the
// program 4 MB larger, since the linker then keeps every method there is. Each
// text goes through html.EscapeString, and each address was checked to be one.
// Mail programs drop style sheets, so there are none.
func (s mailSender) page(m Message) string {
	var b strings.Builder
	write := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
	}
	esc := html.EscapeString
	link := func(address, label, style string) {
		write(`<a href="`, esc(address), `"`, style, `>`, esc(label), "</a>")
	}
	write(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>`, esc(m.Title), `</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,sans-serif;color:#1c1b22;background:#fff">
<div style="max-width:560px">
<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">`, esc(m.Title), "</h1>\n")
	for p := range strings.SplitSeq(m.Body, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			write(`<p style="margin:0 0 12px">`, strings.ReplaceAll(esc(p), "\n", "<br>\n"), "</p>\n")
		}
	}
	if len(m.Actions) > 0 {
		write(`<p style="margin:20px 0">`)
		for _, a := range m.Actions {
			link(a.URL, a.Label, ` style="display:inline-block;margin:0 8px 8px 0;padding:8px 14px;border:1px solid #8a8894;border-radius:8px;color:#1c1b22;text-decoration:none"`)
		}
		write("</p>\n")
	}
	if m.URL != "" {
		write(`<p style="margin:0 0 12px">`)
		link(m.URL, m.URL, "")
		write("</p>\n")
	}
	if s.server.Settings != "" {
		write(`<p style="margin:24px 0 0;font-size:13px;color:#65636e">Umbra · `)
		link(s.server.Settings, s.server.Settings, ` style="color:#65636e"`)
		write("</p>\n")
	}
	write("</div>\n</body></html>\n")
	return b.String()
}
