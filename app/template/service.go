package template

import (
	"context"
	"fmt"
	"slices"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/page"
)

// Service keeps event templates. Each exported method is one transaction.
type Service struct {
	db      *db.DB
	journal *journal.Journal
}

// New makes the service and tells the journal of its kind.
func New(d *db.DB, j *journal.Journal) *Service {
	s := &Service{db: d, journal: j}
	j.Add(s)
	return s
}

// Find answers one template; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Template, error) {
	return s.find(ctx, c.UserID, id)
}

// Draft answers the event that a template makes at a start: a date, on which
// its start_time holds; a local time in its zone; or an instant. NotFound, Invalid.
func (s *Service) Draft(ctx context.Context, c caller.Caller, id int64, start string) (Draft, error) {
	t, err := s.find(ctx, c.UserID, id)
	if err != nil {
		return Draft{}, err
	}
	return t.draft(c, start)
}

// List answers a page of templates; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Template], error) {
	return s.list(ctx, c.UserID, f, req)
}

// Count says how many templates a filter takes; without a filter it reads a counter.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	if f == (Filter{}) {
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	return s.count(ctx, c.UserID, f)
}

// Create makes a template; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Template, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a template that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (t Template, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		t = Template{DurationMinutes: 60, Status: "confirmed"}
		t.UID, t.CreatedAt = w.Begin(o)
		if err := s.change(ctx, w, &t, nil, u); err != nil {
			return err
		}
		return s.save(ctx, w, &t, nil, journal.Create)
	})
	return t, err
}

// Update changes the fields given; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (t Template, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		t = before
		if err := s.change(ctx, w, &t, &before, u); err != nil {
			return err
		}
		return s.save(ctx, w, &t, &before, journal.Update)
	})
	return t, err
}

// Delete puts a template into the trash; NotFound, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		t, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(t.Rev); err != nil {
			return err
		}
		return s.remove(ctx, w, t)
	})
}

// change applies an update and checks the result.
func (s *Service) change(ctx context.Context, w *journal.Writer, t, before *Template, u Update) error {
	u.apply(t)
	if err := t.validate(); err != nil {
		return err
	}
	if u.CalendarID.Has() {
		if err := w.Reference(ctx, "calendar_id", "calendar", t.CalendarID); err != nil {
			return err
		}
	}
	if u.LocationID.Has() {
		if err := w.Reference(ctx, "location_id", "location", t.LocationID); err != nil {
			return err
		}
	}
	for i, id := range u.PersonIDs.Value {
		if before != nil && slices.Contains(before.PersonIDs, id) {
			continue
		}
		if err := w.Reference(ctx, fmt.Sprintf("person_ids[%d]", i), "person", &id); err != nil {
			return err
		}
	}
	return nil
}

// save writes a template and its journal entry: the one way a template changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, t, before *Template, op string) error {
	t.Rev = w.Next()
	t.UpdatedAt = clock.FromMicros(w.At)
	var err error
	change := journal.Change{Seq: t.Rev, Kind: KindName, UID: t.UID, Title: t.Name, Op: op, Collection: "event_templates"}
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, t)
	case journal.Restore:
		err = s.reinsert(ctx, w.Caller.UserID, t)
	default:
		change.Before = *before
		err = s.update(ctx, w.Caller.UserID, t)
	}
	if err != nil {
		return err
	}
	change.ID = t.ID
	return w.Record(ctx, change)
}

func (s *Service) remove(ctx context.Context, w *journal.Writer, t Template) error {
	if err := w.Detach(ctx, KindName, t.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM event_templates WHERE user_id = $1 AND id = $2", w.Caller.UserID, t.ID); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: t.ID, UID: t.UID, Title: t.Name,
		Op: journal.Delete, Before: t, Collection: "event_templates"})
}
