package share

import (
	"context"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/page"
)

// nameOf is what others see of the user u with the settings t.
const nameOf = "COALESCE(NULLIF(t.preferred_name, ''), u.username)"

func scanName(row db.Scanner) (n caller.Name, err error) { return n, row.Scan(&n.ID, &n.Name) }

// Household answers a page of the other users of this Umbra, who are not shut out,
// in the order of their user names; Invalid for a cursor it does not know.
func (s *Service) Household(ctx context.Context, c caller.Caller, req page.Request) (page.Page[caller.Name], error) {
	return db.List(ctx, s.db, db.Listing[caller.Name]{
		Select:  "SELECT id, COALESCE((SELECT COALESCE(NULLIF(t.preferred_name, ''), users.username) FROM settings t WHERE t.user_id = users.id), username)\nFROM users",
		Where:   (&db.Where{}).And("id <> ?", c.ActorID).And("NOT disabled"),
		Sorts:   []db.Sort{{Name: "name", Column: "username_key"}},
		Default: "name",
		Scan:    scanName,
	}, req, "")
}

// CountHousehold says how many users Household lists.
func (s *Service) CountHousehold(ctx context.Context, c caller.Caller) (int64, error) {
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM users WHERE id <> $1 AND NOT disabled", c.ActorID)
	return n, err
}

// Count says how many shares List lists.
func (s *Service) Count(ctx context.Context, c caller.Caller, kind string, record int64) (int64, error) {
	query, args := db.CountSQL("shares", where(c, kind, record))
	n, _, err := db.One(ctx, s.db, db.Value[int64], query, args...)
	return n, err
}
