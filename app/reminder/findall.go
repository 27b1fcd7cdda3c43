package reminder

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
)

// FindAll answers those of the records that there are, by id; in no order.
func (s *Service) FindAll(ctx context.Context, c caller.Caller, ids []int64) ([]Reminder, error) {
	return db.QueryIn(ctx, s.db, scan, "SELECT "+columns+" FROM reminders WHERE user_id = ? AND id IN ", c.UserID, ids)
}
