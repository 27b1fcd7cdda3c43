package alarm

import (
	"context"
	"slices"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
)

func (s *Service) alarmsOf(ctx context.Context, userID int64, kinds []string, ids []int64) ([]row, error) {
	w := db.In(db.In((&db.Where{}).And("user_id = ?", userID), "kind", kinds), "record_id", ids)
	return db.Query(ctx, s.DB, scanAlarm, "SELECT "+alarmColumns+" FROM alarms"+w.Text(), w.Args()...)
}

func (s *Service) alarmsBetween(ctx context.Context, userID int64, kinds []string, after, upTo int64) ([]row, error) {
	w := db.In((&db.Where{}).And("user_id = ?", userID), "kind", kinds).And("record_id > ?", after).And("record_id <= ?", upTo)
	return db.Query(ctx, s.DB, scanAlarm, "SELECT "+alarmColumns+" FROM alarms"+w.Text(), w.Args()...)
}

type alarmKey struct {
	kind string
	id   int64
	rule string
}

func (r row) key() alarmKey { return alarmKey{r.kind, r.recordID, r.rule} }

// write makes the alarms of some records be what they are now; was are those
// they had, and from says after when an alarm rings next. What waited for an
// answer that has been given elsewhere is answered with it.
func (s *Service) write(ctx context.Context, userID int64, kinds []string, ids []int64, records []kindRecord, was []row, from func(r Record, old *row) time.Time) error {
	old := make(map[alarmKey]*row, len(was))
	for i := range was {
		old[was[i].key()] = &was[i]
	}
	alive := map[int64]bool{}
	for _, r := range records {
		if r.Rests != never || r.kind == Contact {
			alive[r.ID] = true
		}
		rules := slices.Clone(r.Rules)
		slices.Sort(rules)
		for _, rule := range slices.Compact(rules) {
			key := alarmKey{r.kind, r.ID, rule}
			ring, found := r.Next(rule, from(r.Record, old[key]))
			if !found {
				continue
			}
			if o := old[key]; o == nil || !o.At.Equal(ring.At) || o.Mark != ring.Mark || !o.About.Equal(ring.About) || o.Occurrence != ring.Occurrence {
				if err := s.put(ctx, userID, key, ring); err != nil {
					return err
				}
			}
			delete(old, key)
		}
		if !r.Rests.IsZero() {
			if err := s.rest(ctx, userID, r.kind, r.ID, r.Rests); err != nil {
				return err
			}
		}
	}
	for _, o := range old {
		if o.rule == ruleAgain && alive[o.recordID] {
			continue
		}
		if err := s.DB.Later(ctx, "DELETE FROM alarms WHERE id = $1", o.id); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(records, func(r kindRecord) bool { return r.ID == id }) { // deleted
			for _, kind := range kinds {
				if err := s.rest(ctx, userID, kind, id, never); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *Service) put(ctx context.Context, userID int64, k alarmKey, r Ring) error {
	return s.DB.Later(ctx, `INSERT INTO alarms (user_id, kind, record_id, rule, due_at, mark, occurrence, about_at, all_day)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (user_id, kind, record_id, rule) DO UPDATE SET due_at = excluded.due_at, mark = excluded.mark,
occurrence = excluded.occurrence, about_at = excluded.about_at, all_day = excluded.all_day`,
		userID, k.kind, k.id, k.rule, clock.Micros(r.At), r.Mark, r.Occurrence, clock.Micros(r.About), r.AllDay)
}

// rest ends the waiting of what rang for a time before a moment.
func (s *Service) rest(ctx context.Context, userID int64, kind string, id int64, before time.Time) error {
	return s.DB.Later(ctx, `UPDATE deliveries SET state = 'acknowledged', answer = 'moot', acknowledged_at = $5, next_ring_at = NULL, held_until = NULL
WHERE user_id = $1 AND kind = $2 AND record_id = $3 AND due_at < $4 AND state IN ('pending', 'sent', 'failed')`,
		userID, kind, id, clock.Micros(before), clock.Micros(s.Clock.Now()))
}
