// Package jobs runs work that is due at a time: rows of one table, each done at
// least once, also when a server dies in the middle of it.
//
// A job is put in by the transaction that makes it necessary (Queue). A Runner
// takes what is due under a lease, runs its handler and settles it: done, again
// later, or given up and kept for a person to see. Several servers may share a
// database. Between times a runner sleeps until the earliest job or a wake-up,
// and looks at the wall clock once a second, so that a clock that is set does
// not matter; it sends no statement when nothing is due.
package jobs

import (
	"context"
	"errors"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
)

// Job is one piece of due work.
type Job struct {
	ID      int64
	Kind    string
	Key     string // what it is about, once a kind
	Payload string
	RunAt   time.Time // when it was due
	Attempt int       // which one this is, from 1; those that a dead server began count
	FirstAt time.Time // when the first one was
}

// Result is what came of an attempt.
type Result struct {
	// Err says that it failed: it is tried again with backoff, no sooner than
	// RetryAfter asks, and given up after a day. Permanent errors are given up at once.
	Err error
	// Repeats: the job stays, and Save says when it runs again.
	Repeats bool
	// Save joins the transaction that settles the job; it may be nil, and may
	// run more than once (db.Tx). Where it answers an error the attempt failed.
	Save func(ctx context.Context, s *Settled) error
}

// Settled is what becomes of a job.
type Settled struct {
	Done  bool
	Dead  bool      // given up
	Again time.Time // when it runs again; Save may change it for one that Repeats, zero ends it
}

// Handler does one job. ctx ends when the server has to stop.
type Handler func(ctx context.Context, j Job) Result

// permanent is an error that trying again does not help.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that trying again does not help.
func Permanent(err error) error { return permanent{err} }

// later is an error of somebody who said when to come again.
type later struct {
	error
	after time.Duration
}

func (l later) Unwrap() error { return l.error }

// RetryAfter marks an error after which the next attempt is to wait for so long at least.
func RetryAfter(err error, after time.Duration) error { return later{err, after} }

// Queue puts jobs in.
type Queue struct {
	db    *db.DB
	clock clock.Clock
	wake  chan struct{}
}

// NewQueue makes a queue on a database. One a process, which its Runner shares.
func NewQueue(d *db.DB, c clock.Clock) *Queue {
	return &Queue{db: d, clock: c, wake: make(chan struct{}, 1)}
}

// Wake makes the runner look for what is due: somebody else may have put it in.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default: // one look is under way already
	}
}

// Once puts a job in, as part of the transaction of ctx. Where the kind has one
// of that key already nothing changes.
func (q *Queue) Once(ctx context.Context, kind, key, payload string, at time.Time) error {
	return q.put(ctx, kind, key, payload, at, "DO NOTHING")
}

// By sees to it that a job of that key runs at a time or sooner. One that was
// given up begins anew.
func (q *Queue) By(ctx context.Context, kind, key, payload string, at time.Time) error {
	return q.put(ctx, kind, key, payload, at, `DO UPDATE SET
run_at = CASE WHEN jobs.state = 'dead' OR excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END,
attempt = CASE WHEN jobs.state = 'dead' THEN 0 ELSE jobs.attempt END,
first_at = CASE WHEN jobs.state = 'dead' THEN 0 ELSE jobs.first_at END, state = 'waiting'`)
}

func (q *Queue) put(ctx context.Context, kind, key, payload string, at time.Time, conflict string) error {
	if !q.db.InTx(ctx) {
		return q.db.Tx(ctx, func(ctx context.Context) error { return q.put(ctx, kind, key, payload, at, conflict) })
	}
	if err := q.db.Later(ctx, `INSERT INTO jobs (kind, key, payload, run_at, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, key) `+conflict, kind, key, payload, clock.Micros(at), clock.Micros(q.clock.Now())); err != nil {
		return err
	}
	db.AfterCommit(ctx, q.Wake)
	return nil
}

// Drop takes a job out, as part of the transaction of ctx. One that is running
// runs to its end.
func (q *Queue) Drop(ctx context.Context, kind, key string) error {
	return q.db.Later(ctx, "DELETE FROM jobs WHERE kind = $1 AND key = $2", kind, key)
}

// Dead is a job that was given up.
type Dead struct {
	Job
	Error string // what the last attempt said; for whoever keeps the server
}

// Dead lists what was given up, the latest first, at most limit.
func (q *Queue) Dead(ctx context.Context, limit int) ([]Dead, error) {
	return db.Query(ctx, q.db, func(s db.Scanner) (d Dead, err error) {
		d.Job, err = scanJob(tail{s, []any{&d.Error}})
		return d, err
	}, "SELECT "+jobColumns+", last_error FROM jobs WHERE state = 'dead' ORDER BY run_at DESC, id DESC LIMIT $1", limit)
}

// keepDead is how long what was given up can be seen.
const keepDead = 30 * 24 * time.Hour

// Expire removes what was given up long ago.
func (q *Queue) Expire(ctx context.Context) error {
	return q.db.Tx(ctx, func(ctx context.Context) error {
		_, err := q.db.Exec(ctx, "DELETE FROM jobs WHERE state = 'dead' AND run_at < $1", clock.Micros(q.clock.Now().Add(-keepDead)))
		return err
	})
}

const jobColumns = "id, kind, key, payload, run_at, attempt, first_at"

func scanJob(s db.Scanner) (Job, error) {
	var j Job
	var at, first int64
	err := s.Scan(&j.ID, &j.Kind, &j.Key, &j.Payload, &at, &j.Attempt, &first)
	j.RunAt, j.FirstAt = clock.FromMicros(at), clock.FromMicros(first)
	return j, err
}

// tail scans more columns than its caller knows of.
type tail struct {
	s    db.Scanner
	more []any
}

func (t tail) Scan(dest ...any) error { return t.s.Scan(append(dest, t.more...)...) }

// afterOf is how long an error asks to wait, and whether trying again is of no use.
func afterOf(err error) (after time.Duration, final bool) {
	var l later
	if errors.As(err, &l) {
		after = l.after
	}
	var p permanent
	return after, errors.As(err, &p)
}
