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
	switch {
	case e.RecurrenceRule == "":
	case e.parsed.text == e.RecurrenceRule:
		s.Rule = e.parsed.rule
	default:
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
	span        int    // the class of how far apart they are
	months      uint16 // of any year in which it may take place: bits 1 to 12, in UTC
}

const (
	// endless is the end of a series that has none.
	endless = math.MaxInt64
	// anyZone covers the zones in which a floating event may be looked at.
	anyZone = 15 * time.Hour
)

// spans are how far apart the first and the last instant of an event are at most, by
// class; of those of the class after the last, nothing is known. A window looks
// back so far for what has begun before it.
var spans = [...]time.Duration{32 * 24 * time.Hour, 256 * 24 * time.Hour, 2048 * 24 * time.Hour, 16384 * 24 * time.Hour}

func spanOf(lasts time.Duration) int {
	for class, most := range spans {
		if lasts <= most {
			return class
		}
	}
	return len(spans)
}

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
	b.months = months(s, lasts)
	for _, o := range e.overrides {
		t := o.when(e.when)
		b.months |= monthsOf(t.start.In(time.UTC), t.end.In(time.UTC))
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
	b.span = spanOf(last.Sub(first))
	if unending {
		b.last, b.span = endless, len(spans)
	}
	return b
}

// monthsOf are the months in UTC that touch a time, wherever its clock hangs.
func monthsOf(from, to time.Time) (months uint16) {
	from, to = from.Add(-anyZone), to.Add(anyZone)
	if to.Sub(from) > 330*24*time.Hour {
		return recur.AllMonths
	}
	for months = 1 << to.Month(); from.Before(to); from = from.AddDate(0, 0, 27) {
		months |= 1 << from.Month()
	}
	return months
}

// months are those that the occurrences of a series touch, each of which lasts so long.
func months(s recur.Series, lasts time.Duration) (months uint16) {
	for _, l := range append(s.RDates, s.Start) {
		months |= monthsOf(l.In(time.UTC), l.In(time.UTC).Add(lasts))
	}
	if s.Rule == nil || s.Rule.Anniversary() {
		return months
	}
	for m := time.January; m <= time.December; m++ {
		if first := time.Date(2024, m, 1, 0, 0, 0, 0, time.UTC); s.Rule.Months()>>m&1 != 0 {
			months |= monthsOf(first, first.AddDate(0, 1, 0).Add(lasts))
		}
	}
	return months
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
	occurrences, _ := e.series(false).Between(low, to, 0, home, limit+4)
	found := make([]hit, 0, len(occurrences)+len(e.overrides))
	add := func(h hit) {
		if h.start.Before(to) && !h.start.Before(since) && (h.end.After(from) || !h.start.Before(from)) {
			found = append(found, h)
		}
	}
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
	if len(e.overrides) > 0 {
		slices.SortFunc(found, compareHits)
	}
	return found
}

// occurrence writes a hit out as the API shows it.
func (h hit) occurrence() (e Event) {
	h.write(&e, new(string), recur.ClockOf(h.event.when.location(time.UTC)))
	return e
}

// write is occurrence where many are written: into what there is room for, the
// recurrence id too, by a clock in the zone of the event.
func (h *hit) write(e *Event, id *string, clock *recur.Clock) {
	*e = *h.event
	t := &e.when
	switch {
	case h.change != nil:
		h.change.apply(e)
		*t = h.change.when(*t)
	case t.allDay || t.zone == "":
		t.start, t.end = h.id, h.id.Add(t.end.Sub(t.start))
	default:
		t.start, t.end = h.id, clock.Local(h.end)
	}
	var room [3 * len(time.RFC3339)]byte // start, end and recurrence id as one text
	b := t.append(room[:0], t.start, h.start)
	start := len(b)
	b = t.append(b, t.end, h.end)
	end := len(b)
	if e.repeats() {
		b = t.appendID(b, h.id)
	}
	text := string(b)
	e.Start, e.End = text[:start], text[start:end]
	if *id = text[end:]; *id != "" {
		e.Occurrence = id
	}
	e.StartsAt, e.EndsAt = h.start, h.end
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
