package jobs

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/secret"
)

// Kind is a sort of job and what does it.
type Kind struct {
	Name    string // letters and underscores
	Do      Handler
	Workers int  // how many run at once in this process
	Forever bool // it is never given up
}

// Options of a runner; zero values take the usual.
type Options struct {
	Log   *slog.Logger
	Lease time.Duration // how long a server that has died keeps what it took (10 s)
	Grace time.Duration // how long what is running may go on at the end (5 s)
	// Poll is how often to look although nobody woke us: for databases that
	// other servers write to without a word. 0: never.
	Poll time.Duration
}

// Runner runs a queue's jobs.
type Runner struct {
	*Queue
	Options
	name  string // of this runner, in its leases
	kinds []Kind
	seen  time.Time // what the wall clock showed last

	mu      sync.Mutex
	running map[int64]bool // by id: what this process is at, whatever its leases say
	busy    map[string]int
	stats   Stats
	wg      sync.WaitGroup
}

// NewRunner makes a runner. Kinds are fixed from here on: what another version
// of the program put in waits for one that knows it.
func NewRunner(q *Queue, o Options, kinds ...Kind) *Runner {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lease == 0 {
		o.Lease = 10 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	return &Runner{Queue: q, Options: o, name: secret.NewToken()[:12], kinds: kinds, running: map[int64]bool{}, busy: map[string]int{}}
}

// Run does what is due until ctx ends, then lets what is running end for the
// grace period, cancels it, and returns when all of it has stopped.
func (r *Runner) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if r.db.Engine == db.SQLite {
		r.release(work)
	}
	r.mend(work)
	var own sync.WaitGroup
	renewing, stopRenewing := context.WithCancel(work)
	own.Go(func() { r.renew(renewing) })
	for ctx.Err() == nil {
		next, err := r.look(work)
		if err != nil {
			r.Log.ErrorContext(ctx, "looking for due work failed", "error", err)
			next = r.clock.Now().Add(time.Second)
		}
		r.sleep(ctx, next)
	}
	timer := time.AfterFunc(r.Grace, cancel)
	r.wg.Wait()
	timer.Stop()
	stopRenewing()
	own.Wait()
}

// look starts what is due and answers when to look again; zero is when woken.
func (r *Runner) look(ctx context.Context) (next time.Time, err error) {
	earliest, err := r.earliest(ctx)
	if err != nil {
		return next, err
	}
	now := r.clock.Now()
	for _, k := range r.kinds {
		at, waits := earliest[k.Name]
		free := r.free(k)
		switch {
		case !waits || free == 0: // whoever ends next wakes us
			continue
		case at.After(now):
			if next.IsZero() || at.Before(next) {
				next = at
			}
			continue
		}
		taken, err := r.claim(ctx, k, free)
		if err != nil {
			return next, err
		}
		for _, j := range taken {
			r.start(ctx, k, j)
		}
		if len(taken) > 0 {
			r.Wake() // there may be more, of this time or the next
		} else if soon := now.Add(time.Second); next.IsZero() || soon.Before(next) {
			next = soon // another server was quicker, or keeps it
		}
	}
	return next, nil
}

// earliest is, by kind, when the next job is due or a lease ends.
func (r *Runner) earliest(ctx context.Context) (map[string]time.Time, error) {
	at, ids := r.at(1)
	parts := make([]string, len(r.kinds))
	for i, k := range r.kinds {
		parts[i] = "SELECT '" + k.Name + "', (SELECT MIN(run_at) FROM jobs WHERE kind = '" + k.Name + "' AND state = 'waiting' AND locked_until = 0 AND id NOT IN " + at + ")," +
			" (SELECT MIN(locked_until) FROM jobs WHERE locked_until > 0 AND kind = '" + k.Name + "' AND id NOT IN " + at + ")"
	}
	out := map[string]time.Time{}
	_, err := db.Query(ctx, r.db, func(s db.Scanner) (bool, error) {
		var kind string
		var due, held *int64
		if err := s.Scan(&kind, &due, &held); err != nil {
			return false, err
		}
		if due == nil || held != nil && *held < *due {
			due = held
		}
		if due != nil {
			out[kind] = clock.FromMicros(*due)
		}
		return true, nil
	}, strings.Join(parts, " UNION ALL "), ids...)
	return out, err
}

// at names what this process is at, for "id IN" of a statement whose argument n
// is the first of them. A job is ours until its worker has come to its end, also
// where it has been settled, and may be due again, a moment before: taken then,
// it would be kept by us with nobody at it. Its worker's end wakes the runner.
func (r *Runner) at(n int) (list string, ids []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids = db.Padded(slices.Collect(maps.Keys(r.running)))
	return db.Number("(0"+strings.Repeat(", ?", len(ids))+")", n), ids // no job is 0
}

func (r *Runner) free(k Kind) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(k.Workers, 1) - r.busy[k.Name]
}

// claim takes what is due under a lease.
func (r *Runner) claim(ctx context.Context, k Kind, n int) (taken []Job, err error) {
	lock := ""
	if r.db.Engine == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	now := r.clock.Now()
	at, ids := r.at(6)
	err = r.db.Tx(ctx, func(ctx context.Context) error {
		taken, err = db.Query(ctx, r.db, scanJob, `UPDATE jobs SET locked_until = $2, locked_by = $3, attempt = attempt + 1,
first_at = CASE WHEN first_at = 0 THEN $1 ELSE first_at END
WHERE id IN (SELECT id FROM jobs WHERE kind = $4 AND state = 'waiting' AND run_at <= $1 AND locked_until <= $1 AND id NOT IN `+at+`
    ORDER BY run_at, id LIMIT $5`+lock+`)
RETURNING `+jobColumns, append([]any{clock.Micros(now), clock.Micros(now.Add(r.Lease)), r.name, k.Name, n}, ids...)...)
		return err
	})
	return taken, err
}

// sleep waits until the wall clock shows next (zero: for ever), somebody wakes
// us, Poll is over or ctx ends. It looks at the clock once a second: a timer
// alone does not know that it was set.
func (r *Runner) sleep(ctx context.Context, next time.Time) {
	began := time.Now()
	for {
		now := r.clock.Now()
		if now.Before(r.seen.Add(-setBack)) {
			r.mend(ctx)
			next = time.Time{}
			r.Wake()
		}
		r.seen = now
		if !next.IsZero() && !now.Before(next) {
			return
		}
		wait := time.Second
		if !next.IsZero() {
			wait = min(next.Sub(now), time.Second)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-r.wake:
			timer.Stop()
			return
		case <-timer.C:
		}
		if r.Poll > 0 && time.Since(began) >= r.Poll {
			r.mend(ctx)
			return
		}
	}
}

// setBack is by how much a clock goes back before it was set.
const setBack = time.Second

// mend brings near what a clock that was ahead has put into the far future:
// leases longer than there are, attempts later than there are. Those of what is
// running here are renewed soon, and it needs them to be settled.
func (r *Runner) mend(ctx context.Context) {
	now := r.clock.Now()
	at, ids := r.at(2)
	err := r.db.Tx(ctx, func(ctx context.Context) error {
		if _, err := r.db.Exec(ctx, "UPDATE jobs SET locked_until = 0, locked_by = '' WHERE locked_until > $1 AND id NOT IN "+at,
			append([]any{clock.Micros(now.Add(2 * r.Lease))}, ids...)...); err != nil {
			return err
		}
		_, err := r.db.Exec(ctx, "UPDATE jobs SET run_at = $1, first_at = $1 WHERE state = 'waiting' AND attempt > 0 AND run_at > $2",
			clock.Micros(now), clock.Micros(now.Add(giveUp+r.Lease)))
		return err
	})
	if err != nil && ctx.Err() == nil {
		r.Log.WarnContext(ctx, "due work was not brought near after the clock was set", "error", err)
	}
}

// release ends all leases: on SQLite there is one server, and it was not us who
// took them.
func (r *Runner) release(ctx context.Context) {
	if err := r.db.Tx(ctx, func(ctx context.Context) error {
		_, err := r.db.Exec(ctx, "UPDATE jobs SET locked_until = 0, locked_by = '' WHERE locked_until > 0")
		return err
	}); err != nil {
		r.Log.WarnContext(ctx, "work that an earlier run had begun waits for its lease to end", "error", err)
	}
}

// renew keeps the leases of what is running.
func (r *Runner) renew(ctx context.Context) {
	t := time.NewTicker(r.Lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		at, ids := r.at(3)
		if len(ids) == 0 {
			continue
		}
		err := r.db.Tx(ctx, func(ctx context.Context) error {
			_, err := r.db.Exec(ctx, "UPDATE jobs SET locked_until = $1 WHERE locked_by = $2 AND locked_until > 0 AND id IN "+at,
				append([]any{clock.Micros(r.clock.Now().Add(r.Lease)), r.name}, ids...)...)
			return err
		})
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "leases of due work were not renewed", "error", err)
		}
	}
}
