// Package check holds the rules for single fields that all records share, and
// gathers every field at fault before answering.
package check

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"umbra/app/clock"
	"umbra/app/fault"
)

// Lengths in characters that records share.
const (
	MaxTitle = 500
	MaxShort = 200
	MaxText  = 100_000
	MaxURL   = 2000
)

// Check gathers the fields at fault. The zero Check is ready.
type Check struct{ fields []fault.Field }

// Err is the Invalid fault with every field at fault, or nil.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return fault.Fields(c.fields...)
}

// Add notes that a field breaks a rule.
func (c *Check) Add(path, rule, message string) {
	c.fields = append(c.fields, fault.Field{Path: path, Rule: rule, Message: message})
}

// Line checks one line of text: no control characters, at most max characters.
func (c *Check) Line(path, s string, max int) {
	if c.text(path, s, max) && strings.ContainsFunc(s, unicode.IsControl) {
		c.Add(path, "characters", "must be one line without control characters")
	}
}

// Text checks text that may have many lines.
func (c *Check) Text(path, s string, max int) {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }
	if c.text(path, s, max) && strings.ContainsFunc(s, control) {
		c.Add(path, "characters", "must not hold control characters")
	}
}

// Title checks a line that must not be blank.
func (c *Check) Title(path, s string) {
	if strings.TrimSpace(s) == "" {
		c.Add(path, "required", "must not be empty")
		return
	}
	c.Line(path, s, MaxTitle)
}

func (c *Check) text(path, s string, max int) bool {
	if !utf8.ValidString(s) {
		c.Add(path, "encoding", "must be valid UTF-8")
		return false
	}
	if utf8.RuneCountInString(s) > max {
		c.Add(path, "too_long", fmt.Sprintf("must have at most %d characters", max))
		return false
	}
	return true
}

// OneOf checks that s is one of the words allowed.
func (c *Check) OneOf(path, s string, words ...string) {
	if !slices.Contains(words, s) {
		c.Add(path, "choice", "must be one of "+strings.Join(words, ", "))
	}
}

// Range checks that n lies between low and high.
func (c *Check) Range(path string, n, low, high int64) {
	if n < low || n > high {
		c.Add(path, "range", fmt.Sprintf("must be between %d and %d", low, high))
	}
}

// Count checks how many items a list has.
func (c *Check) Count(path string, n, max int) {
	if n > max {
		c.Add(path, "too_many", fmt.Sprintf("must have at most %d items", max))
	}
}

var color = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Color checks #rrggbb; empty means none.
func (c *Check) Color(path, s string) {
	if s != "" && !color.MatchString(s) {
		c.Add(path, "format", "must be a colour like #3366cc")
	}
}

// Email checks an address (RFC 5322 addr-spec, no display name); empty means none.
func (c *Check) Email(path, s string) {
	if s == "" {
		return
	}
	c.Line(path, s, 254)
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		c.Add(path, "format", "must be an e-mail address like name@example.org")
	}
}

// URL checks an absolute http or https address; empty means none.
func (c *Check) URL(path, s string) {
	if s == "" {
		return
	}
	c.Line(path, s, MaxURL)
	if u, err := url.Parse(s); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		c.Add(path, "format", "must be an address that starts with http:// or https://")
	}
}

// Zone checks a time zone and writes its canonical name in place of another
// (clock.Canonical); empty means none.
func (c *Check) Zone(path string, s *string) {
	if *s == "" {
		return
	}
	name, err := clock.Canonical(*s)
	if err != nil {
		c.Add(path, "zone", "is no time zone that is known here; give one like Europe/Berlin (IANA) or W. Europe Standard Time (Windows)")
		return
	}
	*s = name
}

// Date checks YYYY-MM-DD, a day that exists.
func (c *Check) Date(path, s string) {
	if _, err := clock.ParseDate(s); err != nil {
		c.Add(path, "format", "must be a date that exists, like 2025-01-31")
	}
}

// Time checks HH:MM.
func (c *Check) Time(path, s string) {
	if t, err := time.Parse(clock.TimeLayout, s); err != nil || t.Format(clock.TimeLayout) != s {
		c.Add(path, "format", "must be a time like 09:30")
	}
}

// Earliest and latest instants that records may hold. Outside them years no
// longer have four digits once a zone is applied.
var (
	Earliest = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)
	Latest   = time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC)
)

// Instant checks that a moment lies within what can be stored and shown.
func (c *Check) Instant(path string, t time.Time) {
	if t.Before(Earliest) || t.After(Latest) {
		c.Add(path, "range", "must lie between the years 1 and 9999")
	}
}

var offset = regexp.MustCompile(`^-?P(?:\d{1,3}W|(?:\d{1,3}D)?(?:T(?:\d{1,4}H)?(?:\d{1,5}M)?)?)$`)

// Alarm checks when a record reminds: an instant (RFC 3339), or an offset from
// its due time or start as RFC 5545 section 3.3.6 writes it, in weeks, days,
// hours and minutes: "-PT30M" is half an hour before, "PT0M" the moment itself.
func (c *Check) Alarm(path, s string) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		c.Instant(path, t)
		return
	}
	if !offset.MatchString(s) || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
		c.Add(path, "format", "must be an offset like -PT30M or an instant like 2025-01-31T09:00:00Z")
	}
}

// Alarms checks a list of them.
func (c *Check) Alarms(path string, list []string) {
	c.Count(path, len(list), 20)
	for i, s := range list {
		c.Alarm(fmt.Sprintf("%s[%d]", path, i), s)
	}
}
