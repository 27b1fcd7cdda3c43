// Package webcal fills calendars from addresses: holidays, a school, a team, as
// iCalendar (RFC 5545), fetched now and then. What is fetched is written through
// the events' own service, as one change-set a fetch that changed something; a
// fetch that fails, or brings nothing, takes nothing away.
package webcal

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"strconv"
	"time"

	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/notify"
	"umbra/app/resource"
)

// Bounds.
const (
	MaxBody   = 8 << 20 // bytes of a calendar
	MaxEvents = 10_000  // in one

	Usual    = 6 * time.Hour // between two fetches, unless the calendar says otherwise
	shortest = time.Hour
	longest  = 7 * 24 * time.Hour

	firstWait = 15 * time.Minute // after a failure; twice as long after each further one
	lastWait  = 24 * time.Hour
)

// JobName is the kind of due work that fetches; its key is the calendar's number.
const JobName = "calendar_fetch"

// Deps is what a Service is made of.
type Deps struct {
	DB        *db.DB
	Journal   *journal.Journal
	Queue     *jobs.Queue
	Clock     clock.Clock
	Log       *slog.Logger
	Out       *notify.Outbound
	Accounts  *account.Service
	Calendars *calendar.Service
	Events    *event.Service
}

// Service fetches.
type Service struct {
	Deps
	resources *resource.Store
}

// New makes the service, which hears of every calendar that gets an address.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{Deps: d, resources: resource.New(d.DB)}
	d.Calendars.OnSource(func(ctx context.Context, userID, id int64) error {
		// What is in it now may be anybody's: the next fetch is of the whole.
		if err := s.DB.Later(ctx, "DELETE FROM calendar_fetches WHERE user_id = $1 AND calendar_id = $2", userID, id); err != nil {
			return err
		}
		return s.Queue.By(ctx, JobName, strconv.FormatInt(id, 10), "", s.Clock.Now())
	})
	return s
}

// Jobs is the due work to be done.
func (s *Service) Jobs() []jobs.Kind {
	return []jobs.Kind{{Name: JobName, Do: s.Do, Workers: 2, Forever: true}}
}

// Plan sees to it that every calendar with an address has its fetch ahead:
// a restored backup brings calendars and no due work.
func (s *Service) Plan(ctx context.Context) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		type due struct{ id, at int64 }
		all, err := db.Query(ctx, s.DB, func(r db.Scanner) (d due, err error) { return d, r.Scan(&d.id, &d.at) },
			`SELECT c.id, COALESCE(f.next_at, 0) FROM calendars c JOIN users u ON u.id = c.user_id LEFT JOIN calendar_fetches f ON f.calendar_id = c.id
WHERE c.source <> '' AND NOT u.disabled ORDER BY c.id`)
		if err != nil {
			return err
		}
		for _, d := range all {
			at := max(d.at, clock.Micros(s.Clock.Now()))
			if err := s.Queue.Once(ctx, JobName, strconv.FormatInt(d.id, 10), "", clock.FromMicros(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Do fetches one calendar as due work.
func (s *Service) Do(ctx context.Context, j jobs.Job) jobs.Result {
	id, err := strconv.ParseInt(j.Key, 10, 64)
	if err != nil {
		return jobs.Result{Err: jobs.Permanent(err)}
	}
	user, found, err := db.One(ctx, s.DB, db.Value[int64], "SELECT c.user_id FROM calendars c JOIN users u ON u.id = c.user_id WHERE c.id = $1 AND c.source <> '' AND NOT u.disabled", id)
	if err != nil {
		return jobs.Result{Err: err}
	}
	if !found { // it is gone, or is filled by people now; Plan brings back who is let in again
		return jobs.Result{}
	}
	st, err := s.Fetch(ctx, user, id)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Conflict):
		return jobs.Result{}
	case err != nil:
		return jobs.Result{Err: err}
	}
	return jobs.Result{Repeats: true, Save: func(_ context.Context, settled *jobs.Settled) error {
		settled.Again = *st.NextAt
		return nil
	}}
}

// Fetch fetches a calendar now and answers what came of it: that a fetch failed
// is no error. NotFound; Conflict for a calendar without an address.
func (s *Service) Fetch(ctx context.Context, userID, id int64) (Status, error) {
	c, err := s.Accounts.Caller(ctx, userID, caller.Fetch)
	if err != nil {
		return Status{}, err
	}
	cal, err := s.Calendars.Find(ctx, c, id)
	if err != nil {
		return Status{}, err
	}
	if cal.Source == "" {
		return Status{}, noSource()
	}
	r, err := s.row(ctx, userID, id, cal.Source)
	if err != nil {
		return Status{}, err
	}
	got, err := s.Out.Get(ctx, cal.Source, "text/calendar, */*;q=0.5", r.etag, r.modified, MaxBody)
	if ctx.Err() != nil { // told to stop: that says nothing about the address
		return Status{}, ctx.Err()
	}
	var f *feed
	sum := sha256.Sum256(got.Body)
	why := reason{}
	var wait time.Duration
	switch {
	case err != nil:
		e := notify.AsError(err)
		if why, wait = (reason{Why: e.Why}), e.RetryAfter; e.Why.Text == "" {
			why.Why = notify.Why{Text: "%s", Args: []string{e.Reason}}
		}
	case got.Fresh && string(sum[:]) != string(r.hash):
		f, why = read(got.Body, c.Location())
	}
	var settled row // another one each time that the transaction is tried
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if now, err := s.Calendars.Find(ctx, c, id); err != nil || now.Source != cal.Source { // while we were away
			if err == nil {
				err = noSource()
			}
			return err
		}
		next := r
		if !why.failed() {
			if f != nil {
				n, err := s.apply(ctx, c, cal, f)
				if err != nil {
					return err
				}
				next.events, next.refused, next.every, next.hash = n.events, n.refused, f.every, sum[:]
			}
			if got.ETag != "" || got.Modified != "" || got.Fresh {
				next.etag, next.modified = got.ETag, got.Modified
			}
		}
		next.settle(s.Clock.Now(), why, wait)
		settled = next
		return s.save(ctx, userID, id, cal.Source, next)
	})
	if err != nil {
		return Status{}, err
	}
	if why.failed() {
		s.Log.InfoContext(ctx, "a calendar was not fetched", "calendar", id, "why", why.in("en"), "failures", settled.failures)
	}
	return settled.status(c.Language), nil
}

// Status answers what came of the last fetch. NotFound; Conflict for a calendar
// without an address.
func (s *Service) Status(ctx context.Context, c caller.Caller, id int64) (Status, error) {
	cal, err := s.Calendars.Find(ctx, c, id)
	if err != nil {
		return Status{}, err
	}
	if cal.Source == "" {
		return Status{}, noSource()
	}
	r, err := s.row(ctx, c.UserID, id, cal.Source)
	return r.status(c.Language), err
}

func noSource() error {
	return fault.New(fault.Conflict, "no_source", "This calendar is filled by people: it has no address to fetch.")
}
