package journal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/project"
	"umbra/app/todo"
)

// by is Ann's phone, or whatever has its own token.
func (h house) by(id int64, source string) caller.Caller {
	c := h.ann.By(source)
	c.Client = caller.Client{ID: id, Name: fmt.Sprint("client ", id)}
	return c
}

func (h house) asked(t *testing.T) []journal.MassDeletion {
	t.Helper()
	p, err := h.MassDeletions(t.Context(), h.ann, page.Request{})
	must(t, err)
	return p.Items
}

func (h house) many(t *testing.T, n int) (ids []int64) {
	t.Helper()
	for i := range n {
		ids = append(ids, h.todo(t, titled(fmt.Sprint("to-do ", i))).ID)
	}
	return ids
}

func TestWhoDeletesMostIsObeyedAndTheOwnerAsked(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var told []journal.MassDeletion
		h.AskWith(func(_ context.Context, m journal.MassDeletion) error {
			told = append(told, m)
			return nil
		})
		ids := h.many(t, 30)
		phone := h.by(7, caller.DAV)
		for i, id := range ids[:20] {
			must(t, h.todos.Delete(t.Context(), phone, id, nil))
			if asked := h.asked(t); (len(asked) > 0) != (i >= 15) {
				t.Fatalf("after %d of 30: %+v", i+1, asked)
			}
			h.clock.Advance(time.Second)
		}
		m := h.asked(t)[0]
		if m.Client != "client 7" || m.Kind != todo.KindName || m.Collection != "todos" || m.Deleted != 20 || m.Had != 30 || m.Waiting != 20 || m.LastAt.Sub(m.BeganAt) != 19*time.Second {
			t.Errorf("%+v", m)
		}
		if len(told) != 1 || told[0].ID != m.ID || told[0].UserID != h.ann.UserID || told[0].Deleted != 16 {
			t.Errorf("told %+v", told)
		}
		for _, x := range h.trash(t) {
			if x.PurgedAt != nil {
				t.Errorf("%s is said to go at %s, while its owner is asked", x.Title, x.PurgedAt)
			}
		}
		h.clock.Advance(40 * day) // longer than the trash keeps anything
		must(t, h.Expire(t.Context()))
		if got := len(h.trash(t)); got != 20 {
			t.Errorf("%d are in the trash, want all 20", got)
		}
		if _, err := h.BringBack(t.Context(), h.bob, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("Bob answers Ann's: %v", err)
		}
		if err := h.LetGo(t.Context(), h.bob, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("Bob answers Ann's: %v", err)
		}
		n, err := h.BringBack(t.Context(), h.ann, m.ID)
		if n != 20 || err != nil || len(h.asked(t)) != 0 || len(h.trash(t)) != 0 {
			t.Errorf("%d, %v, %+v", n, err, h.trash(t))
		}
		p, err := h.todos.List(t.Context(), h.ann, todo.Filter{}, page.Request{Limit: 50})
		if err != nil || len(p.Items) != 30 {
			t.Errorf("%d to-dos, %v", len(p.Items), err)
		}
		if _, err := h.Undo(t.Context(), h.ann, h.newest(t).ID); err != nil { // it was one change-set
			t.Error(err)
		}
		if got := len(h.trash(t)); got != 20 {
			t.Errorf("%d in the trash after undoing", got)
		}
		if err := h.LetGo(t.Context(), h.ann, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("answered twice: %v", err)
		}
	})
}

func TestWhatIsLetGoLeavesTheTrash(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ids := h.many(t, 12)
		must(t, h.Write(t.Context(), h.by(7, caller.Token), func(ctx context.Context, _ *journal.Writer) error { // as bulk does
			for _, id := range ids {
				if err := h.todos.Delete(ctx, h.by(7, caller.Token), id, nil); err != nil {
					return err
				}
			}
			return nil
		}))
		m := h.asked(t)[0]
		if m.Deleted != 12 || m.Had != 12 || m.Waiting != 12 {
			t.Errorf("%+v", m)
		}
		must(t, h.LetGo(t.Context(), h.ann, m.ID))
		if len(h.asked(t)) != 0 || len(h.trash(t)) != 12 {
			t.Errorf("%+v, %d", h.asked(t), len(h.trash(t)))
		}
		h.clock.Advance(31 * day)
		must(t, h.Expire(t.Context()))
		if got := len(h.trash(t)); got != 0 {
			t.Errorf("%d stay in the trash", got)
		}
	})
}

func TestWhatIsNoMassDeletion(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, tc := range []struct {
			name    string
			has     int
			deletes int
			by      func(i int) caller.Caller
			pause   time.Duration
		}{
			{"few", 9, 9, func(int) caller.Caller { return h.by(7, caller.DAV) }, 0},
			{"less than half", 40, 20, func(int) caller.Caller { return h.by(7, caller.DAV) }, 0},
			{"slowly", 30, 28, func(int) caller.Caller { return h.by(7, caller.DAV) }, 40 * time.Second},
			{"by several", 30, 28, func(i int) caller.Caller { return h.by(7+int64(i%4), caller.DAV) }, 0},
			{"by a person", 30, 30, func(int) caller.Caller { return h.ann }, 0},
		} {
			ids := h.many(t, tc.has)
			for i, id := range ids[:tc.deletes] {
				must(t, h.todos.Delete(t.Context(), tc.by(i), id, nil))
				h.clock.Advance(tc.pause)
			}
			if asked := h.asked(t); len(asked) != 0 {
				t.Errorf("%s: %+v", tc.name, asked)
			}
			for _, id := range ids[tc.deletes:] {
				must(t, h.todos.Delete(t.Context(), h.ann, id, nil))
			}
			h.clock.Advance(time.Hour)
		}
		must(t, h.Expire(t.Context()))
		if n, _, err := db.One(t.Context(), h.db, db.Value[int64], "SELECT COUNT(*) FROM mass_deletions"); n != 0 || err != nil {
			t.Errorf("%d counts are kept, %v", n, err)
		}
	})
}

// Deleting a whole project takes its tasks, which come back with it.
func TestAWholeCollection(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		projects, p, _, _ := h.family(t)
		for i := range 11 {
			_, err := projects.CreateTask(t.Context(), h.ann, p.ID, project.TaskUpdate{Title: opt.Some(fmt.Sprint(i))})
			must(t, err)
		}
		must(t, projects.Delete(t.Context(), h.by(7, caller.DAV), p.ID, nil))
		asked := h.asked(t)
		if len(asked) != 1 || asked[0].Kind != project.TaskKind || asked[0].Name != p.Name || asked[0].Had != 12 || asked[0].Waiting != 12 {
			t.Fatalf("%+v", asked)
		}
		h.clock.Advance(40 * day)
		must(t, h.Expire(t.Context()))
		n, err := h.BringBack(t.Context(), h.ann, asked[0].ID)
		if n != 12 || err != nil || len(h.asked(t)) != 0 {
			t.Errorf("%d, %v", n, err)
		}
		if p, err := projects.Find(t.Context(), h.ann, p.ID); err != nil || p.TasksTotal != 12 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
