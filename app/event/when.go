package event

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/recur"
)

// when is an event's time as it is kept: what the clock shows.
type when struct {
	start, end recur.Local // midnights where it is all-day
	allDay     bool
	zone       string // "" is floating
}

// maxDuration bounds how long one event lasts.
const maxDuration = 10 * 366 * 24 * time.Hour

// location is where the clock hangs; floating for what has no zone of its own.
func (t when) location(floating *time.Location) *time.Location {
	if t.allDay || t.zone == "" {
		return floating
	}
	z, err := clock.Zone(t.zone)
	if err != nil { // a zone that a later release of the zone data dropped
		return time.UTC
	}
	return z
}

// duration is exact (RFC 5545 section 3.8.5.3): what each occurrence lasts.
func (t when) duration() time.Duration {
	z := t.location(time.UTC)
	return t.end.In(z).Sub(t.start.In(z))
}

// at is t begun at another time of its clock, as long as before.
func (t when) at(start recur.Local) when {
	z := t.location(time.UTC)
	t.start, t.end = start, recur.LocalOf(start.In(z).Add(t.duration()), z)
	return t
}

// append writes one of its times as the API does: what the clock shows, and, in
// a zone, the instant.
func (t *when) append(b []byte, l recur.Local, at time.Time) []byte {
	if t.allDay || t.zone == "" {
		return t.appendID(b, l)
	}
	return at.In(t.location(nil)).AppendFormat(b, time.RFC3339)
}

// text is append by itself.
func (t when) text(l recur.Local) string {
	return string(t.append(nil, l, l.In(t.location(time.UTC))))
}

// appendID writes a recurrence id.
func (t *when) appendID(b []byte, l recur.Local) []byte {
	if t.allDay {
		return l.AppendDate(b)
	}
	return l.Append(b)
}

func (t when) id(l recur.Local) string { return string(t.appendID(nil, l)) }

// place is where a local time of the series lies: its midnight where it is all-day.
func (t when) place(l recur.Local) recur.Local {
	if t.allDay {
		return l.Midnight()
	}
	return l
}

// setWhen gives an event its times and writes them in its fields.
func (e *Event) setWhen(t when) {
	e.when, e.AllDay, e.TimeZone = t, t.allDay, nil
	e.Start, e.End = t.text(t.start), t.text(t.end)
	if t.zone != "" {
		e.TimeZone = &t.zone
	}
}

// moment is a start or end as it was sent.
type moment struct {
	local   recur.Local
	at      time.Time
	instant bool
	date    bool
}

var errMoment = errors.New("must be an instant like 2025-01-31T19:00:00+01:00, a local time like 2025-01-31T19:00:00 or a date like 2025-01-31")

func parseMoment(s string) (moment, error) {
	if d, err := clock.ParseDate(s); err == nil {
		return moment{local: recur.NewLocal(d.Year, d.Month, d.Day, 0, 0, 0), date: true}, nil
	}
	var t time.Time
	if t.UnmarshalText([]byte(s)) == nil { // stricter than time.Parse
		if t.Before(check.Earliest) || t.After(check.Latest) {
			return moment{}, errYears
		}
		return moment{at: t.Truncate(time.Second), instant: true}, nil
	}
	if len(s) == len("2006-01-02T15:04") {
		s += ":00"
	}
	l, err := recur.ParseLocal(s)
	if err != nil || l.Again() {
		return moment{}, errMoment
	}
	return moment{local: l}, nil
}

var errYears = errors.New("must lie between the years 1 and 9999")

// in is the moment on a clock that hangs in zone.
func (m moment) in(zone *time.Location) recur.Local {
	if m.instant {
		return recur.LocalOf(m.at, zone)
	}
	return m.local
}

// times is what an update makes of an event's times; was is nil on creation.
// Fields at fault are noted.
func (u Update) times(was *when, home *time.Location, c *check.Check) when {
	t := when{}
	if was != nil {
		t = *was
	}
	start, okStart := u.moment("start", c)
	end, okEnd := u.moment("end", c)
	if u.TimeZone.Has() {
		c.Zone("time_zone", &u.TimeZone.Value)
		if _, err := clock.Zone(u.TimeZone.Value); err != nil && u.TimeZone.Value != "" {
			return t
		}
	}
	switch {
	case !okStart || !okEnd:
		return t
	case start == nil && (was == nil || u.Start.Null):
		c.Add("start", "required", "must be given")
		return t
	case u.AllDay.Has():
		t.allDay = u.AllDay.Value
	case start != nil:
		t.allDay = start.date
	}
	if t.allDay {
		t = u.days(t, was, start, end, home)
	} else {
		t = u.hours(t, was, start, end, home, c)
	}
	if c.Err() == nil {
		t.check(c)
	}
	return t
}

// moment reads one of the two fields; ok is false when it is at fault.
func (u Update) moment(field string, c *check.Check) (*moment, bool) {
	f := u.Start
	if field == "end" {
		f = u.End
	}
	if !f.Has() {
		return nil, true
	}
	m, err := parseMoment(f.Value)
	if err != nil {
		c.Add(field, "format", err.Error())
		return nil, false
	}
	return &m, true
}

// days resolves an all-day event.
func (u Update) days(t when, was *when, start, end *moment, home *time.Location) when {
	zone := home
	switch {
	case u.TimeZone.Has() && u.TimeZone.Value != "":
		zone, _ = clock.Zone(u.TimeZone.Value)
	case was != nil:
		zone = was.location(home)
	}
	const day = 24 * time.Hour
	lasts := day
	if was != nil && (!u.End.Set || end != nil) {
		lasts = max(ceilDay(was.end).Sub(was.start.Midnight()), day)
	}
	if start != nil {
		t.start = start.in(zone)
	}
	t.start, t.zone = t.start.Midnight(), ""
	switch {
	case end != nil:
		t.end = ceilDay(end.in(zone))
	default:
		t.end = t.start.Add(lasts)
	}
	return t
}

// ceilDay is the midnight that ends a day, or l where it is one already.
func ceilDay(l recur.Local) recur.Local {
	if m := l.Midnight(); m != l {
		return m.Add(24 * time.Hour)
	}
	return l
}

// hours resolves an event with times of day.
func (u Update) hours(t when, was *when, start, end *moment, home *time.Location, c *check.Check) when {
	timed := was != nil && !was.allDay
	switch {
	case start == nil && !timed:
		c.Add("start", "required", "must be given with a time of day when the event is not all-day any more")
	case start != nil && start.date:
		c.Add("start", "format", "must have a time of day, since all_day is false")
	}
	if end != nil && end.date {
		c.Add("end", "format", "must have a time of day, like start")
	}
	if c.Err() != nil {
		return t
	}
	instant := start != nil && start.instant || end != nil && end.instant
	switch {
	case u.TimeZone.Set:
		t.zone = u.TimeZone.Value // null is ""
	case timed && (was.zone != "" || start == nil):
	case start != nil && start.instant:
		t.zone = home.String()
	default:
		t.zone = ""
	}
	if t.zone == "" && instant {
		c.Add("time_zone", "required", "must name a zone for a time with an offset; send local times for a floating event")
		return t
	}
	zone := t.location(time.UTC)
	lasts := time.Hour
	if timed && !u.End.Null {
		lasts = was.duration()
	}
	if start != nil {
		t.start = start.in(zone)
	}
	switch {
	case end != nil:
		t.end = end.in(zone)
	case start != nil || u.End.Null:
		t.end = recur.LocalOf(t.start.In(zone).Add(lasts), zone)
	}
	return t
}

// check notes times that contradict each other or lie too far out.
func (t when) check(c *check.Check) {
	from, to := t.start.In(t.location(time.UTC)), t.end.In(t.location(time.UTC))
	c.Instant("start", from)
	c.Instant("end", to)
	switch {
	case t.allDay && !from.Before(to):
		c.Add("end", "order", "must be a later date than start: it is exclusive")
	case to.Before(from):
		c.Add("end", "order", "must not lie before start")
	case to.Sub(from) > maxDuration:
		c.Add("end", "range", "must lie within ten years of start")
	}
}

// dates reads a list of recurrence ids and writes them in order, each once.
func (t when) dates(field string, list []string, c *check.Check) []string {
	c.Count(field, len(list), maxDates)
	if len(list) > maxDates {
		return list
	}
	out := make([]string, 0, len(list))
	for i, s := range list {
		l, err := recur.ParseLocal(s)
		switch {
		case err != nil && t.allDay:
			c.Add(fmt.Sprintf("%s[%d]", field, i), "format", "must be a date like 2025-01-31")
		case err != nil || !t.allDay && !strings.Contains(s, "T"):
			c.Add(fmt.Sprintf("%s[%d]", field, i), "format", "must be a local time like 2025-01-31T19:00:00")
		default:
			c.Instant(fmt.Sprintf("%s[%d]", field, i), l.In(time.UTC))
			out = append(out, t.id(l))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
