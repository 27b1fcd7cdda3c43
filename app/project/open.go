package project

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/page"
)

// OpenFilter narrows the list of open tasks; the zero OpenFilter takes all.
type OpenFilter struct {
	Status   string // but done
	Priority string
	PersonID int64
	Query    string
	Sort     string // due_date (default), created_at, updated_at; - before it turns it round
}

// OpenTasks answers a page of the tasks of all projects that are not done, those
// that others share with the caller too;
// Invalid for a sort or cursor it does not know.
func (s *Service) OpenTasks(ctx context.Context, c caller.Caller, f OpenFilter, req page.Request) (page.Page[Task], error) {
	wheres := f.wheres(c)
	return db.List(ctx, s.db, db.Listing[Task]{
		Select:  "SELECT " + taskColumns + "\nFROM project_tasks",
		Where:   wheres[0],
		Also:    wheres[1:],
		Default: "due_date",
		Scan:    scanTask,
		Sorts: []db.Sort{
			{Name: "due_date", Column: "due_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

// CountOpenTasks says how many tasks that are not done a filter takes.
func (s *Service) CountOpenTasks(ctx context.Context, c caller.Caller, f OpenFilter) (int64, error) {
	query, args := db.CountSQL("project_tasks", f.wheres(c)...)
	n, _, err := db.One(ctx, s.db, db.Value[int64], query, args...)
	return n, err
}

func (f OpenFilter) where(userID int64) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID).And("status <> 'done'") // as the index project_tasks_agenda has it
	return taskWhere(w, f.Status, f.Priority, f.PersonID, f.Query)
}
