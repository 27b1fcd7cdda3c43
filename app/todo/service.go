package todo

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
)

// Service keeps to-dos. Each exported method is one transaction.
type Service struct {
	db      *db.DB
	journal *journal.Journal
	clock   clock.Clock
}

// New makes the service and tells the journal of its kind.
func New(d *db.DB, j *journal.Journal, c clock.Clock) *Service {
	s := &Service{db: d, journal: j, clock: c}
	j.Add(s)
	return s
}

// Find answers one to-do; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Todo, error) {
	return s.find(ctx, c.UserID, id)
}

// List answers a page of to-dos; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Todo], error) {
	return s.list(ctx, c, f, req)
}

// Count says how many to-dos a filter takes. Without a filter, or by completion
// alone, it reads a counter; else it counts.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	if f.Completed == nil && f == (Filter{}) {
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	return s.count(ctx, c, f)
}

// Create makes a to-do; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Todo, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a to-do that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (t Todo, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		t = Todo{Priority: "none", RepeatFrom: FromDue}
		t.UID, t.CreatedAt = w.Begin(o)
		first := u
		if o.Imported() {
			first.Completed = opt.Opt[bool]{} // the next of a repeating one was made where it was completed
		}
		if err := s.change(ctx, w, &t, first); err != nil {
			return err
		}
		if !u.Position.Has() {
			if t.Position, err = s.last(ctx, w); err != nil {
				return err
			}
		}
		if o.Imported() && u.Completed.Value {
			t.finish(w.Done(o), c.Location())
		}
		return s.save(ctx, w, &t, nil, journal.Create)
	})
	return t, err
}

// Update changes the fields given; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (t Todo, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		t = before
		if err := s.change(ctx, w, &t, u); err != nil {
			return err
		}
		return s.save(ctx, w, &t, &before, journal.Update)
	})
	return t, err
}

// Toggle completes an open to-do and opens a completed one; NotFound, Stale.
func (s *Service) Toggle(ctx context.Context, c caller.Caller, id int64, match journal.Match) (t Todo, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		t = before
		if err := s.complete(ctx, w, &t, !t.Completed); err != nil {
			return err
		}
		return s.save(ctx, w, &t, &before, journal.Update)
	})
	return t, err
}

// Delete puts a to-do, with its parts, into the trash; NotFound, Stale.
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
func (s *Service) change(ctx context.Context, w *journal.Writer, t *Todo, u Update) error {
	u.apply(t)
	t.tidy()
	if err := t.validate(); err != nil {
		return err
	}
	for _, r := range []struct {
		given bool
		field string
		kind  string
		id    *int64
	}{
		{u.ProjectID.Has(), "project_id", "project", t.ProjectID},
		{u.PersonID.Has(), "person_id", "person", t.PersonID},
		{u.LocationID.Has(), "location_id", "location", t.LocationID},
		{u.ParentID.Has(), "parent_id", KindName, t.ParentID},
	} {
		if !r.given {
			continue
		}
		if err := w.Reference(ctx, r.field, r.kind, r.id); err != nil {
			return err
		}
	}
	if u.ParentID.Has() && t.ID != 0 {
		below, err := s.isBelow(ctx, w.Caller.UserID, *t.ParentID, t.ID)
		if err != nil {
			return err
		}
		if below {
			return fault.BadField("parent_id", "cycle", "cannot be the to-do itself or one of its parts")
		}
	}
	if u.Completed.Has() && u.Completed.Value != t.Completed {
		return s.complete(ctx, w, t, u.Completed.Value)
	}
	return nil
}

// save writes a to-do and its journal entry: the one way a to-do changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, t, before *Todo, op string) error {
	t.Rev = w.Next()
	t.UpdatedAt = clock.FromMicros(w.At)
	var err error
	change := journal.Change{Seq: t.Rev, Kind: KindName, UID: t.UID, Title: t.Title, Op: op, Collection: "todos"}
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, t)
	case journal.Restore:
		err = s.reinsert(ctx, w.Caller.UserID, t)
	default:
		change.Before = image{*before, before.CompletedOn}
		err = s.update(ctx, w.Caller.UserID, t, *before)
	}
	if err != nil {
		return err
	}
	change.ID = t.ID
	if err := s.countCompletion(ctx, w, before, t); err != nil {
		return err
	}
	s.countLabels(w, before, t)
	return w.Record(ctx, change)
}

// remove deletes a to-do after its parts, so that undo finds the parent first.
func (s *Service) remove(ctx context.Context, w *journal.Writer, t Todo) error {
	letGo := w.Detaching(ctx, KindName, t.ID)
	parts, err := s.children(ctx, w.Caller.UserID, t.ID)
	if err != nil {
		return err
	}
	err = w.Because(KindName, t.ID, func() error {
		for _, p := range parts {
			if err := s.remove(ctx, w, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := letGo(); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM todos WHERE user_id = $1 AND id = $2", w.Caller.UserID, t.ID); err != nil {
		return err
	}
	if err := s.countCompletion(ctx, w, &t, nil); err != nil {
		return err
	}
	s.countLabels(w, &t, nil)
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: t.ID, UID: t.UID, Title: t.Title,
		Op: journal.Delete, Before: image{t, t.CompletedOn}, Collection: "todos"})
}
