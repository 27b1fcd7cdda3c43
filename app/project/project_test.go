package project_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/project"
)

type house struct {
	*project.Service
	d     *db.DB
	j     *journal.Journal
	clock *clock.Fake
	ann   caller.Caller
	bob   caller.Caller
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, build(t, d)) })
}

func build(t *testing.T, d *db.DB) house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	h := house{Service: project.New(d, j), d: d, j: j, clock: k}
	journaltest.Kinds(j, "person", "people")
	h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, j, "bob", "America/New_York")
	return h
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h house) make(t *testing.T, name string) project.Project {
	t.Helper()
	h.clock.Advance(time.Second)
	return must[project.Project](t)(h.Create(t.Context(), h.ann, named(name)))
}

func (h house) task(t *testing.T, projectID int64, title string, parent ...int64) project.Task {
	t.Helper()
	h.clock.Advance(time.Second)
	u := titled(title)
	if len(parent) > 0 {
		u.ParentTaskID = opt.Some(parent[0])
	}
	return must[project.Task](t)(h.CreateTask(t.Context(), h.ann, projectID, u))
}

// person puts a person's row where this feature's own test cannot make one.
func (h house) person(t *testing.T, c caller.Caller) (id int64) {
	t.Helper()
	err := h.d.Tx(t.Context(), func(ctx context.Context) (err error) {
		id, _, err = db.One(ctx, h.d, db.Value[int64], `INSERT INTO people (user_id, uid, display_name, name_key, search, rev, created_at, updated_at)
VALUES ($1, 'p', 'Eve', 'eve', '', 0, 0, 0) RETURNING id`, c.UserID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// undo takes the newest change-set back.
func (h house) undo(t *testing.T) {
	t.Helper()
	p := must[page.Page[journal.Set]](t)(h.j.History(t.Context(), h.ann, page.Request{Limit: 1}))
	if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
		t.Fatal(err)
	}
}

// counts fails where a project's counts are not those of its rows.
func (h house) counts(t *testing.T) {
	t.Helper()
	type row struct{ id, total, done, rows, rowsDone int64 }
	for _, r := range must[[]row](t)(db.Query(t.Context(), h.d, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.id, &r.total, &r.done, &r.rows, &r.rowsDone)
	}, `SELECT p.id, p.tasks_total, p.tasks_done,
    (SELECT COUNT(*) FROM project_tasks t WHERE t.project_id = p.id),
    (SELECT COUNT(*) FROM project_tasks t WHERE t.project_id = p.id AND t.status = 'done') FROM projects p`)) {
		if r.total != r.rows || r.done != r.rowsDone {
			t.Fatalf("project %d counts %d of %d done, and has %d of %d", r.id, r.done, r.total, r.rowsDone, r.rows)
		}
	}
}

func named(name string) project.Update       { return project.Update{Name: opt.Some(name)} }
func titled(title string) project.TaskUpdate { return project.TaskUpdate{Title: opt.Some(title)} }
func second[T any](_ T, err error) error     { return err }

func wantFields(t *testing.T, err error, paths ...string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("%v is no Invalid fault", err)
	}
	got := map[string]bool{}
	for _, x := range f.Fields {
		got[x.Path] = true
	}
	for _, p := range paths {
		if !got[p] {
			t.Errorf("%s is not named among %v", p, f.Fields)
		}
	}
	if len(got) != len(paths) {
		t.Errorf("%v are named, want %v", f.Fields, paths)
	}
}

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := must[project.Project](t)(h.Create(t.Context(), h.ann, project.Update{Name: opt.Some(" Garden "),
			Color: opt.Some("#33AAff"), DueDate: opt.Some("2025-06-30"), Starred: opt.Some(true)}))
		got := must[project.Project](t)(h.Find(t.Context(), h.ann, made.ID))
		if got.Name != "Garden" || got.Status != "not_started" || got.Color != "#33aaff" || *got.DueDate != "2025-06-30" || !got.Starred || got.UID == "" {
			t.Errorf("%+v", got)
		}
		h.clock.Advance(time.Minute)
		up := must[project.Project](t)(h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev},
			project.Update{Status: opt.Some("on_hold"), DueDate: opt.Null[string](), Color: opt.Null[string]()}))
		if up.Status != "on_hold" || up.DueDate != nil || up.Color != "" || up.Name != "Garden" || !up.UpdatedAt.After(up.CreatedAt) || up.Rev <= made.Rev {
			t.Errorf("%+v", up)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, named("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, journal.Match{made.Rev}); !fault.Is(err, fault.Stale) {
			t.Errorf("deleting an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "secret")
		task := h.task(t, p.ID, "secret")
		ctx := t.Context()
		for name, err := range map[string]error{
			"find":        second(h.Find(ctx, h.bob, p.ID)),
			"update":      second(h.Update(ctx, h.bob, p.ID, nil, named("x"))),
			"delete":      h.Delete(ctx, h.bob, p.ID, nil),
			"list tasks":  second(h.ListTasks(ctx, h.bob, p.ID, project.TaskFilter{}, page.Request{})),
			"count tasks": second(h.CountTasks(ctx, h.bob, p.ID, project.TaskFilter{})),
			"create task": second(h.CreateTask(ctx, h.bob, p.ID, titled("x"))),
			"find task":   second(h.FindTask(ctx, h.bob, p.ID, task.ID)),
			"update task": second(h.UpdateTask(ctx, h.bob, p.ID, task.ID, nil, titled("x"))),
			"delete task": h.DeleteTask(ctx, h.bob, p.ID, task.ID, nil),
			"reorder":     second(h.Reorder(ctx, h.bob, p.ID, project.Order{TaskIDs: []int64{task.ID}})),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		if l, err := h.List(ctx, h.bob, project.Filter{}, page.Request{}); err != nil || len(l.Items) != 0 {
			t.Errorf("another user lists %d, %v", len(l.Items), err)
		}
		mine := must[project.Project](t)(h.Create(ctx, h.bob, named("mine")))
		own := must[project.Task](t)(h.CreateTask(ctx, h.bob, mine.ID, titled("mine")))
		for field, u := range map[string]project.TaskUpdate{
			"project_id":     {ProjectID: opt.Some(p.ID)},
			"parent_task_id": {ParentTaskID: opt.Some(task.ID)},
			"person_id":      {PersonID: opt.Some(h.person(t, h.ann))},
		} {
			wantFields(t, second(h.UpdateTask(ctx, h.bob, mine.ID, own.ID, nil, u)), field)
		}
	})
}

func TestBadFieldsAreAllNamedAndNothingChanges(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		wantFields(t, second(h.Create(t.Context(), h.ann, project.Update{
			Name: opt.Some(" "), Description: opt.Some("a\x00b"), Status: opt.Some("lost"), Color: opt.Some("red"),
			DueDate: opt.Some("2025-02-30"), Position: opt.Some(int64(1) << 60),
		})), "name", "description", "status", "color", "due_date", "position")
		wantFields(t, second(h.Create(t.Context(), h.ann, named(strings.Repeat("x", 501)))), "name")
		if n, _ := h.Count(t.Context(), h.ann, project.Filter{}); n != 0 {
			t.Errorf("%d projects after only bad input", n)
		}
		if l, _ := h.j.History(t.Context(), h.ann, page.Request{}); len(l.Items) != 0 {
			t.Error("bad input left a trace in the history")
		}
		if _, err := h.List(t.Context(), h.ann, project.Filter{Sort: "color"}, page.Request{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an order that there is not: %v", err)
		}
	})
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		add := func(name, status, due string, starred bool, position int64) {
			u := project.Update{Name: opt.Some(name), Status: opt.Some(status), Starred: opt.Some(starred), Position: opt.Some(position)}
			if due != "" {
				u.DueDate = opt.Some(due)
			}
			must[project.Project](t)(h.Create(t.Context(), h.ann, u))
		}
		add("Zoo", "in_progress", "2025-05-01", true, 3)
		add("élan", "in_progress", "", false, 1)
		add("Attic", "completed", "2025-04-01", true, 2)
		yes, no := true, false
		for _, tc := range []struct {
			name string
			f    project.Filter
			want string
		}{
			{"own order", project.Filter{}, "élan,Attic,Zoo,"},
			{"turned round", project.Filter{Sort: "-position"}, "Zoo,Attic,élan,"},
			{"by name", project.Filter{Sort: "name"}, "Attic,élan,Zoo,"},
			{"by due date, none last", project.Filter{Sort: "due_date"}, "Attic,Zoo,élan,"},
			{"newest first", project.Filter{Sort: "-created_at"}, "Attic,élan,Zoo,"},
			{"by change", project.Filter{Sort: "updated_at"}, "Zoo,élan,Attic,"},
			{"status", project.Filter{Status: "in_progress"}, "élan,Zoo,"},
			{"starred", project.Filter{Starred: &yes}, "Attic,Zoo,"},
			{"not starred", project.Filter{Starred: &no}, "élan,"},
			{"text", project.Filter{Query: "ELAN"}, "élan,"},
			{"nothing", project.Filter{Query: "elan", Starred: &yes}, ""},
		} {
			got, cursor := "", ""
			for { // in pages of two, so that each order is also a key
				l := must[page.Page[project.Project]](t)(h.List(t.Context(), h.ann, tc.f, page.Request{Limit: 2, Cursor: cursor}))
				for _, x := range l.Items {
					got += x.Name + ","
				}
				if cursor = l.Next; cursor == "" {
					break
				}
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.Count(t.Context(), h.ann, tc.f); err != nil || n != int64(strings.Count(got, ",")) {
				t.Errorf("%s: counts %d of %s, %v", tc.name, n, got, err)
			}
		}
	})
}

func TestProgressFollowsTheTasksAndTheRevisionDoesNot(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		for range 3 {
			h.task(t, p.ID, "t")
		}
		task := h.task(t, p.ID, "done")
		must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, p.ID, task.ID, nil, project.TaskUpdate{Status: opt.Some(project.Done)}))
		got := must[project.Project](t)(h.Find(t.Context(), h.ann, p.ID))
		if got.Progress != 25 || got.TasksTotal != 4 || got.TasksDone != 1 || got.Rev != p.Rev || !got.UpdatedAt.Equal(p.UpdatedAt) {
			t.Errorf("%+v", got)
		}
		up := must[project.Project](t)(h.Update(t.Context(), h.ann, p.ID, journal.Match{p.Rev}, named("q")))
		if up.TasksTotal != 4 || up.Progress != 25 {
			t.Errorf("an update answers %+v", up)
		}
		h.undo(t)
		h.counts(t)
	})
}

func TestProjectAndTasksGoAndComeBackTogether(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		root := h.task(t, p.ID, "root")
		leaf := h.task(t, p.ID, "leaf", root.ID)
		must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, p.ID, leaf.ID, nil, project.TaskUpdate{Status: opt.Some(project.Done)}))
		back := func(how string) {
			t.Helper()
			got := must[project.Project](t)(h.Find(t.Context(), h.ann, p.ID))
			task := must[project.Task](t)(h.FindTask(t.Context(), h.ann, p.ID, leaf.ID))
			if got.TasksTotal != 2 || got.TasksDone != 1 || got.UID != p.UID || *task.ParentTaskID != root.ID || task.CompletedAt == nil {
				t.Errorf("%s: %+v, %+v", how, got, task)
			}
			h.counts(t)
		}
		if err := h.Delete(t.Context(), h.ann, p.ID, nil); err != nil {
			t.Fatal(err)
		}
		trash := must[page.Page[journal.Trashed]](t)(h.j.Trash(t.Context(), h.ann, page.Request{}))
		if len(trash.Items) != 1 || trash.Items[0].Kind != project.KindName {
			t.Fatalf("trash %+v", trash)
		}
		if _, err := h.FindTask(t.Context(), h.ann, p.ID, leaf.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a task of a project that is gone: %v", err)
		}
		if err := h.j.Untrash(t.Context(), h.ann, project.TaskKind, root.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a task back without its project: %v", err)
		}
		if err := h.j.Untrash(t.Context(), h.ann, project.KindName, p.ID); err != nil {
			t.Fatal(err)
		}
		back("from the trash")
		h.undo(t)
		h.undo(t)
		back("undone twice")
	})
}

func TestUndoOfEachOperation(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "a")
		must[project.Project](t)(h.Update(t.Context(), h.ann, p.ID, nil, project.Update{Name: opt.Some("b"), DueDate: opt.Some("2025-05-05")}))
		h.undo(t)
		if got := must[project.Project](t)(h.Find(t.Context(), h.ann, p.ID)); got.Name != "a" || got.DueDate != nil {
			t.Errorf("undone update: %+v", got)
		}
		if err := h.Delete(t.Context(), h.ann, p.ID, nil); err != nil {
			t.Fatal(err)
		}
		h.undo(t)
		if got := must[project.Project](t)(h.Find(t.Context(), h.ann, p.ID)); got.UID != p.UID || !got.CreatedAt.Equal(p.CreatedAt) {
			t.Errorf("undone deletion: %+v", got)
		}
		q := h.make(t, "new")
		h.undo(t)
		if _, err := h.Find(t.Context(), h.ann, q.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
	})
}

func TestListsScanNoTable(t *testing.T) {
	h := build(t, dbtest.Open(t, db.SQLite))
	p := h.make(t, "p")
	yes := true
	for _, f := range []project.Filter{{}, {Status: "on_hold"}, {Starred: &yes}, {Sort: "name"}, {Sort: "-due_date"}, {Sort: "created_at"},
		{Sort: "updated_at"}, {Sort: "-position"}, {Status: "completed", Sort: "name"}} {
		dbtest.NoScan(t, h.d, func(ctx context.Context) error { return second(h.List(ctx, h.ann, f, page.Request{})) })
	}
	for _, f := range []project.TaskFilter{{}, {Status: "todo"}, {Priority: "high"}, {PersonID: 1}, {Sort: "due_date"}, {Sort: "-created_at"},
		{Sort: "updated_at"}, {Sort: "-position", Status: "done"}, {PersonID: 1, Sort: "due_date"}} {
		dbtest.NoScan(t, h.d, func(ctx context.Context) error { return second(h.ListTasks(ctx, h.ann, p.ID, f, page.Request{})) })
	}
	task := h.task(t, p.ID, "t")
	dbtest.NoScan(t, h.d, func(ctx context.Context) error { return h.DeleteTask(ctx, h.ann, p.ID, task.ID, nil) })
}
