package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	Source   string    `json:"source" doc:"By which way: api, token, cli, import, undo, dav, demo, fetch (from the address that fills a calendar) or system." example:"api"`
	Actor    *Actor    `json:"actor,omitempty" doc:"Who did it, where it was somebody with whom it is shared; left out where it was the user."`
	Changes  int64     `json:"changes" doc:"How many records it changed." example:"1"`
	Entries  []Entry   `json:"entries" doc:"The first of its changes."`
	UndoneBy *int64    `json:"undone_by" doc:"The change-set that took it back, if one did."`
}

// Actor is somebody who changed what another user shares.
type Actor struct {
	ID   int64  `json:"id" doc:"Number of the user." example:"2"`
	Name string `json:"name" doc:"What the user is called; empty where the account is gone." example:"Ben"`
}

// actorColumns are null where the user did it.
const actorColumns = `CASE WHEN j.actor_id <> j.user_id THEN j.actor_id END,
COALESCE((SELECT COALESCE(NULLIF(t.preferred_name, ''), u.username) FROM users u JOIN settings t ON t.user_id = u.id
    WHERE u.id = j.actor_id AND j.actor_id <> j.user_id), '')`

// maxEntries bounds how many changes of a set the history shows.
const maxEntries = 20

// Record names one record of a user's; the zero Record is any.
type Record struct {
	Kind string
	ID   int64
}

// History reads change-sets, newest first, with at most maxEntries changes each.
func (j *Journal) History(ctx context.Context, c caller.Caller, req page.Request) (page.Page[Set], error) {
	return j.HistoryOf(ctx, c, Record{}, req)
}

// HistoryOf is History of the change-sets that changed one record, with what
// they did to that one.
func (j *Journal) HistoryOf(ctx context.Context, c caller.Caller, of Record, req page.Request) (page.Page[Set], error) {
	after, err := page.Decode(req.Cursor, "history", 0)
	if err != nil {
		return page.Page[Set]{}, err
	}
	below := int64(1) << 62
	if after != nil {
		below = after.ID
	}
	sets, err := j.sets(ctx, c.UserID, of, below, req.Size()+1)
	if err != nil {
		return page.Page[Set]{}, err
	}
	return page.Cut(sets, req.Size(), func(s Set) page.Key { return page.Key{Sort: "history", ID: s.ID} }), nil
}

// sets reads the newest change-sets below one. A set's numbers lie together, the
// first being its own. It hops from set to set by their numbers, and of each it
// reads no more than is shown; the rest is only counted.
func (j *Journal) sets(ctx context.Context, userID int64, of Record, below int64, limit int) ([]Set, error) {
	shown, args := "", []any{userID, below, limit, maxEntries - 1}
	if of != (Record{}) {
		// A record's rows lie together on an index of their own, by number.
		shown, args = " AND kind = $5 AND record_id = $6", append(args, of.Kind, of.ID)
	}
	hop := func(before string) string {
		return "SELECT change_set FROM journal WHERE user_id = $1" + shown + " AND seq < " + before + " ORDER BY seq DESC LIMIT 1"
	}
	type row struct {
		Entry
		n        int64
		undoneBy *int64
		actor    *int64
		name     string
	}
	rows, err := db.Query(ctx, j.db, func(s db.Scanner) (row, error) {
		var r row
		var at int64
		err := s.Scan(&r.Seq, &r.ChangeSet, &at, &r.Source, &r.Kind, &r.ID, &r.UID, &r.Op, &r.Title, &r.Collection, &r.n, &r.undoneBy, &r.actor, &r.name)
		r.At = clock.FromMicros(at)
		return r, err
	}, `WITH RECURSIVE hops (id) AS (
    SELECT (`+hop("$2")+`)
    UNION ALL
    SELECT (`+hop("hops.id")+`) FROM hops WHERE hops.id IS NOT NULL
), ends (id, last) AS MATERIALIZED ( -- what is worked out once a set
    SELECT id, `+lastOf("hops.id")+` FROM hops WHERE id IS NOT NULL LIMIT $3
), sets (id, n, last) AS MATERIALIZED (
    SELECT id, (SELECT COUNT(*) FROM journal n WHERE n.user_id = $1 AND n.seq BETWEEN ends.id AND ends.last), COALESCE(
        (SELECT seq FROM journal l WHERE l.user_id = $1 AND l.seq BETWEEN ends.id AND ends.last`+shown+` ORDER BY seq LIMIT 1 OFFSET $4), last)
    FROM ends
)
SELECT `+entryColumns+`, sets.n, undone_by, `+actorColumns+`
FROM sets CROSS JOIN journal j
WHERE j.user_id = $1 AND j.seq BETWEEN sets.id AND sets.last`+shown, args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(b.ChangeSet, a.ChangeSet), cmp.Compare(a.Seq, b.Seq))
	})
	out := []Set{}
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ChangeSet {
			out = append(out, Set{ID: r.ChangeSet, At: r.At, Source: r.Source, Changes: r.n, UndoneBy: r.undoneBy})
			if r.actor != nil {
				out[len(out)-1].Actor = &Actor{*r.actor, r.name}
			}
		}
		set := &out[len(out)-1]
		set.Entries = append(set.Entries, r.Entry)
	}
	return out, nil
}

// undoing is an undo's change of a record.
type undoing struct {
	kind      string
	id        int64
	changeSet int64
	title     string
}

// maxUndos bounds how many undos of the same records are looked through.
const maxUndos = 500

// past is a change as undo needs it.
type past struct {
	seq    int64
	source string
	kind   string
	id     int64
	op     string
	title  string
	cause  string
	image  *string
}

// lastOf is the highest number that a change-set of the user $1 may have: a set's
// numbers lie together, and begin with its own.
func lastOf(set string) string {
	return "COALESCE((SELECT seq - 1 FROM journal WHERE user_id = $1 AND seq > " + set + " AND change_set <> " + set + " ORDER BY seq LIMIT 1), " + set + " + 1000000000000)"
}

// inSet finds the change-set $2 of the user $1. By change_set alone the user's
// whole journal would be read.
var inSet = "user_id = $1 AND change_set = $2 AND seq BETWEEN $2 AND " + lastOf("$2")

const pastColumns = "seq, source, kind, record_id, operation, title, cause, image"

func scanPast(s db.Scanner) (past, error) {
	var p past
	err := s.Scan(&p.seq, &p.source, &p.kind, &p.id, &p.op, &p.title, &p.cause, &p.image)
	return p, err
}

// Undo takes a whole change-set back, as a change-set of its own that can be
// undone in turn. It answers Conflict, and changes nothing, where a record has
// been changed since, or was purged; NotFound where there is no such set, and for
// a guest where it is not their own work within what is shared.
func (j *Journal) Undo(ctx context.Context, c caller.Caller, changeSet int64) (undo int64, err error) {
	err = j.Write(ctx, c.By(caller.Undo), func(ctx context.Context, w *Writer) error {
		undo = w.ChangeSet()
		changes, err := db.Query(ctx, j.db, scanPast, "SELECT "+pastColumns+
			" FROM journal WHERE "+inSet+" ORDER BY seq DESC", c.UserID, changeSet)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			return fault.Missing("change_set", changeSet)
		}
		if c.Guest() {
			if err := j.checkGuest(ctx, c, changeSet); err != nil {
				return err
			}
		}
		if by, _, err := db.One(ctx, j.db, db.Value[*int64], "SELECT MAX(undone_by) FROM journal WHERE "+inSet, c.UserID, changeSet); err != nil || by != nil {
			return cmp.Or(err, error(fault.New(fault.Conflict, "already_undone", "It was undone already. Undo that undo to have it again.")))
		}
		last := changes[0]
		if err := j.checkUndo(ctx, c.UserID, changeSet, last.seq, changes); err != nil {
			if c.Guest() && fault.Is(err, fault.Conflict) { // what it is called by now may be none of theirs
				return fault.New(fault.Conflict, "changed_since", "It cannot be undone: it was changed again since then, or removed for good.")
			}
			return err
		}
		if err := w.revert(ctx, changes); err != nil {
			return err
		}
		if err = j.db.Later(ctx, "UPDATE journal SET undone_by = $3 WHERE "+inSet, c.UserID, changeSet, w.ChangeSet()); err != nil {
			return err
		}
		if last.source != caller.Undo {
			return nil
		}
		// What that undo took back holds again.
		err = j.db.Later(ctx, "UPDATE journal SET undone_by = NULL WHERE user_id = $1 AND undone_by = $2", c.UserID, changeSet)
		return err
	})
	return undo, err
}

// checkGuest answers NotFound unless a change-set is all the guest's own work, and
// within what is shared: its consequences elsewhere are taken back with it.
func (j *Journal) checkGuest(ctx context.Context, c caller.Caller, changeSet int64) error {
	_, other, err := db.One(ctx, j.db, db.Value[int64], "SELECT seq FROM journal WHERE "+inSet+` AND (actor_id <> $3
    OR cause = '' AND collection <> $4 AND NOT (kind = $5 AND record_id = $6)) LIMIT 1`,
		c.UserID, changeSet, c.ActorID, ref(c.Within.Kind, c.Within.Record), c.Within.Kind, c.Within.Record)
	if err == nil && other {
		err = fault.Missing("change_set", changeSet)
	}
	return err
}

// maxNamed bounds how many records a refusal names, maxLater how many changes
// are read to find them.
const (
	maxNamed = 5
	maxLater = 100
)

// checkUndo finds records that were changed after the set's last number, or
// purged, in one query. CROSS JOIN makes SQLite begin with the set, however much
// was written since.
func (j *Journal) checkUndo(ctx context.Context, userID, first, last int64, changes []past) error {
	const after = `FROM journal s CROSS JOIN journal l
WHERE s.user_id = $1 AND s.seq BETWEEN $2 AND $3 AND l.user_id = $1 AND l.kind = s.kind AND l.record_id = s.record_id AND l.seq > $3
AND l.undone_by IS NULL `
	later, err := db.Query(ctx, j.db, scanPast, `SELECT l.seq, l.source, l.kind, l.record_id, l.operation, l.title, l.cause, l.image
`+after+`AND l.source <> 'undo' LIMIT $4`, userID, first, last, maxLater)
	if err != nil {
		return err
	}
	// What was undone, and the undo that did it, leave a record as it was: they do
	// not stand in the way. An undo of something else does.
	undos, err := db.Query(ctx, j.db, func(r db.Scanner) (u undoing, err error) {
		return u, r.Scan(&u.kind, &u.id, &u.changeSet, &u.title)
	}, "SELECT l.kind, l.record_id, l.change_set, l.title "+after+"AND l.source = 'undo' LIMIT $4", userID, first, last, maxUndos)
	if err != nil {
		return err
	}
	for i, u := range undos {
		_, cancels, err := db.One(ctx, j.db, db.Value[int64], "SELECT seq FROM journal WHERE user_id = $1 AND kind = $2 AND record_id = $3 AND undone_by = $4 ORDER BY seq LIMIT 1",
			userID, u.kind, u.id, u.changeSet)
		if err != nil {
			return err
		}
		if !cancels || i == maxUndos-1 {
			later = append(later, past{kind: u.kind, id: u.id, title: u.title, op: Create})
		}
	}
	for _, p := range append(changes, later...) {
		if p.purged() {
			return fault.New(fault.Conflict, "purged", "It cannot be undone: what it changed was removed for good.")
		}
	}
	if len(later) == 0 {
		return nil
	}
	var names []string
	for _, p := range later {
		name := fmt.Sprintf("%s “%s”", strings.ReplaceAll(p.kind, "_", " "), p.title)
		if len(names) < maxNamed && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return fault.New(fault.Conflict, "changed_since", "It cannot be undone: changed again since then: "+strings.Join(names, ", ")+". Undo the later change first.")
}

// purged says that a record's images were erased.
func (p past) purged() bool { return (p.op == Update || p.op == Delete) && p.image == nil }

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
		// What was a consequence is one again: a deletion that was restored and is
		// taken back lies in the trash behind what it went with, as before.
		w.cause = p.cause
		err := k.Revert(ctx, w, p.id, image)
		w.cause = ""
		if err != nil {
			return err
		}
	}
	return nil
}

func ref(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }
