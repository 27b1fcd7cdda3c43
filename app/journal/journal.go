// Package journal is the append-only record of every change: the ground of
// undo, history, trash, live updates and sync.
//
// A service changes records only inside Write, and tells each change with
// Record in the same transaction. The user's sequence number is taken first
// there, which makes it that user's write lock: the order of numbers is the
// order of commits.
package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
)

// Operations on a record.
const (
	Create  = "create"
	Update  = "update"
	Delete  = "delete"
	Restore = "restore" // a deleted record comes back under its id
)

// Kind is what a feature tells the journal about its records, so that undo,
// trash and deletion work over all kinds while features do not know each other.
type Kind interface {
	// Name is the kind as the API says it: "todo".
	Name() string
	// Table holds its records; it has the columns user_id, id.
	Table() string
	// Revert makes the record be what image says, under its id, through the same
	// function that every write goes through; a nil image deletes it.
	// References to records that are gone are let go of.
	Revert(ctx context.Context, w *Writer, id int64, image []byte) error
	// Detach asks (db.AskAll) what refers to a record that is being deleted; what
	// it answers lets go of that. nil: nothing of this kind ever does.
	Detach(ctx context.Context, w *Writer, kind string, id int64) (letGo func() error)
}

// Journal writes and reads the journal of one database.
type Journal struct {
	db    *db.DB
	clock clock.Clock
	kinds map[string]Kind
	order []Kind
	tell  func(userID int64)
	guard Guard
	ask   func(ctx context.Context, m MassDeletion) error

	follow []func(userID int64, other bool)

	mu        sync.Mutex
	listeners map[int64]map[chan struct{}]bool
}

// New makes a journal. Kinds are added before the first use.
func New(d *db.DB, c clock.Clock) *Journal {
	return &Journal{db: d, clock: c, kinds: map[string]Kind{}, listeners: map[int64]map[chan struct{}]bool{}}
}

// Guard asks (db.Ask), within the transaction, whether the share that a guest acts
// within lets them write still; holds answers a fault where it does not.
type Guard func(ctx context.Context, c caller.Caller) (holds func() error)

// GuardWith makes g be asked at each Write of a guest. Set it before the first use;
// without, guests write nothing.
func (j *Journal) GuardWith(g Guard) { j.guard = g }

// Add makes a kind known.
func (j *Journal) Add(kinds ...Kind) {
	for _, k := range kinds {
		j.kinds[k.Name()] = k
		j.order = append(j.order, k)
	}
}

// NewUID is a new RFC 5545 / vCard UID: a random UUID, as RFC 7986 section 5.3 asks.
func NewUID() string { return uuid.NewString() }

// Writer is one user's running change-set.
type Writer struct {
	Caller caller.Caller
	At     int64 // microseconds; the same for the whole change-set

	j     *Journal
	head  func() (int64, bool, error) // takes the user's lock; asked for when a number is needed
	holds func() error                // whether a guest may write still; nil for the owner
	begun bool
	err   error
	last  int64 // last sequence number taken
	first int64 // the number that was stored when the lock was taken
	cause string
	wrote bool

	counts map[string]int64 // what Count was told
	losses map[string]loss  // what a client deletes, by collection
	ends   map[string]*ending
	order  []string // of ends
}

type writerKey struct{ userID int64 }

// Write runs fn as one transaction and one change-set of the caller. A Write
// within a Write of the same user joins it. fn may run more than once (db.Tx).
func (j *Journal) Write(ctx context.Context, c caller.Caller, fn func(ctx context.Context, w *Writer) error) error {
	return j.db.Tx(ctx, func(ctx context.Context) error {
		key := writerKey{c.UserID}
		if w, ok := ctx.Value(key).(*Writer); ok {
			return fn(ctx, w)
		}
		now := clock.Micros(j.clock.Now())
		w := &Writer{Caller: c, At: now, j: j, head: db.Ask(ctx, j.db, db.Value[int64],
			"UPDATE journal_heads SET seq = seq + 1 WHERE user_id = $1 RETURNING seq", c.UserID)}
		if c.Guest() {
			// Behind the owner's lock: a share that was taken back counts for nothing more.
			if j.guard == nil {
				return fault.New(fault.Forbidden, "read_only", "What others share cannot be changed here.")
			}
			w.holds = j.guard(ctx, c)
		}
		ctx = context.WithValue(ctx, key, w)
		err := fn(ctx, w)
		w.begin()
		if w.err != nil { // the cause of what else went wrong
			return w.err
		}
		if err != nil {
			return err
		}
		if err := w.end(ctx); err != nil {
			return err
		}
		if w.last > w.first {
			if err := j.db.Later(ctx, "UPDATE journal_heads SET seq = $1 WHERE user_id = $2", w.last, c.UserID); err != nil {
				return err
			}
		}
		*ReceiptOf(ctx) = Receipt{ChangeSet: w.written(), UserID: c.UserID}
		db.AfterCommit(ctx, func() {
			j.wake(c.UserID)
			if j.tell != nil && w.wrote {
				j.tell(c.UserID)
			}
			if w.wrote {
				j.followed(c.UserID, false)
			}
		})
		return nil
	})
}

// written is the number of the change-set, 0 where it holds no change.
func (w *Writer) written() int64 {
	if !w.wrote {
		return 0
	}
	return w.first
}

// ChangeSet is the number of the change-set.
func (w *Writer) ChangeSet() int64 {
	w.begin()
	return w.first
}

// begin reads the user's number. Where that fails, so does the Write.
func (w *Writer) begin() {
	if w.begun {
		return
	}
	w.begun = true
	seq, found, err := w.head()
	if err == nil && !found {
		err = fault.New(fault.Unauthenticated, "no_such_user", "This account does not exist any more.")
	}
	if err == nil && w.holds != nil {
		err = w.holds()
	}
	w.err, w.first, w.last = err, seq, seq-1
}

// Start makes the journal of a new user, within the caller's transaction.
func (j *Journal) Start(ctx context.Context, userID int64) error {
	_, err := j.db.Exec(ctx, "INSERT INTO journal_heads (user_id, seq, epoch) VALUES ($1, 0, $2)", userID, NewEpoch())
	return err
}

// NewEpoch is a new epoch: part of every ETag and event id, so that numbers
// that come again after a restore are not mistaken for the old ones.
func NewEpoch() string { return uuid.NewString()[:8] }

// Next takes the next sequence number, which becomes the record's revision.
func (w *Writer) Next() int64 {
	w.begin()
	w.last++
	return w.last
}

// Change is what happened to one record.
type Change struct {
	Seq           int64 // from Next; the record's new revision
	Kind          string
	ID            int64
	UID           string
	Title         string // what a person calls it, for history and trash
	Op            string // Create, Update, Delete, Restore
	Before        any    // the record before, nil for Create and Restore; never with credentials
	Collection    string // "todos", "calendar:3": what a sync token counts
	CollectionWas string // where it was before a move; else empty
	Name          string // its DAV name; empty: uid + extension
	Untrashed     bool   // deleted, it is in no trash: it comes back by undo, or with what it went with
}

const imageVersion = 1

// Record writes the journal row of a change, moves the counters and, for a
// deletion, puts the record into the trash.
func (w *Writer) Record(ctx context.Context, c Change) error {
	if w.j.kinds[c.Kind] == nil {
		return fmt.Errorf("journal: kind %q is not known", c.Kind)
	}
	var image any
	if c.Before != nil {
		b, err := json.Marshal(c.Before)
		if err != nil {
			return fmt.Errorf("journal: image of %s %d: %w", c.Kind, c.ID, err)
		}
		image = string(b)
	}
	err := w.j.db.Later(ctx, `INSERT INTO journal (user_id, seq, change_set, at, actor_id, source, kind, record_id, uid,
operation, title, collection, collection_was, dav_name, cause, image, image_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		w.Caller.UserID, c.Seq, w.first, w.At, w.Caller.ActorID, w.Caller.Source, c.Kind, c.ID, c.UID,
		c.Op, c.Title, c.Collection, c.CollectionWas, c.Name, w.cause, image, imageVersion)
	if err != nil {
		return err
	}
	w.wrote = true
	switch c.Op {
	case Create:
		return w.Count(ctx, c.Kind, 1)
	case Restore:
		if err := w.j.db.Later(ctx, "DELETE FROM trash WHERE user_id = $1 AND kind = $2 AND record_id = $3",
			w.Caller.UserID, c.Kind, c.ID); err != nil {
			return err
		}
		return w.Count(ctx, c.Kind, 1)
	case Delete:
		if c.Untrashed {
			return w.Count(ctx, c.Kind, -1)
		}
		w.lose(c)
		if err := w.j.db.Later(ctx, `INSERT INTO trash (user_id, kind, record_id, title, cause, seq, deleted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)`, w.Caller.UserID, c.Kind, c.ID, c.Title, w.cause, c.Seq, w.At); err != nil {
			return err
		}
		return w.Count(ctx, c.Kind, -1)
	}
	return nil
}

// Count moves one of the user's counters: the total of a kind, or one that a
// feature keeps ("todo.completed"). It is written at the end of the change-set.
func (w *Writer) Count(_ context.Context, name string, by int64) error {
	if w.counts == nil {
		w.counts = map[string]int64{}
	}
	w.counts[name] += by
	return nil
}

// Total reads a counter.
func (j *Journal) Total(ctx context.Context, userID int64, name string) (int64, error) {
	n, _, err := db.One(ctx, j.db, db.Value[int64], "SELECT n FROM record_counts WHERE user_id = $1 AND name = $2", userID, name)
	return n, err
}

// Because runs fn with every change noted as a consequence of the deletion of
// one record: restoring that one brings them back too.
func (w *Writer) Because(kind string, id int64, fn func() error) error {
	if w.cause != "" {
		return fn() // the first cause is the one a person acted on
	}
	w.cause = ref(kind, id)
	defer func() { w.cause = "" }()
	return fn()
}

// Detach lets go of every reference to a record, in all kinds, as consequences
// of its deletion. Call it before the row is taken out.
func (w *Writer) Detach(ctx context.Context, kind string, id int64) error {
	return w.Detaching(ctx, kind, id)()
}

// Detaching is Detach in two steps: it asks what refers to the record, together
// with what is asked next, and answers what lets go of it.
func (w *Writer) Detaching(ctx context.Context, kind string, id int64) (letGo func() error) {
	var steps []func() error
	for _, k := range w.j.order {
		if step := k.Detach(ctx, w, kind, id); step != nil {
			steps = append(steps, step)
		}
	}
	return func() error {
		return w.Because(kind, id, func() error {
			for _, step := range steps {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// Exists says whether the user has a record of that kind.
func (w *Writer) Exists(ctx context.Context, kind string, id int64) (bool, error) {
	k := w.j.kinds[kind]
	if k == nil {
		return false, fmt.Errorf("journal: kind %q is not known", kind)
	}
	_, found, err := db.One(ctx, w.j.db, db.Value[int64], "SELECT 1 FROM "+k.Table()+" WHERE user_id = $1 AND id = $2", w.Caller.UserID, id)
	return found, err
}

// Reference refuses, naming the field, a reference to a record that the user
// does not have, and a guest's to anything beside what is shared. A nil id is no
// reference.
func (w *Writer) Reference(ctx context.Context, field, kind string, id *int64) error {
	if id == nil {
		return nil
	}
	if !w.Caller.May(kind, *id) {
		return fault.BadField(field, "reference", "is not among what is shared with you: leave it out")
	}
	found, err := w.Exists(ctx, kind, *id)
	if err != nil || found {
		return err
	}
	return fault.BadField(field, "reference", "there is no such "+kind)
}

// Alive sets a reference to nil when its record is gone; for Revert.
func (w *Writer) Alive(ctx context.Context, kind string, id **int64) error {
	if *id == nil {
		return nil
	}
	found, err := w.Exists(ctx, kind, **id)
	if err == nil && !found {
		*id = nil
	}
	return err
}
