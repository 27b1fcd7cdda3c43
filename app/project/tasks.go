package project

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/page"
)

// FindTask answers one task of a project; NotFound, also when it is another project's.
func (s *Service) FindTask(ctx context.Context, c caller.Caller, projectID, id int64) (Task, error) {
	t, err := s.findTask(ctx, c.UserID, id)
	if err == nil && t.ProjectID != projectID {
		err = fault.Missing(TaskKind, id)
	}
	return t, err
}

// ListTasks answers a page of a project's tasks; NotFound without the project,
// Invalid for a sort or cursor it does not know.
func (s *Service) ListTasks(ctx context.Context, c caller.Caller, projectID int64, f TaskFilter, req page.Request) (page.Page[Task], error) {
	p, err := s.listTasks(ctx, c.UserID, projectID, f.of(c), req)
	if err == nil && len(p.Items) == 0 { // else it is there
		_, err = s.find(ctx, c.UserID, projectID)
	}
	return p, err
}

// CountTasks says how many of a project's tasks a filter takes. Without a
// filter it reads the project's own count. NotFound.
func (s *Service) CountTasks(ctx context.Context, c caller.Caller, projectID int64, f TaskFilter) (int64, error) {
	p, err := s.find(ctx, c.UserID, projectID)
	if err != nil {
		return 0, err
	}
	f.Sort = ""
	if f == (TaskFilter{}) {
		return p.TasksTotal, nil
	}
	w := f.of(c).where(c.UserID, projectID)
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM project_tasks"+w.Text(), w.Args()...)
	return n, err
}

// CreateTask makes a task in a project; NotFound, Invalid.
func (s *Service) CreateTask(ctx context.Context, c caller.Caller, projectID int64, u TaskUpdate) (Task, error) {
	return s.ImportTask(ctx, c, projectID, journal.Origin{}, u)
}

// ImportTask is CreateTask for a task that was made elsewhere; NotFound, Invalid.
func (s *Service) ImportTask(ctx context.Context, c caller.Caller, projectID int64, o journal.Origin, u TaskUpdate) (t Task, err error) {
	if err := u.fromGuest(c); err != nil {
		return t, err
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		if _, err := s.find(ctx, c.UserID, projectID); err != nil {
			return err
		}
		t = Task{ProjectID: projectID, Status: taskStatuses[0], Priority: priorities[0], Position: w.At}
		t.UID, t.CreatedAt = w.Begin(o)
		if err := s.changeTask(ctx, w, &t, u); err != nil {
			return err
		}
		if t.Status == Done {
			at := w.Done(o)
			t.CompletedAt = &at
		}
		return s.saveTask(ctx, w, &t, nil, journal.Create)
	})
	return t, err
}

// UpdateTask changes the fields given and may move the task, with its parts, to
// another project; NotFound, Invalid, Stale.
func (s *Service) UpdateTask(ctx context.Context, c caller.Caller, projectID, id int64, match journal.Match, u TaskUpdate) (t Task, err error) {
	if err := u.fromGuest(c); err != nil {
		return t, err
	}
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		before, err := s.FindTask(ctx, c, projectID, id)
		if err != nil {
			return err
		}
		if err := match.Check(before.Rev); err != nil {
			return err
		}
		t = before
		if err := s.changeTask(ctx, w, &t, u); err != nil {
			return err
		}
		return s.saveTask(ctx, w, &t, &before, journal.Update)
	})
	return t, err
}

// DeleteTask puts a task, with its parts, into the trash; NotFound, Stale.
func (s *Service) DeleteTask(ctx context.Context, c caller.Caller, projectID, id int64, match journal.Match) error {
	return s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		t, err := s.FindTask(ctx, c, projectID, id)
		if err != nil {
			return err
		}
		if err := match.Check(t.Rev); err != nil {
			return err
		}
		return s.removeTask(ctx, w, t)
	})
}

// changeTask applies an update and checks the result.
func (s *Service) changeTask(ctx context.Context, w *journal.Writer, t *Task, u TaskUpdate) error {
	was := *t
	u.apply(t)
	t.tidy()
	if err := t.validate(); err != nil {
		return err
	}
	if u.ProjectID.Has() && u.ProjectID.Value != t.ProjectID {
		if t.ID == 0 {
			return fault.BadField("project_id", "conflict", "must be the project in the address, or left out")
		}
		if err := w.Reference(ctx, "project_id", KindName, &u.ProjectID.Value); err != nil {
			return err
		}
		t.ProjectID = u.ProjectID.Value
		if !u.ParentTaskID.Set {
			t.ParentTaskID = nil // it stays behind
		}
	}
	if u.PersonID.Has() {
		if err := w.Reference(ctx, "person_id", "person", t.PersonID); err != nil {
			return err
		}
	}
	if err := s.checkParent(ctx, w, t, was, u.ParentTaskID.Has()); err != nil {
		return err
	}
	switch {
	case t.Status != Done:
		t.CompletedAt = nil
	case t.CompletedAt == nil:
		now := clock.FromMicros(w.At)
		t.CompletedAt = &now
	}
	return nil
}

// checkParent refuses a new parent of another project, and circles.
func (s *Service) checkParent(ctx context.Context, w *journal.Writer, t *Task, was Task, given bool) error {
	if !given {
		return nil
	}
	there, err := s.inProject(ctx, w.Caller.UserID, t.ProjectID, *t.ParentTaskID)
	if err != nil {
		return err
	}
	circle := false
	if t.ID != 0 {
		if circle, err = s.isBelow(ctx, w.Caller.UserID, was.ProjectID, t.ID, *t.ParentTaskID); err != nil {
			return err
		}
	}
	switch {
	case circle || *t.ParentTaskID == t.ID:
		return fault.BadField("parent_task_id", "cycle", "cannot be the task itself or one of its parts")
	case !there:
		return fault.BadField("parent_task_id", "reference", "there is no such task in the project")
	}
	return nil
}

// saveTask writes a task, and takes its parts along to another project.
func (s *Service) saveTask(ctx context.Context, w *journal.Writer, t, before *Task, op string) error {
	if before == nil || before.ProjectID == t.ProjectID {
		return s.putTask(ctx, w, t, before, op)
	}
	parts, err := s.parts(ctx, w.Caller.UserID, *before)
	if err != nil {
		return err
	}
	if err := s.carry(ctx, w.Caller.UserID, *before, t); err != nil {
		return err
	}
	for _, was := range parts { // before the task itself: undo finds the task first, and it brings them back
		p := was
		p.ProjectID = t.ProjectID
		if err := s.putTask(ctx, w, &p, &was, op); err != nil {
			return err
		}
	}
	return s.putTask(ctx, w, t, before, op)
}

// putTask writes one task, its journal entry and its project's counts: the one
// way a task changes.
func (s *Service) putTask(ctx context.Context, w *journal.Writer, t, before *Task, op string) error {
	t.Rev = w.Next()
	t.UpdatedAt = clock.FromMicros(w.At)
	c := journal.Change{Seq: t.Rev, Kind: TaskKind, UID: t.UID, Title: t.Title, Op: op, Collection: t.collection()}
	var err error
	switch op {
	case journal.Create:
		err = s.insertTask(ctx, w.Caller.UserID, t)
	case journal.Restore:
		err = s.writeTask(ctx, reinsertTaskSQL, w.Caller.UserID, t)
	default:
		c.Before = before
		if was := before.collection(); was != c.Collection {
			c.CollectionWas = was
		}
		err = s.writeTask(ctx, updateTaskSQL, w.Caller.UserID, t)
	}
	if err != nil {
		return err
	}
	c.ID = t.ID
	if err := s.countTasks(ctx, w, before, t); err != nil {
		return err
	}
	return w.Record(ctx, c)
}

// countTasks moves the counts of the projects that a change touches.
func (s *Service) countTasks(ctx context.Context, w *journal.Writer, before, after *Task) error {
	done := func(t *Task) int {
		if t.Status == Done {
			return 1
		}
		return 0
	}
	if before != nil && after != nil && before.ProjectID == after.ProjectID {
		return s.countTask(ctx, w.Caller.UserID, after.ProjectID, 0, done(after)-done(before))
	}
	if before != nil {
		if err := s.countTask(ctx, w.Caller.UserID, before.ProjectID, -1, -done(before)); err != nil {
			return err
		}
	}
	if after != nil {
		return s.countTask(ctx, w.Caller.UserID, after.ProjectID, 1, done(after))
	}
	return nil
}

// removeTask deletes a task after its parts, so that undo finds the task first.
func (s *Service) removeTask(ctx context.Context, w *journal.Writer, t Task) error {
	parts, err := s.parts(ctx, w.Caller.UserID, t)
	if err != nil {
		return err
	}
	if err := w.Because(TaskKind, t.ID, func() error { return s.dropTasks(ctx, w, parts) }); err != nil {
		return err
	}
	return s.dropTask(ctx, w, t)
}

// dropTasks deletes tasks, each after its parts.
func (s *Service) dropTasks(ctx context.Context, w *journal.Writer, all []Task) error {
	parts := map[int64][]Task{}
	among := map[int64]bool{}
	for _, t := range all {
		among[t.ID] = true
	}
	var roots []Task
	for _, t := range all {
		if t.ParentTaskID == nil || !among[*t.ParentTaskID] {
			roots = append(roots, t)
			continue
		}
		parts[*t.ParentTaskID] = append(parts[*t.ParentTaskID], t)
	}
	var drop func([]Task) error
	drop = func(list []Task) error {
		for _, t := range list {
			if err := drop(parts[t.ID]); err != nil {
				return err
			}
			if err := s.dropTask(ctx, w, t); err != nil {
				return err
			}
		}
		return nil
	}
	return drop(roots)
}

func (s *Service) dropTask(ctx context.Context, w *journal.Writer, t Task) error {
	if err := w.Detach(ctx, TaskKind, t.ID); err != nil {
		return err
	}
	if err := s.db.Later(ctx, "DELETE FROM project_tasks WHERE user_id = $1 AND id = $2", w.Caller.UserID, t.ID); err != nil {
		return err
	}
	if err := s.countTasks(ctx, w, &t, nil); err != nil {
		return err
	}
	return w.Record(ctx, journal.Change{Seq: w.Next(), Kind: TaskKind, ID: t.ID, UID: t.UID, Title: t.Title,
		Op: journal.Delete, Before: t, Collection: t.collection()})
}
