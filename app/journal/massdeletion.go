package journal

import (
	"context"
	"fmt"
	"maps"
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

// A client that deletes more than half of a collection, and no less than this
// many records, within this time is obeyed; but its owner is asked whether it was
// meant, and until they answer, what was deleted stays in the trash.
const (
	massDeletion = 10
	massWithin   = 5 * time.Minute
)

// MassDeletion is what one client deleted of one collection, for its owner to
// answer: Bring it back, or LetGo of it.
type MassDeletion struct {
	ID         int64     `json:"id" doc:"Number of the deletion." example:"3"`
	UserID     int64     `json:"-"`
	Client     string    `json:"client" doc:"The application password or token that was used, by its name." example:"Phone"`
	Kind       string    `json:"kind" doc:"The kind of the records." example:"event"`
	Collection string    `json:"collection" doc:"What it was deleted from: todos, people, groups (their cards), reminders, locations, projects, calendars, event_templates; calendar: or project: and its number." example:"calendar:1"`
	Name       string    `json:"name" doc:"What that calendar or project is called; empty for the others." example:"Home"`
	Deleted    int64     `json:"deleted" doc:"How many records it deleted." example:"48"`
	Had        int64     `json:"had" doc:"How many there were when it began." example:"52"`
	Waiting    int64     `json:"waiting" doc:"How many of them are in the trash still." example:"48"`
	BeganAt    time.Time `json:"began_at" doc:"When the first was deleted." example:"2025-01-31T09:00:00Z"`
	LastAt     time.Time `json:"last_at" doc:"When the last was deleted." example:"2025-01-31T09:01:12Z"`
}

// Filed is a Kind whose records lie in those of another kind, each of which is a
// collection: "calendar:3".
type Filed interface {
	// FiledIn is that kind, whose table has a name, and the column that says in which.
	FiledIn() (kind, column string)
}

// AskWith makes ask be told, within the transaction, of each mass deletion when
// it begins to be one. Set it before the first use.
func (j *Journal) AskWith(ask func(ctx context.Context, m MassDeletion) error) { j.ask = ask }

// loss is what a change-set deletes in a collection.
type loss struct {
	kind string
	n    int64
}

// lose notes a deletion where a client does it, rather than a person.
func (w *Writer) lose(c Change) {
	if w.Caller.Client.ID == 0 || w.Caller.Source == caller.Undo {
		return
	}
	if w.losses == nil {
		w.losses = map[string]loss{}
	}
	w.losses[c.Collection] = loss{c.Kind, w.losses[c.Collection].n + 1}
}

// hold counts what the change-set deletes, and holds what is too much of it.
func (w *Writer) hold(ctx context.Context) error {
	for _, collection := range slices.Sorted(maps.Keys(w.losses)) {
		if err := w.holdIn(ctx, collection, w.losses[collection]); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) holdIn(ctx context.Context, collection string, l loss) error {
	d, user, client := w.j.db, w.Caller.UserID, w.Caller.Client
	type run struct{ id, first, deleted, had, asked int64 }
	since := w.At - massWithin.Microseconds()
	r, found, err := db.One(ctx, d, func(s db.Scanner) (r run, err error) {
		return r, s.Scan(&r.id, &r.first, &r.deleted, &r.had, &r.asked)
	}, `SELECT id, first_seq, deleted, had, asked_at FROM mass_deletions
WHERE user_id = $1 AND client = $2 AND collection = $3 AND CASE WHEN asked_at = 0 THEN began_at ELSE last_at END > $4
ORDER BY id DESC LIMIT 1`, user, client.ID, collection, since)
	if err != nil {
		return err
	}
	if !found {
		had, name, err := w.size(ctx, collection, l)
		if err != nil {
			return err
		}
		r = run{first: w.first, had: had}
		r.id, _, err = db.One(ctx, d, db.Value[int64], `INSERT INTO mass_deletions (user_id, client, client_name, kind, collection, name, began_at, last_at, first_seq, deleted, had)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, 0, $9) RETURNING id`, user, client.ID, client.Name, l.kind, collection, name, w.At, w.first, had)
		if err != nil {
			return err
		}
	}
	r.deleted += l.n
	mass, told := r.deleted >= massDeletion && 2*r.deleted > r.had, r.asked != 0
	from := r.first // all of the run, when it begins to be one
	if told {
		mass, from = true, w.first
	} else if mass {
		r.asked = w.At
	}
	if err := d.Later(ctx, "UPDATE mass_deletions SET deleted = $2, last_at = $3, asked_at = $4 WHERE id = $1", r.id, r.deleted, w.At, r.asked); err != nil || !mass {
		return err
	}
	if err := d.Later(ctx, `UPDATE trash SET held = $1 WHERE user_id = $2 AND seq IN (SELECT seq FROM journal
WHERE user_id = $2 AND collection = $3 AND seq >= $4 AND operation = 'delete' AND source = $5)`, r.id, user, collection, from, w.Caller.Source); err != nil {
		return err
	}
	if told || w.j.ask == nil {
		return nil
	}
	m, err := w.j.massDeletion(ctx, user, r.id)
	if err != nil {
		return err
	}
	return w.j.ask(ctx, m)
}

// size is how many records a collection had before the change-set, and its name.
func (w *Writer) size(ctx context.Context, collection string, l loss) (n int64, name string, err error) {
	of := w.j.kinds[l.kind]
	filed, ok := of.(Filed)
	if !ok {
		n, err = w.j.Total(ctx, w.Caller.UserID, l.kind) // counted at the end, and so as it was
		return max(n, l.n), "", err
	}
	kind, column := filed.FiledIn()
	id, err := strconv.ParseInt(strings.TrimPrefix(collection, kind+":"), 10, 64)
	if err != nil {
		return 0, "", fmt.Errorf("journal: %q is no collection of a %s: %w", collection, l.kind, err)
	}
	_, _, err = db.One(ctx, w.j.db, func(s db.Scanner) (int64, error) { return 0, s.Scan(&n, &name) },
		`SELECT (SELECT COUNT(*) FROM `+of.Table()+` WHERE user_id = $1 AND `+column+` = $2), COALESCE((SELECT name FROM `+w.j.kinds[kind].Table()+` WHERE user_id = $1 AND id = $2),
(SELECT title FROM trash WHERE user_id = $1 AND kind = $3 AND record_id = $2), '')`, w.Caller.UserID, id, kind)
	return n + l.n, name, err
}

const massColumns = `SELECT id, user_id, client_name, kind, collection, name, deleted, had, began_at, last_at,
(SELECT COUNT(*) FROM trash t WHERE t.user_id = m.user_id AND t.held = m.id)
FROM mass_deletions m`

func scanMass(s db.Scanner) (MassDeletion, error) {
	var m MassDeletion
	var began, last int64
	err := s.Scan(&m.ID, &m.UserID, &m.Client, &m.Kind, &m.Collection, &m.Name, &m.Deleted, &m.Had, &began, &last, &m.Waiting)
	m.BeganAt, m.LastAt = clock.FromMicros(began), clock.FromMicros(last)
	return m, err
}

// MassDeletions lists those that wait for the user's answer, newest first; what
// was purged or brought back one by one waits no more.
func (j *Journal) MassDeletions(ctx context.Context, c caller.Caller, req page.Request) (page.Page[MassDeletion], error) {
	return db.List(ctx, j.db, db.Listing[MassDeletion]{
		Select:  massColumns,
		Where:   (&db.Where{}).And("user_id = ?", c.UserID).And("asked_at > 0").And("EXISTS (SELECT 1 FROM trash t WHERE t.user_id = m.user_id AND t.held = m.id)"),
		Sorts:   []db.Sort{{Name: "id", Column: "id", Int: true}},
		Default: "-id",
		Scan:    scanMass,
	}, req, "")
}

func (j *Journal) massDeletion(ctx context.Context, userID, id int64) (MassDeletion, error) {
	m, found, err := db.One(ctx, j.db, scanMass, massColumns+" WHERE user_id = $1 AND id = $2 AND asked_at > 0", userID, id)
	if err == nil && !found {
		err = fault.Newf(fault.NotFound, "not_found", "There is no mass deletion with the id %d; it may have been answered already.", id)
	}
	return m, err
}

// BringBack restores what a mass deletion took, as one change-set that can be
// undone, and says how many records of it came back. NotFound where there is no
// such one, or it was answered.
func (j *Journal) BringBack(ctx context.Context, c caller.Caller, id int64) (n int64, err error) {
	err = j.Write(ctx, c, func(ctx context.Context, _ *Writer) error {
		m, err := j.massDeletion(ctx, c.UserID, id)
		if err != nil {
			return err
		}
		n = m.Waiting
		// What went with its calendar or project comes back with that.
		owners, err := db.Query(ctx, j.db, scanTrashKey, `SELECT user_id, kind, record_id FROM trash o WHERE o.user_id = $1 AND o.cause = '' AND EXISTS (SELECT 1 FROM trash t
WHERE t.user_id = o.user_id AND t.held = $2 AND t.cause = o.kind || ':' || o.record_id) ORDER BY o.id`, c.UserID, id)
		if err != nil {
			return err
		}
		for _, o := range owners {
			if err := j.Untrash(ctx, c, o.kind, o.id); err != nil {
				return err
			}
		}
		rest, err := db.Query(ctx, j.db, scanTrashKey, "SELECT user_id, kind, record_id FROM trash WHERE user_id = $1 AND held = $2 ORDER BY id", c.UserID, id)
		if err != nil {
			return err
		}
		for _, r := range rest {
			// A part may have come back with its whole.
			_, still, err := db.One(ctx, j.db, db.Value[int64], "SELECT 1 FROM trash WHERE user_id = $1 AND kind = $2 AND record_id = $3", c.UserID, r.kind, r.id)
			if err != nil {
				return err
			}
			if !still {
				continue
			}
			if err := j.Untrash(ctx, c, r.kind, r.id); err != nil {
				return err
			}
		}
		return j.answered(ctx, c, id)
	})
	return n, err
}

// LetGo answers that a mass deletion was meant: what it took leaves the trash as
// everything does. NotFound where there is no such one, or it was answered.
func (j *Journal) LetGo(ctx context.Context, c caller.Caller, id int64) error {
	return j.db.Tx(ctx, func(ctx context.Context) error {
		if _, err := j.massDeletion(ctx, c.UserID, id); err != nil {
			return err
		}
		return j.answered(ctx, c, id)
	})
}

func (j *Journal) answered(ctx context.Context, c caller.Caller, id int64) error {
	if err := j.db.Later(ctx, "UPDATE trash SET held = NULL WHERE user_id = $1 AND held = $2", c.UserID, id); err != nil {
		return err
	}
	return j.db.Later(ctx, "DELETE FROM mass_deletions WHERE user_id = $1 AND id = $2", c.UserID, id)
}

// forgetLosses drops the counts of clients that deleted little, and those of what
// waits for no answer since nothing of it is left.
func (j *Journal) forgetLosses(ctx context.Context, now time.Time) error {
	return j.db.Tx(ctx, func(ctx context.Context) error {
		_, err := j.db.Exec(ctx, `DELETE FROM mass_deletions WHERE last_at < $1 AND (asked_at = 0
OR NOT EXISTS (SELECT 1 FROM trash t WHERE t.user_id = mass_deletions.user_id AND t.held = mass_deletions.id))`, clock.Micros(now.Add(-massWithin)))
		return err
	})
}

// CountMassDeletions says how many MassDeletions lists.
func (j *Journal) CountMassDeletions(ctx context.Context, c caller.Caller) (int64, error) {
	n, _, err := db.One(ctx, j.db, db.Value[int64], `SELECT COUNT(*) FROM mass_deletions m WHERE user_id = $1 AND asked_at > 0
AND EXISTS (SELECT 1 FROM trash t WHERE t.user_id = m.user_id AND t.held = m.id)`, c.UserID)
	return n, err
}
