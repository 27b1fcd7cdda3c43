package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
)

// run is a row of backup_runs: what came of an attempt.
type run struct {
	id             int64
	started        time.Time
	ended          *int64
	outcome        string
	file, digest   string
	message        string
	bytes, records int64
	elsewhere      bool
}

const (
	runColumns = "id, started_at, ended_at, outcome, file, bytes, records, digest, message, elsewhere"
	keptRuns   = 500
	// One that gave no sign of life for so long is taken for dead.
	stuckAfter = 3 * time.Minute
	signEvery  = time.Minute
	// retryAfter is how long a failed one waits.
	retryAfter = time.Hour
)

func scanRun(row db.Scanner) (r run, err error) {
	var started int64
	err = row.Scan(&r.id, &started, &r.ended, &r.outcome, &r.file, &r.bytes, &r.records, &r.digest, &r.message, &r.elsewhere)
	r.started = clock.FromMicros(started)
	return r, err
}

func (s *Service) lastRun(ctx context.Context, where string) (run, bool, error) {
	return db.One(ctx, s.DB, scanRun, "SELECT "+runColumns+" FROM backup_runs WHERE "+where+" ORDER BY id DESC LIMIT 1")
}

// lastGood is the newest that was made, or found that nothing had changed.
func (s *Service) lastGood(ctx context.Context) (run, bool, error) {
	a, made, err := s.lastRun(ctx, "outcome = 'made'")
	if err != nil {
		return a, false, err
	}
	b, same, err := s.lastRun(ctx, "outcome = 'unchanged'")
	if same && b.id > a.id {
		return b, true, err
	}
	return a, made, err
}

// due is when the next one is; zero while nobody is set up.
func (s *Service) due(ctx context.Context) (time.Time, error) {
	users, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM users")
	if err != nil || users == 0 {
		return time.Time{}, err
	}
	good, found, err := s.lastGood(ctx)
	if err != nil {
		return time.Time{}, err
	}
	due := time.Unix(0, 0) // at once
	if found {
		due = good.started.Add(s.Every)
	}
	failed, is, err := s.lastRun(ctx, "outcome = 'failed'")
	if is && failed.id > good.id {
		if again := failed.started.Add(min(retryAfter, s.Every)); again.After(due) {
			due = again
		}
	}
	return due, err
}

// claim begins an attempt, one at a time over all servers of the database. One
// that is scheduled answers Conflict when it is no longer due.
func (s *Service) claim(ctx context.Context, scheduled bool) (r run, err error) {
	now := s.Clock.Now()
	if s.NoRuns {
		return run{started: now}, nil
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// The row is a lock on PostgreSQL; SQLite has one writer anyway.
		if _, err := s.DB.Exec(ctx, `INSERT INTO meta (name, value) VALUES ('lock:backups', '')
ON CONFLICT (name) DO UPDATE SET value = excluded.value`); err != nil {
			return err
		}
		other, found, err := s.lastRun(ctx, "outcome = 'running'")
		if err != nil {
			return err
		}
		if found && other.alive(now) {
			return fault.New(fault.Conflict, "backup_running", "A backup is being made already. Look again in a moment.")
		}
		if _, err := s.DB.Exec(ctx, "UPDATE backup_runs SET outcome = 'failed', ended_at = $1, message = $2 WHERE outcome = 'running'",
			clock.Micros(now), "It was interrupted."); err != nil {
			return err
		}
		if scheduled {
			again, err := s.due(ctx)
			if err != nil {
				return err
			}
			if again.After(now) {
				return fault.New(fault.Conflict, "backup_made", "Another server made the backup that was due.")
			}
		}
		r = run{started: now}
		r.id, _, err = db.One(ctx, s.DB, db.Value[int64], "INSERT INTO backup_runs (started_at, ended_at, outcome) VALUES ($1, $1, 'running') RETURNING id", clock.Micros(now))
		return err
	})
	return r, err
}

// alive says whether an attempt under way is one: its ended_at is the last sign of it.
func (r run) alive(now time.Time) bool {
	return r.outcome == "running" && r.ended != nil && now.Sub(clock.FromMicros(*r.ended)) < stuckAfter
}

// signs writes down now and then that an attempt is alive, until it is told to stop.
func (s *Service) signs(ctx context.Context, r run) (stop func()) {
	if s.NoRuns {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(signEvery)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				_ = s.DB.Tx(ctx, func(ctx context.Context) error { // the next sign may come through
					_, err := s.DB.Exec(ctx, "UPDATE backup_runs SET ended_at = $2 WHERE id = $1 AND outcome = 'running'", r.id, clock.Micros(s.Clock.Now()))
					return err
				})
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

// finished writes down what came of an attempt, and hands its error on.
func (s *Service) finished(ctx context.Context, r run, made Made, file string, elsewhere bool, cause error) error {
	if s.NoRuns {
		return cause
	}
	outcome, message := "made", made.Warning
	if cause != nil {
		outcome, message, file, made = "failed", Said(cause), "", Made{}
	}
	interrupted := ctx.Err() != nil && cause != nil
	ctx = context.WithoutCancel(ctx)
	err := s.DB.Tx(ctx, func(ctx context.Context) error {
		if interrupted { // it was told to end, and begins anew at the next start
			_, err := s.DB.Exec(ctx, "DELETE FROM backup_runs WHERE id = $1", r.id)
			return err
		}
		_, err := s.DB.Exec(ctx, `UPDATE backup_runs SET ended_at = $2, outcome = $3, file = $4, bytes = $5, records = $6, digest = $7, message = $8, elsewhere = $9
WHERE id = $1`, r.id, clock.Micros(s.Clock.Now()), outcome, file, made.Bytes, made.Manifest.Records, made.Manifest.Digest, message, elsewhere)
		if err == nil {
			_, err = s.DB.Exec(ctx, "DELETE FROM backup_runs WHERE id <= $1", r.id-keptRuns)
		}
		return err
	})
	s.mu.Lock()
	s.nextDue = time.Time{}
	s.mu.Unlock()
	return errors.Join(cause, err)
}

// unchanged ends an attempt when the database holds what the last backup does
// and that is still there. It copies that one to the second place if need be.
func (s *Service) unchanged(ctx context.Context, r run) (bool, error) {
	last, found, err := s.lastRun(ctx, "outcome = 'made' AND file LIKE 'umbra-%'")
	if err != nil || !found {
		return false, err
	}
	info, err := os.Stat(filepath.Join(s.Dir, last.file))
	if err != nil || info.Size() != last.bytes {
		return false, nil //nolint:nilerr // it is gone or another one: make a new one
	}
	m, err := s.Look(ctx)
	if err != nil {
		return false, s.finished(ctx, r, Made{}, "", false, err)
	}
	if m.Digest != last.digest {
		return false, nil
	}
	message := ""
	if s.Second != nil && !last.elsewhere {
		if err := s.toSecond(ctx, filepath.Join(s.Dir, last.file)); err != nil {
			message = err.Error()
		}
	}
	return true, s.DB.Tx(ctx, func(ctx context.Context) error {
		if s.Second != nil && message == "" {
			if _, err := s.DB.Exec(ctx, "UPDATE backup_runs SET elsewhere = $2, message = '' WHERE id = $1", last.id, true); err != nil {
				return err
			}
		}
		_, err := s.DB.Exec(ctx, "UPDATE backup_runs SET outcome = 'unchanged', ended_at = $2, message = $3 WHERE id = $1", r.id, clock.Micros(s.Clock.Now()), message)
		return err
	})
}

// Said is an error for whoever keeps the server: a fault's own words and its cause.
func Said(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	if cause := errors.Unwrap(f); cause != nil {
		return fmt.Sprintf("%s (%v)", f.Message, cause)
	}
	return f.Message
}
