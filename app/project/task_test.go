package project_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/project"
)

// titles lists a project's tasks.
func (h house) titles(t *testing.T, projectID int64, f project.TaskFilter) string {
	t.Helper()
	var out strings.Builder
	for cursor := ""; ; {
		l := must[page.Page[project.Task]](t)(h.ListTasks(t.Context(), h.ann, projectID, f, page.Request{Limit: 2, Cursor: cursor}))
		for _, x := range l.Items {
			out.WriteString(x.Title + ",")
		}
		if cursor = l.Next; cursor == "" {
			return out.String()
		}
	}
}

func TestTaskCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p, other := h.make(t, "p"), h.make(t, "other")
		eve := h.person(t, h.ann)
		made := must[project.Task](t)(h.CreateTask(t.Context(), h.ann, p.ID, project.TaskUpdate{Title: opt.Some(" Dig "),
			Priority: opt.Some("high"), DueDate: opt.Some("2025-05-05"), PersonID: opt.Some(eve), ProjectID: opt.Some(p.ID)}))
		if made.Title != "Dig" || made.Status != "todo" || made.Priority != "high" || *made.PersonID != eve || made.CompletedAt != nil || made.ProjectID != p.ID {
			t.Errorf("%+v", made)
		}
		update := func(u project.TaskUpdate) project.Task {
			t.Helper()
			return must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, p.ID, made.ID, nil, u))
		}
		if got := update(project.TaskUpdate{Status: opt.Some(project.Done)}); got.CompletedAt == nil || !got.CompletedAt.Equal(h.clock.Now()) {
			t.Errorf("done, and %v", got.CompletedAt)
		}
		first := h.clock.Now()
		h.clock.Advance(1e9)
		if got := update(titled("Dug")); !got.CompletedAt.Equal(first) {
			t.Errorf("a later change moved completed_at to %v", got.CompletedAt)
		}
		if got := update(project.TaskUpdate{Status: opt.Some("blocked"), PersonID: opt.Null[int64]()}); got.CompletedAt != nil || got.PersonID != nil {
			t.Errorf("%+v", got)
		}
		if _, err := h.FindTask(t.Context(), h.ann, other.ID, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("under another project: %v", err)
		}
		if _, err := h.UpdateTask(t.Context(), h.ann, p.ID, made.ID, journal.Match{made.Rev}, titled("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.DeleteTask(t.Context(), h.ann, p.ID, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.FindTask(t.Context(), h.ann, p.ID, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
		h.counts(t)
		h.undo(t)
		if got := must[project.Task](t)(h.FindTask(t.Context(), h.ann, p.ID, made.ID)); got.Title != "Dug" || got.UID != made.UID {
			t.Errorf("undone deletion: %+v", got)
		}
	})
}

func TestBadTaskFields(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p, other := h.make(t, "p"), h.make(t, "other")
		ctx := t.Context()
		wantFields(t, second(h.CreateTask(ctx, h.ann, p.ID, project.TaskUpdate{Title: opt.Some("a\nb"), Description: opt.Some("\xff"),
			Status: opt.Some("lost"), Priority: opt.Some("urgent"), DueDate: opt.Some("soon"), Position: opt.Some(int64(-1) << 60)})),
			"title", "description", "status", "priority", "due_date", "position")
		wantFields(t, second(h.CreateTask(ctx, h.ann, p.ID, project.TaskUpdate{})), "title")
		for field, u := range map[string]project.TaskUpdate{
			"project_id":     {ProjectID: opt.Some(other.ID)},
			"parent_task_id": {ParentTaskID: opt.Some(h.task(t, other.ID, "elsewhere").ID)},
			"person_id":      {PersonID: opt.Some(int64(77))},
		} {
			u.Title = opt.Some("x")
			wantFields(t, second(h.CreateTask(ctx, h.ann, p.ID, u)), field)
		}
		if n, err := h.CountTasks(ctx, h.ann, p.ID, project.TaskFilter{}); err != nil || n != 0 {
			t.Errorf("%d tasks after only bad input, %v", n, err)
		}
	})
}

func TestTaskFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		eve := h.person(t, h.ann)
		add := func(title, status, priority, due string, person bool) {
			u := project.TaskUpdate{Title: opt.Some(title), Status: opt.Some(status), Priority: opt.Some(priority)}
			if due != "" {
				u.DueDate = opt.Some(due)
			}
			if person {
				u.PersonID = opt.Some(eve)
			}
			h.clock.Advance(1e9)
			must[project.Task](t)(h.CreateTask(t.Context(), h.ann, p.ID, u))
		}
		add("c", "todo", "high", "2025-06-01", true)
		add("a", "done", "low", "", false)
		add("Ünter", "todo", "none", "2025-05-01", false)
		h.task(t, h.make(t, "other").ID, "elsewhere")
		for _, tc := range []struct {
			name string
			f    project.TaskFilter
			want string
		}{
			{"own order", project.TaskFilter{}, "c,a,Ünter,"},
			{"due, none last", project.TaskFilter{Sort: "due_date"}, "Ünter,c,a,"},
			{"newest first", project.TaskFilter{Sort: "-created_at"}, "Ünter,a,c,"},
			{"by change", project.TaskFilter{Sort: "updated_at"}, "c,a,Ünter,"},
			{"status", project.TaskFilter{Status: "todo"}, "c,Ünter,"},
			{"priority", project.TaskFilter{Priority: "low"}, "a,"},
			{"person", project.TaskFilter{PersonID: eve}, "c,"},
			{"text", project.TaskFilter{Query: "unt"}, "Ünter,"},
		} {
			if got := h.titles(t, p.ID, tc.f); got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.CountTasks(t.Context(), h.ann, p.ID, tc.f); err != nil || n != int64(strings.Count(tc.want, ",")) {
				t.Errorf("%s: counts %d, %v", tc.name, n, err)
			}
		}
		if _, err := h.ListTasks(t.Context(), h.ann, p.ID, project.TaskFilter{Sort: "title"}, page.Request{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an order that there is not: %v", err)
		}
	})
}

func TestPartsOfTasks(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		root := h.task(t, p.ID, "root")
		part := h.task(t, p.ID, "part", root.ID)
		leaf := h.task(t, p.ID, "leaf", part.ID)
		for _, id := range []int64{root.ID, part.ID, leaf.ID} {
			wantFields(t, second(h.UpdateTask(t.Context(), h.ann, p.ID, root.ID, nil, project.TaskUpdate{ParentTaskID: opt.Some(id)})), "parent_task_id")
		}
		if err := h.DeleteTask(t.Context(), h.ann, p.ID, root.ID, nil); err != nil {
			t.Fatal(err)
		}
		if got := h.titles(t, p.ID, project.TaskFilter{}); got != "" {
			t.Errorf("left: %s", got)
		}
		if err := h.j.Untrash(t.Context(), h.ann, project.TaskKind, root.ID); err != nil {
			t.Fatal(err)
		}
		got := must[project.Task](t)(h.FindTask(t.Context(), h.ann, p.ID, leaf.ID))
		if *got.ParentTaskID != part.ID {
			t.Errorf("%+v", got)
		}
		h.counts(t)
	})
}

// A parent of long ago may have become a part in the meantime.
func TestUndoMakesNoCircle(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		a := h.task(t, p.ID, "a")
		b := h.task(t, p.ID, "b", a.ID)
		must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, p.ID, b.ID, nil, project.TaskUpdate{ParentTaskID: opt.Null[int64]()}))
		set := must[page.Page[journal.Set]](t)(h.j.History(t.Context(), h.ann, page.Request{Limit: 1})).Items[0].ID
		must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, p.ID, a.ID, nil, project.TaskUpdate{ParentTaskID: opt.Some(b.ID)}))
		must[int64](t)(h.j.Undo(t.Context(), h.ann, set))
		if got := must[project.Task](t)(h.FindTask(t.Context(), h.ann, p.ID, b.ID)); got.ParentTaskID != nil {
			t.Errorf("b is below %d, which is below b", *got.ParentTaskID)
		}
		if err := h.DeleteTask(t.Context(), h.ann, p.ID, b.ID, nil); err != nil {
			t.Fatal(err)
		}
		h.counts(t)
	})
}

func TestMovingToAnotherProject(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		from, to := h.make(t, "from"), h.make(t, "to")
		top := h.task(t, from.ID, "top")
		moved := h.task(t, from.ID, "moved", top.ID)
		part := h.task(t, from.ID, "part", moved.ID)
		got := must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, from.ID, moved.ID, nil, project.TaskUpdate{ProjectID: opt.Some(to.ID)}))
		if got.ProjectID != to.ID || got.ParentTaskID != nil {
			t.Errorf("%+v", got)
		}
		if p := must[project.Task](t)(h.FindTask(t.Context(), h.ann, to.ID, part.ID)); *p.ParentTaskID != moved.ID {
			t.Errorf("%+v", p)
		}
		h.counts(t)
		was := must[[]string](t)(db.Query(t.Context(), h.d, db.Value[string],
			"SELECT collection_was || '>' || collection FROM journal WHERE user_id = $1 AND collection_was <> '' ORDER BY seq", h.ann.UserID))
		if want := fmt.Sprintf("project:%d>project:%d", from.ID, to.ID); len(was) != 2 || was[0] != want || was[1] != want {
			t.Errorf("journal %v, want twice %s", was, want)
		}
		late := h.task(t, to.ID, "late", moved.ID) // made after the move: undo must not strand it
		sets := must[page.Page[journal.Set]](t)(h.j.History(t.Context(), h.ann, page.Request{Limit: 2}))
		must[int64](t)(h.j.Undo(t.Context(), h.ann, sets.Items[1].ID))
		if got := h.titles(t, from.ID, project.TaskFilter{}); got != "top,moved,part,late," {
			t.Errorf("undone: %s", got)
		}
		if m := must[project.Task](t)(h.FindTask(t.Context(), h.ann, from.ID, moved.ID)); *m.ParentTaskID != top.ID {
			t.Errorf("undone: %+v", m)
		}
		h.counts(t)
		h.undo(t) // and again
		if p := must[project.Task](t)(h.FindTask(t.Context(), h.ann, to.ID, late.ID)); *p.ParentTaskID != moved.ID {
			t.Errorf("undone twice: %+v", p)
		}
		h.counts(t)

		under := h.task(t, from.ID, "under")
		got = must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, to.ID, moved.ID, nil,
			project.TaskUpdate{ProjectID: opt.Some(from.ID), ParentTaskID: opt.Some(under.ID), Status: opt.Some(project.Done)}))
		if got.ProjectID != from.ID || *got.ParentTaskID != under.ID {
			t.Errorf("moved under a task: %+v", got)
		}
		h.counts(t)
	})
}

func TestAPersonWhoGoesIsLetGoOf(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p := h.make(t, "p")
		task := h.task(t, p.ID, "t")
		eve := h.person(t, h.ann)
		must[project.Task](t)(h.UpdateTask(t.Context(), h.ann, p.ID, task.ID, nil, project.TaskUpdate{PersonID: opt.Some(eve)}))
		err := h.j.Write(t.Context(), h.ann, func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, "person", eve) })
		if err != nil {
			t.Fatal(err)
		}
		if got := must[project.Task](t)(h.FindTask(t.Context(), h.ann, p.ID, task.ID)); got.PersonID != nil {
			t.Errorf("%+v", got)
		}
		h.undo(t)
		if got := must[project.Task](t)(h.FindTask(t.Context(), h.ann, p.ID, task.ID)); got.PersonID == nil || *got.PersonID != eve {
			t.Errorf("undone: %+v", got)
		}
	})
}

// Whatever is done and undone, in whatever order, the counts are those of the rows.
func TestCountsHoldOverAnyHistory(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		r := rand.New(rand.NewPCG(7, 11))
		ctx := t.Context()
		var projects, taskIDs, sets []int64
		pick := func(from []int64) int64 {
			if len(from) == 0 {
				return 0
			}
			return from[r.IntN(len(from))]
		}
		done := map[string]int{}
		for step := range 400 {
			p, id := pick(projects), pick(taskIDs)
			if at, found, _ := db.One(ctx, h.d, db.Value[int64], "SELECT project_id FROM project_tasks WHERE id = $1", id); found {
				p = at
			}
			op, err := "", error(nil)
			switch r.IntN(12) {
			case 0:
				var made project.Project
				op = "create project"
				made, err = h.Create(ctx, h.ann, named(fmt.Sprint("p", step)))
				projects = append(projects, made.ID)
			case 1, 2, 3:
				var made project.Task
				u := titled(fmt.Sprint("t", step))
				if r.IntN(2) == 0 {
					u.ParentTaskID = opt.Some(id)
				}
				if r.IntN(2) == 0 {
					u.Status = opt.Some(project.Done)
				}
				op = "create task"
				if made, err = h.CreateTask(ctx, h.ann, p, u); err == nil {
					taskIDs = append(taskIDs, made.ID)
				}
			case 4:
				op, err = "done", second(h.UpdateTask(ctx, h.ann, p, id, nil, project.TaskUpdate{Status: opt.Some(project.Done)}))
			case 5:
				op, err = "open", second(h.UpdateTask(ctx, h.ann, p, id, nil, project.TaskUpdate{Status: opt.Some("todo"), ParentTaskID: opt.Some(pick(taskIDs))}))
			case 6:
				op, err = "move", second(h.UpdateTask(ctx, h.ann, p, id, nil, project.TaskUpdate{ProjectID: opt.Some(pick(projects))}))
			case 7:
				op, err = "delete task", h.DeleteTask(ctx, h.ann, p, id, nil)
			case 8:
				if r.IntN(3) == 0 {
					op, err = "delete project", h.Delete(ctx, h.ann, pick(projects), nil)
				}
			case 9:
				op, err = "untrash", h.j.Untrash(ctx, h.ann, project.KindName, pick(projects))
			case 10:
				op, err = "untrash task", h.j.Untrash(ctx, h.ann, project.TaskKind, pick(taskIDs))
			case 11:
				op, err = "undo", second(h.j.Undo(ctx, h.ann, pick(sets)))
			}
			var f *fault.Error
			switch {
			case err == nil:
				done[op]++
			case !errors.As(err, &f) || f.Kind == fault.Conflict && f.Code != "changed_since" && f.Code != "already_undone" && f.Code != "project_gone":
				t.Fatalf("step %d, %s: %v", step, op, err) // the database had to refuse it
			}
			last := must[page.Page[journal.Set]](t)(h.j.History(ctx, h.ann, page.Request{Limit: 1}))
			if len(last.Items) > 0 {
				sets = append(sets, last.Items[0].ID)
			}
			h.counts(t)
		}
		for _, op := range []string{"create task", "move", "delete task", "delete project", "untrash", "untrash task", "undo"} {
			if done[op] == 0 {
				t.Errorf("%s never went through: %v", op, done)
			}
		}
		n := must[int64](t)(h.Count(ctx, h.ann, project.Filter{}))
		rows, _, err := db.One(ctx, h.d, db.Value[int64], "SELECT COUNT(*) FROM projects")
		if err != nil || n != rows {
			t.Errorf("%d projects counted, %d there, %v", n, rows, err)
		}
	})
}
