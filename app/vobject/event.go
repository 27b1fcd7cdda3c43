package vobject

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/opt"
	"umbra/app/recur"
)

// Bounds of an event; see package event.
const (
	maxDates    = 1000
	maxDuration = 10 * 365 * 24 * time.Hour
)

// EventForm is what an object says of an event.
type EventForm struct {
	UID     string
	Update  event.Update
	Changed []event.Changed
}

// span is where a component lies: on the clock of a zone, nil where it floats.
type span struct {
	start, end recur.Local
	allDay     bool
	zone       *time.Location
}

// Event reads the components of one event, its changed occurrences among them.
// Where the series itself is missing, which is so for one who was invited to
// single occurrences, those make it up.
func (r *Reader) Event(parts []*ical.Component) (f EventForm, err error) {
	var master *ical.Component
	var changed []*ical.Component
	for _, p := range parts {
		switch {
		case p.Line("RECURRENCE-ID") != nil:
			changed = append(changed, p)
		case master == nil:
			master = p
		default:
			return f, refuse("It holds two events with the same UID and no RECURRENCE-ID.")
		}
	}
	whole := master != nil
	if !whole {
		if len(changed) == 0 {
			return f, refuse("It holds no event.")
		}
		master = changed[0]
	}
	f.UID = strings.TrimSpace(master.Text("UID"))
	at, err := r.span(master)
	if err != nil {
		return f, err
	}
	u := &f.Update
	r.eventTexts(master, u)
	switch {
	case whole:
		r.recurrence(master, at, u)
	case len(changed) == 1: // one occurrence alone is a single event
		changed = nil
		r.recurrence(ical.NewComponent("VEVENT"), at, u)
	default:
		at = r.detached(changed, at, u)
	}
	at.times(u)
	if len(changed) > maxDates {
		return f, refuse(fmt.Sprintf("It has more than %d changed occurrences.", maxDates))
	}
	seen := map[string]bool{}
	for _, c := range changed {
		x, ok := r.changed(c, at)
		if ok && !seen[x.Occurrence] {
			seen[x.Occurrence] = true
			f.Changed = append(f.Changed, x)
		}
	}
	if len(f.Changed) > 0 && u.RecurrenceRule.Value == "" && len(u.RDates.Value) == 0 && len(f.Changed) == 1 && f.Changed[0].Occurrence == at.text(at.start) {
		u.RDates = opt.Some([]string{at.text(at.start)}) // a changed occurrence makes it a series
	}
	return f, nil
}

// detached makes a series of single occurrences, at the times of their ids.
func (r *Reader) detached(changed []*ical.Component, first span, u *event.Update) span {
	at := first
	if id, err := changed[0].Line("RECURRENCE-ID").Time(); err == nil {
		lasts := first.end.Sub(first.start)
		at.start = r.in(id, at.zone)
		at.end = at.start.Add(lasts)
	}
	dates := []string{}
	for _, c := range changed {
		if id, err := c.Line("RECURRENCE-ID").Time(); err == nil {
			dates = append(dates, at.text(r.in(id, at.zone)))
		}
	}
	u.RecurrenceRule, u.RDates, u.Exceptions = opt.Some(""), opt.Some(dates), opt.Some([]string{})
	return at
}

// span reads when a component begins and ends.
func (r *Reader) span(c *ical.Component) (s span, err error) {
	begin := c.Line("DTSTART")
	if begin == nil {
		return s, refuse("An event has no DTSTART.")
	}
	t, err := begin.Time()
	if err != nil {
		return s, refuse("The DTSTART of an event is no date or time.")
	}
	s.zone, s.allDay = r.zone(t), t.Date()
	s.start = r.in(t, s.zone)
	zone := s.zone
	if zone == nil {
		zone = time.UTC
	}
	s.end = s.start
	if s.allDay {
		s.end = s.start.Add(24 * time.Hour)
	}
	if l := c.Line("DTEND"); l != nil {
		if e, err := l.Time(); err == nil {
			s.end = r.in(e, s.zone)
		}
	} else if d, err := ical.ParseDuration(c.Value("DURATION")); err == nil {
		s.end = d.After(s.start, zone)
	}
	lasts := s.end.In(zone).Sub(s.start.In(zone))
	switch {
	case s.allDay:
		s.end = s.end.Midnight()
		if lasts < 24*time.Hour {
			s.end = s.start.Add(24 * time.Hour)
		}
	case lasts < 0:
		s.end = s.start
	}
	if lasts > maxDuration {
		s.end = s.start.Add(maxDuration)
	}
	if at := s.start.In(zone); at.Before(check.Earliest) || at.After(check.Latest.Add(-maxDuration)) {
		return s, refuse("The DTSTART of an event lies outside the years 1 to 9989.")
	}
	return s, nil
}

// text writes a recurrence id.
func (s span) text(l recur.Local) string {
	if s.allDay {
		return l.DateString()
	}
	return plain(l)
}

// plain is a local time without telling apart the two passes of an hour.
func plain(l recur.Local) string { return strings.TrimSuffix(l.String(), "B") }

// times gives an update the times of a span.
func (s span) times(u *event.Update) {
	u.Start, u.End, u.AllDay = opt.Some(s.text(s.start)), opt.Some(s.text(s.end)), opt.Some(s.allDay)
	u.TimeZone = opt.Null[string]()
	if s.zone != nil && !s.allDay {
		u.TimeZone = opt.Some(s.zone.String())
		if s.start.Again() {
			u.Start = opt.Some(s.start.In(s.zone).Format(time.RFC3339))
		}
		if s.end.Again() {
			u.End = opt.Some(s.end.In(s.zone).Format(time.RFC3339))
		}
	}
}

func (r *Reader) eventTexts(c *ical.Component, u *event.Update) {
	x := r.texts(c)
	u.Title, u.Description, u.Location = opt.Some(x.Title), opt.Some(x.Description), opt.Some(x.Location)
	u.Status, u.URL, u.Reminders = opt.Some(x.Status), opt.Some(x.URL), opt.Some(x.Reminders)
}

// texts reads what an occurrence has but its times.
func (r *Reader) texts(c *ical.Component) (x event.Changed) {
	x.Title = title(c)
	x.Description = short(c.Text("DESCRIPTION"), check.MaxText)
	x.Location = line(c.Text("LOCATION"), check.MaxTitle)
	x.Status = "confirmed"
	if s := strings.ToLower(strings.TrimSpace(c.Value("STATUS"))); s == "tentative" || s == "cancelled" {
		x.Status = s
	}
	x.URL = webAddress(c)
	x.Reminders = r.eventAlarms(c)
	return x
}

func title(c *ical.Component) string {
	if s := line(c.Text("SUMMARY"), check.MaxTitle); s != "" {
		return s
	}
	return Untitled
}

func webAddress(c *ical.Component) string {
	s := strings.TrimSpace(c.Value("URL"))
	var k check.Check
	if k.URL("url", s); k.Err() != nil {
		return "" // another scheme stays in the object alone
	}
	return s
}

func (r *Reader) eventAlarms(c *ical.Component) []string { return r.alarms(c, 0, r.lasts(c)) }

// lasts is how long a component takes.
func (r *Reader) lasts(c *ical.Component) time.Duration {
	s, err := r.span(c)
	if err != nil {
		return 0
	}
	return s.end.Sub(s.start)
}

// recurrence reads how it repeats.
func (r *Reader) recurrence(c *ical.Component, at span, u *event.Update) {
	u.RecurrenceRule = opt.Some(rule(c))
	u.RDates = opt.Some(r.dates(c, "RDATE", at))
	u.Exceptions = opt.Some([]string{})
	if u.RecurrenceRule.Value != "" || len(u.RDates.Value) > 0 {
		u.Exceptions = opt.Some(r.dates(c, "EXDATE", at))
	}
}

func rule(c *ical.Component) string {
	for _, l := range c.Lines("RRULE") {
		if x, err := recur.Parse(strings.TrimSpace(l.Value)); err == nil {
			return x.String()
		}
	}
	return ""
}

// dates reads the recurrence ids of a list property.
func (r *Reader) dates(c *ical.Component, name string, at span) []string {
	out := []string{}
	for _, l := range c.Lines(name) {
		times, _ := l.Times() // none is no error here
		for _, t := range times {
			if len(out) < maxDates {
				out = append(out, r.id(t, at))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// id is a recurrence id on the clock of a series. A date names the occurrence of
// that day where the series has times.
func (r *Reader) id(t ical.Time, at span) string {
	l := r.in(t, at.zone)
	if t.Date() && !at.allDay {
		h, m, s := at.start.Clock()
		l = l.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second)
	}
	return at.text(l)
}

// changed reads a changed occurrence; ok is false where its id cannot be read.
func (r *Reader) changed(c *ical.Component, at span) (x event.Changed, ok bool) {
	t, err := c.Line("RECURRENCE-ID").Time()
	if err != nil {
		return x, false
	}
	x = r.texts(c)
	x.Occurrence = r.id(t, at)
	id, _ := recur.ParseLocal(x.Occurrence)
	x.Start, x.End = x.Occurrence, at.text(id.Add(at.end.Sub(at.start)))
	s, err := r.span(c)
	if err != nil {
		return x, true
	}
	move := func(l recur.Local) recur.Local {
		switch {
		case s.zone == nil && at.zone == nil, s.allDay, at.allDay:
			return l
		case s.zone == nil:
			return l
		case at.zone == nil:
			return recur.LocalOf(l.In(s.zone), r.Home)
		case s.zone.String() == at.zone.String():
			return l
		}
		return recur.LocalOf(l.In(s.zone), at.zone)
	}
	x.Start, x.End = at.text(move(s.start)), at.text(move(s.end))
	return x, true
}

// zoneOf is the zone of an event, nil where it floats.
func zoneOf(e *event.Event) *time.Location {
	if e.TimeZone == nil {
		return nil
	}
	z, err := clock.Zone(*e.TimeZone)
	if err != nil {
		return time.UTC
	}
	return z
}

// writing is the form of an event's times.
type writing struct {
	allDay bool
	zone   *time.Location
}

func (w writing) time(l recur.Local) ical.Time {
	switch {
	case w.allDay:
		return ical.Time{At: l, Form: recur.DateForm}
	case w.zone == nil:
		return ical.Time{At: l, Form: recur.FloatingForm}
	case w.zone == time.UTC || w.zone.String() == "UTC":
		return ical.Time{At: l, Form: recur.UTCForm}
	}
	return ical.Time{At: l, Form: recur.FloatingForm, TZID: w.zone.String()}
}
