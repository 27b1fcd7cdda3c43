package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// connectFailure says why a connection was not made.
func connectFailure(at string, err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, syscall.ECONNREFUSED):
		return temporary(CodeRefused, "connection refused by %s", at).Because(err)
	case timedOut(err):
		return temporary(CodeTimeout, "no connection to %s: nothing answered in time", at).Because(err)
	}
	return temporary(CodeUnreachable, "no connection to %s: it cannot be reached from here", at).Because(err)
}

// exchangeFailure says why an exchange on a connection that stood, or was being
// made, came to nothing. at is who was asked: a host with its port.
func exchangeFailure(at string, err error) *Error {
	var (
		e        *Error
		record   tls.RecordHeaderError
		alert    tls.AlertError
		verify   *tls.CertificateVerificationError
		name     x509.HostnameError
		unknown  x509.UnknownAuthorityError
		invalid  x509.CertificateInvalidError
		protocol = err.Error()
	)
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &name):
		return temporary(CodeTLS, "the certificate of %s is for another name", at).Because(err)
	case errors.As(err, &unknown):
		return temporary(CodeTLS, "the certificate of %s is signed by nobody whom this machine trusts", at).Because(err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return temporary(CodeTLS, "the certificate of %s has expired, or this machine's clock is wrong", at).Because(err)
	case errors.As(err, &verify):
		return temporary(CodeTLS, "the certificate of %s is not valid", at).Because(err)
	case errors.As(err, &record) || strings.Contains(protocol, "server gave HTTP response to HTTPS client"):
		return temporary(CodeTLS, "%s does not speak TLS there", at).Because(err)
	case errors.As(err, &alert):
		return temporary(CodeTLS, "%s refused the encrypted connection", at).Because(err)
	case strings.Contains(protocol, "malformed HTTP"):
		return temporary(CodeUnreachable, "%s does not speak HTTP there", at).Because(err)
	case timedOut(err):
		return temporary(CodeTimeout, "no answer from %s in time", at).Because(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, net.ErrClosed), strings.Contains(protocol, "connection broken"):
		return temporary(CodeUnreachable, "the connection to %s broke before the answer was there", at).Because(err)
	}
	return temporary(CodeUnreachable, "there was no usable answer from %s", at).Because(err)
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}
