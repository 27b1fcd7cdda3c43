package event

import (
	"context"
	"slices"
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/recur"
)

// Scopes of a change to a series.
const (
	This      = "this"
	Following = "following"
	All       = "all"
)

// Part says which part of a series is meant; the zero Part is all of it.
type Part struct {
	Scope      string // This, Following, All; empty is All
	Occurrence string // a recurrence id, as lists give it; needed but for All
}

// part finds the event and the occurrence that is meant. An event that does not
// repeat, and a series from its first occurrence on, are changed as a whole.
func (s *Service) part(ctx context.Context, w *journal.Writer, id int64, p *Part, match journal.Match) (e Event, h *hit, err error) {
	if e, err = s.findFor(ctx, w.Caller, id); err != nil {
		return e, nil, err
	}
	if err = match.Check(e.Rev); err != nil {
		return e, nil, err
	}
	if err = e.mayChange(w.Caller); err != nil {
		return e, nil, err
	}
	var c check.Check
	if p.Scope == "" {
		p.Scope = All
	}
	c.OneOf("scope", p.Scope, This, Following, All)
	if (p.Scope == This || p.Scope == Following) && p.Occurrence == "" && e.repeats() {
		c.Add("occurrence", "required", "must say which occurrence is meant")
	}
	if err = c.Err(); err != nil {
		return e, nil, err
	}
	if p.Occurrence != "" {
		found, err := e.locate(p.Occurrence, w.Caller.Location())
		if err != nil {
			return e, nil, err
		}
		h = &found
	}
	if !e.repeats() {
		p.Scope = All
	}
	if p.Scope != Following {
		return e, h, nil
	}
	rest := e
	rest.endBefore(h.id)
	if !e.when.start.Before(h.id) || !rest.alive() {
		p.Scope = All
		return e, h, nil
	}
	if rule := e.series(true); rule.Rule != nil || slices.Contains(rule.RDates, h.id) {
		rule.RDates = nil
		if _, ruled := rule.At(h.id, time.UTC); !ruled {
			return e, nil, fault.BadField("occurrence", "added_date", "was added to the series by its date: change it alone, or the whole series")
		}
	}
	return e, h, nil
}

// locate finds an occurrence by its recurrence id.
func (e *Event) locate(text string, home *time.Location) (hit, error) {
	id, err := recur.ParseLocal(text)
	if err != nil {
		return hit{}, fault.BadField("occurrence", "format", "must be a recurrence id as lists give it, like 2025-01-31T19:00:00")
	}
	id = e.when.place(id)
	z := e.when.location(home)
	if o := e.override(id); o != nil {
		t := o.when(e.when)
		return hit{event: e, id: id, change: o, start: t.start.In(z), end: t.end.In(z)}, nil
	}
	if _, found := e.series(false).At(id, time.UTC); !found {
		return hit{}, fault.BadField("occurrence", "reference", "is not an occurrence of this event")
	}
	t := e.when.at(id)
	return hit{event: e, id: id, start: t.start.In(z), end: t.end.In(z)}, nil
}

// updateAll changes the whole event. With an occurrence, the times given are
// that occurrence's, and the series moves along.
func (s *Service) updateAll(ctx context.Context, w *journal.Writer, before Event, h *hit, u Update) (Event, error) {
	e, base := before, before.when
	if h != nil {
		base = h.occurrence().when
		e.forget(*h, u)
	}
	if err := s.change(ctx, w, &e, &before, &base, u); err != nil {
		return e, err
	}
	return e, s.save(ctx, w, &e, &before, journal.Update)
}

// forget makes what an update gives the series show in the occurrence that it
// was given for, too.
func (e *Event) forget(h hit, u Update) {
	if h.change == nil {
		return
	}
	o := *h.change
	o.forget(u)
	if e.overrides = without(e.overrides, o.ID); o.changes != (changes{}) {
		e.overrides = withOverride(e.overrides, o)
	}
}

// updateThis changes one occurrence.
func (s *Service) updateThis(ctx context.Context, w *journal.Writer, before Event, h hit, u Update) (Event, error) {
	var c check.Check
	one := h.occurrence()
	was := one
	t := u.times(&was.when, w.Caller.Location(), &c)
	placed := c.Err() == nil
	u.apply(&one)
	for _, f := range []struct {
		field  string
		differ bool
	}{
		{"calendar_id", one.CalendarID != was.CalendarID},
		{"all_day", placed && t.allDay != was.when.allDay},
		{"time_zone", placed && t.allDay == was.when.allDay && t.zone != was.when.zone},
		{"person_ids", !slices.Equal(one.PersonIDs, was.PersonIDs)},
		{"location_id", one.LocationID != nil && (before.LocationID == nil || *one.LocationID != *before.LocationID)},
		{"recurrence_rule", one.RecurrenceRule != was.RecurrenceRule},
		{"rdates", u.RDates.Set},
		{"exceptions", u.Exceptions.Set},
	} {
		if f.differ {
			c.Add(f.field, "series", "cannot differ in one occurrence; change it with the scope following or all")
		}
	}
	one.setWhen(t)
	one.validate(&c)
	o := override{ID: h.id}
	if h.change != nil {
		o = *h.change
	}
	o.note(u, &one)
	e := before
	e.overrides = withOverride(before.overrides, o)
	e.validate(&c)
	if err := c.Err(); err != nil {
		return e, err
	}
	if err := s.save(ctx, w, &e, &before, journal.Update); err != nil {
		return e, err
	}
	z := t.location(w.Caller.Location())
	return hit{event: &e, id: h.id, change: &o, start: t.start.In(z), end: t.end.In(z)}.occurrence(), nil
}

// updateFollowing ends the series before an occurrence and goes on in a new one.
func (s *Service) updateFollowing(ctx context.Context, w *journal.Writer, before Event, h hit, u Update) (Event, error) {
	rest := before
	rest.endBefore(h.id)
	e := before
	e.beginAt(h.id)
	e.ID, e.UID, e.CreatedAt = 0, journal.NewUID(), clock.FromMicros(w.At)
	e.forget(h, u)
	base := h.occurrence().when
	if err := s.change(ctx, w, &e, &before, &base, u); err != nil {
		return e, err
	}
	if err := s.save(ctx, w, &rest, &before, journal.Update); err != nil {
		return e, err
	}
	return e, s.save(ctx, w, &e, nil, journal.Create)
}
