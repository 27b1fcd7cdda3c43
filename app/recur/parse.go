package recur

import (
	"fmt"
	"strings"
)

const (
	maxNumber = 1<<31 - 1 // of INTERVAL and COUNT
	maxText   = 16 << 10  // the longest rule that says anything new is a third of it
)

// Error says what is wrong with a rule, in words that are safe to show: they
// never hold a value that was sent.
type Error struct {
	Part string // the part at fault, such as "BYMONTH"; empty when it is the whole
	Rule string // plain words: "must hold numbers from 1 to 12"
}

func (e *Error) Error() string {
	if e.Part == "" {
		return "the recurrence rule " + e.Rule
	}
	return e.Part + " " + e.Rule
}

func bad(part, format string, args ...any) error {
	return &Error{Part: part, Rule: fmt.Sprintf(format, args...)}
}

// Parse reads a recurrence rule (RFC 5545, 3.3.10), with or without "RRULE:"
// before it; letters may be of either case. It refuses, with an *Error, unknown
// and repeated parts, numbers out of range, COUNT together with UNTIL, and BY
// parts that the RFC does not allow for the frequency.
func Parse(s string) (Rule, error) {
	if len(s) > maxText {
		return Rule{}, bad("", "is longer than %d characters", maxText)
	}
	s = strings.ToUpper(strings.TrimSpace(s))
	s = strings.TrimPrefix(s, "RRULE:")
	s = strings.ReplaceAll(s, ", ", ",") // calendars in the wild write "MO, TU"
	if s == "" {
		return Rule{}, bad("", "is empty")
	}
	r := Rule{interval: 1}
	var seen [len(parts)]bool
	for part := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return Rule{}, bad("", "must be parts like FREQ=DAILY with a semicolon between them")
		}
		i := findPart(name)
		if i < 0 {
			return Rule{}, unknownPart(name)
		}
		if seen[i] {
			return Rule{}, bad(name, "is given twice")
		}
		seen[i] = true
		if value == "" {
			return Rule{}, bad(name, "has no value")
		}
		if err := parts[i].read(&r, value); err != nil {
			return Rule{}, err
		}
	}
	if err := r.check(); err != nil {
		return Rule{}, err
	}
	return r, nil
}

type part struct {
	name string
	read func(r *Rule, value string) error
}

var parts = [...]part{
	{"FREQ", readFreq},
	{"INTERVAL", func(r *Rule, v string) error { return readNumber("INTERVAL", v, &r.interval) }},
	{"COUNT", func(r *Rule, v string) error { return readNumber("COUNT", v, &r.count) }},
	{"UNTIL", readUntil},
	{"BYMONTH", func(r *Rule, v string) error {
		return eachNumber("BYMONTH", v, 1, 12, false, func(n int) { r.months |= 1 << n })
	}},
	{"BYWEEKNO", func(r *Rule, v string) error {
		return eachNumber("BYWEEKNO", v, 1, 53, true, func(n int) { r.weeks.add(n) })
	}},
	{"BYYEARDAY", func(r *Rule, v string) error {
		return eachNumber("BYYEARDAY", v, 1, 366, true, func(n int) { r.yeardays.add(n) })
	}},
	{"BYMONTHDAY", func(r *Rule, v string) error {
		return eachNumber("BYMONTHDAY", v, 1, 31, true, func(n int) { r.monthdays.add(n) })
	}},
	{"BYDAY", readByDay},
	{"BYHOUR", func(r *Rule, v string) error {
		return eachNumber("BYHOUR", v, 0, 23, false, func(n int) { r.hours |= 1 << n })
	}},
	{"BYMINUTE", func(r *Rule, v string) error {
		return eachNumber("BYMINUTE", v, 0, 59, false, func(n int) { r.minutes |= 1 << n })
	}},
	{"BYSECOND", func(r *Rule, v string) error {
		return eachNumber("BYSECOND", v, 0, 60, false, func(n int) { r.seconds |= 1 << n })
	}},
	{"BYSETPOS", func(r *Rule, v string) error {
		return eachNumber("BYSETPOS", v, 1, 366, true, func(n int) { r.setpos.add(n) })
	}},
	{"WKST", readWkst},
}

func findPart(name string) int {
	for i := range parts {
		if parts[i].name == name {
			return i
		}
	}
	return -1
}

func unknownPart(name string) error {
	if len(name) > 16 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" || name == "" {
		return bad("", "has a part that is not known")
	}
	return bad(name, "is not a part of a recurrence rule")
}

// check holds the rules between parts (RFC 5545, 3.3.10, its table and notes).
func (r *Rule) check() error {
	switch {
	case r.freq == 0:
		return bad("FREQ", "is missing")
	case r.count != 0 && r.until.Form != NoForm:
		return bad("UNTIL", "cannot stand together with COUNT")
	case !r.weeks.empty() && r.freq != Yearly:
		return bad("BYWEEKNO", "is allowed with FREQ=YEARLY only")
	case !r.yeardays.empty() && (r.freq == Monthly || r.freq == Weekly || r.freq == Daily):
		return bad("BYYEARDAY", "is not allowed with FREQ=%s", r.freq)
	case r.monthdays != signed31{} && r.freq == Weekly:
		return bad("BYMONTHDAY", "is not allowed with FREQ=WEEKLY")
	case r.hasOrdinals() && r.freq > Monthly:
		return bad("BYDAY", "may carry numbers, as in 2MO, with FREQ=MONTHLY and YEARLY only")
	case r.hasOrdinals() && !r.weeks.empty():
		return bad("BYDAY", "may not carry numbers, as in 2MO, together with BYWEEKNO")
	case !r.setpos.empty() && !r.hasBy():
		return bad("BYSETPOS", "needs another BY part to choose from")
	}
	return nil
}
