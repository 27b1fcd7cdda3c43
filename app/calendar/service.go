package calendar

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/page"
)

// Defaults keeps which calendar is the default: the user's settings.
type Defaults interface {
	// SetDefaultCalendar journals the change in the running change-set.
	SetDefaultCalendar(ctx context.Context, w *journal.Writer, id *int64) error
}

// Service keeps calendars. Each exported method is one transaction.
type Service struct {
	db       *db.DB
	journal  *journal.Journal
	defaults Defaults
	sourced  func(ctx context.Context, userID, id int64) error
}

// OnSource names who fills calendars from addresses. It is called in the
// transaction that gives one an address, or brings it back with one. Call it
// before the service is used.
func (s *Service) OnSource(fn func(ctx context.Context, userID, id int64) error) { s.sourced = fn }

// New makes the service and tells the journal of its kind.
func New(d *db.DB, j *journal.Journal, defaults Defaults) *Service {
	s := &Service{db: d, journal: j, defaults: defaults}
	j.Add(s)
	return s
}

// Find answers one calendar; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Calendar, error) {
	return s.find(ctx, c.UserID, id)
}

// List answers a page of calendars, with those that others share with the caller; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Calendar], error) {
	return s.list(ctx, c, f, req)
}

// Count says how many calendars a filter takes; without a filter it reads a counter.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	if f == (Filter{}) && len(c.Of(caller.Calendars)) == 0 {
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	return s.count(ctx, c, f)
}

// CreateDefault makes a new user's first calendar, "Personal", and makes it the
// default. It joins a running transaction.
func (s *Service) CreateDefault(ctx context.Context, c caller.Caller) (Calendar, error) {
	var u Update
	u.Name.Set, u.Name.Value = true, "Personal"
	u.Default.Set, u.Default.Value = true, true
	return s.Create(ctx, c, u)
}

// Create makes a calendar; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Calendar, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a calendar that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (cal Calendar, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		cal = Calendar{Visible: true}
		cal.UID, cal.CreatedAt = w.Begin(o)
		return s.change(ctx, w, &cal, nil, u, journal.Create)
	})
	return cal, err
}

// Update changes the fields given; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (cal Calendar, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		cal = before
		return s.change(ctx, w, &cal, &before, u, journal.Update)
	})
	return cal, err
}

// Delete puts a calendar, with its events, into the trash. When it was the
// default, the oldest of the others becomes it. NotFound, Stale; Conflict for
// the last calendar.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		cal, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(cal.Rev); err != nil {
			return err
		}
		return s.remove(ctx, w, cal)
	})
}

// change applies an update, checks the result and writes it.
func (s *Service) change(ctx context.Context, w *journal.Writer, c, before *Calendar, u Update, op string) error {
	u.apply(c)
	if err := u.validate(c); err != nil {
		return err
	}
	if c.Source != "" && (before == nil || before.Source == "") {
		n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM calendars WHERE user_id = $1 AND source <> ''", w.Caller.UserID)
		if err != nil {
			return err
		}
		if n >= MaxSources {
			return fault.Newf(fault.Conflict, "too_many_sources", "%d calendars are filled from addresses already, which is the most. Delete one, or take its address away.", MaxSources)
		}
	}
	is, err := s.isDefault(ctx, w.Caller.UserID, before)
	is = is && c.Source == ""
	if err != nil {
		return err
	}
	if err := s.save(ctx, w, c, before, op); err != nil {
		return err
	}
	if c.Default = is; is || !u.Default.Has() || !u.Default.Value {
		return nil
	}
	c.Default = true
	return s.defaults.SetDefaultCalendar(ctx, w, &c.ID)
}

// isDefault says whether a calendar is the default one without being made it: it
// was, or it is a new one and the first. It goes on being it until another is.
func (s *Service) isDefault(ctx context.Context, userID int64, before *Calendar) (bool, error) {
	if before != nil {
		return before.Default, nil
	}
	_, others, err := db.One(ctx, s.db, db.Value[int64], "SELECT 1 FROM calendars WHERE user_id = $1 AND source = '' LIMIT 1", userID)
	return !others, err
}

// save writes a calendar and its journal entry: the one way a calendar changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, c, before *Calendar, op string) error {
	c.Rev = w.Next()
	c.UpdatedAt = clock.FromMicros(w.At)
	var err error
	change := journal.Change{Seq: c.Rev, Kind: KindName, UID: c.UID, Title: c.Name, Op: op, Collection: "calendars"}
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, c)
	case journal.Restore:
		err = s.reinsert(ctx, w.Caller.UserID, c)
	default:
		change.Before = *before
		err = s.update(ctx, w.Caller.UserID, c)
	}
	if err != nil {
		return err
	}
	change.ID = c.ID
	if s.sourced != nil && c.Source != "" && (before == nil || before.Source != c.Source) {
		if err := s.sourced(ctx, w.Caller.UserID, c.ID); err != nil {
			return err
		}
	}
	return w.Record(ctx, change)
}

// remove deletes a calendar; its events go when they are told to let go of it.
func (s *Service) remove(ctx context.Context, w *journal.Writer, c Calendar) error {
	var letGo func() error
	if !c.Default {
		letGo = w.Detaching(ctx, KindName, c.ID)
	}
	heir, found, err := s.other(ctx, w.Caller.UserID, c.ID)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.Conflict, "last_calendar", "The last calendar cannot be deleted: events need one to lie in. Make another one first.")
	}
	if c.Default {
		err := w.Because(KindName, c.ID, func() error { return s.defaults.SetDefaultCalendar(ctx, w, &heir) })
		if err != nil {
			return err
		}
		letGo = w.Detaching(ctx, KindName, c.ID) // the settings have let go already
	}
	if err := letGo(); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM calendars WHERE user_id = $1 AND id = $2", w.Caller.UserID, c.ID); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: c.ID, UID: c.UID, Title: c.Name,
		Op: journal.Delete, Before: c, Collection: "calendars"})
}
