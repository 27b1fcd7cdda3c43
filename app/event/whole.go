package event

import (
	"context"
	"slices"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/recur"
)

// Changed is an occurrence that differs from its series, with all its values as
// calendar applications write them: those of the series where it has no own.
type Changed struct {
	Occurrence  string   `json:"occurrence"` // its recurrence id
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Start       string   `json:"start"` // local times, or dates, on the clock of the series
	End         string   `json:"end"`
	Location    string   `json:"location"`
	Status      string   `json:"status"`
	URL         string   `json:"url"`
	Reminders   []string `json:"reminders"`

	Own *Own `json:"own,omitempty"`
}

// Own is what only Umbra knows of a changed occurrence. Where it is not said,
// what was known stays.
type Own struct {
	Starred *bool   `json:"starred,omitempty"`
	Color   *string `json:"color,omitempty"`
	NoPlace bool    `json:"no_place,omitempty"` // not at the place of the series
}

// Put writes an event whole: its fields, and instead of all changed occurrences
// that it had, these. An id of 0 makes a new one. What applications do not know
// of (people, places, stars, colours) stays. NotFound, Invalid, Stale.
func (s *Service) Put(ctx context.Context, c caller.Caller, id int64, o journal.Origin, match journal.Match, u Update, changed []Changed) (e Event, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		var before *Event
		op := journal.Create
		if id == 0 {
			e = Event{Status: "confirmed"}
			e.UID, e.CreatedAt = w.Begin(o)
		} else {
			was, err := s.find(ctx, c.UserID, id)
			if err != nil {
				return err
			}
			if err := match.Check(was.Rev); err != nil {
				return err
			}
			if err := was.mayChange(w.Caller); err != nil {
				return err
			}
			e, before, op = was, &was, journal.Update
		}
		if id == 0 && !u.CalendarID.Set {
			if err := s.fileInDefault(ctx, w, &e); err != nil {
				return err
			}
		}
		had := e.overrides
		e.overrides = nil
		if err := s.change(ctx, w, &e, before, nil, u); err != nil {
			return err
		}
		if err := e.takeChanged(changed, had); err != nil {
			return err
		}
		return s.save(ctx, w, &e, before, op)
	})
	return e, err
}

// takeChanged makes these the changed occurrences. What only Umbra knows of one
// is taken over from those it had.
func (e *Event) takeChanged(changed []Changed, had []override) error {
	var c check.Check
	for _, x := range changed {
		id, err := recur.ParseLocal(x.Occurrence)
		if err != nil {
			c.Add("occurrence", "format", "must be a recurrence id like 2025-01-31T19:00:00")
			continue
		}
		o := override{ID: e.when.place(id)}
		if i := slices.IndexFunc(had, func(h override) bool { return h.ID == o.ID }); i >= 0 {
			o.Starred, o.Color, o.NoPlace = had[i].Starred, had[i].Color, had[i].NoPlace
		}
		if x.Own != nil {
			o.Starred, o.Color, o.NoPlace = x.Own.Starred, x.Own.Color, x.Own.NoPlace
		}
		give(&o.Title, x.Title != e.Title, x.Title)
		give(&o.Description, x.Description != e.Description, x.Description)
		give(&o.Location, x.Location != e.Location, x.Location)
		give(&o.Status, x.Status != e.Status, x.Status)
		give(&o.URL, x.URL != e.URL, x.URL)
		give(&o.Reminders, !slices.Equal(x.Reminders, e.Reminders), x.Reminders)
		start, errStart := recur.ParseLocal(x.Start)
		end, errEnd := recur.ParseLocal(x.End)
		if errStart != nil || errEnd != nil {
			c.Add("start", "format", "must be a local time like 2025-01-31T19:00:00")
			continue
		}
		t := when{e.when.place(start), e.when.place(end), e.when.allDay, e.when.zone}
		if t != e.when.at(o.ID) {
			o.Start, o.End = &t.start, &t.end
			t.check(&c)
		}
		one := *e
		o.apply(&one)
		one.validate(&c)
		e.overrides = withOverride(e.overrides, o)
	}
	e.validate(&c)
	return c.Err()
}

// Changed answers its changed occurrences, in order.
func (e *Event) Changed() []Changed {
	out := make([]Changed, len(e.overrides))
	for i := range e.overrides {
		o := &e.overrides[i]
		one := *e
		o.apply(&one)
		t := o.when(e.when)
		out[i] = Changed{Occurrence: e.when.id(o.ID), Title: one.Title, Description: one.Description, Start: e.when.id(t.start), End: e.when.id(t.end),
			Location: one.Location, Status: one.Status, URL: one.URL, Reminders: one.Reminders}
		if o.Starred != nil || o.Color != nil || o.NoPlace {
			out[i].Own = &Own{o.Starred, o.Color, o.NoPlace}
		}
	}
	return out
}

// Span is when it begins and ends on its own clock; midnights where it is all-day.
func (e *Event) Span() (start, end recur.Local) { return e.when.start, e.when.end }

// FindAll answers those of the events that there are, by id; in no order.
func (s *Service) FindAll(ctx context.Context, c caller.Caller, ids []int64) ([]Event, error) {
	return db.QueryIn(ctx, s.db, scan, "SELECT "+columns+" FROM calendar_events WHERE user_id = ? AND id IN ", c.UserID, ids)
}

// Touching answers the ids, in order, of the events of a calendar that take place
// at all in [from, to), and of them the series where one occurrence does.
func (s *Service) Touching(ctx context.Context, c caller.Caller, calendarID int64, from, to time.Time) ([]int64, error) {
	var out []int64
	end := to.Add(anyZone)
	err := s.candidates(ctx, from.Add(-anyZone), &end, maxChunk, func() []*db.Where {
		return []*db.Where{(&db.Where{}).And("user_id = ?", c.UserID).And("calendar_id = ?", calendarID)}
	}, func(events []*Event) {
		for _, e := range events {
			if len(e.hits(from, to, check.Earliest.Add(-48*time.Hour), c.Location(), 1)) > 0 {
				out = append(out, e.ID)
			}
		}
	})
	slices.Sort(out)
	return out, err
}

// Occurring answers the occurrences of one event that touch [from, to), at most
// limit, by their start.
func (e *Event) Occurring(from, to time.Time, home *time.Location, limit int) []Event {
	hits := e.hits(from, to, check.Earliest.Add(-48*time.Hour), home, limit)
	return written(hits[:min(len(hits), limit)])
}

// StartZone is the zone that its clock hangs in; UTC where it has none.
func (e *Event) StartZone() *time.Location { return e.when.location(time.UTC) }
