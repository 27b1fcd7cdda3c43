package api_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"umbra/app/agenda"
	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/page"
)

// BenchmarkAgenda reads the dashboard, a page of what is coming and one of a month past with little
// stored and with much: the cost must stay within twice as much. To-dos and
// birthdays lie ever closer, events ever farther back, ten a day.
func BenchmarkAgenda(b *testing.B) {
	for _, n := range []struct{ todos, events, people int }{{1_000, 1_000, 1_000}, {100_000, 50_000, 10_000}} {
		d := dbtest.Open(b, db.SQLite)
		k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
		j := journal.New(d, k)
		s := api.NewServices(d, j, k, nil)
		ann := journaltest.User(b, d, j, "ann", "Europe/Berlin")
		const rows = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2) `
		err := d.Tx(b.Context(), func(ctx context.Context) error {
			for _, q := range []struct {
				n    int
				text string
			}{
				{n.todos, `INSERT INTO todos (user_id, uid, title, title_key, due_date, due_key, completed, position, search, rev, created_at, updated_at) ` + rows + `
SELECT $1, 't' || i, 'to-do', 'to-do', date('2024-03-29', '+' || (i * 7919 % 730) || ' days'), date('2024-03-29', '+' || (i * 7919 % 730) || ' days'), i % 2, i, 'to-do', 0, 0, 0 FROM n`},
				{1, `INSERT INTO calendars (user_id, uid, name, name_key, search, rev, created_at, updated_at) ` + rows + `SELECT $1, 'c', 'c', 'c', 'c', 0, 0, 0 FROM n`},
				// Every hundredth is starred; the first forty repeat.
				{n.events, `INSERT INTO calendar_events (user_id, uid, calendar_id, title, title_key, start_local, end_local, time_zone, start_at, first_at, last_at, span,
recurrence_rule, starred, search, rev, created_at, updated_at) ` + rows + `, w AS (SELECT i, 1747526400 - i * 8640 AS at FROM n) -- from 2025-05-18 back
SELECT $1, 'e' || i, (SELECT id FROM calendars), 'event', 'event', strftime('%Y-%m-%dT%H:%M:%S', at, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%S', at + 3600, 'unixepoch'), 'UTC',
at * 1000000, at * 1000000, CASE WHEN i < 40 THEN 9223372036854775807 ELSE (at + 3600) * 1000000 END, CASE WHEN i < 40 THEN 4 ELSE 0 END, CASE WHEN i < 40 THEN 'FREQ=WEEKLY' ELSE '' END, i % 100 = 0, 'event', 0, 0, 0 FROM w`},
				{n.people, `INSERT INTO people (user_id, uid, display_name, name_key, birthday, birthday_day, contact_due_at, search, rev, created_at, updated_at) ` + rows + `
SELECT $1, 'p' || i, 'person', 'person', date('1980-01-01', '+' || (i * 7919 % 9000) || ' days'), substr(date('1980-01-01', '+' || (i * 7919 % 9000) || ' days'), 6), i, 'person', 0, 0, 0 FROM n`},
			} {
				if _, err := d.Exec(ctx, q.text, ann.UserID, q.n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		size := fmt.Sprintf("todos=%d", n.todos)
		b.Run("dashboard/"+size, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Agenda.Dashboard(b.Context(), ann); err != nil {
					b.Fatal(err)
				}
			}
		})
		for name, days := range map[string]agenda.Days{"upcoming": {N: 90}, "month": {From: "2025-01-27", N: 42}} {
			b.Run(name+"/"+size, func(b *testing.B) {
				for b.Loop() {
					if p, err := s.Agenda.Upcoming(b.Context(), ann, days, page.Request{}); err != nil || len(p.Items) != page.DefaultLimit {
						b.Fatal(len(p.Items), err)
					}
				}
			})
		}
	}
}
