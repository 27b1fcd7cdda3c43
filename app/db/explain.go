package db

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// refusal is why a connection did not come about, in words that say what to do.
type refusal struct {
	text    string
	passing bool // waiting may help
	cause   error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.cause }

// passing says whether the server may only not be there yet.
func passing(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.passing
}

// explain turns what pgx says about a connection into a refusal. PostgreSQL's
// own texts may be in any language: its codes and routines are read instead.
func explain(err error, c *pgx.ConnConfig) error {
	if err == nil {
		return nil
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return explainServer(err, pe, c)
	}
	where := place(c)
	say := func(passing bool, format string, args ...any) error {
		return &refusal{fmt.Sprintf(format, args...), passing, err}
	}
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	switch {
	case errors.As(err, &dns):
		return say(true, "the host %q in DATABASE_URL is not known: correct it, or look at this machine's name server (%s)", c.Host, dns.Err)
	case errors.Is(err, syscall.ECONNREFUSED), isSocket(c.Host) && errors.Is(err, fs.ErrNotExist):
		return say(true, "no PostgreSQL server listens at %s: start it, or correct DATABASE_URL", where)
	case errors.Is(err, fs.ErrPermission):
		return say(false, "the socket in %s may not be used by this user: run umbra as another, or use host and port", where)
	case errors.As(err, &name):
		return say(false, "the certificate of the PostgreSQL server at %s is for another name (%s): use that name in DATABASE_URL, or sslmode=verify-ca", where, name)
	case errors.As(err, &unknown):
		return say(false, "the certificate of the PostgreSQL server at %s is not signed by anyone this machine trusts: "+
			"name the file of the authority with sslrootcert=/path/ca.crt in DATABASE_URL", where)
	case errors.As(err, &invalid), errors.As(err, &verify):
		return say(false, "the certificate of the PostgreSQL server at %s is not good: %s", where, rootCause(err))
	case strings.Contains(err.Error(), "server refused TLS"):
		return say(false, "the PostgreSQL server at %s offers no TLS, and sslmode in DATABASE_URL asks for it: turn it on there (ssl = on), "+
			"or, in a network you trust, use sslmode=disable", where)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return say(true, "the PostgreSQL server at %s does not answer: look at the address and at firewalls", where)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return say(true, "there is no way to the PostgreSQL server at %s: look at this machine's network", where)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), lost(err):
		return say(true, "the PostgreSQL server at %s ended the connection: it may be starting, or something else listens there", where)
	}
	return say(false, "connecting to the PostgreSQL server at %s failed: %s", where, rootCause(err))
}

func explainServer(err error, pe *pgconn.PgError, c *pgx.ConnConfig) error {
	where := place(c)
	say := func(passing bool, format string, args ...any) error {
		return &refusal{fmt.Sprintf(format, args...), passing, err}
	}
	switch pe.Code {
	case "3D000":
		return say(false, "there is no database %q on the PostgreSQL server at %s: make it with `%s`", c.Database, where, createdb(c, c.Database))
	case "28P01":
		if c.Password == "" {
			return say(false, "the PostgreSQL server at %s asks the role %q for a password: put it into DATABASE_URL, PGPASSWORD or ~/.pgpass", where, c.User)
		}
		return say(false, "the PostgreSQL server at %s does not take this password for the role %q, or has no such role: correct DATABASE_URL "+
			"(special characters are written as %%40 and the like), or make the role with `%s`", where, c.User, createuser(c))
	case "28000":
		if pe.Routine == "InitializeSessionUserId" {
			return say(false, "there is no role %q that may log in to the PostgreSQL server at %s: make it with `%s`", c.User, where, createuser(c))
		}
		hint := "allow it in the server's pg_hba.conf"
		if c.TLSConfig == nil && !isSocket(c.Host) {
			hint += ", or, if it wants TLS, add sslmode=require to DATABASE_URL"
		}
		return say(false, "the PostgreSQL server at %s lets the role %q not into the database %q from here: %s (%s)", where, c.User, c.Database, hint, pe.Message)
	case "42501":
		return say(false, "the role %q may not use the database %q at %s: make it the owner (ALTER DATABASE %s OWNER TO %s)", c.User, c.Database, where,
			pgx.Identifier{c.Database}.Sanitize(), pgx.Identifier{c.User}.Sanitize())
	case "53300":
		return say(true, "the PostgreSQL server at %s has no connection left: raise its max_connections, or lower UMBRA_POSTGRES_CONNECTIONS", where)
	case "57P01", "57P02", "57P03":
		return say(true, "the PostgreSQL server at %s is starting or stopping", where)
	case "25006":
		return say(false, "the PostgreSQL server at %s is read-only: name the primary in DATABASE_URL", where)
	}
	return say(strings.HasPrefix(pe.Code, "08"), "the PostgreSQL server at %s refuses the connection: %s (%s)", where, pe.Message, pe.Code)
}

// createdb is the command that makes a database for the role.
func createdb(c *pgx.ConnConfig, name string) string {
	return "createdb" + reach(c) + " -O " + shell(c.User) + " " + shell(name)
}

func createuser(c *pgx.ConnConfig) string {
	return "createuser" + reach(c) + " --pwprompt " + shell(c.User)
}

// reach is how PostgreSQL's own commands find the server, as its superuser.
func reach(c *pgx.ConnConfig) string {
	text := " -h " + shell(c.Host)
	if c.Port != 5432 {
		text += " -p " + strconv.Itoa(int(c.Port))
	}
	return text + " -U postgres"
}

// shell quotes a word for a shell when it needs that.
func shell(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// rootCause is the innermost error, which says least about addresses and most about why.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
