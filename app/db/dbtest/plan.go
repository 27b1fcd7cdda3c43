package dbtest

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"umbra/app/db"
)

// NoScan runs do on SQLite and fails for each of its statements whose plan
// reads a whole table, or a whole index, or sorts in memory.
func NoScan(t testing.TB, d *db.DB, do func(ctx context.Context) error) {
	t.Helper()
	for _, p := range Plans(t, d, do) {
		if scans.MatchString(p.Line) || strings.Contains(p.Line, "USE TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%s\n\tin the plan of %s", p.Line, p.Query)
		}
	}
}

// Plan is a line of a statement's query plan.
type Plan struct{ Query, Line string }

// Plans runs do on SQLite and answers the plans of its statements.
func Plans(t testing.TB, d *db.DB, do func(ctx context.Context) error) (plans []Plan) {
	t.Helper()
	type statement struct {
		query string
		args  []any
	}
	var seen []statement
	ctx := db.Watch(context.Background(), func(query string, args []any) { seen = append(seen, statement{query, args}) })
	if err := do(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range seen {
		lines, err := db.Query(context.Background(), d, func(r db.Scanner) (string, error) {
			var id, parent, unused int64
			var detail string
			err := r.Scan(&id, &parent, &unused, &detail)
			return detail, err
		}, "EXPLAIN QUERY PLAN "+s.query, s.args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			plans = append(plans, Plan{s.query, line})
		}
	}
	return plans
}

// A scan of a constant row, a CTE or a subquery's few rows costs nothing.
var scans = regexp.MustCompile(`^SCAN (?:todos|calendar_events|calendars|people|locations|projects|project_tasks|reminders|event_templates|journal|trash|users|user_sessions|access_tokens|feeds|security_events|login_attempts|event_people|todo_tags|todo_labels|person_groups|person_photos)\b`)
