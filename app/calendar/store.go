package calendar

import (
	"context"
	"encoding/json"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

// The default calendar is the one that the settings name, else the oldest.
const columns = `id, uid, name, color, visible, source, id = COALESCE(
    (SELECT default_calendar_id FROM settings WHERE settings.user_id = calendars.user_id),
    (SELECT MIN(oldest.id) FROM calendars oldest WHERE oldest.user_id = calendars.user_id AND oldest.source = '')), rev, created_at, updated_at`

func scan(s db.Scanner) (Calendar, error) {
	var c Calendar
	var created, updated int64
	err := s.Scan(&c.ID, &c.UID, &c.Name, &c.Color, &c.Visible, &c.Source, &c.Default, &c.Rev, &created, &updated)
	c.CreatedAt, c.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	return c, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Calendar, error) {
	c, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM calendars WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return c, err
}

// other is the oldest calendar but one that new events can go to; false when there is none.
func (s *Service) other(ctx context.Context, userID, id int64) (int64, bool, error) {
	return db.One(ctx, s.db, db.Value[int64], "SELECT id FROM calendars WHERE user_id = $1 AND id <> $2 AND source = '' ORDER BY id LIMIT 1", userID, id)
}

func (s *Service) list(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Calendar], error) {
	wheres := wheres(c, f)
	return db.List(ctx, s.db, db.Listing[Calendar]{
		Select:  "SELECT " + columns + "\nFROM calendars",
		Where:   wheres[0],
		Also:    wheres[1:],
		Default: "name",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "name", Column: "name_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

// wheres are the conditions of a filter: on the caller's own calendars, then on
// each that others share with them.
func wheres(c caller.Caller, f Filter) []*db.Where {
	out := []*db.Where{where(c.UserID, f)}
	for _, s := range c.Of(caller.Calendars) {
		if f.Visible == nil || *f.Visible == s.Visible {
			out = append(out, where(s.Owner.ID, Filter{Query: f.Query}).And("id = ?", s.Record))
		}
	}
	return out
}

func where(userID int64, f Filter) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID)
	if f.Visible != nil {
		w.And("visible = ?", *f.Visible)
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

func (s *Service) count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	query, args := db.CountSQL("calendars", wheres(c, f)...)
	n, _, err := db.One(ctx, s.db, db.Value[int64], query, args...)
	return n, err
}

func (c *Calendar) values() []any {
	return []any{c.UID, c.Name, fold.Key(c.Name), c.Color, c.Visible, c.Source, c.search(), c.Rev, clock.Micros(c.CreatedAt), clock.Micros(c.UpdatedAt)}
}

var setters = []string{"uid", "name", "name_key", "color", "visible", "source", "search", "rev", "created_at", "updated_at"}

var (
	insertSQL   = db.InsertSQL("calendars", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("calendars", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("calendars", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, c *Calendar) (err error) {
	c.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, c.values()...)...)
	return err
}

func (s *Service) reinsert(ctx context.Context, userID int64, c *Calendar) error {
	err := s.db.Later(ctx, reinsertSQL, append([]any{userID, c.ID}, c.values()...)...)
	return err
}

func (s *Service) update(ctx context.Context, userID int64, c *Calendar) error {
	err := s.db.Later(ctx, updateSQL, append([]any{userID, c.ID}, c.values()...)...)
	return err
}

func readImage(b []byte) (Calendar, error) {
	var c Calendar
	err := json.Unmarshal(b, &c)
	return c, err
}
