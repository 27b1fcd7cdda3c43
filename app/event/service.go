package event

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/page"
)

// Service keeps events. Each exported method is one transaction.
type Service struct {
	db      *db.DB
	journal *journal.Journal
	series  memory
}

// New makes the service and tells the journal of its kind.
func New(d *db.DB, j *journal.Journal) *Service {
	s := &Service{db: d, journal: j}
	j.Add(s)
	return s
}

// Find answers one event, or, where occurrence is not empty, that occurrence of
// it; NotFound, Invalid.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64, occurrence string) (Event, error) {
	e, err := s.findFor(ctx, c, id)
	if err != nil || occurrence == "" {
		return e, err
	}
	h, err := e.locate(occurrence, c.Location())
	if err != nil {
		return Event{}, err
	}
	return h.occurrence(), nil
}

// List answers a page of events, those of calendars that others share with the
// caller among them, or, where the filter has a window, of occurrences by their
// start; Invalid for what it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Event], error) {
	if f.Start != "" || f.End != "" {
		return s.window(ctx, c, f, req)
	}
	return s.list(ctx, c, f, req)
}

// Occurrences answers the first occurrences that touch [from, to), by their
// start, at most limit. The filter's own window is not used.
func (s *Service) Occurrences(ctx context.Context, c caller.Caller, from, to time.Time, limit int, f Filter) ([]Event, error) {
	if limit < 1 || !from.Before(to) {
		return nil, nil
	}
	hits, err := s.expand(ctx, c, from, to, nil, limit, f)
	return written(hits), err
}

// Count says how many events a filter takes, series counted once; in a window,
// how many occurrences, up to MaxCount. Without a filter it reads a counter.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	switch {
	case f == Filter{} && len(c.Of(caller.Calendars)) == 0:
		return s.journal.Total(ctx, c.UserID, KindName)
	case f.Start == "" && f.End == "":
		return s.count(ctx, c, f)
	}
	from, to, err := f.window(c.Location())
	if err != nil {
		return 0, err
	}
	hits, err := s.expand(ctx, c, from, to, nil, MaxCount, f)
	return int64(len(hits)), err
}

// MaxCount is where counting occurrences stops.
const MaxCount = 10_000

// Create makes an event; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Event, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a event that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (e Event, err error) {
	if err := u.fromGuest(c); err != nil {
		return e, err
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		e = Event{Status: "confirmed"}
		e.UID, e.CreatedAt = w.Begin(o)
		if !u.CalendarID.Set {
			if err := s.fileInDefault(ctx, w, &e); err != nil {
				return err
			}
		}
		if err := s.change(ctx, w, &e, nil, nil, u); err != nil {
			return err
		}
		return s.save(ctx, w, &e, nil, journal.Create)
	})
	return e, err
}

// Update changes the fields given: of the whole event, or of the part of a
// series that is said. It answers what was changed: the event, the occurrence,
// or the new series that begins with it. NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, part Part, match journal.Match, u Update) (e Event, err error) {
	if err := u.fromGuest(c); err != nil {
		return e, err
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, h, err := s.part(ctx, w, id, &part, match)
		if err != nil {
			return err
		}
		switch part.Scope {
		case This:
			e, err = s.updateThis(ctx, w, before, *h, u)
		case Following:
			e, err = s.updateFollowing(ctx, w, before, *h, u)
		default:
			e, err = s.updateAll(ctx, w, before, h, u)
		}
		return err
	})
	return e, err
}

// Delete puts an event into the trash, or takes the part that is said out of a
// series, which is deleted itself when nothing is left of it. NotFound,
// Invalid, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, part Part, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, h, err := s.part(ctx, w, id, &part, match)
		if err != nil {
			return err
		}
		e := before
		switch part.Scope {
		case This:
			e.leaveOut(h.id)
		case Following:
			e.endBefore(h.id)
		default:
			return s.remove(ctx, w, before)
		}
		if !e.alive() {
			return s.remove(ctx, w, before)
		}
		return s.save(ctx, w, &e, &before, journal.Update)
	})
}

// change applies an update and checks the result. base is the time that it is
// relative to (an occurrence's), was the event before; both nil on creation.
func (s *Service) change(ctx context.Context, w *journal.Writer, e, was *Event, base *when, u Update) error {
	var c check.Check
	t := u.times(base, w.Caller.Location(), &c)
	u.apply(e)
	if c.Err() == nil {
		e.reschedule(base, t, u, &c)
	}
	e.validate(&c)
	if u.Exceptions.Has() && len(e.Exceptions) > 0 && !e.repeats() {
		c.Add("exceptions", "needs_recurrence", "needs an event that repeats")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.checkReferences(ctx, w, e, was, u)
}

func (s *Service) checkReferences(ctx context.Context, w *journal.Writer, e, was *Event, u Update) error {
	if u.CalendarID.Set {
		takes := s.takes(ctx, w, e.CalendarID)
		if err := w.Reference(ctx, "calendar_id", "calendar", &e.CalendarID); err != nil {
			return err
		}
		if err := takes(); err != nil {
			return err
		}
	}
	if u.LocationID.Has() {
		if err := w.Reference(ctx, "location_id", "location", e.LocationID); err != nil {
			return err
		}
	}
	if !u.PersonIDs.Has() {
		return nil
	}
	for i, id := range u.PersonIDs.Value {
		if was != nil && slices.Contains(was.PersonIDs, id) {
			continue
		}
		if err := w.Reference(ctx, fmt.Sprintf("person_ids[%d]", i), "person", &id); err != nil {
			return err
		}
	}
	return nil
}

// fileInDefault puts an event into the default calendar.
func (s *Service) fileInDefault(ctx context.Context, w *journal.Writer, e *Event) error {
	id, err := s.defaultCalendar(ctx, w.Caller.UserID)
	if err != nil {
		return err
	}
	if id == nil {
		return fault.BadField("calendar_id", "required", "must be given: there is no calendar yet")
	}
	e.CalendarID = *id
	return nil
}

func collection(calendarID int64) string { return "calendar:" + strconv.FormatInt(calendarID, 10) }

// save writes an event and its journal entry: the one way an event changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, e, before *Event, op string) error {
	e.Rev = w.Next()
	e.UpdatedAt = clock.FromMicros(w.At)
	e.bounds = e.measure(w.Caller.Location())
	change := journal.Change{Seq: e.Rev, Kind: KindName, UID: e.UID, Title: e.Title, Op: op, Collection: collection(e.CalendarID)}
	var err error
	var people []int64
	var overrides []override
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, e)
	case journal.Restore:
		err = s.reinsert(ctx, w.Caller.UserID, e)
	default:
		people, overrides = before.PersonIDs, before.overrides
		change.Before = before.image()
		if before.CalendarID != e.CalendarID {
			change.CollectionWas = collection(before.CalendarID)
		}
		err = s.update(ctx, w.Caller.UserID, e)
	}
	if err != nil {
		return err
	}
	if err := s.setPeople(ctx, w.Caller.UserID, e, people); err != nil {
		return err
	}
	if err := s.setOverrides(ctx, w.Caller.UserID, e, overrides); err != nil {
		return err
	}
	change.ID = e.ID
	return w.Record(ctx, change)
}

// remove deletes an event, with its people and changed occurrences.
func (s *Service) remove(ctx context.Context, w *journal.Writer, e Event) error {
	if err := w.Detach(ctx, KindName, e.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM calendar_events WHERE user_id = $1 AND id = $2", w.Caller.UserID, e.ID); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: e.ID, UID: e.UID, Title: e.Title,
		Op: journal.Delete, Before: e.image(), Collection: collection(e.CalendarID)})
}
