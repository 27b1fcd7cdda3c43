package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"umbra/app/clock"
)

// Stats is what a runner has done since its process began, for metrics.
type Stats struct {
	Running int   // now
	Done    int64 // jobs, and turns of those that repeat
	Failed  int64 // attempts
	Dead    int64 // given up
	// Lag is how long after its time the last job began, and Worst the longest of all.
	Lag, Worst time.Duration
}

// Stats answers what was done so far.
func (r *Runner) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.Running = len(r.running)
	return s
}

func (r *Runner) start(ctx context.Context, k Kind, j Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running[j.ID] = true
	r.busy[k.Name]++
	if j.Attempt == 1 {
		r.stats.Lag = max(r.clock.Now().Sub(j.RunAt), 0)
		r.stats.Worst = max(r.stats.Worst, r.stats.Lag)
	}
	r.wg.Go(func() {
		r.work(ctx, k, j)
		r.mu.Lock()
		delete(r.running, j.ID)
		r.busy[k.Name]--
		r.mu.Unlock()
		r.Wake()
	})
}

func (r *Runner) work(ctx context.Context, k Kind, j Job) {
	res := r.do(ctx, k, j)
	if res.Err != nil && ctx.Err() != nil {
		r.giveBack(ctx, j) // it was told to stop: that is no failure of its own
		return
	}
	for tries := 1; ; tries++ {
		s, err := r.settle(ctx, k, j, res)
		switch {
		case err == nil:
			r.count(s, res.Err)
			if s.Dead {
				r.Log.ErrorContext(ctx, "work was given up", "kind", j.Kind, "key", j.Key, "attempts", j.Attempt, "error", res.Err)
			}
			return
		case errors.Is(err, errLost):
			return
		case ctx.Err() != nil: // the lease ends by itself
			return
		}
		r.Log.WarnContext(ctx, "what came of due work was not written down", "kind", j.Kind, "key", j.Key, "error", err)
		var bad *saveError
		if errors.As(err, &bad) && tries%saveTries == 0 {
			res = Result{Err: bad.error}
			continue
		}
		select { // the database does not answer: nothing else would help either
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

// do runs the handler; a panic is a failure like others.
func (r *Runner) do(ctx context.Context, k Kind, j Job) (res Result) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.ErrorContext(ctx, "panic in due work", "kind", j.Kind, "key", j.Key, "panic", p, "stack", string(debug.Stack()))
			res = Result{Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return k.Do(ctx, j)
}

var errLost = errors.New("jobs: another server has taken it over")

// saveError is what a handler's Save said, apart from the database's own.
type saveError struct{ error }

func (e *saveError) Unwrap() error { return e.error }

// saveTries is how often a Save is tried before its error counts as the attempt's:
// what was done must not be done again for a moment's trouble with the database.
const saveTries = 5

// settle writes down what became of a job, if it is still ours.
func (r *Runner) settle(ctx context.Context, k Kind, j Job, res Result) (s Settled, err error) {
	ctx = context.WithoutCancel(ctx)
	err = r.db.Tx(ctx, func(ctx context.Context) error {
		s = Settled{Done: true}
		if res.Err != nil {
			s = fate(j, res.Err, r.clock.Now(), k.Forever)
		}
		// The row comes first: on PostgreSQL whoever wants the job sooner (By)
		// waits for us, and what they have written is seen by Save.
		hold := "UPDATE jobs SET locked_until = locked_until WHERE id = $1 AND locked_by = $2"
		if s.Done && !res.Repeats {
			hold = "DELETE FROM jobs WHERE id = $1 AND locked_by = $2"
		}
		n, err := r.db.Exec(ctx, hold, j.ID, r.name)
		if err != nil {
			return err
		}
		if n == 0 {
			return errLost
		}
		if res.Save != nil {
			if err := res.Save(ctx, &s); err != nil {
				return &saveError{err}
			}
		}
		return r.write(ctx, j, res, s)
	})
	return s, err
}

func (r *Runner) write(ctx context.Context, j Job, res Result, s Settled) error {
	const free = "UPDATE jobs SET locked_until = 0, locked_by = '', "
	switch {
	case s.Done && !res.Repeats:
		return nil
	case s.Done && s.Again.IsZero():
		return r.db.Later(ctx, "DELETE FROM jobs WHERE id = $1", j.ID)
	case s.Done:
		return r.db.Later(ctx, free+"run_at = $2, attempt = 0, first_at = 0, last_error = '' WHERE id = $1", j.ID, clock.Micros(s.Again))
	case s.Dead:
		return r.db.Later(ctx, free+"state = 'dead', run_at = $2, last_error = $3 WHERE id = $1", j.ID, clock.Micros(r.clock.Now()), said(res.Err))
	default:
		return r.db.Later(ctx, free+"run_at = $2, last_error = $3 WHERE id = $1", j.ID, clock.Micros(s.Again), said(res.Err))
	}
}

// giveBack lets another server, or the next start, do it at once.
func (r *Runner) giveBack(ctx context.Context, j Job) {
	_ = r.db.Tx(context.WithoutCancel(ctx), func(ctx context.Context) error { // else its lease ends by itself
		_, err := r.db.Exec(ctx, "UPDATE jobs SET locked_until = 0, locked_by = '', attempt = attempt - 1 WHERE id = $1 AND locked_by = $2", j.ID, r.name)
		return err
	})
}

func (r *Runner) count(s Settled, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		r.stats.Done++
	case s.Dead:
		r.stats.Dead++
		fallthrough
	default:
		r.stats.Failed++
	}
}

// said is an error as it is kept: what a database takes, and not too long.
func said(err error) string {
	if err == nil {
		return ""
	}
	const most = 500
	out := make([]rune, 0, most)
	for _, c := range err.Error() { // what is no UTF-8 becomes U+FFFD
		if c != 0 && len(out) < most {
			out = append(out, c)
		}
	}
	return string(out)
}
