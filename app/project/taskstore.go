package project

import (
	"context"
	"strconv"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

const taskColumns = `id, uid, project_id, title, description, status, priority, due_date, person_id, parent_task_id,
position, completed_at, rev, created_at, updated_at`

func scanTask(s db.Scanner) (Task, error) {
	var t Task
	var priority int
	var due string
	var completed *int64
	var created, updated int64
	err := s.Scan(&t.ID, &t.UID, &t.ProjectID, &t.Title, &t.Description, &t.Status, &priority, &due, &t.PersonID, &t.ParentTaskID,
		&t.Position, &completed, &t.Rev, &created, &updated)
	if err != nil {
		return t, err
	}
	t.Priority = priorities[priority]
	if due != "" {
		t.DueDate = &due
	}
	t.CompletedAt = clock.FromMicrosPtr(completed)
	t.CreatedAt, t.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	return t, nil
}

func (s *Service) findTask(ctx context.Context, userID, id int64) (Task, error) {
	t, found, err := db.ByKey(ctx, s.db, scanTask, "SELECT "+taskColumns+" FROM project_tasks WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(TaskKind, id)
	}
	return t, err
}

func (s *Service) listTasks(ctx context.Context, userID, projectID int64, f TaskFilter, req page.Request) (page.Page[Task], error) {
	return db.List(ctx, s.db, db.Listing[Task]{
		Select:  "SELECT " + taskColumns + "\nFROM project_tasks",
		Where:   f.where(userID, projectID),
		Default: "position",
		Scan:    scanTask,
		Sorts: []db.Sort{
			{Name: "position", Column: "position", Int: true},
			{Name: "due_date", Column: "due_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

func (f TaskFilter) where(userID, projectID int64) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID).And("project_id = ?", projectID)
	return taskWhere(w, f.Status, f.Priority, f.PersonID, f.Query)
}

// taskWhere narrows a list of tasks by what is given.
func taskWhere(w *db.Where, status, priority string, personID int64, query string) *db.Where {
	if status != "" {
		w.And("status = ?", status)
	}
	if priority != "" {
		w.And("priority = ?", priorityNumber(priority))
	}
	if personID != 0 {
		w.And("person_id = ?", personID)
	}
	if query != "" {
		w.Contains("search", fold.Text(query))
	}
	return w
}

// tasksOf reads all tasks of a project in their order.
func (s *Service) tasksOf(ctx context.Context, userID, projectID int64) ([]Task, error) {
	return db.Query(ctx, s.db, scanTask, "SELECT "+taskColumns+" FROM project_tasks WHERE user_id = $1 AND project_id = $2 ORDER BY position, id",
		userID, projectID)
}

// below is a recursive view of the parts of task $3 of project $2, at any
// depth; UNION ends it even if the parts went round in a circle.
const below = `WITH RECURSIVE below (id) AS (
    SELECT id FROM project_tasks WHERE user_id = $1 AND project_id = $2 AND parent_task_id = $3
    UNION
    SELECT t.id FROM below JOIN project_tasks t ON t.user_id = $1 AND t.project_id = $2 AND t.parent_task_id = below.id
) `

// parts reads the tasks below one, at any depth.
func (s *Service) parts(ctx context.Context, userID int64, t Task) ([]Task, error) {
	return db.Query(ctx, s.db, scanTask, below+"SELECT "+taskColumns+
		" FROM project_tasks WHERE user_id = $1 AND id IN (SELECT id FROM below) ORDER BY id", userID, t.ProjectID, t.ID)
}

// isBelow says whether a task of the project lies below root.
func (s *Service) isBelow(ctx context.Context, userID, projectID, root, id int64) (bool, error) {
	_, found, err := db.One(ctx, s.db, db.Value[int64], below+"SELECT 1 FROM below WHERE id = $4", userID, projectID, root, id)
	return found, err
}

// carry takes a task with all its parts to another project, in one statement:
// a part lies in its parent's project at the end of each.
func (s *Service) carry(ctx context.Context, userID int64, from Task, to *Task) error {
	err := s.db.Later(ctx, below+`UPDATE project_tasks SET project_id = $4,
    parent_task_id = CASE WHEN id = $3 THEN CAST($5 AS BIGINT) ELSE parent_task_id END
WHERE user_id = $1 AND (id = $3 OR id IN (SELECT id FROM below))`, userID, from.ProjectID, from.ID, to.ProjectID, to.ParentTaskID)
	return err
}

// inProject says whether a project has a task.
func (s *Service) inProject(ctx context.Context, userID, projectID, id int64) (bool, error) {
	_, found, err := db.One(ctx, s.db, db.Value[int64], "SELECT 1 FROM project_tasks WHERE user_id = $1 AND project_id = $2 AND id = $3", userID, projectID, id)
	return found, err
}

var taskSetters = []string{"uid", "project_id", "title", "description", "status", "priority", "due_date", "due_key",
	"person_id", "parent_task_id", "position", "completed_at", "search", "rev", "created_at", "updated_at"}

func (t *Task) values() []any {
	due := ""
	if t.DueDate != nil {
		due = *t.DueDate
	}
	return []any{t.UID, t.ProjectID, t.Title, t.Description, t.Status, priorityNumber(t.Priority), due, dueKey(t.DueDate),
		t.PersonID, t.ParentTaskID, t.Position, clock.MicrosPtr(t.CompletedAt), t.search(), t.Rev,
		clock.Micros(t.CreatedAt), clock.Micros(t.UpdatedAt)}
}

var (
	insertTaskSQL   = db.InsertSQL("project_tasks", append([]string{"user_id"}, taskSetters...)) + " RETURNING id"
	reinsertTaskSQL = db.InsertSQL("project_tasks", append([]string{"user_id", "id"}, taskSetters...))
	updateTaskSQL   = db.UpdateSQL("project_tasks", taskSetters)
)

func (s *Service) insertTask(ctx context.Context, userID int64, t *Task) (err error) {
	t.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertTaskSQL, append([]any{userID}, t.values()...)...)
	return err
}

// writeTask puts a task that has an id already: over its row or, restored, anew.
func (s *Service) writeTask(ctx context.Context, query string, userID int64, t *Task) error {
	err := s.db.Later(ctx, query, append([]any{userID, t.ID}, t.values()...)...)
	return err
}

func collection(projectID int64) string { return KindName + ":" + strconv.FormatInt(projectID, 10) }
