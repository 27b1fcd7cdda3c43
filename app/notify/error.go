package notify

import (
	"errors"
	"time"
)

// Error says why a message was not taken.
type Error struct {
	// Reason is exact, in plain words and safe to show to the user whose channel
	// it is: "the server answered 403 Forbidden: unauthorized". It holds no secret.
	// It is in English; Why says it in other languages too.
	Reason string
	// Why is the same without a language; empty where there is but one.
	Why Why
	// Code is a stable word for programs, such as "refused", "timeout" or "status".
	Code string
	// Permanent says that trying again without a change of settings is useless.
	Permanent bool
	// RetryAfter is how long the receiver asked to wait; 0 when it did not say.
	RetryAfter time.Duration
	// Gone says that the target is no more and is to be forgotten: a Web Push
	// subscription that was cancelled.
	Gone bool

	cause error
}

// The codes of errors.
const (
	CodeNotSet      = "not_set"      // the channel lacks a setting
	CodeNotAllowed  = "not_allowed"  // the address is one that may not be reached
	CodeName        = "name"         // the host's name was not found
	CodeRefused     = "refused"      // nothing listens there
	CodeUnreachable = "unreachable"  // no way to it, or the connection broke
	CodeTimeout     = "timeout"      // it took too long
	CodeTLS         = "tls"          // no trusted encryption
	CodeStatus      = "status"       // the server answered, and not with success
	CodeUnauthentic = "unauthorized" // the server wants other credentials
	CodeLimited     = "limited"      // the server wants us to wait
	CodeRedirect    = "redirect"     // it leads where it may not be followed
	CodeInvalid     = "invalid"      // the message or the target cannot be sent so
)

func (e *Error) Error() string { return e.Reason }

// Unwrap gives the cause, for the log and errors.Is; it is never shown.
func (e *Error) Unwrap() error { return e.cause }

// Because adds the cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// NotSet is the error of a channel that lacks a setting.
func NotSet(text string) *Error { return permanent(CodeNotSet, text) }

// permanent is an error that trying again does not mend.
func permanent(code, text string, args ...string) *Error {
	e := temporary(code, text, args...)
	e.Permanent = true
	return e
}

// temporary is one that may pass.
func temporary(code, text string, args ...string) *Error {
	why := Why{text, args}
	return &Error{Code: code, Reason: why.In("en"), Why: why}
}

// AsError makes any error an *Error: one that is none, such as an ended context,
// counts as temporary, and its text stays in the log.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return temporary(CodeUnreachable, "the message could not be sent; the server's log says why").Because(err)
}
