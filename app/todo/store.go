package todo

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

const columns = `id, uid, title, description, priority, due_date, due_time, completed, completed_at, completed_on, category,
tags, recurrence_rule, repeat_from, project_id, person_id, location_id, parent_id, position, reminders, rev, created_at, updated_at`

func scan(s db.Scanner) (Todo, error) {
	var t Todo
	var priority int
	var dueDate, dueTime, tags, reminders string
	var completedAt *int64
	var created, updated int64
	err := s.Scan(&t.ID, &t.UID, &t.Title, &t.Description, &priority, &dueDate, &dueTime, &t.Completed, &completedAt, &t.CompletedOn, &t.Category,
		&tags, &t.RecurrenceRule, &t.RepeatFrom, &t.ProjectID, &t.PersonID, &t.LocationID, &t.ParentID, &t.Position, &reminders, &t.Rev, &created, &updated)
	if err != nil {
		return t, err
	}
	t.Priority = priorities[priority]
	if dueDate != "" {
		t.DueDate = &dueDate
	}
	if dueTime != "" {
		t.DueTime = &dueTime
	}
	t.CompletedAt = clock.FromMicrosPtr(completedAt)
	t.CreatedAt, t.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	if t.Tags, err = db.Strings(tags); err != nil {
		return t, err
	}
	t.Reminders, err = db.Strings(reminders)
	return t, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Todo, error) {
	t, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM todos WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return t, err
}

func (s *Service) list(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Todo], error) {
	return db.List(ctx, s.db, db.Listing[Todo]{
		Select:  "SELECT " + columns + "\nFROM todos",
		Where:   s.where(c, f),
		Default: "due_date",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "due_date", Column: "due_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
			{Name: "title", Column: "title_key"},
			{Name: "priority", Column: "priority", Int: true},
			{Name: "position", Column: "position", Int: true},
		},
	}, req, f.Sort)
}

func (s *Service) where(c caller.Caller, f Filter) *db.Where {
	w := (&db.Where{}).And("user_id = ?", c.UserID)
	if f.Completed != nil {
		w.And("completed = ?", *f.Completed)
	}
	if f.Priority != "" {
		w.And("priority = ?", priorityNumber(f.Priority))
	}
	if f.Category != "" {
		w.And("category = ?", f.Category).And("category <> ''")
	}
	if f.Tag != "" {
		w.And("id IN (SELECT todo_id FROM todo_tags WHERE user_id = ? AND tag_key = ?)", c.UserID, fold.Key(f.Tag))
	}
	if f.DueBefore != "" {
		w.And("due_key < ?", f.DueBefore)
	}
	if f.DueAfter != "" {
		w.And("due_key >= ?", f.DueAfter).And("due_key < ?", noDue)
	}
	if f.Overdue {
		OverdueWhere(w, c, s.clock)
	}
	if f.ProjectID != 0 {
		w.And("project_id = ?", f.ProjectID)
	}
	if f.PersonID != 0 {
		w.And("person_id = ?", f.PersonID)
	}
	if f.LocationID != 0 {
		w.And("location_id = ?", f.LocationID)
	}
	if f.ParentID != 0 {
		w.And("parent_id = ?", f.ParentID)
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

// OverdueWhere keeps open to-dos whose day, or time today, has passed for the caller.
func OverdueWhere(w *db.Where, c caller.Caller, k clock.Clock) {
	now := k.Now().In(c.Location())
	today := clock.DateOf(now).String()
	w.And("completed = ?", false).And("due_key < ?", today+"T"+now.Format(clock.TimeLayout)).And("due_key <> ?", today)
}

func (s *Service) count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	w := s.where(c, f)
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM todos"+w.Text(), w.Args()...)
	return n, err
}

// values are the columns that a person can change, in the order of setters.
func (t *Todo) values() []any {
	due, at := "", ""
	if t.DueDate != nil {
		due = *t.DueDate
	}
	if t.DueTime != nil {
		at = *t.DueTime
	}
	return []any{t.UID, t.Title, fold.Key(t.Title), t.Description, priorityNumber(t.Priority), due, at, t.dueKey(),
		t.Completed, clock.MicrosPtr(t.CompletedAt), t.CompletedOn, t.Category, db.JSON(t.Tags), t.RecurrenceRule, t.RepeatFrom,
		t.ProjectID, t.PersonID, t.LocationID, t.ParentID, t.Position, db.JSON(t.Reminders), t.search(), t.Rev,
		clock.Micros(t.CreatedAt), clock.Micros(t.UpdatedAt)}
}

var setters = []string{"uid", "title", "title_key", "description", "priority", "due_date", "due_time", "due_key",
	"completed", "completed_at", "completed_on", "category", "tags", "recurrence_rule", "repeat_from",
	"project_id", "person_id", "location_id", "parent_id", "position", "reminders", "search", "rev", "created_at", "updated_at"}

var (
	insertSQL   = db.InsertSQL("todos", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("todos", append([]string{"user_id", "id"}, setters...))
)

func (s *Service) insert(ctx context.Context, userID int64, t *Todo) error {
	id, _, err := db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, t.values()...)...)
	if err != nil {
		return err
	}
	t.ID = id
	return s.setTags(ctx, userID, t, nil)
}

func (s *Service) reinsert(ctx context.Context, userID int64, t *Todo) error {
	if err := s.db.Later(ctx, reinsertSQL, append([]any{userID, t.ID}, t.values()...)...); err != nil {
		return err
	}
	return s.setTags(ctx, userID, t, nil)
}

func (s *Service) update(ctx context.Context, userID int64, t *Todo, before Todo) error {
	if err := s.db.Update(ctx, "todos", setters, userID, t.ID, before.values(), t.values()); err != nil {
		return err
	}
	return s.setTags(ctx, userID, t, before.Tags)
}

// setTags keeps the index of tags, only where they changed.
func (s *Service) setTags(ctx context.Context, userID int64, t *Todo, before []string) error {
	if db.JSON(before) == db.JSON(t.Tags) || len(before)+len(t.Tags) == 0 {
		return nil
	}
	if len(before) > 0 {
		if err := s.db.Later(ctx, "DELETE FROM todo_tags WHERE user_id = $1 AND todo_id = $2", userID, t.ID); err != nil {
			return err
		}
	}
	for _, tag := range t.Tags {
		if err := s.db.Later(ctx, "INSERT INTO todo_tags (user_id, tag_key, todo_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", userID, fold.Key(tag), t.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) children(ctx context.Context, userID, id int64) ([]Todo, error) {
	// Most have none, and each column that is asked for costs.
	if _, has, err := db.One(ctx, s.db, db.Value[int64], "SELECT 1 FROM todos WHERE user_id = $1 AND parent_id = $2 LIMIT 1", userID, id); err != nil || !has {
		return nil, err
	}
	return db.Query(ctx, s.db, scan, "SELECT "+columns+" FROM todos WHERE user_id = $1 AND parent_id = $2 ORDER BY id", userID, id)
}

// isBelow says whether id lies in the subtree of root.
func (s *Service) isBelow(ctx context.Context, userID, id, root int64) (bool, error) {
	// UNION, not UNION ALL: it ends even where there is a circle already.
	_, found, err := db.One(ctx, s.db, db.Value[int64], `WITH RECURSIVE up (id, parent_id) AS (
    SELECT id, parent_id FROM todos WHERE user_id = $1 AND id = $2
    UNION
    SELECT t.id, t.parent_id FROM todos t JOIN up ON t.id = up.parent_id WHERE t.user_id = $1
) SELECT 1 FROM up WHERE id = $3`, userID, id, root)
	return found, err
}

// image is how the journal keeps a to-do: its fields and what the API does not show.
type image struct {
	Todo
	CompletedOn string `json:"completed_on"`
}

func readImage(b []byte) (Todo, error) {
	var i image
	err := json.Unmarshal(b, &i)
	i.Todo.CompletedOn = i.CompletedOn
	return i.Todo, err
}
