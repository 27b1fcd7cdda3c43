package project

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
)

// FindTasks answers those of the tasks that there are, by id; in no order.
func (s *Service) FindTasks(ctx context.Context, c caller.Caller, ids []int64) ([]Task, error) {
	return db.QueryIn(ctx, s.db, scanTask, "SELECT "+taskColumns+" FROM project_tasks WHERE user_id = ? AND id IN ", c.UserID, ids)
}
