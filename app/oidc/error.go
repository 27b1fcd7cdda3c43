package oidc

import (
	"errors"
	"fmt"

	"golang.org/x/oauth2"
)

// Reason is why a sign-in came to nothing, as far as the person may know.
type Reason string

// The reasons.
const (
	Unavailable Reason = "unavailable" // the provider does not answer, or not as one
	Cancelled   Reason = "cancelled"   // the person, or the provider, said no
	Rejected    Reason = "rejected"    // what the provider answered does not hold
)

// Error is a sign-in that came to nothing. Its text is for the log alone.
type Error struct {
	Reason Reason
	cause  error
}

func because(r Reason, cause error) error { return &Error{r, cause} }

func rejected(format string, args ...any) error {
	return because(Rejected, fmt.Errorf(format, args...))
}

// maxCause bounds what is logged of an answer from elsewhere, in bytes.
const maxCause = 300

func (e *Error) Error() string {
	text := "no reason given"
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(e.cause, &refused): // without the body, which may echo what was sent
		text = fmt.Sprintf("the token endpoint answered %q, error %q", refused.Response.Status, refused.ErrorCode)
	case e.cause != nil:
		text = e.cause.Error()
	}
	if len(text) > maxCause {
		text = text[:maxCause] + "…"
	}
	return string(e.Reason) + ": " + text
}

func (e *Error) Unwrap() error { return e.cause }

// ReasonOf is an error's reason: Unavailable for one that is none of ours.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return Unavailable
}

var (
	errEndpoint = errors.New("an endpoint of the provider is no https:// address")
	errRedirect = errors.New("the provider redirects, which is not followed: write the issuer exactly as the provider names itself")
	errTooLong  = errors.New("the provider's answer is over 1 MiB")
)
