package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"umbra/app/clock"
	"umbra/app/db"
)

// Origin is what a record brings along that was made elsewhere and is imported.
// The zero Origin is that of a new record.
type Origin struct {
	UID       string    // empty: a new one
	CreatedAt time.Time // zero: now
	DoneAt    time.Time // when it was completed or dismissed, if it was; zero: now
}

// space is where the uids of what is imported lie (RFC 9562, version 5).
var space = uuid.MustParse("6f2d1c1e-0b57-5d0a-9f0e-7a3f6d2c9b41")

// UIDOf is the uid of a record that is called so where it comes from: the same
// name makes the same one.
func UIDOf(name string) string { return uuid.NewSHA1(space, []byte(name)).String() }

// Imported says whether the record was made elsewhere.
func (o Origin) Imported() bool { return o != Origin{} }

// Begin answers the uid and the time of making for a record of that origin.
func (w *Writer) Begin(o Origin) (uid string, created time.Time) {
	uid, created = o.UID, o.CreatedAt.UTC().Truncate(time.Microsecond)
	if uid == "" {
		uid = NewUID()
	}
	if o.CreatedAt.IsZero() {
		created = clock.FromMicros(w.At)
	}
	return uid, created
}

// Done answers when a record of that origin was completed or dismissed.
func (w *Writer) Done(o Origin) time.Time {
	if o.DoneAt.IsZero() {
		return clock.FromMicros(w.At)
	}
	return o.DoneAt.UTC().Truncate(time.Microsecond)
}

// UIDs answers the ids of the user's records of a kind by their uid.
func (w *Writer) UIDs(ctx context.Context, kind string) (map[string]int64, error) {
	k := w.j.kinds[kind]
	if k == nil {
		return nil, fmt.Errorf("journal: kind %q is not known", kind)
	}
	out := map[string]int64{}
	_, err := db.Query(ctx, w.j.db, func(s db.Scanner) (none struct{}, err error) {
		var id int64
		var uid string
		err = s.Scan(&id, &uid)
		out[uid] = id
		return none, err
	}, "SELECT id, uid FROM "+k.Table()+" WHERE user_id = $1", w.Caller.UserID)
	return out, err
}

// DeletedUIDs answers the uids of the records of a kind that the user deleted,
// as far back as the journal is kept: an import leaves those alone. What an undo
// took away may come again.
func (w *Writer) DeletedUIDs(ctx context.Context, kind string) (map[string]bool, error) {
	out := map[string]bool{}
	_, err := db.Query(ctx, w.j.db, func(s db.Scanner) (none struct{}, err error) {
		var uid string
		err = s.Scan(&uid)
		out[uid] = true
		return none, err
	}, "SELECT uid FROM journal WHERE user_id = $1 AND kind = $2 AND operation = 'delete' AND source <> 'undo'", w.Caller.UserID, kind)
	return out, err
}
