package event

import (
	"math"
	"slices"
	"time"

	"umbra/app/clock"
	"umbra/app/recur"
)

// repeats says whether it is a series.
func (e *Event) repeats() bool { return e.RecurrenceRule != "" || len(e.RDates) > 0 }

// series is the event as recurrences are expanded. Changed occurrences are left
// out of it unless overridden says otherwise.
func (e *Event) series(overridden bool) recur.Series {
	s := recur.Series{Start: e.when.start, AllDay: e.when.allDay, RDates: locals(e.RDates), ExDates: locals(e.Exceptions)}
	if !s.AllDay && e.when.zone != "" {
		s.Zone = e.when.location(nil)
	}
	if e.RecurrenceRule != "" {
		if rule, err := recur.Parse(e.RecurrenceRule); err == nil { // it was checked when it was written
			s.Rule = &rule
		}
	}
	if !overridden {
		for _, o := range e.overrides {
			s.ExDates = append(s.ExDates, o.ID)
		}
	}
	return s
}

func locals(list []string) []recur.Local {
	if len(list) == 0 {
		return nil
	}
	out := make([]recur.Local, 0, len(list))
	for _, s := range list {
		if l, err := recur.ParseLocal(s); err == nil {
			out = append(out, l)
		}
	}
	return out
}

// bounds say, for the index, when an event takes place at all: microseconds.
type bounds struct {
	start       int64 // where it sorts
	first, last int64
	long        bool
}

const (
	// endless is the end of a series that has none.
	endless = math.MaxInt64
	// anyZone covers the zones in which a floating event may be looked at.
	anyZone = 15 * time.Hour
	// shortSpan is how far a window looks back for what has begun before it.
	shortSpan = 32 * 24 * time.Hour
)

// measure works out the bounds; home is the zone of its owner.
func (e *Event) measure(home *time.Location) bounds {
	z := e.when.location(time.UTC)
	lasts := e.when.duration()
	b := bounds{start: clock.Micros(e.when.start.In(e.when.location(home)))}
	s := e.series(true)
	firstLocal, lastLocal, unending := s.Bounds()
	if unending && s.Rule.Endless() {
		// A rule that never comes again must not be looked at for ever.
		if _, again := s.After(e.when.start.In(z), time.UTC); !again {
			unending = false
			s.Rule = nil
			firstLocal, lastLocal, _ = s.Bounds()
		}
	}
	first, last := firstLocal.In(z), lastLocal.In(z).Add(lasts)
	if e.RecurrenceRule != "" && !unending {
		last = last.Add(2 * time.Hour) // clocks that are set back
	}
	for _, o := range e.overrides {
		t := o.when(e.when)
		if from := t.start.In(z); from.Before(first) {
			first = from
		}
		if to := t.end.In(z); to.After(last) {
			last = to
		}
	}
	if e.when.allDay || e.when.zone == "" {
		first, last = first.Add(-anyZone), last.Add(anyZone)
	}
	b.first, b.last = clock.Micros(first), clock.Micros(last)
	b.long = unending || last.Sub(first) > shortSpan
	if unending {
		b.last = endless
	}
	return b
}

// hit is an occurrence before it is written out.
type hit struct {
	event      *Event
	id         recur.Local
	change     *override
	start, end time.Time
}

// hits lists the occurrences that touch [from, to) and do not start before
// since, at most about limit of them, the earliest ones.
func (e *Event) hits(from, to, since time.Time, home *time.Location, limit int) []hit {
	lasts := e.when.duration()
	low := from.Add(-lasts)
	if e.when.allDay {
		low = low.Add(-2 * time.Hour) // days that are longer than 24 hours
	}
	if low.Before(since) {
		low = since
	}
	var found []hit
	add := func(h hit) {
		if h.start.Before(to) && !h.start.Before(since) && (h.end.After(from) || !h.start.Before(from)) {
			found = append(found, h)
		}
	}
	occurrences, _ := e.series(false).Between(low, to, 0, home, limit+4)
	for _, o := range occurrences {
		h := hit{event: e, id: o.ID, start: o.Start, end: o.Start.Add(lasts)}
		if e.when.allDay {
			h.end = o.ID.Add(lasts).In(home)
		}
		add(h)
	}
	for i := range e.overrides {
		o := &e.overrides[i]
		t := o.when(e.when)
		z := t.location(home)
		add(hit{event: e, id: o.ID, change: o, start: t.start.In(z), end: t.end.In(z)})
	}
	slices.SortFunc(found, compareHits)
	return found
}

// occurrence writes a hit out as the API shows it.
func (h hit) occurrence() Event {
	e := *h.event
	t := e.when.at(h.id)
	if h.change != nil {
		h.change.apply(&e)
		t = h.change.when(e.when)
	}
	if e.repeats() {
		id := e.when.id(h.id)
		e.Occurrence = &id
	}
	e.setWhen(t)
	e.StartsAt, e.EndsAt = h.start, h.end
	return e
}

// alive says whether anything of a series is left to see.
func (e *Event) alive() bool {
	if len(e.overrides) > 0 || !e.repeats() {
		return true
	}
	s := e.series(false)
	z := e.when.location(time.UTC)
	first, _, _ := s.Bounds()
	_, found := s.After(first.In(z).Add(-time.Hour), time.UTC)
	return found
}
