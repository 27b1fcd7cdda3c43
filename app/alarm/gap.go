package alarm

import (
	"context"
	"slices"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
)

// gapOf is when that began of which the backup does not know that an account without
// a plan was restored from: about when something rang last by the ledger. Where
// nothing has, nothing was due before the backup was made, and it is when the account
// was made, or as far back as the ledger goes.
func (s *Service) gapOf(ctx context.Context, u user, now time.Time) (time.Time, error) {
	at, _, err := db.One(ctx, s.DB, db.Value[*int64], "SELECT MAX(rang_at) FROM deliveries WHERE user_id = $1", u.UserID)
	if err != nil {
		return time.Time{}, err
	}
	if at != nil {
		return clock.FromMicros(*at), nil
	}
	if oldest := now.Add(-keepLedger); u.created.Before(oldest) {
		return oldest, nil
	}
	return u.created, nil
}

// missed notes what was due in the gap between a backup and its restore. It may
// have arrived, or not: nobody knows, so it is not sent, and the ledger says so.
// What repeats is one line that stands for all.
func (s *Service) missed(ctx context.Context, u user, records []kindRecord, after, until time.Time) error {
	if after.IsZero() || u.disabled {
		return nil
	}
	for _, r := range records {
		if r.kind == Digest || !u.notify[r.kind] {
			continue
		}
		since := after
		if t := r.Updated.Add(-grace); t.After(since) {
			since = t // it was not there before, or not so
		}
		rules := slices.Clone(r.Rules)
		slices.Sort(rules)
		for _, rule := range slices.Compact(rules) {
			ring, found := r.Next(rule, since)
			if !found || ring.At.After(until) {
				continue
			}
			f := firing{row: row{kind: r.kind, recordID: r.ID, rule: rule, Ring: ring}, rec: r.Record}
			f.work(until)
			if !f.rings {
				continue
			}
			if err := s.DB.Later(ctx, `INSERT INTO deliveries (user_id, uid, kind, record_id, rule, mark, occurrence, due_at, about_at, all_day,
state, late, stands_for, rang_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'missed', $11, $12, $13)
ON CONFLICT (user_id, kind, record_id, rule, mark) DO NOTHING`,
				u.UserID, journal.NewUID(), f.kind, f.recordID, f.rule, f.now.Mark, f.now.Occurrence, clock.Micros(f.now.At), clock.Micros(f.now.About), f.now.AllDay,
				true, f.count, clock.Micros(until)); err != nil {
				return err
			}
		}
	}
	return nil
}
