package event

import (
	"context"
	"slices"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/recur"
)

// Ring is a moment at which an occurrence reminds.
type Ring struct {
	At    time.Time
	Start time.Time // of the occurrence
	// Mark tells occurrences of the event apart, whatever zone they are looked at from.
	Mark       string
	Occurrence string // its recurrence id; empty where the event does not repeat
	AllDay     bool
}

// Ringing reads events that may remind, by id: those of a list, or, where it is
// nil, the first after one, at most limit.
func (s *Service) Ringing(ctx context.Context, c caller.Caller, ids []int64, after int64, limit int) ([]Event, error) {
	w := (&db.Where{}).And("user_id = ?", c.UserID)
	if ids != nil {
		db.In(w, "id", ids)
	} else {
		w.And("id > ?", after).And(`(reminders <> '[]' OR EXISTS (SELECT 1 FROM event_overrides o
WHERE o.user_id = calendar_events.user_id AND o.event_id = calendar_events.id AND o.changes LIKE '%"reminders"%'))`)
	}
	return db.Query(ctx, s.db, scan, "SELECT "+columns+" FROM calendar_events"+w.Text()+" ORDER BY id LIMIT "+strconv.Itoa(limit), w.Args()...)
}

// RingRules are all that its occurrences remind by, each once.
func (e *Event) RingRules() []string {
	all := slices.Clone(e.Reminders)
	for _, o := range e.overrides {
		if o.Reminders != nil {
			all = append(all, *o.Reminders...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

const cancelled = "cancelled"

// NextRing is the first time after a moment at which an occurrence that takes
// place reminds by a rule: an offset from its start or, once for all of a
// series, an instant. Floating and all-day events are looked at from home.
func (e *Event) NextRing(rule string, after time.Time, home *time.Location) (Ring, bool) {
	if at, err := time.Parse(time.RFC3339, rule); err == nil {
		if e.Status == cancelled || !at.After(after) || !slices.Contains(e.Reminders, rule) {
			return Ring{}, false
		}
		return Ring{At: at, Start: e.when.start.In(e.when.location(home)), Mark: clock.FromMicros(at.UnixMicro()).Format(time.RFC3339), AllDay: e.AllDay}, true
	}
	offset, err := recur.ParseOffset(rule)
	if err != nil {
		return Ring{}, false
	}
	var best Ring
	found := false
	add := func(t when, id recur.Local) bool {
		r := t.ring(offset, home)
		if !r.At.After(after) {
			return false
		}
		if e.repeats() {
			r.Occurrence = t.id(id)
		}
		if !found || r.At.Before(best.At) {
			best, found = r, true
		}
		return true
	}
	if e.Status != cancelled && slices.Contains(e.Reminders, rule) {
		e.nextOf(offset, after, home, add)
	}
	for i := range e.overrides {
		o := &e.overrides[i]
		one := *e
		o.apply(&one)
		if one.Status != cancelled && slices.Contains(one.Reminders, rule) {
			add(o.when(e.when), o.ID)
		}
	}
	return best, found
}

const (
	// slack is by how much an offset on the clock differs from the exact one.
	slack = 3 * time.Hour
	// maxSteps bounds how many occurrences of one that comes every second lie in it.
	maxSteps = 12_000
)

// nextOf looks through the occurrences that are as the series has them.
func (e *Event) nextOf(offset recur.Offset, after time.Time, home *time.Location, add func(t when, id recur.Local) bool) {
	s := e.series(false)
	from := after.Add(-offset.About() - slack)
	for range maxSteps {
		o, ok := s.After(from, home)
		if !ok || add(e.when.at(o.ID), o.ID) {
			return
		}
		from = o.Start
	}
}

// ring is when an occurrence reminds.
func (t when) ring(offset recur.Offset, home *time.Location) Ring {
	z := t.location(home)
	floating := t.allDay || t.zone == ""
	r := Ring{At: offset.From(t.start, z, floating), Start: t.start.In(z), AllDay: t.allDay, Mark: t.start.String()}
	if !floating {
		r.Mark = r.Start.UTC().Format(time.RFC3339)
	}
	return r
}

// Place is the title and the place of one occurrence, by its recurrence id; of
// the event itself where that is empty or gone. NotFound.
func (s *Service) Place(ctx context.Context, c caller.Caller, id int64, occurrence string) (title, location string, err error) {
	e, err := s.find(ctx, c.UserID, id)
	if err != nil {
		return "", "", err
	}
	for i := range e.overrides {
		if o := &e.overrides[i]; e.when.id(o.ID) == occurrence {
			o.apply(&e)
			break
		}
	}
	return e.Title, e.Location, nil
}
