package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Encryption is how a mail server is spoken to.
type Encryption string

// The ways. There is no "if offered": whoever is between could say it is not.
const (
	StartTLS Encryption = "starttls" // in the open at first, then encrypted, or not at all
	TLS      Encryption = "tls"      // encrypted from the first byte
	Plain    Encryption = "none"
)

// MailServer is the server that takes our mail: the administrator's setting,
// which therefore needs no place on the list of allowed addresses.
type MailServer struct {
	Host       string // "" when there is none
	Port       int
	Encryption Encryption
	User       string // "" sends without log-in
	Password   string
	From       string // address of the sender
	FromName   string
	Settings   string // address of the page where a user turns mail off; "" when unknown
}

// String hides the password.
func (s MailServer) String() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// GoString hides the password from %#v.
func (s MailServer) GoString() string { return s.String() }

type mailSender struct {
	out    *Outbound
	server MailServer
	target MailTarget
}

// NewMail sends to a mailbox.
func NewMail(out *Outbound, s MailServer, t MailTarget) Sender { return mailSender{out, s, t} }

// Send hands the mail over. It counts as taken once the server said so, whatever
// comes after.
func (s mailSender) Send(ctx context.Context, m Message) error {
	if s.server.Host == "" {
		return permanent(CodeNotSet, "this Umbra has no mail server: the administrator sets one with UMBRA_SMTP_HOST and UMBRA_SMTP_FROM")
	}
	if s.target.Address == "" {
		return permanent(CodeNotSet, "no e-mail address is set")
	}
	m, err := prepared(m)
	if err != nil {
		return err
	}
	msg, err := s.compose(m)
	if err != nil {
		return err
	}
	return s.speak(ctx, func(client *smtp.Client) error { return s.handOver(client, msg) })
}

// CheckMail connects to a mail server, secures the connection and logs in, as
// for a mail, and sends none.
func CheckMail(ctx context.Context, out *Outbound, s MailServer) error {
	if err := (mailSender{out: out, server: s}).speak(ctx, func(*smtp.Client) error { return nil }); err != nil {
		return AsError(err)
	}
	return nil
}

// speak does something with a connection that is secured and logged in.
func (s mailSender) speak(ctx context.Context, do func(client *smtp.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.out.o.Limits.Whole)
	defer cancel()
	at := s.server.String()
	conn, err := s.out.Dial(ctx, "tcp", at, true)
	if err != nil {
		return AsError(err)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() { _ = conn.Close() }()
	var raw net.Conn = &patient{Conn: conn, limit: s.out.o.Limits.Answer}
	if s.server.Encryption == TLS {
		secured := tls.Client(raw, s.tls())
		if err := secured.HandshakeContext(ctx); err != nil {
			return s.failure(ctx, err)
		}
		raw = secured
	}
	client, err := smtp.NewClient(raw, s.server.Host)
	if err != nil {
		return s.failure(ctx, err)
	}
	if err = s.greet(client); err == nil {
		err = do(client)
	}
	if err != nil {
		return s.failure(ctx, err)
	}
	_ = client.Quit() // the mail is theirs by now
	return nil
}

func (s mailSender) tls() *tls.Config {
	return &tls.Config{ServerName: s.server.Host, MinVersion: tls.VersionTLS12, RootCAs: s.out.o.Roots}
}

func (s mailSender) greet(client *smtp.Client) error {
	name, err := os.Hostname()
	if err != nil || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' }) {
		name = "localhost"
	}
	if err := client.Hello(name); err != nil {
		return err
	}
	if s.server.Encryption == StartTLS {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return permanent(CodeTLS, "the mail server %s offers no STARTTLS; UMBRA_SMTP_TLS says how it is to be spoken to", s.server.String())
		}
		if err := client.StartTLS(s.tls()); err != nil {
			return err
		}
	}
	if s.server.User != "" {
		return s.logIn(client)
	}
	return nil
}

func (s mailSender) handOver(client *smtp.Client, msg []byte) error {
	// Only an address that needs it asks for SMTPUTF8, which many servers cannot pass on.
	client.SkipSMTPUTF8(!strings.ContainsFunc(s.server.From+s.target.Address, func(r rune) bool { return r > 0x7e }))
	if err := client.Mail("<" + s.server.From + ">"); err != nil {
		return err
	}
	if err := client.Rcpt("<" + s.target.Address + ">"); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(msg); err != nil {
		return err
	}
	return w.Close()
}

func (s mailSender) logIn(client *smtp.Client) error {
	ok, offered := client.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	has := func(name string) bool {
		for _, m := range mechanisms {
			if m == name {
				return true
			}
		}
		return false
	}
	u, p, host := s.server.User, s.server.Password, s.server.Host
	switch {
	case ok && has("SCRAM-SHA-256"):
		return client.Auth(smtp.ScramSHA256Auth(u, p))
	case ok && has("PLAIN"):
		return client.Auth(smtp.PlainAuth("", u, p, host, false))
	case ok && has("LOGIN"):
		return client.Auth(smtp.LoginAuth(u, p, host, false))
	}
	return permanent(CodeUnauthentic, "the mail server %s offers no log-in that is known here (PLAIN, LOGIN, SCRAM-SHA-256)", s.server.String())
}

// failure puts what went wrong into words. What the server itself said is shown:
// it is the administrator's own.
func (s mailSender) failure(ctx context.Context, err error) *Error {
	var said *textproto.Error
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &said):
		e := temporary(CodeStatus, "the mail server answered %s", strings.TrimSpace(strconv.Itoa(said.Code)+" "+line(said.Msg, 200)))
		e.Permanent = said.Code >= 500
		switch said.Code {
		case 530, 534, 535, 538:
			e.Code = CodeUnauthentic
		case 450, 451, 452, 421:
			e.Code = CodeLimited
		}
		return e.Because(err)
	case ctx.Err() != nil && !errors.As(err, &unknown):
		return temporary(CodeTimeout, "no answer from %s in time", s.server.String()).Because(err)
	}
	return exchangeFailure(s.server.String(), err)
}

// patient gives each answer of the other side its time, and no more.
type patient struct {
	net.Conn
	limit time.Duration
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(p.limit)); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(p.limit)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// domain is what stands after the @, for ids.
func domain(address string) string { return address[strings.LastIndex(address, "@")+1:] }
