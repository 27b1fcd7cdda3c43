package project

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Name is the kind as the journal says it.
func (s *Service) Name() string { return KindName }

// Table holds the projects.
func (s *Service) Table() string { return "projects" }

// Revert makes a project be what it was; nil deletes it, with its tasks.
func (s *Service) Revert(ctx context.Context, w *journal.Writer, id int64, img []byte) error {
	now, there, err := fault.Found(s.find(ctx, w.Caller.UserID, id))
	if err != nil {
		return err
	}
	if img == nil {
		if !there {
			return nil
		}
		return s.remove(ctx, w, now)
	}
	var p Project
	if err := json.Unmarshal(img, &p); err != nil {
		return err
	}
	if there {
		return s.save(ctx, w, &p, &now, journal.Update)
	}
	return s.save(ctx, w, &p, nil, journal.Restore)
}

// Detach has nothing to let go of: a project names no other record.
func (s *Service) Detach(context.Context, *journal.Writer, string, int64) func() error { return nil }

// tasks is the service as the journal's kind of tasks.
type tasks struct{ s *Service }

func (k tasks) Name() string  { return TaskKind }
func (k tasks) Table() string { return "project_tasks" }

// FiledIn is journal.Filed.
func (k tasks) FiledIn() (kind, column string) { return KindName, "project_id" }

// Revert makes a task be what it was; nil deletes it, with its parts. It
// answers Conflict where the task's project is gone.
func (k tasks) Revert(ctx context.Context, w *journal.Writer, id int64, img []byte) error {
	now, there, err := fault.Found(k.s.findTask(ctx, w.Caller.UserID, id))
	if err != nil {
		return err
	}
	if img == nil {
		if !there {
			return nil
		}
		return k.s.removeTask(ctx, w, now)
	}
	var t Task
	if err := json.Unmarshal(img, &t); err != nil {
		return err
	}
	if err := k.settle(ctx, w, &t, now, there); err != nil {
		return err
	}
	switch {
	case !there:
		return k.s.saveTask(ctx, w, &t, nil, journal.Restore)
	case same(t, now): // its parent has brought it back already
		return nil
	}
	return k.s.saveTask(ctx, w, &t, &now, journal.Update)
}

// settle makes an earlier state fit what is there today.
func (k tasks) settle(ctx context.Context, w *journal.Writer, t *Task, now Task, there bool) error {
	alive, err := w.Exists(ctx, KindName, t.ProjectID)
	if err != nil {
		return err
	}
	if !alive {
		return fault.Newf(fault.Conflict, "project_gone", "The project of the task “%s” is gone. Restore the project first.", t.Title)
	}
	if err := w.Alive(ctx, "person", &t.PersonID); err != nil {
		return err
	}
	if t.ParentTaskID == nil {
		return nil
	}
	fits, err := k.s.inProject(ctx, w.Caller.UserID, t.ProjectID, *t.ParentTaskID)
	if err != nil {
		return err
	}
	if fits && there { // the parent of then may have become a part since
		circle, err := k.s.isBelow(ctx, w.Caller.UserID, now.ProjectID, t.ID, *t.ParentTaskID)
		if err != nil {
			return err
		}
		fits = !circle
	}
	if !fits {
		t.ParentTaskID = nil
	}
	return nil
}

// same says whether two states of a task differ in nothing that a person sees.
func same(a, b Task) bool {
	a.UpdatedAt, b.UpdatedAt = time.Time{}, time.Time{}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// Detach lets go of a person who is being deleted.
func (k tasks) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	if kind != "person" {
		return nil // its parts and its project's tasks went before
	}
	asked := db.AskAll(ctx, k.s.db, scanTask, "SELECT "+taskColumns+
		" FROM project_tasks WHERE user_id = $1 AND person_id = $2 ORDER BY id", w.Caller.UserID, id)
	return func() error {
		all, err := asked()
		if err != nil {
			return err
		}
		for _, before := range all {
			t := before
			t.PersonID = nil
			if err := k.s.putTask(ctx, w, &t, &before, journal.Update); err != nil {
				return err
			}
		}
		return nil
	}
}
