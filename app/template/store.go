package template

import (
	"context"
	"encoding/json"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

const columns = `id, uid, name, calendar_id, title, description, start_time, duration_minutes, all_day, time_zone, location_id, location,
person_ids, color, starred, recurrence_rule, reminders, status, url, rev, created_at, updated_at`

func scan(s db.Scanner) (Template, error) {
	var t Template
	var start, zone, people, reminders string
	var created, updated int64
	err := s.Scan(&t.ID, &t.UID, &t.Name, &t.CalendarID, &t.Title, &t.Description, &start, &t.DurationMinutes, &t.AllDay, &zone, &t.LocationID, &t.Location,
		&people, &t.Color, &t.Starred, &t.RecurrenceRule, &reminders, &t.Status, &t.URL, &t.Rev, &created, &updated)
	if err != nil {
		return t, err
	}
	if start != "" {
		t.StartTime = &start
	}
	if zone != "" {
		t.TimeZone = &zone
	}
	t.CreatedAt, t.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	if t.PersonIDs, err = db.FromJSON[int64](people); err != nil {
		return t, err
	}
	t.Reminders, err = db.Strings(reminders)
	return t, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Template, error) {
	t, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM event_templates WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return t, err
}

func (s *Service) list(ctx context.Context, userID int64, f Filter, req page.Request) (page.Page[Template], error) {
	return db.List(ctx, s.db, db.Listing[Template]{
		Select:  "SELECT " + columns + "\nFROM event_templates",
		Where:   where(userID, f),
		Default: "name",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "name", Column: "name_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

func where(userID int64, f Filter) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID)
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

func (s *Service) count(ctx context.Context, userID int64, f Filter) (int64, error) {
	w := where(userID, f)
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM event_templates"+w.Text(), w.Args()...)
	return n, err
}

func (t *Template) values() []any {
	start, zone := "", ""
	if t.StartTime != nil {
		start = *t.StartTime
	}
	if t.TimeZone != nil {
		zone = *t.TimeZone
	}
	return []any{t.UID, t.Name, fold.Key(t.Name), t.CalendarID, t.Title, t.Description, start, t.DurationMinutes, t.AllDay, zone,
		t.LocationID, t.Location, db.JSON(t.PersonIDs), t.Color, t.Starred, t.RecurrenceRule, db.JSON(t.Reminders), t.Status, t.URL,
		t.search(), t.Rev, clock.Micros(t.CreatedAt), clock.Micros(t.UpdatedAt)}
}

var setters = []string{"uid", "name", "name_key", "calendar_id", "title", "description", "start_time", "duration_minutes", "all_day", "time_zone",
	"location_id", "location", "person_ids", "color", "starred", "recurrence_rule", "reminders", "status", "url",
	"search", "rev", "created_at", "updated_at"}

var (
	insertSQL   = db.InsertSQL("event_templates", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("event_templates", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("event_templates", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, t *Template) (err error) {
	t.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, t.values()...)...)
	return err
}

func (s *Service) reinsert(ctx context.Context, userID int64, t *Template) error {
	err := s.db.Later(ctx, reinsertSQL, append([]any{userID, t.ID}, t.values()...)...)
	return err
}

func (s *Service) update(ctx context.Context, userID int64, t *Template) error {
	err := s.db.Later(ctx, updateSQL, append([]any{userID, t.ID}, t.values()...)...)
	return err
}

func readImage(b []byte) (Template, error) {
	var t Template
	err := json.Unmarshal(b, &t)
	t.tidy()
	return t, err
}
