package event

import (
	"context"
	"slices"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the events.
func (s *Service) Table() string { return "calendar_events" }

// Revert makes an event be what it was; nil deletes it. One whose calendar is
// gone comes back into the default calendar.
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
	e, err := readImage(img)
	if err != nil {
		return err
	}
	if err := s.reconnect(ctx, w, &e); err != nil {
		return err
	}
	if there {
		return s.save(ctx, w, &e, &now, journal.Update)
	}
	return s.save(ctx, w, &e, nil, journal.Restore)
}

// reconnect lets go of what is gone.
func (s *Service) reconnect(ctx context.Context, w *journal.Writer, e *Event) error {
	calendar := &e.CalendarID
	if err := w.Alive(ctx, "calendar", &calendar); err != nil {
		return err
	}
	if calendar == nil {
		if err := s.fileInDefault(ctx, w, e); err != nil {
			return err
		}
	}
	people := []int64{}
	for _, id := range e.PersonIDs {
		found, err := w.Exists(ctx, "person", id)
		if err != nil {
			return err
		}
		if found {
			people = append(people, id)
		}
	}
	e.PersonIDs = people
	return w.Alive(ctx, "location", &e.LocationID)
}

// Detach deletes the events of a calendar that is being deleted, and lets go of
// a person or place.
func (s *Service) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	cond, known := map[string]string{
		"calendar": "calendar_id = $2",
		"location": "location_id = $2",
		"person":   "id IN (SELECT event_id FROM event_people WHERE user_id = $1 AND person_id = $2)",
	}[kind]
	if !known {
		return nil
	}
	asked := db.AskAll(ctx, s.db, scan, "SELECT "+columns+" FROM calendar_events WHERE user_id = $1 AND "+cond+" ORDER BY id", w.Caller.UserID, id)
	return func() error {
		all, err := asked()
		if err != nil {
			return err
		}
		for _, before := range all {
			e := before
			switch kind {
			case "calendar":
				if err := s.remove(ctx, w, e); err != nil {
					return err
				}
				continue
			case "location":
				e.LocationID = nil
			case "person":
				e.PersonIDs = slices.DeleteFunc(slices.Clone(e.PersonIDs), func(p int64) bool { return p == id })
			}
			if err := s.save(ctx, w, &e, &before, journal.Update); err != nil {
				return err
			}
		}
		return nil
	}
}

// FiledIn is journal.Filed.
func (s *Service) FiledIn() (kind, column string) { return "calendar", "calendar_id" }
