package todo

import (
	"context"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the to-dos.
func (s *Service) Table() string { return "todos" }

// Revert makes a to-do be what it was; nil deletes it.
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
	for kind, ref := range map[string]**int64{"project": &t.ProjectID, "person": &t.PersonID, "location": &t.LocationID, KindName: &t.ParentID} {
		if err := w.Alive(ctx, kind, ref); err != nil {
			return err
		}
	}
	if there {
		if t.ParentID != nil { // the parent of then may have become a part since
			circle, err := s.isBelow(ctx, w.Caller.UserID, *t.ParentID, id)
			if err != nil {
				return err
			}
			if circle {
				t.ParentID = nil
			}
		}
		return s.save(ctx, w, &t, &now, journal.Update)
	}
	return s.save(ctx, w, &t, nil, journal.Restore)
}

// Detach lets go of a project, person or place that is being deleted.
func (s *Service) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	column, known := map[string]string{"project": "project_id", "person": "person_id", "location": "location_id"}[kind]
	if !known {
		return nil // its parts went before a to-do does
	}
	asked := db.AskAll(ctx, s.db, scan, "SELECT "+columns+" FROM todos WHERE user_id = $1 AND "+column+" = $2 ORDER BY id", w.Caller.UserID, id)
	return func() error {
		all, err := asked()
		if err != nil {
			return err
		}
		for _, before := range all {
			t := before
			switch kind {
			case "project":
				t.ProjectID = nil
			case "person":
				t.PersonID = nil
			case "location":
				t.LocationID = nil
			}
			if err := s.save(ctx, w, &t, &before, journal.Update); err != nil {
				return err
			}
		}
		return nil
	}
}
