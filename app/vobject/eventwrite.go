package vobject

import (
	"slices"
	"strings"
	"time"

	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/recur"
)

// EventMarks are the marks of an event as it is.
func EventMarks(e *event.Event) Marks {
	r := &Reader{Home: time.UTC}
	m := MarksOf(masterFields(r, e))
	for _, x := range e.Changed() {
		for name, mark := range MarksOf(occurrenceFields(r, e, x)) {
			m[x.Occurrence+"/"+name] = mark
		}
	}
	return m
}

// WriteEvent writes an event into the document that its object is, touching what
// the marks say was otherwise; into a new one with nil marks.
func WriteEvent(d *ical.Document, e *event.Event, marks Marks, home *time.Location) {
	cal := calendarOf(d)
	r := NewReader(d, home)
	var master *ical.Component
	w := writing{e.AllDay, zoneOf(e)}
	start, end := e.Span()
	had := names(cal, w.zone)
	parts := cal.Components("VEVENT")
	list := e.Changed()
	for _, p := range parts {
		if p.Line("RECURRENCE-ID") == nil {
			master = p
		}
	}
	was := span{start, end, e.AllDay, w.zone}
	switch {
	case master != nil:
		if s, err := r.span(master); err == nil {
			was = s
		}
	case len(parts) == 1 && len(list) == 0:
		master, parts = parts[0], nil // one occurrence alone, kept as a single event
	case len(parts) == 0:
		master = ical.NewComponent("VEVENT")
		master.Set("UID", ical.Escape(e.UID))
		master.Set("DTSTAMP", ical.UTC(e.UpdatedAt).Line("DTSTAMP").Value)
		master.Set("CREATED", ical.UTC(e.CreatedAt).Line("CREATED").Value)
		cal.AddComponent(master)
	}
	changed := map[string]*ical.Component{} // by the ids that the series had
	for _, p := range parts {
		if id := p.Line("RECURRENCE-ID"); id != nil {
			if t, err := id.Time(); err == nil {
				changed[r.id(t, was)] = p
			}
		}
	}
	if master != nil && patch(master, marks, masterFields(r, e)) {
		stamp(master, e.UpdatedAt)
	}
	by := start.Sub(was.start) // ids move as far as the series does
	moved := by != 0 || was.allDay != e.AllDay || !sameZone(was.zone, w.zone)
	for _, x := range list {
		id := was.text(local(x.Occurrence).Add(-by))
		p, there := changed[id]
		delete(changed, id)
		own := marks.of(id)
		switch {
		case !there && master == nil:
			continue
		case !there:
			p, own = newOccurrence(master, w, x), nil
			cal.AddComponent(p)
		case moved:
			setTime(p, w.time(local(x.Occurrence)).Line("RECURRENCE-ID"))
			if own != nil {
				own["times"] = "moved"
			}
		}
		if patch(p, own, occurrenceFields(r, e, x)) {
			stamp(p, e.UpdatedAt)
		}
	}
	for id, p := range changed {
		if _, known := marks[id+"/title"]; known || marks == nil { // one that was never read stays
			cal.RemoveComponent(p)
		}
	}
	addZone(cal, w.zone, start, had)
}

// of are the marks of one occurrence.
func (m Marks) of(id string) Marks {
	if m == nil {
		return nil
	}
	out := Marks{}
	for name, mark := range m {
		if rest, ok := strings.CutPrefix(name, id+"/"); ok {
			out[rest] = mark
		}
	}
	return out
}

// calendarOf is the VCALENDAR of a document; a new one where there is none.
func calendarOf(d *ical.Document) *ical.Component {
	if all := d.Components("VCALENDAR"); len(all) > 0 {
		return all[0]
	}
	cal := ical.NewComponent("VCALENDAR")
	cal.Set("VERSION", "2.0")
	cal.Set("PRODID", ProductID)
	d.Add(cal)
	return cal
}

// stamp says when a component was changed.
func stamp(c *ical.Component, at time.Time) {
	value := ical.UTC(at).Line("DTSTAMP").Value
	c.Set("DTSTAMP", value)
	c.Set("LAST-MODIFIED", value)
}

// setTime sets a property of one time, and leaves it where it says the same.
func setTime(c *ical.Component, l *ical.Line) { c.SetAll(l.Name, []*ical.Line{l}) }

// names says whether a calendar has times in a zone.
func names(cal *ical.Component, zone *time.Location) bool {
	if zone == nil {
		return false
	}
	for _, p := range cal.Components() {
		for _, l := range p.All() {
			if l.Param("TZID") == zone.String() {
				return true
			}
		}
	}
	return false
}

// addZone puts in the definition of a zone that something is in; where that was
// so before, the writer left it out on purpose or has it.
func addZone(cal *ical.Component, zone *time.Location, start recur.Local, before bool) {
	if before || zone == nil || zone == time.UTC || zone.String() == "UTC" || !names(cal, zone) {
		return
	}
	for _, p := range cal.Components("VTIMEZONE") {
		if strings.TrimSpace(p.Value("TZID")) == zone.String() {
			return
		}
	}
	cal.AddBefore(ical.TimeZone(zone.String(), zone, year(start)), "VEVENT", "VTODO", "VJOURNAL")
}

func sameZone(a, b *time.Location) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.String() == b.String()
}

func timesField(w writing, start, end recur.Local) Field {
	zone := ""
	if w.zone != nil {
		zone = w.zone.String()
	}
	return Field{"times", start.String() + " " + end.String() + " " + zone, func(c *ical.Component) {
		setTime(c, w.time(start).Line("DTSTART"))
		if c.Line("DTEND") == nil && c.Line("DURATION") == nil && start == end {
			return
		}
		c.Remove("DURATION")
		setTime(c, w.time(end).Line("DTEND"))
	}}
}

func masterFields(r *Reader, e *event.Event) []Field {
	w := writing{e.AllDay, zoneOf(e)}
	start, end := e.Span()
	at := span{start, end, e.AllDay, w.zone}
	times := timesField(w, start, end)
	fields := append([]Field{times}, textFields(r, event.Changed{Title: e.Title, Description: e.Description, Location: e.Location,
		Status: e.Status, URL: e.URL, Reminders: e.Reminders})...)
	ruled := Field{"rule", e.RecurrenceRule, func(c *ical.Component) { setOrRemove(c, "RRULE", e.RecurrenceRule) }}
	return append(fields, ruled, datesField(r, "rdates", "RDATE", e.RDates, at, w, times.text), datesField(r, "exceptions", "EXDATE", e.Exceptions, at, w, times.text))
}

func setOrRemove(c *ical.Component, name, value string) {
	if value == "" {
		c.Remove(name)
		return
	}
	c.Set(name, value)
}

// datesField writes a list of recurrence ids. Lines that name none but these
// stay; what is missing gets lines of its own.
func datesField(r *Reader, name, property string, dates []string, at span, w writing, times string) Field {
	return Field{name, times + " " + strings.Join(dates, " "), func(c *ical.Component) {
		left := slices.Clone(dates)
		for _, l := range c.Lines(property) {
			all, _ := l.Times()
			fits := len(all) > 0
			for _, t := range all {
				fits = fits && slices.Contains(dates, r.id(t, at)) && t.Date() == w.allDay
			}
			if !fits {
				c.RemoveLine(l)
				continue
			}
			left = slices.DeleteFunc(left, func(s string) bool {
				return slices.ContainsFunc(all, func(t ical.Time) bool { return r.id(t, at) == s })
			})
		}
		for _, s := range left {
			c.Insert(w.time(local(s)).Line(property))
		}
	}}
}

func local(s string) recur.Local {
	l, _ := recur.ParseLocal(s) // the service has checked it
	return l
}

func textFields(r *Reader, x event.Changed) []Field {
	return []Field{
		{"title", x.Title, func(c *ical.Component) { c.SetText("SUMMARY", x.Title) }},
		text("description", "DESCRIPTION", x.Description),
		text("location", "LOCATION", x.Location),
		{"status", x.Status, func(c *ical.Component) {
			if x.Status != "confirmed" || c.Line("STATUS") != nil {
				c.Set("STATUS", strings.ToUpper(x.Status))
			}
		}},
		{"url", x.URL, func(c *ical.Component) { setOrRemove(c, "URL", x.URL) }},
		alarmField(r, x.Reminders, "", func(*ical.Component) time.Duration { return 0 }, r.lasts),
	}
}

// occurrenceFields are those of a changed occurrence.
func occurrenceFields(r *Reader, e *event.Event, x event.Changed) []Field {
	w := writing{e.AllDay, zoneOf(e)}
	return append([]Field{timesField(w, local(x.Start), local(x.End))}, textFields(r, x)...)
}

// newOccurrence is a copy of the series for one occurrence, as RFC 5545 wants
// one: with all its properties, but not how it repeats.
func newOccurrence(master *ical.Component, w writing, x event.Changed) *ical.Component {
	p := master.Clone()
	p.Remove("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
	p.Insert(w.time(local(x.Occurrence)).Line("RECURRENCE-ID"))
	return p
}
