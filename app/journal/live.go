package journal

import (
	"context"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
)

// Entry is one change as it is read back.
type Entry struct {
	Seq        int64     `json:"seq" doc:"Its number in the user's journal." example:"42"`
	ChangeSet  int64     `json:"change_set" doc:"The change-set it is part of." example:"42"`
	At         time.Time `json:"at" doc:"When it was." example:"2025-01-31T09:00:00Z"`
	Source     string    `json:"source" doc:"By which way." example:"api"`
	Kind       string    `json:"kind" doc:"The record's kind." example:"todo"`
	ID         int64     `json:"id" doc:"The record's number." example:"7"`
	UID        string    `json:"uid" doc:"The record's global id." example:"6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11"`
	Op         string    `json:"operation" enum:"create,update,delete,restore" doc:"What happened." example:"update"`
	Title      string    `json:"title" doc:"What a person calls the record." example:"Water the plants"`
	Collection string    `json:"collection" doc:"The collection it lies in." example:"todos"`
	OwnerID    int64     `json:"owner_id,omitempty" doc:"Whose record it is, where somebody shares it; left out where it is the user's own." example:"2"`
}

const entryColumns = "seq, change_set, at, source, kind, record_id, uid, operation, title, collection"

func scanEntry(s db.Scanner) (Entry, error) {
	var e Entry
	var at int64
	err := s.Scan(&e.Seq, &e.ChangeSet, &at, &e.Source, &e.Kind, &e.ID, &e.UID, &e.Op, &e.Title, &e.Collection)
	e.At = clock.FromMicros(at)
	return e, err
}

// Since reads what changed after a sequence number, oldest first.
func (j *Journal) Since(ctx context.Context, userID, seq int64, limit int) ([]Entry, error) {
	return db.Query(ctx, j.db, scanEntry, "SELECT "+entryColumns+
		" FROM journal WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", userID, seq, limit)
}

// Head is where a user's journal stands: its epoch, the newest sequence number
// and the oldest one from which on nothing is missing; Seq+1 when nothing is kept.
type Head struct {
	Epoch  string
	Seq    int64
	Oldest int64
}

// Head reads where the journal stands.
func (j *Journal) Head(ctx context.Context, userID int64) (Head, error) {
	h, _, err := db.One(ctx, j.db, func(s db.Scanner) (Head, error) {
		var h Head
		return h, s.Scan(&h.Epoch, &h.Seq, &h.Oldest)
	}, "SELECT epoch, seq, pruned + 1 FROM journal_heads WHERE user_id = $1", userID)
	return h, err
}

// Listen answers a channel that is signalled after each of these users' commits
// in this process, and a function that ends it. A signal may stand for several.
func (j *Journal) Listen(userIDs ...int64) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, id := range userIDs {
		if j.listeners[id] == nil {
			j.listeners[id] = map[chan struct{}]bool{}
		}
		j.listeners[id][ch] = true
	}
	return ch, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		for _, id := range userIDs {
			delete(j.listeners[id], ch)
			if len(j.listeners[id]) == 0 {
				delete(j.listeners, id)
			}
		}
	}
}

// Listening says whether anybody listens: only then is it worth asking whether
// another process has written.
func (j *Journal) Listening() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.listeners) > 0
}

// Wake signals a user's listeners: another process has written.
func (j *Journal) Wake(userID int64) {
	j.wake(userID)
	j.followed(userID, true)
}

// Follow makes f be called after each commit that may have changed a user's
// records: one in this process, or, with other set, one in another; user 0 is
// anybody. It must not wait. Call it before the first use.
func (j *Journal) Follow(f func(userID int64, other bool)) { j.follow = append(j.follow, f) }

func (j *Journal) followed(userID int64, other bool) {
	for _, f := range j.follow {
		f(userID, other)
	}
}

// Stir signals a user's listeners once the transaction of ctx has been committed,
// in other processes too: nothing changed, but who may listen did.
func (j *Journal) Stir(ctx context.Context, userID int64) {
	db.AfterCommit(ctx, func() {
		j.wake(userID)
		if j.tell != nil {
			j.tell(userID)
		}
	})
}

// Tell makes tell be called after each of a user's commits in this process that
// changed something: for those who listen in others. Set it before the first use.
func (j *Journal) Tell(tell func(userID int64)) { j.tell = tell }

// WakeAll signals everyone: something outside this process may have written.
func (j *Journal) WakeAll() {
	j.followed(0, true)
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, chs := range j.listeners {
		signal(chs)
	}
}

func (j *Journal) wake(userID int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	signal(j.listeners[userID])
}

func signal(chs map[chan struct{}]bool) {
	for ch := range chs {
		select {
		case ch <- struct{}{}:
		default: // one is waiting already
		}
	}
}
