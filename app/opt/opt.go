// Package opt tells apart what a pointer cannot: a field that was left out,
// one that was set to null, and one that carries a value (RFC 7396).
package opt

import (
	"bytes"
	"encoding/json"
)

// Opt is a field of an update. The zero Opt was left out.
type Opt[T any] struct {
	Set   bool // it was given, as null or as a value
	Null  bool // it was given as null
	Value T
}

// Some is an Opt that carries a value.
func Some[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: v} }

// Null is an Opt given as null.
func Null[T any]() Opt[T] { return Opt[T]{Set: true, Null: true} }

// Has says that a value was given.
func (o Opt[T]) Has() bool { return o.Set && !o.Null }

// Into writes the value to dst when the field was given; null writes the zero value.
func (o Opt[T]) Into(dst *T) {
	if !o.Set {
		return
	}
	var zero T
	if o.Null {
		*dst = zero
		return
	}
	*dst = o.Value
}

// IntoPtr is Into for a column that may be null.
func (o Opt[T]) IntoPtr(dst **T) {
	switch {
	case !o.Set:
	case o.Null:
		*dst = nil
	default:
		v := o.Value
		*dst = &v
	}
}

// UnmarshalJSON is called only for a field that is there.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	if bytes.Equal(bytes.TrimSpace(b), []byte("null")) {
		o.Null = true
		return nil
	}
	o.Null = false
	return json.Unmarshal(b, &o.Value)
}

// MarshalJSON writes null for an Opt without a value; use omitzero to leave it out.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.Has() {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// IsZero lets `omitzero` leave out a field that was not given.
func (o Opt[T]) IsZero() bool { return !o.Set }
