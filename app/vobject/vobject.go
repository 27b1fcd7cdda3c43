// Package vobject turns records into iCalendar objects and vCards, and back.
//
// Reading is generous: what a record cannot hold is shortened or left out, for
// the object itself is kept as it came. Writing patches: only the fields named
// are touched, everything else in the object stays byte for byte.
package vobject

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"umbra/app/clock"
	"umbra/app/ical"
	"umbra/app/recur"
)

// ProductID names the writer (RFC 5545, 3.7.3).
const ProductID = "-//Umbra//Umbra//EN"

// Untitled is the title of what has none.
const Untitled = "(no title)"

// Error says why an object cannot be a record, in words that are safe to show.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func refuse(message string) error { return &Error{message} }

// Field is one field of a record as it stands in an object.
type Field struct {
	Name string // as in a mark: "title"
	text string // its value: two that are the same have the same text
	put  func(c *ical.Component)
}

// Marks tell what the fields of a record were when its object was stored, so
// that a patch touches those alone that changed since.
type Marks map[string]string

// MarksOf are the marks of fields.
func MarksOf(fields []Field) Marks {
	m := make(Marks, len(fields))
	for _, f := range fields {
		m[f.Name] = f.mark()
	}
	return m
}

func (f Field) mark() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(f.text)) // it never fails
	return strconv.FormatUint(h.Sum64(), 36)
}

// changed says whether a field is another than the marks say. A field that they
// do not know was not looked at when the object was stored: it is left alone
// unless the object is written anew (nil marks).
func (m Marks) changed(f Field) bool {
	if m == nil {
		return true
	}
	was, known := m[f.Name]
	return known && was != f.mark()
}

// String writes marks for storing.
func (m Marks) String() string {
	var b strings.Builder
	for name, mark := range m {
		b.WriteString(name + "=" + mark + ";")
	}
	return b.String()
}

// ParseMarks reads them.
func ParseMarks(s string) Marks {
	m := Marks{}
	for part := range strings.SplitSeq(s, ";") {
		if name, mark, ok := strings.Cut(part, "="); ok {
			m[name] = mark
		}
	}
	return m
}

// patch writes the changed fields into a component and says whether there were any.
func patch(c *ical.Component, marks Marks, fields []Field) (touched bool) {
	for _, f := range fields {
		if marks.changed(f) {
			f.put(c)
			touched = true
		}
	}
	return touched
}

// text is a plain field of text.
func text(name, property, value string) Field {
	return Field{name, value, func(c *ical.Component) { c.SetText(property, value) }}
}

// line makes text one line of at most max characters.
func line(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.TrimSpace(s), "\n", ", "))
	return strings.TrimSpace(short(s, max))
}

func short(s string, max int) string {
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	return string([]rune(s)[:max])
}

// Reader is what reading needs to know beside the object.
type Reader struct {
	Home  *time.Location // the user's zone
	Zones *ical.Zones
}

// NewReader makes a reader of a document.
func NewReader(d *ical.Document, home *time.Location) *Reader {
	return &Reader{home, d.Zones(home.String())}
}

// zone is the zone of a time, nil where it floats. What is of no zone that IANA
// knows is placed in UTC, and what names one that nothing is known of, at home.
func (r *Reader) zone(t ical.Time) *time.Location {
	switch {
	case t.Form == recur.UTCForm:
		return time.UTC
	case t.TZID == "":
		return nil
	}
	z, ok := r.Zones.Find(t.TZID, year(t.At))
	switch {
	case !ok:
		return r.Home
	case z.Name == "":
		return time.UTC
	}
	loc, err := clock.Zone(z.Name)
	if err != nil {
		return time.UTC
	}
	return loc
}

func year(l recur.Local) int {
	y, _, _ := l.Date()
	return y
}

// Instant is when a time is; one that floats is at home.
func (r *Reader) Instant(t ical.Time) time.Time {
	switch {
	case t.Form == recur.UTCForm:
		return t.At.In(time.UTC)
	case t.TZID == "":
		return t.At.In(r.Home)
	}
	if z, ok := r.Zones.Find(t.TZID, year(t.At)); ok {
		return z.In(t.At)
	}
	return t.At.In(r.Home)
}

// in is what the clock of a zone shows at t; nil is a clock that floats.
func (r *Reader) in(t ical.Time, zone *time.Location) recur.Local {
	switch {
	case t.Date():
		return t.At
	case zone == nil && t.Form == recur.FloatingForm && t.TZID == "":
		return t.At
	case zone == nil:
		return recur.LocalOf(r.Instant(t), r.Home)
	case t.Form == recur.FloatingForm && t.TZID == "":
		return t.At
	}
	if own := r.zone(t); own != nil && own.String() == zone.String() && t.Form == recur.FloatingForm && own != time.UTC {
		return t.At // not over an instant, which would move times that the zone skips
	}
	return recur.LocalOf(r.Instant(t), zone)
}
