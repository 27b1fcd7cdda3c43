package alarm

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/notify"
)

const (
	// lateAfter is when what rings counts as late.
	lateAfter = time.Minute
	// fireBatch is how many alarms are fired in one transaction.
	fireBatch = 100
	// maxMissed is up to where missed occurrences are counted.
	maxMissed = 400
)

// fire puts what is due for a user into the ledger and hands it to the channels.
func (s *Service) fire(ctx context.Context, j jobs.Job) jobs.Result {
	id, err := strconv.ParseInt(j.Key, 10, 64)
	if err != nil {
		return jobs.Result{Repeats: true} // no job of ours
	}
	u, found, err := s.user(ctx, id)
	if err != nil || !found {
		return jobs.Result{Err: err, Repeats: !found}
	}
	channels, err := s.Send.Channels(ctx, id)
	if err != nil {
		return jobs.Result{Err: err}
	}
	for ctx.Err() == nil {
		n, err := s.fireSome(ctx, u, channels)
		if err != nil {
			return jobs.Result{Err: err}
		}
		if n < fireBatch {
			break
		}
	}
	return jobs.Result{Repeats: true, Save: func(ctx context.Context, settled *jobs.Settled) (err error) {
		settled.Again, err = s.nextDue(ctx, id)
		return err
	}}
}

// firing is an alarm that is due, and what becomes of it.
type firing struct {
	row
	rec   Record
	rings bool // there is something to tell
	now   Ring // which occurrence
	count int  // how many it stands for
	next  *Ring
}

func (s *Service) fireSome(ctx context.Context, u user, channels []notify.Channel) (int, error) {
	now := s.Clock.Now()
	due, err := db.Query(ctx, s.DB, scanAlarm, "SELECT "+alarmColumns+" FROM alarms WHERE user_id = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3",
		u.UserID, clock.Micros(now), fireBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	records, err := s.recordsOf(ctx, u, due)
	if err != nil {
		return 0, err
	}
	all := make([]firing, 0, len(due))
	for _, r := range due {
		f := firing{row: r}
		if rec, found := records[alarmKey{kind: r.kind, id: r.recordID}]; found {
			f.rec = rec
			f.work(now)
		}
		f.rings = f.rings && u.notify[r.kind] && !u.disabled
		all = append(all, f)
	}
	return len(due), s.DB.Tx(ctx, func(ctx context.Context) error {
		// A clock that is ahead is known by this, once it has been set right. A plan that
		// is behind says for itself how far it has looked.
		if err := s.DB.Later(ctx, `UPDATE alarm_plans SET looked_at = $1 WHERE user_id = $2 AND looked_at < $1 AND claim = ''
AND seq = (SELECT h.seq FROM journal_heads h WHERE h.user_id = $2)`, clock.Micros(now), u.UserID); err != nil {
			return err
		}
		for i := range all {
			if err := s.fireOne(ctx, u, &all[i], channels, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// recordsOf reads the records of some alarms as they are now.
func (s *Service) recordsOf(ctx context.Context, u user, rows []row) (map[alarmKey]Record, error) {
	out := map[alarmKey]Record{}
	for _, src := range sources {
		var ids []int64
		for _, r := range rows {
			if slices.Contains(src.kinds, r.kind) && !slices.Contains(ids, r.recordID) {
				ids = append(ids, r.recordID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		found, err := src.load(s, ctx, u, ids, 0, len(ids))
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			out[alarmKey{kind: r.kind, id: r.ID}] = r.Record
		}
	}
	return out, nil
}

// work finds out which occurrence rings: the latest that is due, for those
// before it too, so that a week of downtime is not told seven times.
func (f *firing) work(now time.Time) {
	if f.rule == ruleAgain {
		f.rings, f.now = f.rec.Rests != never, f.row.Ring
		return
	}
	if !slices.Contains(f.rec.Rules, f.rule) {
		return // the planner has not come to it yet
	}
	cur, found := f.rec.Next(f.rule, f.At.Add(-time.Microsecond))
	if !found {
		return
	}
	if cur.At.After(now) {
		f.next = &cur
		return
	}
	f.rings = true
	n, more := f.rec.Next(f.rule, cur.At)
	for more && !n.At.After(now) && f.count < maxMissed {
		cur = n
		f.count++
		n, more = f.rec.Next(f.rule, cur.At)
	}
	if more && !n.At.After(now) { // too many to go through: halve the time that is left
		low, high := n.At, now
		for cur = n; high.Sub(low) > time.Second; {
			middle := low.Add(high.Sub(low) / 2)
			if r, ok := f.rec.Next(f.rule, middle); ok && !r.At.After(now) {
				cur, low = r, r.At
			} else {
				high = middle
			}
		}
		n, more = f.rec.Next(f.rule, now)
	}
	f.now = cur
	if more {
		f.next = &n
	}
}

// fireOne moves an alarm on and writes its line of the ledger.
func (s *Service) fireOne(ctx context.Context, u user, f *firing, channels []notify.Channel, now time.Time) error {
	var n int64
	var err error
	if f.next != nil {
		n, err = s.DB.Exec(ctx, "UPDATE alarms SET due_at = $3, mark = $4, occurrence = $5, about_at = $6, all_day = $7 WHERE id = $1 AND due_at = $2",
			f.id, clock.Micros(f.At), clock.Micros(f.next.At), f.next.Mark, f.next.Occurrence, clock.Micros(f.next.About), f.next.AllDay)
	} else {
		n, err = s.DB.Exec(ctx, "DELETE FROM alarms WHERE id = $1 AND due_at = $2", f.id, clock.Micros(f.At))
	}
	if err != nil || n == 0 || !f.rings {
		return err // n is 0 where it was planned anew meanwhile
	}
	state := "pending"
	if len(channels) == 0 {
		state = "missed"
	}
	var held *int64
	at := now
	if end := u.quietEnd(now); !end.IsZero() && f.rec.Insist == 0 && len(channels) > 0 {
		at = end
		held = clock.MicrosPtr(&end)
	}
	id, made, err := db.One(ctx, s.DB, db.Value[int64], `INSERT INTO deliveries (user_id, uid, kind, record_id, rule, mark, occurrence, due_at, about_at, all_day,
state, late, stands_for, held_until, rang_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (user_id, kind, record_id, rule, mark) DO NOTHING RETURNING id`,
		u.UserID, journal.NewUID(), f.kind, f.recordID, f.rule, f.now.Mark, f.now.Occurrence, clock.Micros(f.now.At), clock.Micros(f.now.About), f.now.AllDay,
		state, now.Sub(f.now.At) > lateAfter, f.count, held, clock.Micros(now))
	if err != nil || !made {
		return err // it has rung already
	}
	if err := s.hand(ctx, u.UserID, id, 1, u.reach(channels, f.rec.Insist > 0, 1), at); err != nil {
		return err
	}
	if f.rec.Insist > 0 && len(channels) > 0 {
		return s.insistAt(ctx, u.UserID, id, now.Add(f.rec.Insist))
	}
	return nil
}

// hand gives a message to the channels, one job each.
func (s *Service) hand(ctx context.Context, userID, id int64, ring int, channels []notify.Channel, at time.Time) error {
	for _, c := range channels {
		if err := s.DB.Later(ctx, `INSERT INTO delivery_channels (user_id, delivery_id, channel, state, next_try_at) VALUES ($1, $2, $3, 'pending', $4)
ON CONFLICT (user_id, delivery_id, channel) DO UPDATE SET state = 'pending', next_try_at = excluded.next_try_at`,
			userID, id, string(c), clock.Micros(at)); err != nil {
			return err
		}
		if err := s.Queue.By(ctx, deliverJob, fmt.Sprintf("%d/%s/%d", id, c, ring), strconv.FormatInt(userID, 10), at); err != nil {
			return err
		}
	}
	return nil
}
