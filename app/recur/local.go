package recur

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Local is a civil date and time in no zone, in whole seconds, from year 1 to
// 9999. It is comparable; the zero Local is 0001-01-01T00:00:00. A date is the
// Local of its midnight.
//
// A clock that is set back shows an hour twice. Again tells the second time
// from the first; it is written with a B at the end ("2025-11-02T01:30:00B",
// as Central Europe calls the second such hour 2B).
type Local struct {
	sec   int64
	again bool
}

const (
	localLayout = "2006-01-02T15:04:05"
	maxLocal    = len("2006-01-02T15:04:05B")
)

var errLocal = errors.New("must be a local date and time like 2025-01-31T09:30:00")

// NewLocal makes a Local from its fields; they are normalised as time.Date does
// it (31 April is 1 May), and kept within years 1 to 9999.
func NewLocal(year int, month time.Month, day, hour, minute, second int) Local {
	return civilFields(time.Date(year, month, day, hour, minute, second, 0, time.UTC))
}

// LocalOf is what a clock in zone shows at t. A nil zone is UTC.
func LocalOf(t time.Time, zone *time.Location) Local {
	z := zoneOf(zone)
	return z.local(clampUnix(t))
}

// ParseLocal reads "2006-01-02T15:04:05", and the same with a B at the end. A
// date alone is its midnight. Days that do not exist (2025-02-30) are refused.
func ParseLocal(s string) (Local, error) {
	if len(s) > maxLocal {
		return Local{}, errLocal
	}
	layout, again := localLayout, false
	switch n := len(s); {
	case n == len(time.DateOnly):
		layout = time.DateOnly
	case n == maxLocal && s[n-1] == 'B':
		s, again = s[:n-1], true
	}
	t, err := time.Parse(layout, s)
	// The parser takes a fraction of a second that the layout does not ask for.
	if err != nil || t.Year() < 1 || len(s) != len(layout) {
		return Local{}, errLocal
	}
	l := civilFields(t)
	l.again = again
	return l, nil
}

// String is "2006-01-02T15:04:05", with a B for the second pass of a repeated hour.
func (l Local) String() string { return string(l.Append(make([]byte, 0, maxLocal))) }

// Append writes String after b.
func (l Local) Append(b []byte) []byte {
	b = l.utc().AppendFormat(b, time.RFC3339) // which the library writes fastest
	if b = b[:len(b)-1]; l.again {
		b = append(b, 'B')
	}
	return b
}

// DateString is "2006-01-02".
func (l Local) DateString() string { return string(l.AppendDate(make([]byte, 0, maxLocal))) }

// AppendDate writes DateString after b.
func (l Local) AppendDate(b []byte) []byte {
	b = l.utc().AppendFormat(b, time.RFC3339)
	return b[:len(b)-len("T15:04:05Z")]
}

// MarshalText is String.
func (l Local) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText is ParseLocal.
func (l *Local) UnmarshalText(b []byte) (err error) {
	*l, err = ParseLocal(string(b))
	return err
}

// In is the instant at which a clock in zone shows l: with the offset before
// the gap when the zone skips l, and the first of two unless l is Again. A nil
// zone is UTC.
func (l Local) In(zone *time.Location) time.Time {
	z := zoneOf(zone)
	return time.Unix(z.instantOf(l), 0).In(z.loc)
}

// Again says that l is the second pass of a repeated hour.
func (l Local) Again() bool { return l.again }

// IsZero says that l is the zero Local.
func (l Local) IsZero() bool { return l == Local{} }

// Compare orders by what the clock shows; the second pass follows the first.
func (l Local) Compare(m Local) int {
	if c := cmp.Compare(l.sec, m.sec); c != 0 {
		return c
	}
	switch {
	case l.again == m.again:
		return 0
	case m.again:
		return -1
	}
	return 1
}

// Before says whether l is earlier than m, as Compare orders them.
func (l Local) Before(m Local) bool { return l.Compare(m) < 0 }

// Add moves by d on the clock, without regard to any zone, within years 1 to 9999.
func (l Local) Add(d time.Duration) Local { return localAt(l.sec + int64(d/time.Second)) }

// Sub is the time from m to l on the clock; it saturates after 292 years.
func (l Local) Sub(m Local) time.Duration { return l.utc().Sub(m.utc()) }

// Midnight is the beginning of l's day.
func (l Local) Midnight() Local { return Local{sec: l.sec - l.sec%daySeconds} }

// Date is the year, month and day.
func (l Local) Date() (int, time.Month, int) { return l.utc().Date() }

// Clock is the hour, minute and second.
func (l Local) Clock() (hour, minute, second int) { return l.utc().Clock() }

// Weekday is the day of the week.
func (l Local) Weekday() time.Weekday { return l.utc().Weekday() }

func (l Local) utc() time.Time { return time.Unix(l.sec-unixEpoch, 0).UTC() }

func civilFields(t time.Time) Local { return localAt(clampUnix(t) + unixEpoch) }

func localAt(sec int64) Local { return Local{sec: min(max(sec, 0), maxSecond)} }

// Form is how iCalendar writes a date or time (RFC 5545, 3.3.4 and 3.3.5).
type Form uint8

// The forms.
const (
	NoForm       Form = iota // nothing is there
	DateForm                 // 19970902
	FloatingForm             // 19970902T090000
	UTCForm                  // 19970902T090000Z
)

// ParseBasic reads the three forms in which iCalendar writes a date or time.
func ParseBasic(s string) (Local, Form, error) {
	layout, form := "20060102", DateForm
	switch len(s) {
	case len("20060102T150405"):
		layout, form = "20060102T150405", FloatingForm
	case len("20060102T150405Z"):
		layout, form = "20060102T150405Z", UTCForm
	}
	if s != "" && len(s) == len(layout) && form != DateForm && s[8:9] == "t" {
		return Local{}, NoForm, errBasic
	}
	// Second 60 is allowed on the wire and is read as 59 (3.3.12).
	if form != DateForm && len(s) >= 15 && s[13:15] == "60" {
		s = s[:13] + "59" + s[15:]
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 || len(s) != len(layout) {
		return Local{}, NoForm, errBasic
	}
	return civilFields(t), form, nil
}

var errBasic = errors.New("must be a date or time like 20250131, 20250131T093000 or 20250131T093000Z")

// Basic writes l in one of the forms in which iCalendar does.
func (l Local) Basic(form Form) string {
	switch t := l.utc(); form {
	case DateForm:
		return t.Format("20060102")
	case UTCForm:
		return t.Format("20060102T150405Z")
	case FloatingForm:
		return t.Format("20060102T150405")
	default:
		return fmt.Sprintf("Form(%d)", form)
	}
}
