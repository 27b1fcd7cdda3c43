package reminder

import (
	"context"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the reminders.
func (s *Service) Table() string { return "reminders" }

// reference is what a reminder may be about.
type reference struct {
	kind, column string
	of           func(*Reminder) **int64
}

var references = []reference{
	{"todo", "todo_id", func(r *Reminder) **int64 { return &r.TodoID }},
	{"event", "event_id", func(r *Reminder) **int64 { return &r.EventID }},
	{"person", "person_id", func(r *Reminder) **int64 { return &r.PersonID }},
	{"location", "location_id", func(r *Reminder) **int64 { return &r.LocationID }},
}

// Revert makes a reminder be what it was; nil deletes it.
func (s *Service) Revert(ctx context.Context, w *journal.Writer, id int64, img []byte) error {
	now, there, err := fault.Found(s.find(ctx, w.Caller.UserID, id))
	if err != nil {
		return err
	}
	if img == nil {
		if !there {
			return nil
		}
		return s.remove(ctx, w, now)
	}
	r, err := readImage(img)
	if err != nil {
		return err
	}
	for _, ref := range references {
		if err := w.Alive(ctx, ref.kind, ref.of(&r)); err != nil {
			return err
		}
	}
	if there {
		return s.save(ctx, w, &r, &now, journal.Update)
	}
	return s.save(ctx, w, &r, nil, journal.Restore)
}

// Detach lets go of a to-do, event, person or place that is being deleted.
func (s *Service) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	for _, ref := range references {
		if ref.kind != kind {
			continue
		}
		asked := db.AskAll(ctx, s.db, db.Value[int64], "SELECT id FROM reminders WHERE user_id = $1 AND "+ref.column+" = $2 ORDER BY id", w.Caller.UserID, id)
		return func() error {
			ids, err := asked()
			if err != nil {
				return err
			}
			for _, id := range ids {
				before, err := s.find(ctx, w.Caller.UserID, id)
				if err != nil {
					return err
				}
				r := before
				*ref.of(&r) = nil
				if err := s.save(ctx, w, &r, &before, journal.Update); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return nil
}
