package reminder

import (
	"context"
	"encoding/json"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

const columns = `id, uid, title, description, remind_at, remind_local, time_zone, recurrence_rule, active, dismissed, dismissed_at,
snoozed_until, insist_minutes, todo_id, event_id, person_id, location_id, rev, created_at, updated_at`

func scan(s db.Scanner) (Reminder, error) {
	var r Reminder
	var remindAt, created, updated int64
	var dismissed, snoozed *int64
	err := s.Scan(&r.ID, &r.UID, &r.Title, &r.Description, &remindAt, &r.Local, &r.TimeZone, &r.RecurrenceRule, &r.Active, &r.Dismissed,
		&dismissed, &snoozed, &r.InsistMinutes, &r.TodoID, &r.EventID, &r.PersonID, &r.LocationID, &r.Rev, &created, &updated)
	r.RemindAt = clock.FromMicros(remindAt)
	r.DismissedAt, r.SnoozedUntil = clock.FromMicrosPtr(dismissed), clock.FromMicrosPtr(snoozed)
	r.CreatedAt, r.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	r.DueAt = r.due()
	return r, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Reminder, error) {
	r, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM reminders WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return r, err
}

func (s *Service) list(ctx context.Context, userID int64, f Filter, req page.Request) (page.Page[Reminder], error) {
	return db.List(ctx, s.db, db.Listing[Reminder]{
		Select:  "SELECT " + columns + "\nFROM reminders",
		Where:   f.where(userID),
		Default: "due_at",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "due_at", Column: "due_at", Int: true},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

func (f Filter) where(userID int64) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID)
	if f.Active != nil {
		w.And("active = ?", *f.Active)
	}
	if f.Dismissed != nil {
		w.And("dismissed = ?", *f.Dismissed)
	}
	if !f.From.IsZero() {
		w.And("due_at >= ?", clock.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.And("due_at < ?", clock.Micros(f.To))
	}
	for _, ref := range []struct {
		column string
		id     int64
	}{{"todo_id", f.TodoID}, {"event_id", f.EventID}, {"person_id", f.PersonID}, {"location_id", f.LocationID}} {
		if ref.id != 0 {
			w.And(ref.column+" = ?", ref.id)
		}
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

func (s *Service) count(ctx context.Context, userID int64, f Filter) (int64, error) {
	w := f.where(userID)
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM reminders"+w.Text(), w.Args()...)
	return n, err
}

var setters = []string{"uid", "title", "description", "remind_at", "remind_local", "time_zone", "recurrence_rule", "active", "dismissed",
	"dismissed_at", "snoozed_until", "due_at", "insist_minutes", "todo_id", "event_id", "person_id", "location_id", "search", "rev", "created_at", "updated_at"}

func (r *Reminder) values() []any {
	return []any{r.UID, r.Title, r.Description, clock.Micros(r.RemindAt), r.Local, r.TimeZone, r.RecurrenceRule, r.Active, r.Dismissed,
		clock.MicrosPtr(r.DismissedAt), clock.MicrosPtr(r.SnoozedUntil), clock.Micros(r.DueAt), r.InsistMinutes, r.TodoID, r.EventID, r.PersonID, r.LocationID,
		r.search(), r.Rev, clock.Micros(r.CreatedAt), clock.Micros(r.UpdatedAt)}
}

var (
	insertSQL   = db.InsertSQL("reminders", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("reminders", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("reminders", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, r *Reminder) (err error) {
	r.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, r.values()...)...)
	return err
}

// write puts a reminder that has an id already: over its row or, restored, anew.
func (s *Service) write(ctx context.Context, query string, userID int64, r *Reminder) error {
	err := s.db.Later(ctx, query, append([]any{userID, r.ID}, r.values()...)...)
	return err
}

// image is how the journal keeps a reminder: its fields and what the API does not show.
type image struct {
	Reminder
	Local string `json:"remind_local"`
}

func readImage(b []byte) (Reminder, error) {
	var i image
	err := json.Unmarshal(b, &i)
	i.Reminder.Local = i.Local
	return i.Reminder, err
}
