package reminder

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
)

// CountActive is the counter of active reminders, which the dashboard reads.
const CountActive = "reminder.active"

// Service keeps reminders. Each exported method is one transaction.
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

// Find answers one reminder; NotFound.
func (s *Service) Find(ctx context.Context, c caller.Caller, id int64) (Reminder, error) {
	return s.find(ctx, c.UserID, id)
}

// List answers a page of reminders; Invalid for a sort or cursor it does not know.
func (s *Service) List(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Reminder], error) {
	return s.list(ctx, c.UserID, f, req)
}

// Count says how many reminders a filter takes. All, and the active ones, it
// reads from counters; else it counts.
func (s *Service) Count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	f.Sort = ""
	active := f.Active != nil && *f.Active
	if active {
		f.Active = nil
	}
	switch {
	case f != (Filter{}):
	case active:
		return s.journal.Total(ctx, c.UserID, CountActive)
	default:
		return s.journal.Total(ctx, c.UserID, KindName)
	}
	if active {
		f.Active = &active
	}
	return s.count(ctx, c.UserID, f)
}

// Create makes a reminder; Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, u Update) (Reminder, error) {
	return s.Import(ctx, c, journal.Origin{}, u)
}

// Import is Create for a reminder that was made elsewhere; Invalid.
func (s *Service) Import(ctx context.Context, c caller.Caller, o journal.Origin, u Update) (r Reminder, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		r = Reminder{Active: true}
		r.UID, r.CreatedAt = w.Begin(o)
		if err := s.change(ctx, w, &r, u); err != nil {
			return err
		}
		if r.Dismissed {
			at := w.Done(o)
			r.DismissedAt = &at
		}
		return s.save(ctx, w, &r, nil, journal.Create)
	})
	return r, err
}

// Update changes the fields given; NotFound, Invalid, Stale.
func (s *Service) Update(ctx context.Context, c caller.Caller, id int64, match journal.Match, u Update) (Reminder, error) {
	return s.alter(ctx, c, id, match, func(ctx context.Context, w *journal.Writer, r *Reminder) (bool, error) {
		return true, s.change(ctx, w, r, u)
	})
}

// Dismiss moves a repeating reminder to its next occurrence, and ends one that
// has none; one that was dismissed already stays as it is. NotFound, Stale.
func (s *Service) Dismiss(ctx context.Context, c caller.Caller, id int64, match journal.Match) (Reminder, error) {
	return s.alter(ctx, c, id, match, func(_ context.Context, w *journal.Writer, r *Reminder) (bool, error) {
		if r.Dismissed {
			return false, nil
		}
		now := clock.FromMicros(w.At)
		r.SnoozedUntil = nil
		if !r.advance(now) {
			r.Active, r.Dismissed, r.DismissedAt = false, true, &now
		}
		return true, nil
	})
}

// Snooze is for how long to be left alone: one of the two.
type Snooze struct {
	Until   opt.Opt[time.Time] `json:"until,omitzero" nullable:"false" doc:"The moment to remind at again; in the future." example:"2025-01-31T19:00:00+01:00"`
	Minutes opt.Opt[int64]     `json:"minutes,omitzero" nullable:"false" minimum:"1" maximum:"43200" doc:"Or so many minutes from now (at most 30 days)." example:"10"`
}

// maxSnooze is the most minutes there are to a snooze: 30 days.
const maxSnooze = 30 * 24 * 60

// Snooze makes a reminder remind again later; one that was dismissed or turned
// off wakes. NotFound, Invalid, Stale.
func (s *Service) Snooze(ctx context.Context, c caller.Caller, id int64, match journal.Match, z Snooze) (Reminder, error) {
	return s.alter(ctx, c, id, match, func(_ context.Context, w *journal.Writer, r *Reminder) (bool, error) {
		until, err := z.until(clock.FromMicros(w.At))
		if err != nil {
			return false, err
		}
		r.SnoozedUntil = &until
		r.Active, r.Dismissed, r.DismissedAt = true, false, nil
		return true, nil
	})
}

func (z Snooze) until(now time.Time) (time.Time, error) {
	var c check.Check
	until := z.Until.Value.UTC().Truncate(time.Second)
	switch {
	case z.Until.Has() == z.Minutes.Has():
		c.Add("until", "one_of", "must be given, or else minutes; not both")
		c.Add("minutes", "one_of", "must be given, or else until; not both")
	case z.Minutes.Has():
		c.Range("minutes", z.Minutes.Value, 1, maxSnooze)
		until = now.Add(time.Duration(min(max(z.Minutes.Value, 1), maxSnooze)) * time.Minute).Truncate(time.Second)
	default:
		checkSnooze(&c, "until", until, now)
	}
	return until, c.Err()
}

// Delete puts a reminder into the trash; NotFound, Stale.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		r, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(r.Rev); err != nil {
			return err
		}
		return s.remove(ctx, w, r)
	})
}

// alter changes one reminder by a function, which says whether there is anything to write.
func (s *Service) alter(ctx context.Context, c caller.Caller, id int64, match journal.Match,
	by func(ctx context.Context, w *journal.Writer, r *Reminder) (bool, error)) (r Reminder, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.find(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		r = before
		changed, err := by(ctx, w, &r)
		if err != nil || !changed {
			return err
		}
		return s.save(ctx, w, &r, &before, journal.Update)
	})
	return r, err
}

// change applies an update and checks the result.
func (s *Service) change(ctx context.Context, w *journal.Writer, r *Reminder, u Update) error {
	was, now := *r, clock.FromMicros(w.At)
	u.apply(r)
	r.tidy(w.Caller.Location())
	r.settle(was, u.Active.Has())
	if err := r.validate(was, now); err != nil {
		return err
	}
	for _, ref := range []struct {
		given       bool
		field, kind string
		id          *int64
	}{
		{u.TodoID.Has(), "todo_id", "todo", r.TodoID},
		{u.EventID.Has(), "event_id", "event", r.EventID},
		{u.PersonID.Has(), "person_id", "person", r.PersonID},
		{u.LocationID.Has(), "location_id", "location", r.LocationID},
	} {
		if !ref.given {
			continue
		}
		if err := w.Reference(ctx, ref.field, ref.kind, ref.id); err != nil {
			return err
		}
	}
	switch {
	case !r.Dismissed:
		r.DismissedAt = nil
	case r.DismissedAt == nil:
		r.DismissedAt = &now
	}
	return r.anchor(was)
}

// save writes a reminder and its journal entry: the one way a reminder changes.
func (s *Service) save(ctx context.Context, w *journal.Writer, r, before *Reminder, op string) error {
	r.Rev = w.Next()
	r.UpdatedAt = clock.FromMicros(w.At)
	r.DueAt = r.due()
	c := journal.Change{Seq: r.Rev, Kind: KindName, UID: r.UID, Title: r.Title, Op: op, Collection: "reminders"}
	var err error
	switch op {
	case journal.Create:
		err = s.insert(ctx, w.Caller.UserID, r)
	case journal.Restore:
		err = s.write(ctx, reinsertSQL, w.Caller.UserID, r)
	default:
		c.Before = image{*before, before.Local}
		err = s.write(ctx, updateSQL, w.Caller.UserID, r)
	}
	if err != nil {
		return err
	}
	c.ID = r.ID
	if err := countActive(ctx, w, before, r); err != nil {
		return err
	}
	return w.Record(ctx, c)
}

func countActive(ctx context.Context, w *journal.Writer, before, after *Reminder) error {
	by := int64(0)
	if before != nil && before.Active {
		by--
	}
	if after != nil && after.Active {
		by++
	}
	if by == 0 {
		return nil
	}
	return w.Count(ctx, CountActive, by)
}

func (s *Service) remove(ctx context.Context, w *journal.Writer, r Reminder) error {
	if err := w.Detach(ctx, KindName, r.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM reminders WHERE user_id = $1 AND id = $2", w.Caller.UserID, r.ID); err != nil {
		return err
	}
	if err := countActive(ctx, w, &r, nil); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: KindName, ID: r.ID, UID: r.UID, Title: r.Title,
		Op: journal.Delete, Before: image{r, r.Local}, Collection: "reminders"})
}
