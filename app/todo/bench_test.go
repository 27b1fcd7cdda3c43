package todo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/order"
	"umbra/app/page"
	"umbra/app/todo"
)

// BenchmarkTodos does what the interface does with little stored and with much,
// nearly all of it done long ago: the cost must stay within twice as much.
func BenchmarkTodos(b *testing.B) {
	for _, n := range []int{2_000, 100_000} {
		d := dbtest.Open(b, db.SQLite)
		k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
		j := journal.New(d, k)
		s := todo.New(d, j, k)
		ann := journaltest.User(b, d, j, "ann", "UTC")
		err := d.Tx(b.Context(), func(ctx context.Context) error {
			for _, q := range []string{`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
INSERT INTO todos (user_id, uid, title, title_key, due_key, completed, position, category, search, rev, created_at, updated_at)
SELECT $1, 't' || i, 'to-do', 'to-do', '~', i < $2 - 600, i, 'c' || (i % 50), 'to-do', i, 0, 0 FROM n`,
				`INSERT INTO todo_tags (user_id, tag_key, todo_id) SELECT $1, 'tag' || (id % 450), id FROM todos WHERE id <= $2`,
				`INSERT INTO todo_labels (user_id, kind, label_key, name, open, total)
SELECT $1, 'tag', tag_key, tag_key, COUNT(*) % 7, COUNT(*) FROM todo_tags WHERE todo_id <= $2 GROUP BY tag_key`} {
				if _, err := d.Exec(ctx, q, ann.UserID, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		run := func(name string, do func(ctx context.Context, i int) error) {
			b.Run(fmt.Sprintf("%s/todos=%d", name, n), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if err := do(b.Context(), i); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		open := false
		run("position", func(ctx context.Context, _ int) error {
			_, err := s.List(ctx, ann, todo.Filter{Completed: &open, Sort: "position"}, page.Request{Limit: 500})
			return err
		})
		run("labels", func(ctx context.Context, _ int) error {
			_, err := s.Labels(ctx, ann, "", todo.MaxLabels)
			return err
		})
		run("place", func(ctx context.Context, i int) error {
			anchor := int64(n - i%100)
			_, err := s.Place(ctx, ann, int64(n-500-i%100), nil, order.Spot{After: &anchor})
			return err
		})
		ids := make([]int64, todo.MaxBulk)
		for i := range ids {
			ids[i] = int64(n - i)
		}
		run("bulk of 500", func(ctx context.Context, i int) error {
			_, err := s.Bulk(ctx, ann, todo.Bulk{IDs: ids, Set: &todo.Update{Priority: opt.Some([]string{"low", "high"}[i%2])}})
			return err
		})
	}
}
