package alarm

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/secret"
)

const (
	// grace is how long before a change what it asks for may have been due: a
	// reminder for this very minute rings.
	grace = time.Minute
	// batch is how much is read, and written in one transaction, at a time.
	batch = 500
)

// plan is how far a user's alarms have been planned.
type plan struct {
	epoch, basis string
	seq          int64
	looked       time.Time
}

// Begin makes the plan of a new account, in the transaction that makes the account:
// what falls due before the first look at it has waited, as after any downtime, and
// who has no plan was restored from a backup.
func (s *Service) Begin(ctx context.Context, c caller.Caller) error {
	_, err := s.DB.Exec(ctx, "INSERT INTO alarm_plans (user_id, epoch, seq, basis, looked_at) VALUES ($1, $2, -1, '', $3)",
		c.UserID, c.Epoch, clock.Micros(s.Clock.Now().Add(-grace)))
	return err
}

var errOvertaken = errors.New("alarm: another server has planned")

// row is an alarm's row.
type row struct {
	id       int64
	kind     string
	recordID int64
	rule     string
	Ring
}

const alarmColumns = "id, kind, record_id, rule, due_at, mark, occurrence, about_at, all_day"

func scanAlarm(s db.Scanner) (row, error) {
	var r row
	var due, about int64
	err := s.Scan(&r.id, &r.kind, &r.recordID, &r.rule, &due, &r.Mark, &r.Occurrence, &about, &r.AllDay)
	r.At, r.About = clock.FromMicros(due), clock.FromMicros(about)
	return r, err
}

// Plan brings a user's alarms up to what the journal says.
func (s *Service) Plan(ctx context.Context, userID int64) error {
	for {
		more, err := s.planOnce(ctx, userID)
		if errors.Is(err, errOvertaken) {
			continue
		}
		if err != nil || !more {
			return err
		}
	}
}

// planOnce follows a piece of the journal; more says that there may be another.
func (s *Service) planOnce(ctx context.Context, userID int64) (more bool, err error) {
	now := s.Clock.Now()
	u, found, err := s.user(ctx, userID)
	if err != nil || !found {
		return false, err
	}
	head, err := s.Journal.Head(ctx, userID)
	if err != nil {
		return false, err
	}
	p, planned, err := s.planOf(ctx, userID)
	if err != nil {
		return false, err
	}
	back := planned && p.looked.After(now.Add(grace))
	switch {
	case !planned:
		return false, s.planAll(ctx, u, head, now, restored)
	case back: // the clock was ahead: what it brought then is in the ledger
		return false, s.planAll(ctx, u, head, now, anew)
	case p.epoch != head.Epoch || p.seq < head.Oldest-1 || p.basis != u.basis():
		return false, s.planAll(ctx, u, head, p.looked, again)
	}
	entries, err := s.Journal.Since(ctx, userID, p.seq, batch)
	if err == nil && len(entries) == 0 && p.seq < head.Seq { // numbers that no change has
		return false, s.DB.Tx(ctx, func(ctx context.Context) error {
			return s.DB.Later(ctx, "UPDATE alarm_plans SET seq = $1 WHERE user_id = $2 AND seq = $3 AND epoch = $4", head.Seq, userID, p.seq, p.epoch)
		})
	}
	if err != nil || len(entries) == 0 {
		return false, err
	}
	return len(entries) == batch, s.planChanges(ctx, u, p, entries, now)
}

func (s *Service) planOf(ctx context.Context, userID int64) (plan, bool, error) {
	return db.One(ctx, s.DB, func(r db.Scanner) (p plan, err error) {
		var looked int64
		err = r.Scan(&p.epoch, &p.seq, &p.basis, &looked)
		p.looked = clock.FromMicros(looked)
		return p, err
	}, "SELECT epoch, seq, basis, looked_at FROM alarm_plans WHERE user_id = $1", userID)
}

// planChanges plans the records that some journal entries are about.
func (s *Service) planChanges(ctx context.Context, u user, p plan, entries []journal.Entry, now time.Time) error {
	ids, since := map[string][]int64{}, map[string]time.Time{}
	for _, e := range entries {
		if _, known := sources[e.Kind]; !known {
			continue
		}
		key := e.Kind + strconv.FormatInt(e.ID, 10)
		if at, seen := since[key]; !seen || e.At.Before(at) {
			since[key] = e.At
		}
		if !slices.Contains(ids[e.Kind], e.ID) {
			ids[e.Kind] = append(ids[e.Kind], e.ID)
		}
	}
	var steps []func(ctx context.Context) error
	for name, list := range ids {
		src := sources[name]
		records, err := src.load(s, ctx, u, list, 0, math.MaxInt32)
		if err != nil {
			return err
		}
		was, err := s.alarmsOf(ctx, u.UserID, src.kinds, list)
		if err != nil {
			return err
		}
		steps = append(steps, func(ctx context.Context) error {
			return s.write(ctx, u.UserID, src.kinds, list, records, was, func(r Record, old *row) time.Time {
				from := since[name+strconv.FormatInt(r.ID, 10)].Add(-grace)
				return notAfter(from, old)
			})
		})
	}
	last := entries[len(entries)-1]
	if len(entries) == batch && last.At.Before(now) { // what comes after it has not been looked at
		now = last.At
	}
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		n, err := s.DB.Exec(ctx, "UPDATE alarm_plans SET seq = $1, looked_at = $2 WHERE user_id = $3 AND seq = $4 AND epoch = $5",
			last.Seq, clock.Micros(now), u.UserID, p.seq, p.epoch)
		if err != nil {
			return err
		}
		if n == 0 {
			return errOvertaken
		}
		for _, step := range steps {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return s.schedule(ctx, u.UserID)
	})
}

// notAfter keeps what is due and has not rung: it rings although the record has
// changed since.
func notAfter(from time.Time, old *row) time.Time {
	if old != nil && !old.At.After(from) {
		return old.At.Add(-time.Microsecond)
	}
	return from
}

// whole is why all is planned.
type whole int

const (
	restored whole = iota // there is no plan: a backup carries none
	again                 // the account is new, or the journal or a setting leaves no other way
	anew                  // the clock was ahead
)

// planAll plans all of a user's records; what was due at from or before does not
// ring, unless it has waited since or the record was changed then or later.
func (s *Service) planAll(ctx context.Context, u user, head journal.Head, from time.Time, why whole) error {
	claim := secret.NewToken()[:12]
	now := s.Clock.Now()
	var gap time.Time
	if why == restored {
		begin, err := s.gapOf(ctx, u, now)
		if err != nil {
			return err
		}
		gap = begin
	}
	err := s.DB.Tx(ctx, func(ctx context.Context) error {
		if why == restored { // what waited when the backup was made is past
			if _, err := s.DB.Exec(ctx, "UPDATE deliveries SET state = 'missed', next_ring_at = NULL WHERE user_id = $1 AND state = 'pending'", u.UserID); err != nil {
				return err
			}
			if _, err := s.DB.Exec(ctx, "DELETE FROM alarms WHERE user_id = $1", u.UserID); err != nil {
				return err
			}
		}
		_, err := s.DB.Exec(ctx, `INSERT INTO alarm_plans (user_id, epoch, seq, basis, claim, looked_at) VALUES ($1, $2, -1, $3, $4, $5)
ON CONFLICT (user_id) DO UPDATE SET seq = -1, epoch = excluded.epoch, basis = excluded.basis, claim = excluded.claim`,
			u.UserID, head.Epoch, u.basis(), claim, clock.Micros(from))
		return err
	})
	if err != nil {
		return err
	}
	for _, src := range sources {
		if err := s.planSource(ctx, u, src, from, gap, why, claim); err != nil {
			return err
		}
	}
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		n, err := s.DB.Exec(ctx, "UPDATE alarm_plans SET seq = $1, looked_at = $2, claim = '' WHERE user_id = $3 AND claim = $4", head.Seq, clock.Micros(now), u.UserID, claim)
		if err != nil {
			return err
		}
		if n == 0 {
			return errOvertaken
		}
		return s.schedule(ctx, u.UserID)
	})
}

// planSource plans the records of a source; gap is after when what was due before
// from is noted as missed, zero: it is not.
func (s *Service) planSource(ctx context.Context, u user, src source, from, gap time.Time, why whole, claim string) error {
	after := int64(0)
	for {
		records, err := src.load(s, ctx, u, nil, after, batch)
		if err != nil {
			return err
		}
		upTo := int64(math.MaxInt64)
		var ids []int64
		for _, r := range records {
			if len(ids) == 0 || ids[len(ids)-1] != r.ID {
				ids = append(ids, r.ID)
			}
		}
		if len(ids) >= batch {
			upTo = ids[len(ids)-1]
		}
		was, err := s.alarmsBetween(ctx, u.UserID, src.kinds, after, upTo)
		if err != nil {
			return err
		}
		for _, w := range was {
			if !slices.Contains(ids, w.recordID) {
				ids = append(ids, w.recordID) // it rings no more
			}
		}
		if err := s.keep(ctx, u, src, ids, &records); err != nil {
			return err
		}
		err = s.DB.Tx(ctx, func(ctx context.Context) error {
			n, err := s.DB.Exec(ctx, "UPDATE alarm_plans SET claim = claim WHERE user_id = $1 AND claim = $2", u.UserID, claim)
			if err != nil {
				return err
			}
			if n == 0 {
				return errOvertaken
			}
			if err := s.missed(ctx, u, records, gap, from); err != nil {
				return err
			}
			return s.write(ctx, u.UserID, src.kinds, ids, records, was, func(r Record, old *row) time.Time {
				if why == anew {
					return from.Add(-grace)
				}
				if r.Updated.Before(from.Add(-grace)) {
					return notAfter(from, old)
				}
				return notAfter(r.Updated.Add(-grace), old) // who looked at from may not have seen it yet
			})
		})
		if err != nil || upTo == math.MaxInt64 {
			return err
		}
		after = upTo
	}
}

// keep reads those of ids that were not read: they have no alarm of their own,
// but may have been snoozed.
func (s *Service) keep(ctx context.Context, u user, src source, ids []int64, records *[]kindRecord) error {
	var rest []int64
	for _, id := range ids {
		if !slices.ContainsFunc(*records, func(r kindRecord) bool { return r.ID == id }) {
			rest = append(rest, id)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	more, err := src.load(s, ctx, u, rest, 0, math.MaxInt32)
	*records = append(*records, more...)
	return err
}

// schedule sees to it that the user's next alarm is fired.
func (s *Service) schedule(ctx context.Context, userID int64) error {
	next, err := s.nextDue(ctx, userID)
	if err != nil || next.IsZero() {
		return err
	}
	return s.Queue.By(ctx, fireJob, strconv.FormatInt(userID, 10), "", next)
}

func (s *Service) nextDue(ctx context.Context, userID int64) (time.Time, error) {
	due, _, err := db.One(ctx, s.DB, db.Value[*int64], "SELECT MIN(due_at) FROM alarms WHERE user_id = $1", userID)
	if err != nil || due == nil {
		return time.Time{}, err
	}
	return clock.FromMicros(*due), nil
}
