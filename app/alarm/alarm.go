// Package alarm makes records remind: it plans when each alarm rings next,
// keeps the ledger of what rang and what came of it, and hands messages to the
// channels.
//
// It is a read model that follows the journal: features know nothing of it.
// Alarms are rows, one for each alarm of a record however often it repeats
// (plan.go). A job a user fires what is due (fire.go): one row of the ledger an
// occurrence, told apart by a key that no occurrence has twice, and one job a
// channel that delivers it (deliver.go). docs/reminders.md says what users see.
package alarm

import (
	"context"
	"log/slog"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/notify"
	"umbra/app/secret"
)

// The kinds of what rings.
const (
	Todo        = "todo"
	Event       = "event"
	Reminder    = "reminder"
	Birthday    = "birthday"
	Anniversary = "anniversary"
	Contact     = "contact"
	Digest      = "digest" // the summary of the day; its record is the user
)

// Ring is a moment at which a record reminds.
type Ring struct {
	At         time.Time
	About      time.Time // when the occurrence begins or is due
	Mark       string    // tells occurrences of a record apart
	Occurrence string    // recurrence id of an event's
	AllDay     bool
}

// Record is something that may ring.
type Record struct {
	ID      int64
	Title   string
	Body    string    // where it is, what it says
	Updated time.Time // its last change
	Rules   []string
	Next    func(rule string, after time.Time) (Ring, bool)
	Insist  time.Duration // until it is answered it rings every so often; 0: once
	// Rests: nothing waits for an answer that rang for a time before this.
	Rests time.Time
	High  bool // it is marked as important
}

// Events are the calendar's records that ring: features do not know each other.
type Events interface {
	// Ringing reads those of ids or, where that is nil, the first after an id.
	Ringing(ctx context.Context, c caller.Caller, ids []int64, after int64, limit int) ([]Record, error)
	// Place is the title and the place of one occurrence.
	Place(ctx context.Context, c caller.Caller, id int64, occurrence string) (title, location string, err error)
}

// Days tells what a day brings, for the digest.
type Days interface {
	Day(ctx context.Context, c caller.Caller, day clock.Date) ([]Item, error)
}

// Item is a line of the digest.
type Item struct {
	Kind  string
	Title string
	At    *time.Time // nil: all day
	Years *int       // of a birthday or anniversary
}

// Answers carries out what a person answers to a message, through the record's
// own feature.
type Answers interface {
	Done(ctx context.Context, c caller.Caller, kind string, id int64) error
	// Snooze is false where the kind has no snooze of its own.
	Snooze(ctx context.Context, c caller.Caller, kind string, id int64, until time.Time) (own bool, err error)
}

// Deps is what the service is built on.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Queue   *jobs.Queue
	Clock   clock.Clock
	Events  Events
	Days    Days
	Answers Answers
	Send    notify.Deliverer
	Keys    secret.Keys
	Public  string // where people reach the server, for links in messages; "": no links
	Log     *slog.Logger
}

// Service plans, fires and delivers alarms.
type Service struct {
	Deps
	changed chan change
	lags    lags
}

// New makes the service; it follows the journal from here on, and plans once Run
// is called.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{Deps: d, changed: make(chan change, 256)}
	d.Journal.Follow(s.follow)
	return s
}

// The kinds of jobs.
const (
	fireJob    = "alarms"  // a user's next alarm
	deliverJob = "deliver" // a message over a channel
	insistJob  = "insist"  // a reminder that nobody has answered
)

// Jobs are what the scheduler runs for the service.
func (s *Service) Jobs() []jobs.Kind {
	return []jobs.Kind{
		{Name: fireJob, Do: s.fire, Workers: 4, Forever: true},
		{Name: deliverJob, Do: s.deliver, Workers: 24},
		{Name: insistJob, Do: s.insist, Workers: 2, Forever: true},
	}
}
