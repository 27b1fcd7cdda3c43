package project

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

const columns = `id, uid, name, description, status, color, due_date, starred, position, tasks_total, tasks_done, rev, created_at, updated_at`

func scan(s db.Scanner) (Project, error) {
	var p Project
	var due string
	var created, updated int64
	err := s.Scan(&p.ID, &p.UID, &p.Name, &p.Description, &p.Status, &p.Color, &due, &p.Starred, &p.Position,
		&p.TasksTotal, &p.TasksDone, &p.Rev, &created, &updated)
	if due != "" {
		p.DueDate = &due
	}
	if p.TasksTotal > 0 {
		p.Progress = p.TasksDone * 100 / p.TasksTotal
	}
	p.CreatedAt, p.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	return p, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Project, error) {
	p, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM projects WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return p, err
}

func (s *Service) list(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Project], error) {
	wheres := f.wheres(c)
	return db.List(ctx, s.db, db.Listing[Project]{
		Select:  "SELECT " + columns + "\nFROM projects",
		Where:   wheres[0],
		Also:    wheres[1:],
		Default: "position",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "position", Column: "position", Int: true},
			{Name: "name", Column: "name_key"},
			{Name: "due_date", Column: "due_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

func (f Filter) where(userID int64) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID)
	if f.Status != "" {
		w.And("status = ?", f.Status)
	}
	if f.Starred != nil {
		w.And("starred = ?", *f.Starred)
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

// The counts of tasks are not among these: the tasks' own writes keep them.
var setters = []string{"uid", "name", "name_key", "description", "status", "color", "due_date", "due_key", "starred",
	"position", "search", "rev", "created_at", "updated_at"}

func (p *Project) values() []any {
	due := ""
	if p.DueDate != nil {
		due = *p.DueDate
	}
	return []any{p.UID, p.Name, fold.Key(p.Name), p.Description, p.Status, p.Color, due, dueKey(p.DueDate), p.Starred,
		p.Position, p.search(), p.Rev, clock.Micros(p.CreatedAt), clock.Micros(p.UpdatedAt)}
}

var (
	insertSQL   = db.InsertSQL("projects", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("projects", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("projects", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, p *Project) (err error) {
	p.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, p.values()...)...)
	return err
}

// write puts a project that has an id already: over its row or, restored, anew.
func (s *Service) write(ctx context.Context, query string, userID int64, p *Project) error {
	err := s.db.Later(ctx, query, append([]any{userID, p.ID}, p.values()...)...)
	return err
}

// countTask moves a project's counts of tasks. Its revision stays.
func (s *Service) countTask(ctx context.Context, userID, id int64, total, done int) error {
	if total == 0 && done == 0 {
		return nil
	}
	err := s.db.Later(ctx, "UPDATE projects SET tasks_total = tasks_total + $3, tasks_done = tasks_done + $4 WHERE user_id = $1 AND id = $2",
		userID, id, total, done)
	return err
}
