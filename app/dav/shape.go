package dav

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/recur"
	"umbra/app/resource"
	"umbra/app/vobject"
)

// merge joins times of one kind that touch each other.
func merge(all []taken) (out []taken) {
	slices.SortFunc(all, func(a, b taken) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), a.from.Compare(b.from), a.to.Compare(b.to))
	})
	for _, t := range all {
		if n := len(out); n > 0 && out[n-1].kind == t.kind && !t.from.After(out[n-1].to) {
			if t.to.After(out[n-1].to) {
				out[n-1].to = t.to
			}
			continue
		}
		out = append(out, t)
	}
	return out
}

// shape gives objects the form that a calendar-data or address-data element asks
// for: as they are, with occurrences written out (RFC 4791, 9.6.5) or limited
// (9.6.6), or parts of them alone.
func (q *request) shape(items []resource.Item, data [][]byte, spec *element) ([][]byte, error) {
	expand, limited := spec.kid(nsCal, "expand"), spec.kid(nsCal, "limit-recurrence-set")
	comp := spec.kid(nsCal, "comp")
	props := spec.all(nsCard, "prop")
	if expand == nil && limited == nil && comp == nil && len(props) == 0 {
		return data, nil
	}
	var during *period
	for _, e := range []*element{expand, limited} {
		if e != nil {
			p, err := readPeriod(e, false)
			if err != nil {
				return nil, err
			}
			during = &p
		}
	}
	events := map[int64]event.Event{}
	if during != nil && q.at.col.Kind == resource.Calendar {
		var err error
		if events, err = q.eventsOf(items); err != nil {
			return nil, err
		}
	}
	out := make([][]byte, len(data))
	for n := range data {
		if data[n] == nil {
			continue
		}
		d, err := ical.Parse(data[n])
		if err != nil {
			return nil, err
		}
		e, isEvent := events[items[n].ID]
		switch {
		case isEvent && expand != nil:
			d = q.expanded1(d, e, *during)
		case isEvent && limited != nil:
			q.limit(d, e, *during)
		}
		if comp != nil {
			for _, cal := range d.Components("VCALENDAR") {
				partial(cal, comp)
			}
		}
		if len(props) > 0 {
			partialCard(d, props)
		}
		out[n] = d.Bytes()
	}
	return out, nil
}

// expanded1 writes the occurrences of an event out, in UTC.
func (q *request) expanded1(d *ical.Document, e event.Event, p period) *ical.Document {
	out := ical.New()
	cal := ical.NewComponent("VCALENDAR")
	cal.Set("VERSION", "2.0")
	cal.Set("PRODID", vobject.ProductID)
	out.Add(cal)
	home := q.guest.Location()
	if len(d.Components("VCALENDAR")) == 0 {
		return out
	}
	series, changed := vobject.NewReader(d, home).Parts(d.Components("VCALENDAR")[0].Components("VEVENT"))
	zone := home
	if e.TimeZone != nil {
		zone = e.StartZone()
	}
	for _, o := range e.Occurring(p.from, p.to, home, maxOccurrences) {
		part := series
		if o.Occurrence != nil && changed[*o.Occurrence] != nil {
			part = changed[*o.Occurrence]
		}
		if part == nil { // one occurrence alone
			for _, c := range changed {
				part = c
			}
		}
		if part == nil {
			continue
		}
		c := part.Clone()
		c.Remove("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "DURATION")
		set := func(name string, at time.Time, l recur.Local) {
			t := ical.UTC(at)
			if o.AllDay {
				t = ical.Time{At: l, Form: recur.DateForm}
			}
			c.SetAll(name, []*ical.Line{t.Line(name)})
		}
		start, end := o.Span()
		if o.Occurrence != nil {
			id, _ := recur.ParseLocal(*o.Occurrence)
			set("RECURRENCE-ID", id.In(zone), id)
		}
		set("DTSTART", o.StartsAt, start)
		if o.StartsAt.Before(o.EndsAt) {
			set("DTEND", o.EndsAt, end)
		}
		cal.AddComponent(c)
	}
	return out
}

// limit leaves out changed occurrences that neither lie in a time nor did before
// they were changed.
func (q *request) limit(d *ical.Document, e event.Event, p period) {
	home := q.guest.Location()
	cal := d.Components("VCALENDAR")[0]
	_, changed := vobject.NewReader(d, home).Parts(cal.Components("VEVENT"))
	keep := map[string]bool{}
	for _, o := range e.Occurring(p.from, p.to, home, maxOccurrences) {
		if o.Occurrence != nil {
			keep[*o.Occurrence] = true
		}
	}
	zone := home
	if e.TimeZone != nil {
		zone = e.StartZone()
	}
	for id, c := range changed {
		l, err := recur.ParseLocal(id)
		if at := l.In(zone); err == nil && !keep[id] && (at.Before(p.from) || !at.Before(p.to)) {
			cal.RemoveComponent(c)
		}
	}
}

// partial keeps the properties and components that are named.
func partial(c *ical.Component, spec *element) {
	if spec.kid(nsCal, "allprop") == nil {
		if names := spec.all(nsCal, "prop"); len(names) > 0 || spec.kid(nsCal, "allcomp") == nil {
			for _, l := range c.All() {
				if !slices.ContainsFunc(names, func(e *element) bool { return strings.EqualFold(e.attr("name"), l.Name) }) {
					c.RemoveLine(l)
				}
			}
		}
	}
	if spec.kid(nsCal, "allcomp") != nil {
		return
	}
	for _, k := range c.Components() {
		i := slices.IndexFunc(spec.all(nsCal, "comp"), func(e *element) bool { return strings.EqualFold(e.attr("name"), k.Name) })
		if i < 0 {
			c.RemoveComponent(k)
			continue
		}
		partial(k, spec.all(nsCal, "comp")[i])
	}
}

// partialCard keeps the properties that are named, and those a card must have.
func partialCard(d *ical.Document, props []*element) {
	for _, c := range d.Components("VCARD") {
		for _, l := range c.All() {
			if l.Name == "VERSION" || slices.ContainsFunc(props, func(e *element) bool { return strings.EqualFold(e.attr("name"), l.Name) }) {
				continue
			}
			c.RemoveLine(l)
		}
	}
}
