package journal

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
)

// Set is a change-set in the history: one request, import, sync or undo.
type Set struct {
	ID       int64     `json:"change_set" doc:"Number of the change-set." example:"42"`
	At       time.Time `json:"at" doc:"When it was." example:"2025-01-31T09:00:00Z"`
	Source   string    `json:"source" doc:"By which way: api, cli, import, undo, dav, demo or system." example:"api"`
	Changes  int64     `json:"changes" doc:"How many records it changed." example:"1"`
	Entries  []Entry   `json:"entries" doc:"The first of its changes."`
	UndoneBy *int64    `json:"undone_by" doc:"The change-set that took it back, if one did."`
}

// maxEntries bounds how many changes of a set the history shows.
const maxEntries = 20

// History reads change-sets, newest first, with at most maxEntries changes each.
func (j *Journal) History(ctx context.Context, c caller.Caller, req page.Request) (page.Page[Set], error) {
	after, err := page.Decode(req.Cursor, "history", 0)
	if err != nil {
		return page.Page[Set]{}, err
	}
	below := int64(1) << 62
	if after != nil {
		below = after.ID
	}
	// Hops from set to set on the index, so that a set of 10,000 costs what one of 1 does.
	ids, err := db.Query(ctx, j.db, db.Value[int64], `WITH RECURSIVE sets (id) AS (
    SELECT (SELECT change_set FROM journal WHERE user_id = $1 AND change_set < $2 ORDER BY change_set DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT change_set FROM journal WHERE user_id = $1 AND change_set < sets.id ORDER BY change_set DESC LIMIT 1)
    FROM sets WHERE sets.id IS NOT NULL
) SELECT id FROM sets WHERE id IS NOT NULL LIMIT $3`, c.UserID, below, req.Size()+1)
	if err != nil || len(ids) == 0 {
		return page.Page[Set]{Items: []Set{}}, err
	}
	cut := page.Cut(ids, req.Size(), func(id int64) page.Key { return page.Key{Sort: "history", ID: id} })
	sets, err := j.sets(ctx, c.UserID, cut.Items)
	return page.Page[Set]{Items: sets, Next: cut.Next}, err
}

func (j *Journal) sets(ctx context.Context, userID int64, ids []int64) ([]Set, error) {
	low, high := ids[len(ids)-1], ids[0]
	type row struct {
		Entry
		n        int64
		undoneBy *int64
	}
	rows, err := db.Query(ctx, j.db, func(s db.Scanner) (row, error) {
		var r row
		var at int64
		err := s.Scan(&r.Seq, &r.ChangeSet, &at, &r.Source, &r.Kind, &r.ID, &r.UID, &r.Op, &r.Title, &r.Collection, &r.n, &r.undoneBy)
		r.At = clock.FromMicros(at)
		return r, err
	}, "SELECT "+entryColumns+`, n, undone_by FROM (
    SELECT `+entryColumns+`, undone_by, COUNT(*) OVER (PARTITION BY change_set) AS n,
        ROW_NUMBER() OVER (PARTITION BY change_set ORDER BY seq) AS place
    FROM journal WHERE user_id = $1 AND change_set BETWEEN $2 AND $3
) AS numbered WHERE place <= $4 ORDER BY change_set DESC, seq`, userID, low, high, maxEntries)
	if err != nil {
		return nil, err
	}
	var out []Set
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ChangeSet {
			out = append(out, Set{ID: r.ChangeSet, At: r.At, Source: r.Source, Changes: r.n, UndoneBy: r.undoneBy})
		}
		set := &out[len(out)-1]
		set.Entries = append(set.Entries, r.Entry)
	}
	return out, nil
}

// past is a change as undo needs it.
type past struct {
	seq   int64
	kind  string
	id    int64
	op    string
	title string
	cause string
	image *string
}

const pastColumns = "seq, kind, record_id, operation, title, cause, image"

func scanPast(s db.Scanner) (past, error) {
	var p past
	err := s.Scan(&p.seq, &p.kind, &p.id, &p.op, &p.title, &p.cause, &p.image)
	return p, err
}

// Undo takes a whole change-set back, as a change-set of its own that can be
// undone in turn. It answers Conflict, and changes nothing, where a record has
// been changed since, or was purged; NotFound where there is no such set.
func (j *Journal) Undo(ctx context.Context, c caller.Caller, changeSet int64) (undo int64, err error) {
	err = j.Write(ctx, c.By(caller.Undo), func(ctx context.Context, w *Writer) error {
		undo = w.ChangeSet
		changes, err := db.Query(ctx, j.db, scanPast, "SELECT "+pastColumns+
			" FROM journal WHERE user_id = $1 AND change_set = $2 ORDER BY seq DESC", c.UserID, changeSet)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			return fault.Missing("change_set", changeSet)
		}
		if err := j.checkUndo(ctx, c.UserID, changeSet, changes); err != nil {
			return err
		}
		if err := w.revert(ctx, changes); err != nil {
			return err
		}
		_, err = j.db.Exec(ctx, "UPDATE journal SET undone_by = $1 WHERE user_id = $2 AND change_set = $3", w.ChangeSet, c.UserID, changeSet)
		return err
	})
	return undo, err
}

// checkUndo finds records that were changed after the set, in one query.
func (j *Journal) checkUndo(ctx context.Context, userID, changeSet int64, changes []past) error {
	later, err := db.Query(ctx, j.db, scanPast, `SELECT `+pastColumns+` FROM journal l
WHERE user_id = $1 AND seq > $2 AND change_set <> $2 AND EXISTS (
    SELECT 1 FROM journal s WHERE s.user_id = $1 AND s.change_set = $2 AND s.kind = l.kind AND s.record_id = l.record_id AND s.seq < l.seq
) ORDER BY seq LIMIT 5`, userID, changeSet)
	if err != nil {
		return err
	}
	if len(later) > 0 {
		var names []string
		for _, p := range later {
			names = append(names, fmt.Sprintf("%s “%s”", p.kind, p.title))
		}
		return fault.New(fault.Conflict, "changed_since", "It cannot be undone: changed again since then: "+strings.Join(names, ", ")+". Undo the later change first.")
	}
	for _, p := range changes {
		if (p.op == Update || p.op == Delete) && p.image == nil {
			return fault.Newf(fault.Conflict, "purged", "It cannot be undone: the %s “%s” was removed for good.", p.kind, p.title)
		}
	}
	return nil
}

// revert takes changes back, newest first, so that a parent that was deleted
// after its children is there again before them.
func (w *Writer) revert(ctx context.Context, changes []past) error {
	for _, p := range changes {
		k := w.j.kinds[p.kind]
		if k == nil {
			return fmt.Errorf("journal: kind %q is not known", p.kind)
		}
		var image []byte
		if p.op == Update || p.op == Delete {
			image = []byte(*p.image)
		}
		if err := k.Revert(ctx, w, p.id, image); err != nil {
			return err
		}
	}
	return nil
}

func ref(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }
