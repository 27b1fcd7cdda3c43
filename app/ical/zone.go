package ical

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"umbra/app/clock"
	"umbra/app/recur"
)

// Zone is what a TZID means in a document.
type Zone struct {
	Name string // of IANA; empty where no zone there agrees with its rules
	loc  *time.Location
	own  *rules
}

// Zones finds the zones of one document.
type Zones struct {
	parts  map[string]*Component // VTIMEZONE by TZID
	found  map[string]Zone
	prefer string
	own    int // whose rules were read
}

// Zones reads the zones that the document defines. Where several zones agree
// with rules that have no known name, prefer is taken if it is one of them.
func (d *Document) Zones(prefer string) *Zones {
	z := &Zones{parts: map[string]*Component{}, found: map[string]Zone{}, prefer: prefer}
	for _, cal := range append(d.Components("VCALENDAR"), &d.root) {
		for _, tz := range cal.Components("VTIMEZONE") {
			z.parts[strings.TrimSpace(tz.Value("TZID"))] = tz
		}
	}
	return z
}

// Find answers what a TZID means, by its name, by what its VTIMEZONE says of
// itself, or by the rules there, as they are in a year. ok is false where
// nothing is known of it.
func (z *Zones) Find(tzid string, year int) (zone Zone, ok bool) {
	tzid = strings.TrimSpace(tzid)
	if zone, ok = z.found[tzid]; ok {
		return zone, zone != Zone{}
	}
	zone = z.find(tzid, year)
	z.found[tzid] = zone
	return zone, zone != Zone{}
}

func (z *Zones) find(tzid string, year int) Zone {
	part := z.parts[tzid]
	names := []string{tzid}
	// "/mozilla.org/20070129_1/Europe/Berlin": the name is at the end.
	for rest := tzid; strings.Contains(rest, "/"); {
		_, rest, _ = strings.Cut(rest, "/")
		names = append(names, rest)
	}
	if part != nil {
		names = append(names, part.Value("X-LIC-LOCATION"), part.Value("TZID-ALIAS-OF"))
	}
	for _, n := range names {
		if name, err := clock.Canonical(strings.Trim(strings.TrimSpace(n), `"`)); err == nil {
			loc, _ := clock.Zone(name)
			return Zone{Name: name, loc: loc}
		}
	}
	if part == nil || z.own >= maxOwn {
		return Zone{}
	}
	z.own++
	own := readRules(part, year)
	if own == nil {
		return Zone{}
	}
	if name := own.named(z.prefer, year); name != "" {
		loc, _ := clock.Zone(name)
		return Zone{Name: name, loc: loc}
	}
	return Zone{own: own}
}

// In is the instant at which a clock of the zone shows l.
func (z Zone) In(l recur.Local) time.Time {
	if z.own != nil {
		return z.own.in(l)
	}
	return l.In(z.loc)
}

// onset is when an offset begins to hold.
type onset struct {
	at       int64 // Unix seconds
	from, to int   // seconds east of UTC
}

// rules are the onsets of a VTIMEZONE, in order.
type rules struct{ onsets []onset }

// Bounds of what is read of one VTIMEZONE.
const (
	maxObservances = 50
	maxOwn         = 50 // zones without a known name of one document
	maxOnsets      = 1000
)

// readRules expands a VTIMEZONE from its beginning to ten years after a year;
// nil where it says nothing.
func readRules(tz *Component, year int) *rules {
	r := &rules{}
	end := time.Date(min(year, 9980)+10, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, o := range tz.Components("STANDARD", "DAYLIGHT") {
		start := o.Line("DTSTART")
		from, okFrom := readOffset(o.Value("TZOFFSETFROM"))
		to, okTo := readOffset(o.Value("TZOFFSETTO"))
		if i >= maxObservances || start == nil || !okTo {
			continue
		}
		if !okFrom {
			from = to
		}
		at, err := start.Time()
		if err != nil {
			continue
		}
		s := recur.Series{Start: at.At}
		if rule, err := recur.Parse(o.Value("RRULE")); err == nil && rule.Freq() == recur.Yearly {
			s.Rule = &rule
		}
		for _, l := range o.Lines("RDATE") {
			more, _ := l.Times()
			for _, t := range more[:min(len(more), maxOnsets)] {
				s.RDates = append(s.RDates, t.At)
			}
		}
		first := at.At.In(time.UTC)
		found, _ := s.Between(first.AddDate(-1, 0, 0), end, 0, time.UTC, maxOnsets)
		for _, x := range found {
			r.onsets = append(r.onsets, onset{x.Start.Unix() - int64(from), from, to})
		}
	}
	if len(r.onsets) == 0 {
		return nil
	}
	slices.SortStableFunc(r.onsets, func(a, b onset) int { return cmp.Compare(a.at, b.at) })
	return r
}

// readOffset reads +0100, -0530, +002328.
func readOffset(s string) (seconds int, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	units := []int{36000, 3600, 600, 60, 10, 1}
	for i, c := range s[1:] {
		if c < '0' || c > '9' {
			return 0, false
		}
		seconds += int(c-'0') * units[i]
	}
	if seconds > 24*3600 {
		return 0, false
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

func (r *rules) offset(unix int64) int {
	i, found := slices.BinarySearchFunc(r.onsets, unix, func(o onset, t int64) int { return cmp.Compare(o.at, t) })
	switch {
	case found:
		for i+1 < len(r.onsets) && r.onsets[i+1].at == unix {
			i++
		}
		return r.onsets[i].to
	case i == 0:
		return r.onsets[0].from
	}
	return r.onsets[i-1].to
}

func (r *rules) in(l recur.Local) time.Time {
	const day = 24 * 3600
	wall := l.In(time.UTC).Unix()
	before, after := r.offset(wall-day), r.offset(wall+day)
	for _, o := range []int{before, after} {
		if t := wall - int64(o); r.offset(t) == o {
			return time.Unix(t, 0).UTC()
		}
	}
	return time.Unix(wall-int64(before), 0).UTC()
}

// wellKnown are tried first, for several zones often agree.
var wellKnown = []string{"Europe/Berlin", "Europe/London", "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Denver",
	"America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "UTC"}

// named is the zone that has the same offsets in a year and the one after it;
// empty where none has.
func (r *rules) named(prefer string, year int) string {
	for _, name := range append(append([]string{prefer}, wellKnown...), clock.Names()...) {
		if loc, err := clock.Zone(name); err == nil && r.agrees(loc, year) {
			return name
		}
	}
	return ""
}

func (r *rules) agrees(loc *time.Location, year int) bool {
	from := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC)
	for week := range 104 {
		t := from.AddDate(0, 0, 7*week)
		if _, o := t.In(loc).Zone(); o != r.offset(t.Unix()) {
			return false
		}
	}
	return true
}
