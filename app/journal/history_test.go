package journal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/todo"
)

// together runs fn as one change-set of Ann's and answers the set's number.
func (h house) together(t *testing.T, fn func(ctx context.Context) error) int64 {
	t.Helper()
	var set int64
	must(t, h.Write(t.Context(), h.ann, func(ctx context.Context, w *journal.Writer) error {
		set = w.ChangeSet()
		return fn(ctx)
	}))
	return set
}

func (h house) history(t *testing.T, req page.Request) page.Page[journal.Set] {
	t.Helper()
	p, err := h.History(t.Context(), h.ann, req)
	must(t, err)
	return p
}

func TestHistoryIsPagedNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		if p := h.history(t, page.Request{}); p.Items == nil || len(p.Items) != 0 || p.Next != "" {
			t.Errorf("nothing has happened: %+v", p)
		}
		var made []int64
		for i := range 7 {
			made = append(made, h.together(t, func(ctx context.Context) error {
				for n := range 3 * i * i { // 0 to 108 changes
					if _, err := h.locations.Create(ctx, h.ann, location.Update{Name: opt.Some(fmt.Sprint(n))}); err != nil {
						return err
					}
				}
				_, err := h.todos.Create(ctx, h.ann, titled("last"))
				return err
			}))
		}
		cursor, at := "", len(made)
		for pages := 1; ; pages++ {
			p := h.history(t, page.Request{Limit: 3, Cursor: cursor})
			for _, s := range p.Items {
				at--
				want := 3*at*at + 1
				if s.ID != made[at] || s.Changes != int64(want) || len(s.Entries) != min(want, 20) || s.Source != caller.API || !s.At.Equal(h.clock.Now()) {
					t.Errorf("set %d: %d changes, %d shown, %s at %v", s.ID, s.Changes, len(s.Entries), s.Source, s.At)
				}
				for i, e := range s.Entries {
					if e.Seq != s.ID+int64(i) || e.ChangeSet != s.ID {
						t.Errorf("set %d shows %+v at %d", s.ID, e, i)
					}
				}
			}
			if cursor = p.Next; cursor == "" {
				if pages != 3 || at != 0 {
					t.Errorf("%d pages, %d sets left", pages, at)
				}
				break
			}
		}
		if n, err := h.CountSets(t.Context(), h.ann); n != 7 || err != nil {
			t.Errorf("%d sets, %v", n, err)
		}
		if _, err := h.History(t.Context(), h.ann, page.Request{Cursor: "xxxx"}); code(err) != "invalid" {
			t.Errorf("a cursor of nobody's: %v", err)
		}
	})
}

func TestBigSetsCostNoScan(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	h := house{Journal: journal.New(d, k), db: d, clock: k}
	h.locations = location.New(d, h.Journal)
	h.ann = journaltest.User(t, d, h.Journal, "ann", "UTC")
	var first int64
	big := h.together(t, func(ctx context.Context) error {
		for n := range 5000 {
			l, err := h.locations.Create(ctx, h.ann, location.Update{Name: opt.Some(fmt.Sprint(n))})
			if err != nil {
				return err
			}
			first = l.ID - int64(n)
		}
		return nil
	})
	h.place(t, "small")
	small := h.newest(t).ID
	deleted := h.place(t, "deleted")
	must(t, h.locations.Delete(t.Context(), h.ann, deleted.ID, nil))
	for _, step := range []struct {
		what string
		do   func(ctx context.Context) error
	}{
		{"history", func(ctx context.Context) error {
			p, err := h.History(ctx, h.ann, page.Request{})
			if err == nil && (len(p.Items) != 4 || p.Items[3].ID != big || p.Items[3].Changes != 5000 || len(p.Items[3].Entries) != 20) {
				err = fmt.Errorf("%+v", p)
			}
			return err
		}},
		{"history of a record in the big set", func(ctx context.Context) error {
			p, err := h.HistoryOf(ctx, h.ann, journal.Record{Kind: location.KindName, ID: first + 4000}, page.Request{})
			if err == nil && (len(p.Items) != 1 || p.Items[0].ID != big || p.Items[0].Changes != 5000 || len(p.Items[0].Entries) != 1 || p.Items[0].Entries[0].Title != "4000") {
				err = fmt.Errorf("%+v", p)
			}
			return err
		}},
		{"since", func(ctx context.Context) error { _, err := h.Since(ctx, h.ann.UserID, 10, 100); return err }},
		{"head", func(ctx context.Context) error { _, err := h.Head(ctx, h.ann.UserID); return err }},
		{"trash", func(ctx context.Context) error { _, err := h.Trash(ctx, h.ann, page.Request{}); return err }},
		{"undo", func(ctx context.Context) error { _, err := h.Undo(ctx, h.ann, small); return err }},
		{"untrash", func(ctx context.Context) error { return h.Untrash(ctx, h.ann, location.KindName, deleted.ID) }},
	} {
		t.Run(step.what, func(t *testing.T) {
			dbtest.NoScan(t, d, step.do)
		})
	}
}

func TestHistoryOfOneRecord(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		x, y := h.todo(t, titled("x")), h.todo(t, titled("y"))
		h.together(t, func(ctx context.Context) error { // both, and one of them twice
			for _, id := range []int64{y.ID, x.ID, x.ID} {
				if _, err := h.todos.Toggle(ctx, h.ann, id, nil); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, h.todos.Delete(t.Context(), h.ann, x.ID, nil))
		h.place(t, "other")
		of := journal.Record{Kind: todo.KindName, ID: x.ID}
		var got []string
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			p, err := h.HistoryOf(t.Context(), h.ann, of, page.Request{Limit: 1, Cursor: cursor})
			must(t, err)
			if cursor = p.Next; len(p.Items) != 1 {
				t.Fatalf("a page of %d", len(p.Items))
			}
			ops := fmt.Sprint(p.Items[0].Changes)
			for _, e := range p.Items[0].Entries {
				if e.ID != x.ID || e.Kind != todo.KindName {
					t.Errorf("%+v is another's", e)
				}
				ops += " " + e.Op
			}
			got = append(got, ops)
		}
		if fmt.Sprint(got) != "[1 delete 3 update update 1 create]" {
			t.Errorf("%v", got)
		}
		if n, err := h.CountSetsOf(t.Context(), h.ann, of); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if p, err := h.HistoryOf(t.Context(), h.ann, journal.Record{Kind: location.KindName, ID: x.ID + 77}, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestUndoReadsItsSetAndNotTheJournal(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := house{Journal: journal.New(d, clock.NewFake(time.Unix(0, 0))), db: d}
	h.locations = location.New(d, h.Journal)
	h.ann = journaltest.User(t, d, h.Journal, "ann", "UTC")
	p := h.place(t, "x")
	must(t, h.locations.Delete(t.Context(), h.ann, p.ID, nil))
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error { return h.Untrash(ctx, h.ann, location.KindName, p.ID) },
		func(ctx context.Context) error { _, err := h.Undo(ctx, h.ann, h.newest(t).ID); return err },
	} {
		for _, plan := range dbtest.Plans(t, d, do) {
			if strings.HasSuffix(plan.Line, "(user_id=?)") && !strings.Contains(plan.Line, "journal_heads") {
				t.Errorf("%s\n\tin the plan of %s", plan.Line, plan.Query)
			}
		}
	}
}

func TestAnUndoThatIsUndoneCountsNoMore(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		x := h.todo(t, titled("x"))
		first := h.newest(t).ID
		second, err := h.Undo(t.Context(), h.ann, first)
		must(t, err)
		third, err := h.Undo(t.Context(), h.ann, second)
		must(t, err)
		by := map[int64]*int64{}
		for _, s := range h.history(t, page.Request{}).Items {
			by[s.ID] = s.UndoneBy
		}
		if by[first] != nil || by[second] == nil || *by[second] != third || by[third] != nil {
			t.Errorf("undone by %v", by)
		}
		if got, err := h.todos.Find(t.Context(), h.ann, x.ID); err != nil || got.UID != x.UID {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestUndoNamesWhatWasChangedSinceOnce(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var ids []int64
		set := h.together(t, func(ctx context.Context) error {
			for i := range 8 {
				x, err := h.todos.Create(ctx, h.ann, titled(fmt.Sprintf("n%d", i)))
				if err != nil {
					return err
				}
				ids = append(ids, x.ID)
			}
			return nil
		})
		for range 3 {
			for _, id := range ids {
				_, err := h.todos.Toggle(t.Context(), h.ann, id, nil)
				must(t, err)
			}
		}
		_, err := h.Undo(t.Context(), h.ann, set)
		if code(err) != "changed_since" || strings.Count(err.Error(), "“n0”") != 1 || strings.Count(err.Error(), "todo “") != 5 {
			t.Errorf("%v", err)
		}
	})
}

func TestUndoOfWhatWasPurgedSaysSo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		x := h.todo(t, titled("xyzzy"))
		made := h.newest(t).ID
		must(t, h.todos.Delete(ctx, h.ann, x.ID, nil))
		deleted := h.newest(t).ID
		must(t, h.Purge(ctx, h.ann, todo.KindName, x.ID))
		for _, set := range []int64{made, deleted} {
			if _, err := h.Undo(ctx, h.ann, set); code(err) != "purged" || strings.Contains(err.Error(), "“”") {
				t.Errorf("undo of %d: %v", set, err)
			}
		}
	})
}

// family is a project with a task, a to-do in it and a person whom both name.
func (h house) family(t *testing.T) (projects *project.Service, p project.Project, task project.Task, x todo.Todo) {
	t.Helper()
	ctx := t.Context()
	projects = project.New(h.db, h.Journal)
	people := person.New(h.db, h.Journal)
	p, err := projects.Create(ctx, h.ann, project.Update{Name: opt.Some("Garden")})
	must(t, err)
	someone, err := people.Create(ctx, h.ann, person.Update{GivenName: opt.Some("Bo")})
	must(t, err)
	task, err = projects.CreateTask(ctx, h.ann, p.ID, project.TaskUpdate{Title: opt.Some("Dig"), PersonID: opt.Some(someone.ID)})
	must(t, err)
	x, err = h.todos.Create(ctx, h.ann, todo.Update{Title: opt.Some("Spade"), ProjectID: opt.Some(p.ID), PersonID: opt.Some(someone.ID)})
	must(t, err)
	return projects, p, task, x
}

func TestConsequencesStayConsequencesThroughUndo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		projects, p, task, x := h.family(t)
		must(t, projects.Delete(ctx, h.ann, p.ID, nil))
		must(t, h.Untrash(ctx, h.ann, project.KindName, p.ID))
		restored := h.newest(t).ID
		if got, err := h.todos.Find(ctx, h.ann, x.ID); err != nil || got.ProjectID == nil || *got.ProjectID != p.ID {
			t.Errorf("%+v, %v", got, err)
		}
		_, err := h.Undo(ctx, h.ann, restored)
		must(t, err)
		trash, err := h.Trash(ctx, h.ann, page.Request{})
		if err != nil || len(trash.Items) != 1 || trash.Items[0].Kind != project.KindName {
			t.Errorf("the trash lists %+v, %v", trash.Items, err)
		}
		must(t, h.Untrash(ctx, h.ann, project.KindName, p.ID))
		if got, err := projects.FindTask(ctx, h.ann, p.ID, task.ID); err != nil || got.Title != "Dig" || got.PersonID == nil {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := h.todos.Find(ctx, h.ann, x.ID); err != nil || got.ProjectID == nil || *got.ProjectID != p.ID {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestPruningKeepsConsequencesAndMarksTheHoles(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		projects, p, task, x := h.family(t)
		must(t, projects.Delete(ctx, h.ann, p.ID, nil))
		deleted, err := h.Head(ctx, h.ann.UserID)
		must(t, err)
		h.clock.Advance(day)
		h.place(t, "later")
		if n, err := h.Prune(ctx, h.clock.Now()); n != 4 || err != nil {
			t.Errorf("pruned %d, %v", n, err)
		}
		// Some older rows are still there; a follower of then has missed others all the same.
		if head, err := h.Head(ctx, h.ann.UserID); err != nil || head.Oldest != deleted.Seq+1 || head.Seq != deleted.Seq+1 {
			t.Errorf("%+v after %+v, %v", head, deleted, err)
		}
		must(t, h.Untrash(ctx, h.ann, project.KindName, p.ID))
		if _, err := projects.FindTask(ctx, h.ann, p.ID, task.ID); err != nil {
			t.Errorf("the task: %v", err)
		}
		if got, err := h.todos.Find(ctx, h.ann, x.ID); err != nil || got.ProjectID == nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
