package project

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/page"
)

// Service keeps projects and their tasks. Each exported method is one transaction.
type Service struct {
	db      *db.DB
	journal *journal.Journal
}

// New makes the service and tells the journal of its two kinds.
func New(d *db.DB, j *journal.Journal) *Service {
	s := &Service{db: d, journal: j}
	j.Add(s, tasks{s})
	return s
}

// Find answers one project; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Project, error) {
	return s.find(ctx, c.UserID, id)
}

// List answers a page of projects, with those that others share with the caller; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Project], error) {
	return s.list(ctx, c, f, req)
}

// Count says how many projects a filter takes. Without a filter it reads a counter.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	if f == (Filter{}) && len(c.Of(caller.Projects)) == 0 {
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	query, args := db.CountSQL("projects", f.wheres(c)...)
	n, _, err := db.One(ctx, s.db, db.Value[int64], query, args...)
	return n, err
}

// Create makes a project; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Project, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a project that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (p Project, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		p = Project{Status: statuses[0]}
		p.UID, p.CreatedAt = w.Begin(o)
		if err := change(&p, u); err != nil {
			return err
		}
		if !u.Position.Has() {
			if p.Position, err = s.last(ctx, w); err != nil {
				return err
			}
		}
		return s.save(ctx, w, &p, nil, journal.Create)
	})
	return p, err
}

// Update changes the fields given; NotFound, Invalid, Stale, Forbidden where a guest
// changes what is its owner's alone.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (p Project, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		p = before
		if err := change(&p, u); err != nil {
			return err
		}
		if c.Guest() && (p.Starred != before.Starred || p.Position != before.Position) {
			return ownerOnly("mark it as important or move it")
		}
		return s.save(ctx, w, &p, &before, journal.Update)
	})
	return p, err
}

// Delete puts a project, with its tasks, into the trash; what named it lets go
// of it. NotFound, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		p, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(p.Rev); err != nil {
			return err
		}
		return s.remove(ctx, w, p)
	})
}

// change applies an update and checks the result.
func change(p *Project, u Update) error {
	u.apply(p)
	p.tidy()
	return p.validate()
}

// save writes a project and its journal entry: the one way a project changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, p, before *Project, op string) error {
	p.Rev = w.Next()
	p.UpdatedAt = clock.FromMicros(w.At)
	c := journal.Change{Seq: p.Rev, Kind: KindName, UID: p.UID, Title: p.Name, Op: op, Collection: "projects"}
	var err error
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, p)
	case journal.Restore:
		err = s.write(ctx, reinsertSQL, w.Caller.UserID, p)
	default:
		c.Before = before
		err = s.write(ctx, updateSQL, w.Caller.UserID, p)
	}
	if err != nil {
		return err
	}
	c.ID = p.ID
	return w.Record(ctx, c)
}

// remove deletes a project after its tasks, so that undo finds the project first.
func (s *Service) remove(ctx context.Context, w *journal.Writer, p Project) error {
	letGo := w.Detaching(ctx, KindName, p.ID)
	all, err := s.tasksOf(ctx, w.Caller.UserID, p.ID)
	if err != nil {
		return err
	}
	if err := w.Because(KindName, p.ID, func() error { return s.dropTasks(ctx, w, all) }); err != nil {
		return err
	}
	if err := letGo(); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM projects WHERE user_id = $1 AND id = $2", w.Caller.UserID, p.ID); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: p.ID, UID: p.UID, Title: p.Name,
		Op: journal.Delete, Before: p, Collection: "projects"})
}
