package journal_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

// house is a journal with to-dos and places, Ann's and Bob's.
type house struct {
	*journal.Journal
	db        *db.DB
	clock     *clock.Fake
	todos     *todo.Service
	locations *location.Service
	ann, bob  caller.Caller
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
		h := house{Journal: journal.New(d, k), db: d, clock: k}
		h.todos = todo.New(d, h.Journal, k)
		h.locations = location.New(d, h.Journal)
		journaltest.Kinds(h.Journal, "project", "projects", "person", "people")
		h.ann = journaltest.User(t, d, h.Journal, "ann", "Europe/Berlin")
		h.bob = journaltest.User(t, d, h.Journal, "bob", "America/New_York")
		test(t, h)
	})
}

func titled(title string) todo.Update { return todo.Update{Title: opt.Some(title)} }

func (h house) todo(t *testing.T, u todo.Update) todo.Todo {
	t.Helper()
	got, err := h.todos.Create(t.Context(), h.ann, u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (h house) place(t *testing.T, name string) location.Location {
	t.Helper()
	got, err := h.locations.Create(t.Context(), h.ann, location.Update{Name: opt.Some(name)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// newest is the change-set that Ann's last change was part of.
func (h house) newest(t *testing.T) journal.Set {
	t.Helper()
	p, err := h.History(t.Context(), h.ann, page.Request{Limit: 1})
	if err != nil || len(p.Items) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	return p.Items[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

// poll reads a journal as a follower does, until it has seen n changes, and
// fails where a number comes that is not above the last.
func (h house) poll(ctx context.Context, userID int64, n int) ([]journal.Entry, error) {
	signal, stop := h.Listen(userID)
	defer stop()
	var seen []journal.Entry
	after := int64(0)
	for {
		entries, err := h.Since(ctx, userID, after, 7)
		if err != nil {
			return seen, err
		}
		for _, e := range entries {
			if e.Seq <= after {
				return seen, fmt.Errorf("%d after %d", e.Seq, after)
			}
			after = e.Seq
			seen = append(seen, e)
		}
		if len(seen) >= n {
			return seen, nil
		}
		if len(entries) > 0 {
			continue
		}
		select {
		case <-signal:
		case <-ctx.Done():
			return seen, fmt.Errorf("%d of %d changes: %w", len(seen), n, ctx.Err())
		}
	}
}

func TestNumbersAreTheOrderOfCommits(t *testing.T) {
	const writers, each8 = 8, 12
	tests := []struct {
		name  string
		users func(h house, writer int) caller.Caller
		want  map[string]int // changes that each user's follower must see
	}{
		{"one user", func(h house, _ int) caller.Caller { return h.ann }, map[string]int{"ann": writers * each8 * 2}},
		{"several users", func(h house, i int) caller.Caller {
			if i%2 == 0 {
				return h.ann
			}
			return h.bob
		}, map[string]int{"ann": writers * each8, "bob": writers * each8}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
				defer cancel()
				var wg sync.WaitGroup
				followed := map[string][]journal.Entry{}
				var mu sync.Mutex
				for name, n := range tt.want {
					id := map[string]int64{"ann": h.ann.UserID, "bob": h.bob.UserID}[name]
					wg.Go(func() {
						seen, err := h.poll(ctx, id, n)
						if err != nil {
							t.Errorf("%s's follower: %v", name, err)
						}
						mu.Lock()
						defer mu.Unlock()
						followed[name] = seen
					})
				}
				for i := range writers {
					wg.Go(func() {
						c := tt.users(h, i)
						for n := range each8 {
							// Two changes a set: a set's numbers must lie together.
							err := h.Write(ctx, c, func(ctx context.Context, _ *journal.Writer) error {
								if _, err := h.todos.Create(ctx, c, titled(fmt.Sprintf("%d/%d", i, n))); err != nil {
									return err
								}
								_, err := h.locations.Create(ctx, c, location.Update{Name: opt.Some("x")})
								return err
							})
							if err != nil {
								t.Error(err)
							}
						}
					})
				}
				wg.Wait()
				for name, seen := range followed {
					if len(seen) != tt.want[name] {
						t.Errorf("%s's follower saw %d changes, want %d", name, len(seen), tt.want[name])
					}
					for i := 0; i+1 < len(seen); i += 2 {
						if a, b := seen[i], seen[i+1]; a.ChangeSet != b.ChangeSet || b.Seq != a.Seq+1 || a.ChangeSet != a.Seq {
							t.Errorf("torn set: %+v and %+v", a, b)
						}
					}
				}
			})
		})
	}
}

func TestAWriteWithinAWriteJoinsIt(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var a todo.Todo
		err := h.Write(t.Context(), h.ann, func(ctx context.Context, w *journal.Writer) (err error) {
			if a, err = h.todos.Create(ctx, h.ann, titled("a")); err != nil {
				return err
			}
			return h.Write(ctx, h.ann, func(ctx context.Context, inner *journal.Writer) error {
				if inner != w {
					t.Error("another change-set began")
				}
				_, err := h.todos.Update(ctx, h.ann, a.ID, nil, titled("b"))
				return err
			})
		})
		must(t, err)
		if set := h.newest(t); set.Changes != 2 || len(set.Entries) != 2 || set.Entries[0].Op != journal.Create || set.Entries[1].Op != journal.Update {
			t.Errorf("%+v", set)
		}
		head, err := h.Head(t.Context(), h.ann.UserID)
		must(t, err)
		h.todo(t, titled("c"))
		if set := h.newest(t); set.ID != head.Seq+1 {
			t.Errorf("set %d after number %d", set.ID, head.Seq)
		}
	})
}

func TestWriteForNobody(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ghost := h.ann
		ghost.UserID = 999
		if _, err := h.todos.Create(t.Context(), ghost, titled("x")); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%v", err)
		}
	})
}

func TestListenersWakeAfterCommitAlone(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		if h.Listening() {
			t.Error("listening before anyone does")
		}
		woken, stop := h.Listen(h.ann.UserID)
		bobs, stopBob := h.Listen(h.bob.UserID)
		defer stopBob()
		early := false
		err := h.Write(t.Context(), h.ann, func(ctx context.Context, _ *journal.Writer) error {
			_, err := h.todos.Create(ctx, h.ann, titled("x"))
			select {
			case <-woken:
				early = true
			default:
			}
			return err
		})
		must(t, err)
		if early {
			t.Error("woken before the commit")
		}
		select {
		case <-woken:
		default:
			t.Error("not woken by a commit")
		}
		failed := errors.New("no")
		err = h.Write(t.Context(), h.ann, func(ctx context.Context, _ *journal.Writer) error {
			if _, err := h.todos.Create(ctx, h.ann, titled("y")); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Errorf("%v", err)
		}
		select {
		case <-woken:
			t.Error("woken by a rollback")
		case <-bobs:
			t.Error("Bob was woken by Ann's change")
		default:
		}
		stop()
		h.todo(t, titled("z"))
		select {
		case <-woken:
			t.Error("woken after stopping")
		default:
		}
		h.WakeAll()
		select {
		case <-bobs:
		default:
			t.Error("WakeAll does not wake all")
		}
	})
}

func TestHistoryPagesThroughABigSet(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.todo(t, titled("before"))
		const many = 3000
		err := h.Write(t.Context(), h.ann.By(caller.Import), func(ctx context.Context, w *journal.Writer) error {
			for i := range many {
				if err := w.Record(ctx, journal.Change{Seq: w.Next(), Kind: "project", ID: int64(i + 1), Title: fmt.Sprintf("p%d", i), Op: journal.Create}); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, err)
		h.todo(t, titled("after"))
		var sets []journal.Set
		req := page.Request{Limit: 1}
		for {
			p, err := h.History(t.Context(), h.ann, req)
			must(t, err)
			sets = append(sets, p.Items...)
			if p.Next == "" {
				break
			}
			req.Cursor = p.Next
		}
		if len(sets) != 3 || sets[0].Entries[0].Title != "after" || sets[2].Entries[0].Title != "before" {
			t.Fatalf("%d sets: %+v", len(sets), sets)
		}
		if big := sets[1]; big.Changes != many || len(big.Entries) != 20 || big.Entries[0].Title != "p0" || big.Source != caller.Import || big.UndoneBy != nil {
			t.Errorf("%d changes, %d entries of %s", big.Changes, len(big.Entries), big.Source)
		}
		if n, err := h.CountSets(t.Context(), h.ann); n != 3 || err != nil {
			t.Errorf("%d sets counted, %v", n, err)
		}
		if n, err := h.Total(t.Context(), h.ann.UserID, "project"); n != many || err != nil {
			t.Errorf("%d counted, %v", n, err)
		}
		if p, err := h.History(t.Context(), h.bob, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("Bob's history: %+v, %v", p, err)
		}
		if _, err := h.History(t.Context(), h.ann, page.Request{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a damaged cursor: %v", err)
		}
	})
}
