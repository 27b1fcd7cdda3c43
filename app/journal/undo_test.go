package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

func TestUndoOfASetThatSpansKinds(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		kept := h.todo(t, titled("kept"))
		old := h.place(t, "Old Town")
		var made todo.Todo
		err := h.Write(ctx, h.ann, func(ctx context.Context, _ *journal.Writer) error {
			p, err := h.locations.Create(ctx, h.ann, location.Update{Name: opt.Some("Mill")})
			if err != nil {
				return err
			}
			if made, err = h.todos.Create(ctx, h.ann, todo.Update{Title: opt.Some("made"), LocationID: opt.Some(p.ID)}); err != nil {
				return err
			}
			if _, err = h.todos.Update(ctx, h.ann, kept.ID, nil, todo.Update{Title: opt.Some("changed"), LocationID: opt.Some(p.ID)}); err != nil {
				return err
			}
			return h.locations.Delete(ctx, h.ann, old.ID, nil)
		})
		must(t, err)
		set := h.newest(t)

		undo, err := h.Undo(ctx, h.ann, set.ID)
		must(t, err)
		if got, err := h.todos.Find(ctx, h.ann, kept.ID); err != nil || got.Title != "kept" || got.LocationID != nil {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := h.todos.Find(ctx, h.ann, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("what was made is still there: %v", err)
		}
		if got, err := h.locations.Find(ctx, h.ann, old.ID); err != nil || got.Name != "Old Town" || got.UID != old.UID {
			t.Errorf("%+v, %v", got, err)
		}
		if s := h.newest(t); s.ID != undo || s.Source != caller.Undo {
			t.Errorf("the undo's own set: %+v", s)
		}
		p, err := h.History(ctx, h.ann, page.Request{Limit: 2})
		must(t, err)
		if by := p.Items[1].UndoneBy; by == nil || *by != undo {
			t.Errorf("undone by %v, want %d", by, undo)
		}

		// An undo can be undone: all is again as the set left it.
		_, err = h.Undo(ctx, h.ann, undo)
		must(t, err)
		if got, err := h.todos.Find(ctx, h.ann, kept.ID); err != nil || got.Title != "changed" || got.LocationID == nil {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := h.todos.Find(ctx, h.ann, made.ID); err != nil || got.Title != "made" || got.LocationID == nil || *got.LocationID != *made.LocationID {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := h.locations.Find(ctx, h.ann, old.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted again: %v", err)
		}
	})
}

func TestUndoRefusesWhatWasChangedSinceAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		var a, b todo.Todo
		err := h.Write(ctx, h.ann, func(ctx context.Context, _ *journal.Writer) (err error) {
			if a, err = h.todos.Create(ctx, h.ann, titled("Water")); err == nil {
				b, err = h.todos.Create(ctx, h.ann, titled("Wash"))
			}
			return err
		})
		must(t, err)
		set := h.newest(t)
		_, err = h.todos.Update(ctx, h.ann, b.ID, nil, titled("Wash up"))
		must(t, err)
		before, err := h.Head(ctx, h.ann.UserID)
		must(t, err)
		_, err = h.Undo(ctx, h.ann, set.ID)
		if !fault.Is(err, fault.Conflict) || code(err) != "changed_since" || !strings.Contains(err.Error(), "todo “Wash up”") || strings.Contains(err.Error(), "Water") {
			t.Errorf("%v", err)
		}
		if got, err := h.todos.Find(ctx, h.ann, a.ID); err != nil || got.Rev != a.Rev {
			t.Errorf("the other record: %+v, %v", got, err)
		}
		if after, err := h.Head(ctx, h.ann.UserID); err != nil || after != before {
			t.Errorf("the journal moved from %+v to %+v, %v", before, after, err)
		}
		if set := h.newest(t); set.UndoneBy != nil {
			t.Errorf("%+v", set)
		}
	})
}

// One step back after another, to the beginning, and forward again.
func TestUndoStepByStep(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		made := h.todo(t, titled("a"))
		sets := []int64{h.newest(t).ID}
		for _, title := range []string{"b", "c"} {
			_, err := h.todos.Update(ctx, h.ann, made.ID, nil, titled(title))
			must(t, err)
			sets = append(sets, h.newest(t).ID)
		}
		var undos []int64
		for i, want := range []string{"b", "a", ""} {
			undo, err := h.Undo(ctx, h.ann, sets[2-i])
			must(t, err)
			undos = append(undos, undo)
			got, err := h.todos.Find(ctx, h.ann, made.ID)
			if want == "" && !fault.Is(err, fault.NotFound) || want != "" && got.Title != want {
				t.Errorf("step %d: %q, %v", i, got.Title, err)
			}
			if _, err := h.Undo(ctx, h.ann, sets[2-i]); !fault.Is(err, fault.Conflict) {
				t.Errorf("step %d a second time: %v", i, err)
			}
		}
		for i, want := range []string{"a", "b", "c"} {
			_, err := h.Undo(ctx, h.ann, undos[2-i])
			must(t, err)
			if got, err := h.todos.Find(ctx, h.ann, made.ID); err != nil || got.Title != want {
				t.Errorf("forward %d: %q, want %q, %v", i, got.Title, want, err)
			}
		}
		// What holds again stands in the way again.
		if _, err := h.Undo(ctx, h.ann, sets[1]); !fault.Is(err, fault.Conflict) {
			t.Errorf("a middle step: %v", err)
		}
	})
}

func TestUndoOfWhatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.todo(t, titled("Ann's"))
		set := h.newest(t)
		if _, err := h.Undo(t.Context(), h.bob, set.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("Bob undoes Ann's: %v", err)
		}
		if _, err := h.Undo(t.Context(), h.ann, set.ID+1); !fault.Is(err, fault.NotFound) {
			t.Errorf("a set that never was: %v", err)
		}
	})
}

// TestCountersStayRight does random things, undoes some, and counts anew.
func TestCountersStayRight(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 1))
		t.Logf("seed %d", seed)
		var places, todos []int64
		pick := func(ids []int64) int64 {
			if len(ids) == 0 {
				return 1
			}
			return ids[r.IntN(len(ids))]
		}
		for range 250 {
			var err error
			switch r.IntN(9) {
			case 0, 1:
				var p location.Location
				if p, err = h.locations.Create(ctx, h.ann, location.Update{Name: opt.Some("p")}); err == nil {
					places = append(places, p.ID)
				}
			case 2, 3:
				u := todo.Update{Title: opt.Some("t"), Completed: opt.Some(r.IntN(2) == 0), DueDate: opt.Some("2025-03-30")}
				if r.IntN(3) == 0 {
					u.RecurrenceRule = opt.Some("FREQ=DAILY")
				}
				if len(places) > 0 && r.IntN(2) == 0 {
					u.LocationID = opt.Some(pick(places))
				}
				if len(todos) > 0 && r.IntN(3) == 0 {
					u.ParentID = opt.Some(pick(todos))
				}
				var x todo.Todo
				if x, err = h.todos.Create(ctx, h.ann, u); err == nil {
					todos = append(todos, x.ID)
				}
			case 4:
				_, err = h.todos.Toggle(ctx, h.ann, pick(todos), nil)
			case 5:
				if r.IntN(2) == 0 {
					err = h.locations.Delete(ctx, h.ann, pick(places), nil)
				} else {
					err = h.todos.Delete(ctx, h.ann, pick(todos), nil)
				}
			case 6:
				if r.IntN(2) == 0 {
					err = h.Untrash(ctx, h.ann, location.KindName, pick(places))
				} else {
					err = h.Untrash(ctx, h.ann, todo.KindName, pick(todos))
				}
			case 7:
				var sets page.Page[journal.Set]
				if sets, err = h.History(ctx, h.ann, page.Request{Limit: 6}); err == nil && len(sets.Items) > 0 {
					_, err = h.Undo(ctx, h.ann, sets.Items[r.IntN(len(sets.Items))].ID)
				}
			case 8:
				if r.IntN(8) == 0 {
					_, err = h.Empty(ctx, h.ann)
				}
			}
			if k := fault.KindOf(err); err != nil && !slices.Contains([]fault.Kind{fault.NotFound, fault.Conflict, fault.Invalid}, k) {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		h.recount(t, seed)
	})
}

// recount compares each counter with what it counts, and the trash with what is gone.
func (h house) recount(t *testing.T, seed uint64) {
	t.Helper()
	for name, query := range map[string]string{
		"todo":           "SELECT COUNT(*) FROM todos WHERE user_id = $1",
		"location":       "SELECT COUNT(*) FROM locations WHERE user_id = $1",
		"todo.completed": "SELECT COUNT(*) FROM todos WHERE user_id = $1 AND completed <> " + h.falsehood(),
	} {
		want, _, err := db.One(t.Context(), h.db, db.Value[int64], query, h.ann.UserID)
		must(t, err)
		got, err := h.Total(t.Context(), h.ann.UserID, name)
		must(t, err)
		if got != want {
			t.Errorf("seed %d: %s is counted as %d and is %d", seed, name, got, want)
		}
	}
	for table, kind := range map[string]string{"todos": todo.KindName, "locations": location.KindName} {
		n, _, err := db.One(t.Context(), h.db, db.Value[int64], fmt.Sprintf(
			"SELECT COUNT(*) FROM trash t WHERE kind = $1 AND EXISTS (SELECT 1 FROM %s x WHERE x.user_id = t.user_id AND x.id = t.record_id)", table), kind)
		must(t, err)
		if n != 0 {
			t.Errorf("seed %d: %d of %s are in the trash and alive", seed, n, table)
		}
	}
}

func (h house) falsehood() string {
	if h.db.Engine == db.Postgres {
		return "FALSE"
	}
	return "0"
}
