package location

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/page"
)

// Service keeps places. Each exported method is one transaction.
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

// Find answers one place; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Location, error) {
	return s.find(ctx, c.UserID, id)
}

// List answers a page of places; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Location], error) {
	return s.list(ctx, c, f, req)
}

// Count says how many places a filter takes. Without a filter it reads a
// counter; else it counts.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	if f == (Filter{}) {
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	return s.count(ctx, c, f)
}

// Create makes a place; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Location, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a place that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (l Location, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		l = Location{}
		l.UID, l.CreatedAt = w.Begin(o)
		if err := l.change(u); err != nil {
			return err
		}
		return s.save(ctx, w, &l, nil, journal.Create)
	})
	return l, err
}

// Update changes the fields given; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (l Location, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		l = before
		if err := l.change(u); err != nil {
			return err
		}
		return s.save(ctx, w, &l, &before, journal.Update)
	})
	return l, err
}

// Delete puts a place into the trash; what names it lets go of it. NotFound, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		l, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(l.Rev); err != nil {
			return err
		}
		return s.remove(ctx, w, l)
	})
}

// change applies an update and checks the result.
func (l *Location) change(u Update) error {
	u.apply(l)
	l.tidy()
	return l.validate()
}

// save writes a place and its journal entry: the one way a place changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, l, before *Location, op string) error {
	l.Rev = w.Next()
	l.UpdatedAt = clock.FromMicros(w.At)
	var err error
	change := journal.Change{Seq: l.Rev, Kind: KindName, UID: l.UID, Title: l.Name, Op: op, Collection: "locations"}
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, l)
	case journal.Restore:
		err = s.reinsert(ctx, w.Caller.UserID, l)
	default:
		change.Before = before
		err = s.update(ctx, w.Caller.UserID, l)
	}
	if err != nil {
		return err
	}
	change.ID = l.ID
	return w.Record(ctx, change)
}

func (s *Service) remove(ctx context.Context, w *journal.Writer, l Location) error {
	if err := w.Detach(ctx, KindName, l.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM locations WHERE user_id = $1 AND id = $2", w.Caller.UserID, l.ID); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: l.ID, UID: l.UID, Title: l.Name,
		Op: journal.Delete, Before: l, Collection: "locations"})
}
