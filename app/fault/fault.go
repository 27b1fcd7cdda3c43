// Package fault is the one error type that features answer with.
//
// A fault's Message is safe to show to whoever sent the request; its cause is
// for the log alone. The edges (API, DAV, command line) map a Kind to their own
// status in one table each.
package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of thing went wrong, independent of any protocol.
type Kind int

// The kinds of fault. Anything that is not a *Error is Internal.
const (
	Internal        Kind = iota // a defect or a failing machine; the message never says more
	Invalid                     // the input breaks a rule; Fields name where
	NotFound                    // no such record, or it belongs to somebody else
	Conflict                    // it contradicts what is there (a name taken, an undo over later changes)
	Stale                       // If-Match does not hold
	Unauthenticated             // no valid session or token
	Forbidden                   // known, but not allowed
	Locked                      // the account is locked after failed log-ins; RetryAfter says how long
	Limited                     // too many requests; RetryAfter says how long
	Overloaded                  // the server cannot take it now; RetryAfter says when to try again
	Full                        // the disk has no room
	Gone                        // it was there once and will not come back
)

// Field is one part of the input that breaks a rule. It never holds the value sent.
type Field struct {
	Path    string // dotted, from the body's root: "due_date", "emails[0].value"
	Rule    string // a short stable word: "required", "too_long", "format"
	Message string // plain words: "must be a date like 2025-01-31"
}

// Error is a fault. Make one with New, Invalidf, NotFoundf and their siblings.
type Error struct {
	Kind       Kind
	Code       string // a stable machine word: "todo_not_found"
	Message    string // plain words, safe to show
	Fields     []Field
	RetryAfter time.Duration
	cause      error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause, for the log and errors.Is.
func (e *Error) Unwrap() error { return e.cause }

// New makes a fault of any kind.
func New(k Kind, code, message string) *Error {
	return &Error{Kind: k, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(k Kind, code, format string, args ...any) *Error {
	return New(k, code, fmt.Sprintf(format, args...))
}

// Because adds the cause, which is logged and never shown.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// After adds how long to wait before trying again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Wrap makes an Internal fault: what says what was being done, for the log.
// A nil error stays nil; a fault stays the fault it is.
func Wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	var f *Error
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Missing is the NotFound fault for a record: fault.Missing("todo", 7).
// Somebody else's record answers the same, so that ids cannot be probed.
func Missing(kind string, id int64) *Error {
	return Newf(NotFound, kind+"_not_found", "There is no %s with the id %d.", kind, id)
}

// Fields makes an Invalid fault from the fields at fault.
func Fields(fields ...Field) *Error {
	return &Error{Kind: Invalid, Code: "invalid", Message: "Some fields are not valid.", Fields: fields}
}

// BadField is Fields for one field.
func BadField(path, rule, message string) *Error {
	return Fields(Field{Path: path, Rule: rule, Message: message})
}

// KindOf says the kind of any error; one that is no fault is Internal.
func KindOf(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is says whether err is a fault of this kind.
func Is(err error, k Kind) bool {
	return err != nil && KindOf(err) == k
}

// HungUp says that err is what becomes of work whose asker went away: no defect, and
// anybody can bring it about.
func HungUp(ctx context.Context, err error) bool {
	return Is(err, Overloaded) && errors.Is(ctx.Err(), context.Canceled)
}

// Found makes of NotFound that there is nothing, which is no failure to who asks
// whether there is: what, there, err := Found(find(id)).
func Found[T any](what T, err error) (found T, there bool, failed error) {
	if Is(err, NotFound) {
		return what, false, nil
	}
	return what, err == nil, err
}
