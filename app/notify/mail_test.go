package notify_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"umbra/app/notify"
)

// mailbox is a real SMTP server that keeps what it takes.
type mailbox struct {
	addr   string
	refuse map[string]error // by command: AUTH, MAIL, RCPT, DATA

	mu   sync.Mutex
	got  [][]byte
	from string
	to   []string
	user string
	tls  bool
}

type mailSession struct {
	b *mailbox
	c *smtp.Conn
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "tk_secret" {
			return smtp.ErrAuthFailed
		}
		s.b.mu.Lock()
		defer s.b.mu.Unlock()
		s.b.user = user
		return nil
	}), nil
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.from = from
	_, s.b.tls = s.c.TLSConnectionState()
	return s.b.refuse["MAIL"]
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.to = append(s.b.to, to)
	return s.b.refuse["RCPT"]
}

func (s *mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.b.refuse["DATA"]; err != nil {
		return err
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.got = append(s.b.got, b)
	return nil
}

// newMailbox starts a server; with a certificate it offers STARTTLS, or speaks
// TLS from the first byte.
func newMailbox(t *testing.T, cert *tls.Certificate, implicit bool, refuse map[string]error) *mailbox {
	t.Helper()
	b := &mailbox{refuse: refuse}
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &mailSession{b, c}, nil }))
	srv.Domain, srv.ErrorLog, srv.AllowInsecureAuth = "mail.test", discard, true
	if cert != nil {
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, srv.TLSConfig)
		srv.TLSConfig = nil
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return b
}

// mailServer is the settings for a server at addr. Its certificate, httptest's,
// is for example.com, which the resolver leads there.
func mailServer(addr string, e notify.Encryption) notify.MailServer {
	_, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return notify.MailServer{Host: "127.0.0.1", Port: n, Encryption: e, From: "umbra@home.example", FromName: "Umbra",
		Settings: "https://umbra.example/settings/notifications"}
}

func sendMail(t *testing.T, s notify.MailServer, to string, m notify.Message, change func(o *notify.OutboundOptions)) error {
	t.Helper()
	out := outbound(t, func(o *notify.OutboundOptions) {
		o.Allow = nil // the administrator's own server needs no place on the list
		if change != nil {
			change(o)
		}
	})
	return notify.NewMail(out, s, notify.MailTarget{Address: to, Name: "Ada Löwe"}).Send(context.Background(), m)
}

func TestMailArrivesWhole(t *testing.T) {
	tlsPeer := newPeer(t, true, nil)
	cert := &tlsPeer.TLS.Certificates[0]
	trust := func(o *notify.OutboundOptions) { o.Roots = pool(tlsPeer) }
	for _, tt := range []struct {
		e        notify.Encryption
		cert     *tls.Certificate
		implicit bool
		user     string
	}{{notify.StartTLS, cert, false, "ada"}, {notify.TLS, cert, true, "ada"}, {notify.Plain, nil, false, ""}, {notify.Plain, nil, false, "ada"}} {
		b := newMailbox(t, tt.cert, tt.implicit, nil)
		s := mailServer(b.addr, tt.e)
		s.User, s.Password = tt.user, "tk_secret"
		m := message()
		m.Body += "\n\n.\n<b>& not HTML</b>"
		if err := sendMail(t, s, "ada@home.example", m, trust); err != nil {
			t.Fatalf("%s: %v", tt.e, err)
		}
		if len(b.got) != 1 || b.from != "umbra@home.example" || len(b.to) != 1 || b.to[0] != "ada@home.example" || b.user != tt.user {
			t.Fatalf("%s: %+v", tt.e, b)
		}
		if tt.e == notify.StartTLS && !b.tls {
			t.Error("the mail went in the open")
		}
		checkMail(t, b.got[0])
	}
}

func checkMail(t *testing.T, raw []byte) {
	t.Helper()
	got, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	decode := func(name string) string {
		s, err := (&mime.WordDecoder{}).DecodeHeader(got.Header.Get(name))
		if err != nil {
			t.Error(err)
		}
		return s
	}
	for name, want := range map[string]string{"Subject": "Wäsche aufhängen 🧺", "To": `"Ada Löwe" <ada@home.example>`, "From": `"Umbra" <umbra@home.example>`,
		"Message-Id": "<r-7.2026-03-01@home.example>", "Auto-Submitted": "auto-generated", "Date": "Sun, 01 Mar 2026 08:00:00 +0000",
		"List-Unsubscribe": "<https://umbra.example/settings/notifications>", "Mime-Version": "1.0", "Importance": "high"} {
		if have := decode(name); have != want && strings.ReplaceAll(have, `"`, "") != strings.ReplaceAll(want, `"`, "") {
			t.Errorf("%s: %q, want %q", name, have, want)
		}
	}
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	texts := map[string]string{}
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			r = quotedprintable.NewReader(p)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		texts[kind] = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
	for _, want := range []string{"Wäsche aufhängen 🧺\n\nBefore it rains.\nTwo loads.\n\n.\n<b>& not HTML</b>\n", "Done: https://umbra.example/a/done?t=x&u=1\n",
		"https://umbra.example/reminders/7\n", "https://umbra.example/settings/notifications"} {
		if !strings.Contains(texts["text/plain"], want) {
			t.Errorf("the text lacks %q:\n%s", want, texts["text/plain"])
		}
	}
	for _, want := range []string{"<h1", "Wäsche aufhängen 🧺</h1>", "&lt;b&gt;&amp; not HTML&lt;/b&gt;", `href="https://umbra.example/a/done?t=x&amp;u=1"`, ">Snooze 1 h</a>"} {
		if !strings.Contains(texts["text/html"], want) {
			t.Errorf("the page lacks %q:\n%s", want, texts["text/html"])
		}
	}
	if strings.Contains(texts["text/html"], "<b>&") {
		t.Error("what a user wrote became HTML")
	}
}

func TestMailThatIsRefusedSaysWhy(t *testing.T) {
	tlsPeer := newPeer(t, true, nil)
	cert := &tlsPeer.TLS.Certificates[0]
	trust := func(o *notify.OutboundOptions) { o.Roots = pool(tlsPeer) }
	answer := func(code int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
	}
	for _, tt := range []struct {
		at, code  string
		err       error
		permanent bool
		says      string
	}{
		{"MAIL", notify.CodeStatus, answer(553, "sender is not yours"), true, "the mail server answered 553 sender is not yours"},
		{"RCPT", notify.CodeStatus, answer(550, "no such mailbox"), true, "the mail server answered 550 no such mailbox"},
		{"RCPT", notify.CodeLimited, answer(450, "greylisted, come back"), false, "the mail server answered 450 greylisted"},
		{"DATA", notify.CodeLimited, answer(452, "disk full"), false, "452 disk full"},
		{"DATA", notify.CodeStatus, answer(554, "spam"), true, "554 spam"},
	} {
		b := newMailbox(t, nil, false, map[string]error{tt.at: tt.err})
		fails(t, sendMail(t, mailServer(b.addr, notify.Plain), "ada@home.example", message(), nil), tt.code, tt.permanent, tt.says)
	}
	b := newMailbox(t, cert, false, nil)
	s := mailServer(b.addr, notify.StartTLS)
	s.User, s.Password = "ada", "wrong"
	fails(t, sendMail(t, s, "ada@home.example", message(), trust), notify.CodeUnauthentic, true, "the mail server answered 535")
	fails(t, sendMail(t, mailServer(b.addr, notify.StartTLS), "ada@home.example", message(), nil), notify.CodeTLS, false, "signed by nobody")
	plain := newMailbox(t, nil, false, nil)
	fails(t, sendMail(t, mailServer(plain.addr, notify.StartTLS), "ada@home.example", message(), nil), notify.CodeTLS, true, "offers no STARTTLS; UMBRA_SMTP_TLS")
	fails(t, sendMail(t, mailServer(plain.addr, notify.TLS), "ada@home.example", message(), nil), notify.CodeTLS, false, "does not speak TLS there")
	if len(plain.got) != 0 {
		t.Error("a mail went out in the open")
	}
}

func TestMailServerThatFails(t *testing.T) {
	quick := func(o *notify.OutboundOptions) { o.Limits = notify.Limits{Answer: 60 * time.Millisecond} }
	read := func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }
	silent := raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	drops := raw(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "220 mail.test\r\n")
		read(c)
		_, _ = io.WriteString(c, "250 mail.test\r\n")
		read(c)
		_, _ = io.WriteString(c, "250 ok\r\n")
		read(c)
	})
	closed := closedPort(t)
	fails(t, sendMail(t, mailServer(closed, notify.Plain), "a@b.example", message(), quick), notify.CodeRefused, false, "connection refused by "+closed)
	fails(t, sendMail(t, mailServer(silent, notify.Plain), "a@b.example", message(), quick), notify.CodeTimeout, false, "no answer from "+silent+" in time")
	fails(t, sendMail(t, mailServer(silent, notify.TLS), "a@b.example", message(), quick), notify.CodeTimeout, false, "no answer from "+silent+" in time")
	fails(t, sendMail(t, mailServer(drops, notify.Plain), "a@b.example", message(), quick), notify.CodeUnreachable, false, "broke before the answer was there")
	gone := mailServer(closed, notify.Plain)
	gone.Host = "mail.nowhere.example"
	fails(t, sendMail(t, gone, "a@b.example", message(), func(o *notify.OutboundOptions) { o.Resolver = names{} }), notify.CodeName, false, "name not found: mail.nowhere.example")
	fails(t, sendMail(t, notify.MailServer{}, "a@b.example", message(), nil), notify.CodeNotSet, true, "UMBRA_SMTP_HOST")
	fails(t, sendMail(t, gone, "", message(), nil), notify.CodeNotSet, true, "no e-mail address is set")
}

// A mail that the server took was sent, whatever the server does afterwards.
func TestMailThatWasTakenIsSent(t *testing.T) {
	taken := raw(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "220 mail.test\r\n")
		all, b := "", make([]byte, 4096)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			all += string(b[:n])
			switch {
			case strings.HasSuffix(all, "\r\n.\r\n"):
				_, _ = io.WriteString(c, "250 taken\r\n")
				return // and hangs up
			case strings.HasSuffix(all, "DATA\r\n"):
				_, _ = io.WriteString(c, "354 go on\r\n")
			case strings.HasSuffix(all, "\r\n") && !strings.Contains(all, "DATA\r\n"):
				_, _ = io.WriteString(c, "250 ok\r\n")
			}
		}
	})
	if err := sendMail(t, mailServer(taken, notify.Plain), "a@b.example", message(), nil); err != nil {
		t.Error(err)
	}
}

func TestMailCannotBeGivenHeadersOfAnotherKind(t *testing.T) {
	b := newMailbox(t, nil, false, nil)
	m := message()
	m.Title, m.Body = "a\r\nBcc: eve@evil.example\r\n\r\nbody", "x\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n"
	if err := sendMail(t, mailServer(b.addr, notify.Plain), "ada@home.example", m, nil); err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(bytes.NewReader(b.got[0]))
	if err != nil || got.Header.Get("Bcc") != "" || got.Header.Get("Subject") != "a Bcc: eve@evil.example body" || len(b.got) != 1 || b.from != "umbra@home.example" {
		t.Errorf("%v %v", got.Header, err)
	}
	for _, to := range []string{"ada@home.example>\r\nRCPT TO:<eve@evil.example", "ada@home.example, eve@evil.example", "not an address"} {
		fails(t, sendMail(t, mailServer(b.addr, notify.Plain), to, message(), nil), notify.CodeInvalid, true, "the e-mail address")
	}
	if len(b.to) != 1 {
		t.Errorf("%v", b.to)
	}
}
