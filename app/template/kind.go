package template

import (
	"context"
	"slices"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the templates.
func (s *Service) Table() string { return "event_templates" }

// Revert makes a template be what it was; nil deletes it.
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
	t, err := readImage(img)
	if err != nil {
		return err
	}
	if err := w.Alive(ctx, "calendar", &t.CalendarID); err != nil {
		return err
	}
	if err := w.Alive(ctx, "location", &t.LocationID); err != nil {
		return err
	}
	people := []int64{}
	for _, id := range t.PersonIDs {
		found, err := w.Exists(ctx, "person", id)
		if err != nil {
			return err
		}
		if found {
			people = append(people, id)
		}
	}
	t.PersonIDs = people
	if there {
		return s.save(ctx, w, &t, &now, journal.Update)
	}
	return s.save(ctx, w, &t, nil, journal.Restore)
}

// Detach lets go of a calendar, person or place that is being deleted. There
// are few templates, so the people in them need no index.
func (s *Service) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	cond, known := map[string]string{"calendar": "calendar_id = $2", "location": "location_id = $2", "person": "person_ids <> '[]'"}[kind]
	if !known {
		return nil
	}
	args := []any{w.Caller.UserID, id}
	if kind == "person" {
		args = args[:1]
	}
	asked := db.AskAll(ctx, s.db, scan, "SELECT "+columns+" FROM event_templates WHERE user_id = $1 AND "+cond+" ORDER BY id", args...)
	return func() error {
		all, err := asked()
		if err != nil {
			return err
		}
		for _, before := range all {
			t := before
			switch kind {
			case "calendar":
				t.CalendarID = nil
			case "location":
				t.LocationID = nil
			case "person":
				if !slices.Contains(t.PersonIDs, id) {
					continue
				}
				t.PersonIDs = slices.DeleteFunc(slices.Clone(t.PersonIDs), func(p int64) bool { return p == id })
			}
			if err := s.save(ctx, w, &t, &before, journal.Update); err != nil {
				return err
			}
		}
		return nil
	}
}
