package vobject

import (
	"time"

	"umbra/app/ical"
	"umbra/app/recur"
)

// Series is when a component takes place: how it repeats, and how long it lasts.
// ok is false where it has no time.
func (r *Reader) Series(c *ical.Component) (s recur.Series, lasts time.Duration, ok bool) {
	at, ok := r.place(c)
	if !ok {
		return s, 0, false
	}
	s = recur.Series{Start: at.start, AllDay: at.allDay}
	if !at.allDay {
		s.Zone = at.zone
	}
	zone := at.zone
	if zone == nil {
		zone = time.UTC
	}
	if c.Line("RECURRENCE-ID") == nil {
		if x, err := recur.Parse(rule(c)); err == nil {
			s.Rule = &x
		}
		for name, into := range map[string]*[]recur.Local{"RDATE": &s.RDates, "EXDATE": &s.ExDates} {
			for _, d := range r.dates(c, name, at) {
				*into = append(*into, local(d))
			}
		}
	}
	return s, at.end.In(zone).Sub(at.start.In(zone)), true
}

// place is where an event or to-do lies: a to-do from its start to when it is due.
func (r *Reader) place(c *ical.Component) (span, bool) {
	if c.Name != "VTODO" {
		s, err := r.span(c)
		return s, err == nil
	}
	begin, due := timeOf(c, "DTSTART"), r.due(c)
	if begin == nil {
		begin = due
	}
	if begin == nil {
		return span{}, false
	}
	s := span{allDay: begin.Date(), zone: r.zone(*begin)}
	s.start = r.in(*begin, s.zone)
	s.end = s.start
	if due != nil {
		if end := r.in(*due, s.zone); s.start.Before(end) {
			s.end = end
		}
	}
	return s, true
}

// Alarm is when an alarm rings: at a moment, or so long after the start of each
// occurrence. ok is false where it says neither.
func (r *Reader) Alarm(c, alarm *ical.Component) (at *time.Time, after time.Duration, ok bool) {
	trigger := alarm.Line("TRIGGER")
	if trigger == nil {
		return nil, 0, false
	}
	if t, err := trigger.Time(); err == nil {
		moment := r.Instant(t)
		return &moment, 0, true
	}
	d, err := ical.ParseDuration(trigger.Value)
	if err != nil {
		return nil, 0, false
	}
	after = time.Duration(d.Days)*24*time.Hour + d.Time
	if trigger.Param("RELATED") == "END" {
		if _, lasts, there := r.Series(c); there {
			after += lasts
		}
	}
	return nil, after, true
}

// Parts tells the series of an object from its changed occurrences, which are by
// their recurrence ids.
func (r *Reader) Parts(parts []*ical.Component) (series *ical.Component, changed map[string]*ical.Component) {
	changed = map[string]*ical.Component{}
	for _, p := range parts {
		if p.Line("RECURRENCE-ID") == nil {
			series = p
		}
	}
	first := series
	if first == nil && len(parts) > 0 {
		first = parts[0]
	}
	if first == nil {
		return nil, changed
	}
	at, _ := r.place(first)
	for _, p := range parts {
		if id := p.Line("RECURRENCE-ID"); id != nil {
			if t, err := id.Time(); err == nil {
				changed[r.id(t, at)] = p
			}
		}
	}
	return series, changed
}
