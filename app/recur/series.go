package recur

import (
	"slices"
	"time"
)

// Series is everything that says when a thing happens. Its slices may be in any
// order and are never changed.
type Series struct {
	Start  Local
	AllDay bool           // Start and the dates below are midnights; Zone is not used
	Zone   *time.Location // nil: floating, wherever it is looked at
	Rule   *Rule          // nil: once
	// RDates are added. ExDates take away every occurrence at their instant,
	// Start and RDates included.
	RDates, ExDates []Local
}

// Occurrence is one of a series.
type Occurrence struct {
	ID    Local     // the recurrence id: the local start as the series computed it
	Local Local     // what the clock shows at Start: not ID where a zone skips that time
	Start time.Time // in the series' zone
	End   time.Time // exclusive
}

// Between lists the occurrences whose [start, start+dur) touches [from, to), in
// order; one without duration counts when from <= start < to. floating is the
// zone of a floating or all-day series (nil: UTC). An all-day occurrence lasts
// whole days, at least one, however long they are in the zone.
//
// It returns at most limit occurrences; more says that it stopped early, at the
// limit or at MaxWork, and that there may be others.
func (s Series) Between(from, to time.Time, dur time.Duration, floating *time.Location, limit int) (found []Occurrence, more bool) {
	dur = max(dur, 0)
	if !from.Before(to) || limit < 1 {
		return nil, false
	}
	var st stream
	if s.AllDay {
		dur = wholeDays(dur)
		st.open(&s, floating, clampUnix(from), int64(dur/time.Second), clampUnix(to))
	} else {
		st.open(&s, floating, clampUnix(from.Add(-dur)), 0, clampUnix(to))
	}
	for {
		it, ok := st.next()
		if !ok {
			return found, st.spent()
		}
		o := st.occurrence(it, dur, s.AllDay)
		if !o.Start.Before(to) {
			return found, false
		}
		if !o.End.After(from) && o.Start.Before(from) {
			continue
		}
		if len(found) == limit {
			return found, true
		}
		switch len(found) {
		case 0: // most series have few in a window, and those that have more a month's
			found = make([]Occurrence, 0, min(limit, 4))
		case 4:
			found = slices.Grow(found, min(limit-4, 28))
		}
		found = append(found, o)
	}
}

// After is the first occurrence that starts after t, false when there is none
// within MaxWork. Its End is its Start.
func (s Series) After(t time.Time, floating *time.Location) (Occurrence, bool) {
	var st stream
	st.open(&s, floating, clampUnix(t), 0, maxSecond-unixEpoch+daySeconds)
	for {
		it, ok := st.next()
		if !ok {
			return Occurrence{}, false
		}
		if o := st.occurrence(it, 0, false); o.Start.After(t) {
			return o, true
		}
	}
}

// At is the occurrence with a recurrence id, false when the series has none.
func (s Series) At(id Local, floating *time.Location) (Occurrence, bool) {
	var st stream
	z := zoneOf(s.zone(floating))
	unix := z.instantOf(id)
	st.open(&s, floating, unix, 0, unix)
	for {
		it, ok := st.next()
		if !ok || it.unix > unix {
			return Occurrence{}, false
		}
		if it.unix == unix && it.id == id {
			return st.occurrence(it, 0, false), true
		}
	}
}

// Bounds are local times that no occurrence starts before or after, for an
// index; ExDates do not narrow them. endless says that no end is known, because
// there is none or counting to it takes more than MaxWork; last is then the end
// of the year 9999.
func (s Series) Bounds() (first, last Local, endless bool) {
	first, last = s.Start, s.Start
	for _, d := range s.RDates {
		if d.Before(first) {
			first = d
		}
		if last.Before(d) {
			last = d
		}
	}
	if s.Rule == nil || s.Rule.freq == 0 {
		return first, last, false
	}
	end := Local{sec: maxSecond}
	if s.Rule.Endless() {
		return first, end, true
	}
	var st stream
	st.begin(&s, nil)
	ruleLast, ok := st.last()
	if !ok {
		return first, end, true
	}
	if last.Before(ruleLast) {
		last = ruleLast
	}
	return first, last, false
}

func (s *Series) zone(floating *time.Location) *time.Location {
	if s.AllDay || s.Zone == nil {
		return floating
	}
	return s.Zone
}

func wholeDays(dur time.Duration) time.Duration {
	const day = 24 * time.Hour
	return max((dur+day-1)/day, 1) * day
}
