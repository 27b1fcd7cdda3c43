package ical

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"umbra/app/recur"
)

// Time is a date or time as a property has it.
type Time struct {
	At   recur.Local
	Form recur.Form // a date, a local time, or one in UTC
	TZID string     // of a local time; empty is floating
}

var errTime = errors.New("is no date or time")

// Times reads a property of dates or times: one, or a list of them (RDATE,
// EXDATE), of periods each its start. What cannot be read is left out; an error
// says that nothing could.
func (l *Line) Times() (out []Time, err error) {
	tzid := l.Param("TZID")
	for s := range strings.SplitSeq(l.Value, ",") {
		s, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(s)), "/")
		at, form, err := recur.ParseBasic(s)
		if err != nil {
			continue
		}
		t := Time{At: at, Form: form}
		if form == recur.FloatingForm {
			t.TZID = tzid
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, errTime
	}
	return out, nil
}

// Time reads a property of one date or time.
func (l *Line) Time() (Time, error) {
	all, err := l.Times()
	if err != nil {
		return Time{}, err
	}
	return all[0], nil
}

// Date says that it is a date without a time of day.
func (t Time) Date() bool { return t.Form == recur.DateForm }

// Line writes it as a property.
func (t Time) Line(name string) *Line {
	l := NewLine(name, t.At.Basic(t.Form))
	switch {
	case t.Form == recur.DateForm:
		l.Params = []Param{P("VALUE", "DATE")}
	case t.Form == recur.FloatingForm && t.TZID != "":
		l.Params = []Param{P("TZID", t.TZID)}
	}
	return l
}

// UTC is an instant as a Time.
func UTC(t time.Time) Time { return Time{At: recur.LocalOf(t, time.UTC), Form: recur.UTCForm} }

// Duration is a length of time (RFC 5545, 3.3.6): days and weeks of the
// calendar, and exact time.
type Duration struct {
	Days int
	Time time.Duration
}

var errDuration = errors.New("is no duration")

// ParseDuration reads one; forms that mix weeks with the rest are taken.
func ParseDuration(s string) (d Duration, err error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" {
		return d, errDuration
	}
	inTime := false
	for rest != "" {
		if rest[0] == 'T' && !inTime {
			inTime, rest = true, rest[1:]
			continue
		}
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i < 1 || i > 7 {
			return Duration{}, errDuration
		}
		n, err := strconv.Atoi(rest[:i])
		if err != nil {
			return Duration{}, errDuration
		}
		unit := rest[i]
		rest = rest[i+1:]
		switch {
		case unit == 'W' && !inTime:
			d.Days += 7 * n
		case unit == 'D' && !inTime:
			d.Days += n
		case unit == 'H' && inTime:
			d.Time += time.Duration(n) * time.Hour
		case unit == 'M' && inTime:
			d.Time += time.Duration(n) * time.Minute
		case unit == 'S' && inTime:
			d.Time += time.Duration(n) * time.Second
		default:
			return Duration{}, errDuration
		}
	}
	d.Days, d.Time = sign*d.Days, time.Duration(sign)*d.Time
	return d, nil
}

// String writes it.
func (d Duration) String() string {
	sign := ""
	if d.Days < 0 || d.Time < 0 {
		sign, d.Days, d.Time = "-", -d.Days, -d.Time
	}
	if d.Time == 0 && d.Days != 0 {
		if d.Days%7 == 0 {
			return fmt.Sprintf("%sP%dW", sign, d.Days/7)
		}
		return fmt.Sprintf("%sP%dD", sign, d.Days)
	}
	out := sign + "P"
	if d.Days != 0 {
		out += fmt.Sprintf("%dD", d.Days)
	}
	out += "T"
	h, m, s := int(d.Time/time.Hour), int(d.Time/time.Minute)%60, int(d.Time/time.Second)%60
	if h != 0 {
		out += fmt.Sprintf("%dH", h)
	}
	if m != 0 || h == 0 && s == 0 {
		out += fmt.Sprintf("%dM", m)
	}
	if s != 0 {
		out += fmt.Sprintf("%dS", s)
	}
	return out
}

// After is the local time that lies so long after another, in a zone: days on
// the calendar, the rest in exact time.
func (d Duration) After(l recur.Local, zone *time.Location) recur.Local {
	l = l.Add(time.Duration(d.Days) * 24 * time.Hour)
	if d.Time == 0 {
		return l
	}
	return recur.LocalOf(l.In(zone).Add(d.Time), zone)
}
