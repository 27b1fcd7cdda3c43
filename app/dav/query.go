package dav

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/resource"
	"umbra/app/vobject"
)

// query answers calendar-query and addressbook-query.
func (q *request) query(body *element) error {
	if q.at.col.Kind == resource.People {
		return q.queryPeople(body)
	}
	top, err := q.calendarFilter(body)
	if err != nil {
		return err
	}
	w := want(body)
	c := q.at.col
	var inner compFilter
	switch {
	case len(top.comps) == 0:
	case len(top.comps) == 1:
		inner = top.comps[0]
	default:
		return broken("<C:supported-filter/>", "A filter names one kind of component.")
	}
	if inner.name != "" && inner.name != component(c) && !inner.not || inner.not && inner.name == component(c) {
		return q.multistatus(func(*stream) error { return nil })
	}
	if inner.not {
		inner = compFilter{}
	}
	find := func(do func([]resource.Item) error) error { return q.Resources.Each(q.ctx, q.caller().UserID, c, do) }
	if c.Kind == resource.Calendar && inner.time != nil {
		ids, err := q.Events.Touching(q.ctx, q.caller(), c.ID, inner.time.from, inner.time.to)
		if err != nil {
			return err
		}
		find = func(do func([]resource.Item) error) error {
			read, size := q.Resources.ByIDs, len(ids)
			if w.data != nil {
				read, size = q.Resources.WithObjects, pieces
			}
			for part := range slices.Chunk(ids, max(size, 1)) {
				items, err := read(q.ctx, q.caller().UserID, c, c.Member(), part)
				if err != nil {
					return err
				}
				if err := do(items); err != nil {
					return err
				}
			}
			return nil
		}
		inner.time = nil
	}
	return q.multistatus(func(s *stream) error {
		return find(func(items []resource.Item) error {
			if inner.time == nil && len(inner.props) == 0 && len(inner.comps) == 0 && len(top.props) == 0 {
				return q.items(s, items, w)
			}
			hits, err := q.hits(items, func(d *ical.Document) bool { return q.calendarMatch(d, top, inner) })
			if err != nil || len(hits) == 0 {
				return err
			}
			return q.items(s, hits, w)
		})
	})
}

func (q *request) calendarFilter(body *element) (compFilter, error) {
	f := body.kid(nsCal, "filter")
	if f == nil {
		return compFilter{}, nil // calcurse and others leave it out
	}
	k := f.kid(nsCal, "comp-filter")
	if k == nil || !strings.EqualFold(k.attr("name"), "VCALENDAR") {
		return compFilter{}, broken("<C:valid-filter/>", "The filter must begin with the component VCALENDAR.")
	}
	return readComp(k)
}

// hits keeps the items whose objects match.
func (q *request) hits(items []resource.Item, match func(*ical.Document) bool) (out []resource.Item, err error) {
	for len(items) > 0 {
		part := items[:min(pieces, len(items))]
		items = items[len(part):]
		data, err := q.load(q.at.col, part)
		if err != nil {
			return nil, err
		}
		for n := range part {
			if data[n] == nil {
				continue
			}
			if d, err := ical.Parse(data[n]); err == nil && match(d) {
				out = append(out, part[n])
			}
		}
	}
	return out, nil
}

// calendarMatch matches one object; inner is what is left to look at of its
// components.
func (q *request) calendarMatch(d *ical.Document, top, inner compFilter) bool {
	all := d.Components("VCALENDAR")
	if len(all) == 0 {
		return false
	}
	m := &matcher{r: vobject.NewReader(d, q.guest.Location())}
	m.during = func(c *ical.Component, p period) bool {
		if c.Name == "VTODO" {
			return m.todoDuring(c, p, q.guest.Location())
		}
		return m.seriesDuring(c, p, q.guest.Location())
	}
	m.alarms = func(c, a *ical.Component, p period) bool { return m.rings(c, a, p, q.guest.Location()) }
	for _, p := range top.props {
		if !m.prop(all[0], p) {
			return false
		}
	}
	if inner.name == "" {
		return true
	}
	return m.comp(all[0], inner)
}

func (m *matcher) seriesDuring(c *ical.Component, p period, home *time.Location) bool {
	s, lasts, ok := m.r.Series(c)
	if !ok {
		return false
	}
	found, _ := s.Between(p.from, p.to, lasts, home, 1)
	return len(found) > 0
}

// todoDuring is the table of RFC 4791, 9.9, for to-dos.
func (m *matcher) todoDuring(c *ical.Component, p period, home *time.Location) bool {
	if c.Value("RRULE") != "" {
		return m.seriesDuring(c, p, home)
	}
	at := func(name string) *time.Time {
		l := c.Line(name)
		if l == nil {
			return nil
		}
		t, err := l.Time()
		if err != nil {
			return nil
		}
		i := m.r.Instant(t)
		return &i
	}
	start, due, done, made := at("DTSTART"), at("DUE"), at("COMPLETED"), at("CREATED")
	if start != nil && due == nil {
		if s, lasts, ok := m.r.Series(c); ok && lasts > 0 {
			end := s.Start.In(start.Location()).Add(lasts)
			end = start.Add(end.Sub(s.Start.In(start.Location())))
			return !p.from.After(end) && (p.to.After(*start) || !p.to.Before(end))
		}
	}
	switch {
	case start != nil && due != nil:
		return (p.from.Before(*due) || !p.from.After(*start)) && (p.to.After(*start) || !p.to.Before(*due))
	case start != nil:
		return !p.from.After(*start) && p.to.After(*start)
	case due != nil:
		return p.from.Before(*due) && !p.to.Before(*due)
	case done != nil && made != nil:
		return (!p.from.After(*made) || !p.from.After(*done)) && (!p.to.Before(*made) || !p.to.Before(*done))
	case done != nil:
		return !p.from.After(*done) && !p.to.Before(*done)
	case made != nil:
		return p.to.After(*made)
	}
	return true
}

// maxRings bounds how often an alarm that repeats is looked at.
const maxRings = 100

// rings says whether an alarm rings in a time, its repetitions counted.
func (m *matcher) rings(c, a *ical.Component, p period, home *time.Location) bool {
	at, after, ok := m.r.Alarm(c, a)
	if !ok {
		return false
	}
	gap, err := ical.ParseDuration(a.Value("DURATION"))
	times := 0
	if err == nil {
		for _, d := range strings.TrimSpace(a.Value("REPEAT")) {
			if d < '0' || d > '9' {
				times = 0
				break
			}
			times = min(times*10+int(d-'0'), maxRings)
		}
	}
	s, _, has := m.r.Series(c)
	for i := range times + 1 {
		shift := time.Duration(i) * (gap.Time + time.Duration(gap.Days)*24*time.Hour)
		if at != nil {
			if t := at.Add(shift); !t.Before(p.from) && t.Before(p.to) {
				return true
			}
			continue
		}
		if !has {
			return false
		}
		if found, _ := s.Between(p.from.Add(-after-shift), p.to.Add(-after-shift), 0, home, 1); len(found) > 0 {
			return true
		}
	}
	return false
}

// queryPeople answers addressbook-query (RFC 6352, 8.6).
func (q *request) queryPeople(body *element) error {
	w := want(body)
	f := body.kid(nsCard, "filter")
	anyOf := f.attr("test") != "allof"
	var props []propFilter
	for _, k := range f.all(nsCard, "prop-filter") {
		p, err := readProp(k, nsCard)
		if err != nil {
			return err
		}
		props = append(props, p)
	}
	left := limit(body, nsCard)
	m := &matcher{}
	return q.multistatus(func(s *stream) error {
		truncated := false
		err := q.Resources.Each(q.ctx, q.caller().UserID, q.at.col, func(items []resource.Item) (err error) {
			if len(props) > 0 {
				items, err = q.hits(items, func(d *ical.Document) bool {
					all := d.Components("VCARD")
					if len(all) == 0 {
						return false
					}
					for _, p := range props {
						if m.prop(all[0], p) == anyOf {
							return anyOf
						}
					}
					return !anyOf
				})
			}
			if err != nil || len(items) == 0 {
				return err
			}
			if len(items) > left {
				items, truncated = items[:left], true
			}
			left -= len(items)
			if len(items) == 0 {
				return nil
			}
			return q.items(s, items, w)
		})
		if truncated {
			s.status(q.self(), status507, "<D:number-of-matches-within-limits/>")
		}
		return err
	})
}

// freeBusy answers when the events of a calendar take time (RFC 4791, 7.10).
func (q *request) freeBusy(body *element) error {
	p, err := readPeriod(body.kid(nsCal, "time-range"), false)
	if err != nil {
		return err
	}
	if p.to.Sub(p.from) > 3*366*24*time.Hour {
		return broken("<C:valid-filter/>", "A time of at most three years is answered.")
	}
	c := q.at.col
	ids, err := q.Events.Touching(q.ctx, q.caller(), c.ID, p.from, p.to)
	if err != nil {
		return err
	}
	items, err := q.Resources.ByIDs(q.ctx, q.caller().UserID, c, c.Member(), ids)
	if err != nil {
		return err
	}
	var busy []taken
	for len(items) > 0 {
		part := items[:min(pieces, len(items))]
		items = items[len(part):]
		more, err := q.taken(part, p)
		if err != nil {
			return err
		}
		busy = append(busy, more...)
	}
	d := ical.New()
	cal := ical.NewComponent("VCALENDAR")
	cal.Set("VERSION", "2.0")
	cal.Set("PRODID", vobject.ProductID)
	fb := ical.NewComponent("VFREEBUSY")
	fb.Set("UID", "freebusy-"+q.user()+"@umbra")
	fb.Set("DTSTAMP", ical.UTC(q.Clock.Now()).Line("X").Value)
	fb.Set("DTSTART", ical.UTC(p.from).Line("X").Value)
	fb.Set("DTEND", ical.UTC(p.to).Line("X").Value)
	for _, t := range merge(busy) {
		fb.Insert(ical.NewLine("FREEBUSY", ical.UTC(t.from).Line("X").Value+"/"+ical.UTC(t.to).Line("X").Value, ical.P("FBTYPE", t.kind)))
	}
	cal.AddComponent(fb)
	d.Add(cal)
	q.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	q.w.WriteHeader(http.StatusOK)
	_, err = q.w.Write(d.Bytes())
	return err
}

// taken is a time that is not free.
type taken struct {
	period
	kind string
}

// maxOccurrences bounds how many occurrences of one event are written out.
const maxOccurrences = 3000

func (q *request) taken(items []resource.Item, p period) (out []taken, err error) {
	data, err := q.load(q.at.col, items)
	if err != nil {
		return nil, err
	}
	events, err := q.eventsOf(items)
	if err != nil {
		return nil, err
	}
	for n, i := range items {
		e, ok := events[i.ID]
		d, err := ical.Parse(data[n])
		if !ok || err != nil || len(d.Components("VCALENDAR")) == 0 {
			continue
		}
		series, changed := vobject.NewReader(d, q.guest.Location()).Parts(d.Components("VCALENDAR")[0].Components("VEVENT"))
		for _, o := range e.Occurring(p.from, p.to, q.guest.Location(), maxOccurrences) {
			part := series
			if o.Occurrence != nil && changed[*o.Occurrence] != nil {
				part = changed[*o.Occurrence]
			}
			if o.Status == "cancelled" || part != nil && strings.EqualFold(strings.TrimSpace(part.Value("TRANSP")), "TRANSPARENT") {
				continue
			}
			t := taken{period{o.StartsAt, o.EndsAt}, "BUSY"}
			if o.Status == "tentative" {
				t.kind = "BUSY-TENTATIVE"
			}
			if t.from.Before(p.from) {
				t.from = p.from
			}
			if t.to.After(p.to) {
				t.to = p.to
			}
			if t.from.Before(t.to) {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

func (q *request) eventsOf(items []resource.Item) (map[int64]event.Event, error) {
	ids := make([]int64, len(items))
	for n := range items {
		ids[n] = items[n].ID
	}
	return byID(q.ctx, q.caller(), q.Events.FindAll, ids, func(e event.Event) int64 { return e.ID })
}
