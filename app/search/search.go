// Package search is a read model: text in the records of every kind.
package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
)

// Hit is one record found.
type Hit struct {
	Kind      string    `json:"kind" enum:"todo,event,event_template,reminder,project,task,person,location,calendar" doc:"The record's kind." example:"todo"`
	ID        int64     `json:"id" doc:"The record's number." example:"42"`
	Title     string    `json:"title" doc:"What a person calls it." example:"Water the plants"`
	Snippet   string    `json:"snippet" doc:"The place in its description or notes where the text stands; empty where it stands elsewhere." example:"…ask about the water bill…"`
	ProjectID *int64    `json:"project_id" doc:"The project of a task."`
	UpdatedAt time.Time `json:"updated_at" doc:"When it was last changed." example:"2025-01-31T09:00:00Z"`
}

// source is where a kind lies. Its "search" column holds folded text, the title first.
type source struct{ kind, table, title, body, project string }

// within says by which column a kind lies in what others share, and of which kind
// that is.
var within = map[string]struct{ kind, column string }{
	"event":    {caller.Calendars, "calendar_id"},
	"calendar": {caller.Calendars, "id"},
	"task":     {caller.Projects, "project_id"},
	"project":  {caller.Projects, "id"},
}

var sources = []source{
	{"todo", "todos", "title", "description", "NULL"},
	{"event", "calendar_events", "title", "description", "NULL"},
	{"event_template", "event_templates", "name", "description", "NULL"},
	{"reminder", "reminders", "title", "description", "NULL"},
	{"project", "projects", "name", "description", "NULL"},
	{"task", "project_tasks", "title", "description", "project_id"},
	{"person", "people", "display_name", "notes", "NULL"},
	{"location", "locations", "name", "notes", "NULL"},
	{"calendar", "calendars", "name", "''", "NULL"},
}

// Service searches.
type Service struct{ db *db.DB }

// New makes the service.
func New(d *db.DB) *Service { return &Service{db: d} }

// Search finds text, whatever its case and accents: first the records that
// begin with it, then those changed last. An empty kind means all; at most limit
// hits come back. What others share with the caller is searched too. It answers Invalid for text that is blank.
func (s *Service) Search(ctx context.Context, c caller.Caller, text, kind string, limit int) ([]Hit, error) {
	q := fold.Text(text)
	if q == "" {
		return nil, fault.BadField("q", "required", "must hold something to find")
	}
	like := db.EscapeLike(q)
	args := []any{c.UserID, like + "%", "%" + like + "%", limit}
	var parts []string
	add := func(src source, cond string) {
		// Each part is cut by itself, so that no kind is read further than it could matter.
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (
    SELECT CAST('%s' AS TEXT) AS kind, id, %s AS title, %s AS body, CAST(%s AS BIGINT) AS project_id, updated_at,
        CASE WHEN search LIKE $2 ESCAPE '\' THEN 0 ELSE 1 END AS place
    FROM %s WHERE %s AND search LIKE $3 ESCAPE '\'
    ORDER BY place, updated_at DESC, id LIMIT $4
) AS part%d`, src.kind, src.title, src.body, src.project, src.table, cond, len(parts)))
	}
	for _, src := range sources {
		if kind != "" && kind != src.kind {
			continue
		}
		add(src, "user_id = $1")
		for _, s := range c.Of(within[src.kind].kind) {
			args = append(args, s.Owner.ID, s.Record)
			add(src, fmt.Sprintf("user_id = $%d AND %s = $%d", len(args)-1, within[src.kind].column, len(args)))
		}
	}
	if len(parts) == 0 {
		return nil, fault.BadField("kind", "choice", "is not a kind that can be searched")
	}
	hits, err := db.Query(ctx, s.db, func(r db.Scanner) (Hit, error) { return scan(r, q) }, strings.Join(parts, "\nUNION ALL\n")+"\nORDER BY place, updated_at DESC, kind, id LIMIT $4",
		args...)
	if hits == nil {
		hits = []Hit{}
	}
	return hits, err
}

func scan(r db.Scanner, q string) (Hit, error) {
	var h Hit
	var body string
	var updated int64
	var place int
	err := r.Scan(&h.Kind, &h.ID, &h.Title, &body, &h.ProjectID, &updated, &place)
	h.Snippet = snippet(body, q)
	h.UpdatedAt = clock.FromMicros(updated)
	return h, err
}
