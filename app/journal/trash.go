package journal

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
)

// How long deleted records and journal rows are kept.
const (
	KeepTrash   = 30 * 24 * time.Hour
	KeepJournal = 90 * 24 * time.Hour
)

// Trashed is a deleted record that can still come back.
type Trashed struct {
	Kind      string     `json:"kind" doc:"The record's kind." example:"todo"`
	ID        int64      `json:"id" doc:"The record's number, under which it comes back." example:"7"`
	Title     string     `json:"title" doc:"What a person calls it." example:"Water the plants"`
	DeletedAt time.Time  `json:"deleted_at" doc:"When it was deleted." example:"2025-01-31T09:00:00Z"`
	PurgedAt  *time.Time `json:"purged_at" doc:"When it goes for good; null while its owner is asked whether its deletion was meant (mass deletions)." example:"2025-03-02T09:00:00Z"`
}

// Trash lists what was deleted, newest first. What went along with its owner
// (a project's tasks) comes back with it and is not listed.
func (j *Journal) Trash(ctx context.Context, c caller.Caller, req page.Request) (page.Page[Trashed], error) {
	return db.List(ctx, j.db, db.Listing[Trashed]{
		Select:  "SELECT kind, record_id, title, deleted_at, held IS NOT NULL\nFROM trash",
		Where:   (&db.Where{}).And("user_id = ?", c.UserID).And("cause = ''"),
		Sorts:   []db.Sort{{Name: "deleted_at", Column: "id", Int: true}},
		Default: "-deleted_at",
		Scan: func(s db.Scanner) (Trashed, error) {
			var t Trashed
			var at int64
			var held bool
			err := s.Scan(&t.Kind, &t.ID, &t.Title, &at, &held)
			t.DeletedAt = clock.FromMicros(at)
			if goes := t.DeletedAt.Add(KeepTrash); !held {
				t.PurgedAt = &goes
			}
			return t, err
		},
	}, req, "")
}

// Untrash brings a deleted record back under its id, with what was deleted and
// the references that were cleared because of it. NotFound where it is not in
// the trash.
func (j *Journal) Untrash(ctx context.Context, c caller.Caller, kind string, id int64) error {
	return j.Write(ctx, c, func(ctx context.Context, w *Writer) error {
		del, found, err := db.One(ctx, j.db, scanPast, `SELECT j.seq, j.source, j.kind, j.record_id, j.operation, j.title, j.cause, j.image
FROM trash t JOIN journal j ON j.user_id = t.user_id AND j.seq = t.seq
WHERE t.user_id = $1 AND t.kind = $2 AND t.record_id = $3`, c.UserID, kind, id)
		if err != nil {
			return err
		}
		if !found || del.image == nil {
			return fault.Newf(fault.NotFound, "not_in_trash", "There is no %s with the id %d in the trash.", kind, id)
		}
		set, _, err := db.One(ctx, j.db, db.Value[int64], "SELECT change_set FROM journal WHERE user_id = $1 AND seq = $2", c.UserID, del.seq)
		if err != nil {
			return err
		}
		// Consequences that nobody has touched since come back with it.
		changes, err := db.Query(ctx, j.db, scanPast, `SELECT `+pastColumns+` FROM journal s
WHERE `+inSet+` AND cause = $3 AND image IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM journal l WHERE l.user_id = $1 AND l.kind = s.kind AND l.record_id = s.record_id
    AND l.seq > s.seq AND l.change_set <> s.change_set)
ORDER BY seq DESC`, c.UserID, set, ref(kind, id))
		if err != nil {
			return err
		}
		return w.revert(ctx, append([]past{del}, changes...))
	})
}

// Purge removes one deleted record for good, with its images in the journal.
func (j *Journal) Purge(ctx context.Context, c caller.Caller, kind string, id int64) error {
	return j.db.Tx(ctx, func(ctx context.Context) error {
		rows, err := db.Query(ctx, j.db, scanTrashKey, `SELECT user_id, kind, record_id FROM trash
WHERE user_id = $1 AND kind = $2 AND record_id = $3`, c.UserID, kind, id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.Newf(fault.NotFound, "not_in_trash", "There is no %s with the id %d in the trash.", kind, id)
		}
		consequences, err := db.Query(ctx, j.db, scanTrashKey, "SELECT user_id, kind, record_id FROM trash WHERE user_id = $1 AND cause = $2", c.UserID, ref(kind, id))
		if err != nil {
			return err
		}
		return j.purge(ctx, append(rows, consequences...))
	})
}

// Empty removes everything in the user's trash for good, and says how much it was.
func (j *Journal) Empty(ctx context.Context, c caller.Caller) (int, error) {
	return j.purgeWhere(ctx, "user_id = $1", c.UserID)
}

// Expire removes what has been in any trash for KeepTrash, and journal rows
// older than KeepJournal that no trash needs.
func (j *Journal) Expire(ctx context.Context) error {
	now := j.clock.Now()
	// The ids are in the order of time, but for what a clock that was ahead has marked:
	// what comes after the first that stays is not read.
	if _, err := j.purgeWhere(ctx, `id < COALESCE((SELECT id FROM trash WHERE deleted_at BETWEEN $1 AND $2 ORDER BY id LIMIT 1), 1000000000000000)
AND deleted_at < $1 AND held IS NULL AND NOT EXISTS (SELECT 1 FROM trash h
WHERE h.user_id = trash.user_id AND h.held IS NOT NULL AND h.cause = trash.kind || ':' || trash.record_id)`,
		clock.Micros(now.Add(-KeepTrash)), clock.Micros(now)); err != nil {
		return err
	}
	if err := j.forgetLosses(ctx, now); err != nil {
		return err
	}
	_, err := j.Prune(ctx, now.Add(-KeepJournal))
	return err
}

// Prune removes journal rows from before a moment and says how many. Those that
// bring back what is in the trash stay: its images, and what was let go of
// because of it.
func (j *Journal) Prune(ctx context.Context, before time.Time) (n int64, err error) {
	at := clock.Micros(before)
	type end struct{ userID, seq int64 }
	// The numbers are in the order of time, but for what a clock that was ahead has
	// marked: what comes after the first row that stays is not read.
	ends, err := db.Query(ctx, j.db, func(r db.Scanner) (e end, err error) { return e, r.Scan(&e.userID, &e.seq) },
		`SELECT user_id, COALESCE((SELECT MAX(seq) FROM journal o WHERE o.user_id = h.user_id AND o.at < $1 AND o.seq < COALESCE(
    (SELECT seq FROM journal n WHERE n.user_id = h.user_id AND n.at BETWEEN $1 AND $2 ORDER BY seq LIMIT 1), h.seq + 1)), 0)
FROM journal_heads h`, at, clock.Micros(j.clock.Now()))
	if err != nil {
		return 0, err
	}
	err = j.db.Tx(ctx, func(ctx context.Context) error {
		n = 0
		for _, e := range ends {
			if e.seq == 0 {
				continue
			}
			// Since some rows stay, where the journal has holes must be written down.
			if _, err := j.db.Exec(ctx, "UPDATE journal_heads SET pruned = $2 WHERE user_id = $1 AND pruned < $2", e.userID, e.seq); err != nil {
				return err
			}
			gone, err := j.db.Exec(ctx, `DELETE FROM journal WHERE user_id = $1 AND seq <= $2 AND at < $3
AND seq NOT IN (SELECT seq FROM trash WHERE user_id = $1)
AND (cause = '' OR cause NOT IN (SELECT kind || ':' || record_id FROM trash WHERE user_id = $1))`, e.userID, e.seq, at)
			if err != nil {
				return err
			}
			n += gone
		}
		_, err = j.db.Exec(ctx, `DELETE FROM dav_objects WHERE rev = 0 AND NOT EXISTS (SELECT 1 FROM journal j
WHERE j.user_id = dav_objects.user_id AND j.kind = dav_objects.kind AND j.record_id = dav_objects.record_id)`)
		return err
	})
	return n, err
}

func (j *Journal) purgeWhere(ctx context.Context, cond string, args ...any) (n int, err error) {
	err = j.db.Tx(ctx, func(ctx context.Context) error {
		rows, err := db.Query(ctx, j.db, scanTrashKey, "SELECT user_id, kind, record_id FROM trash WHERE "+cond, args...)
		n = len(rows)
		if err != nil {
			return err
		}
		return j.purge(ctx, rows)
	})
	return n, err
}

type trashKey struct {
	userID int64
	kind   string
	id     int64
}

func scanTrashKey(s db.Scanner) (trashKey, error) {
	var k trashKey
	return k, s.Scan(&k.userID, &k.kind, &k.id)
}

// purge erases the images too: what was removed for good is nowhere any more.
func (j *Journal) purge(ctx context.Context, rows []trashKey) error {
	for _, r := range rows {
		if _, err := j.db.Exec(ctx, "UPDATE journal SET image = NULL, title = '' WHERE user_id = $1 AND kind = $2 AND record_id = $3", r.userID, r.kind, r.id); err != nil {
			return err
		}
		// The name of its DAV resource stays as long as the journal tells clients that it is gone.
		if _, err := j.db.Exec(ctx, "UPDATE dav_objects SET rev = 0, marks = '', data = $4 WHERE user_id = $1 AND kind = $2 AND record_id = $3", r.userID, r.kind, r.id, []byte{}); err != nil {
			return err
		}
		if _, err := j.db.Exec(ctx, "DELETE FROM trash WHERE user_id = $1 AND kind = $2 AND record_id = $3", r.userID, r.kind, r.id); err != nil {
			return err
		}
	}
	return nil
}

// CountTrash says how many records Trash lists.
func (j *Journal) CountTrash(ctx context.Context, c caller.Caller) (int64, error) {
	n, _, err := db.One(ctx, j.db, db.Value[int64], "SELECT COUNT(*) FROM trash WHERE user_id = $1 AND cause = ''", c.UserID)
	return n, err
}

// CountSets says how many change-sets the history holds.
func (j *Journal) CountSets(ctx context.Context, c caller.Caller) (int64, error) {
	return j.CountSetsOf(ctx, c, Record{})
}

// CountSetsOf says how many of them changed one record.
func (j *Journal) CountSetsOf(ctx context.Context, c caller.Caller, of Record) (int64, error) {
	w := (&db.Where{}).And("user_id = ?", c.UserID)
	if of != (Record{}) {
		w.And("kind = ?", of.Kind).And("record_id = ?", of.ID)
	}
	n, _, err := db.One(ctx, j.db, db.Value[int64], "SELECT COUNT(DISTINCT change_set) FROM journal"+w.Text(), w.Args()...)
	return n, err
}
