package db_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
)

// Of transactions that are committed together, one that fails takes nothing of the
// others along and leaves nothing of itself; only where it has written something are
// they run again, which their effects outside do not show.
func TestOneOfABatchFails(t *testing.T) {
	no := fault.New(fault.Conflict, "no", "no")
	for name, tc := range map[string]struct {
		bad  func(ctx context.Context, d *db.DB) error
		runs int
	}{
		"before it writes": {func(ctx context.Context, d *db.DB) error {
			_, _, err := db.One(ctx, d, db.Value[int64], "SELECT COUNT(*) FROM notes")
			return errors.Join(err, no)
		}, 1},
		"after it wrote": {func(ctx context.Context, d *db.DB) error {
			_, err := d.Exec(ctx, "INSERT INTO notes (name) VALUES ('bad')")
			return errors.Join(err, no)
		}, 2},
		"after it wrote by asking": {func(ctx context.Context, d *db.DB) error {
			_, _, err := db.One(ctx, d, db.Value[string], "INSERT INTO notes (name) VALUES ('bad') RETURNING name")
			return errors.Join(err, no)
		}, 2},
		"by a statement": {func(ctx context.Context, d *db.DB) error {
			_, _, err := db.One(ctx, d, db.Value[int64], "SELECT abs(-9223372036854775807 - 1)")
			return err
		}, 2},
		"by a defect": {func(ctx context.Context, d *db.DB) error {
			_, _ = d.Exec(ctx, "INSERT INTO notes (name) VALUES ('bad')")
			panic("defect")
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := dbtest.Open(t, db.SQLite)
				table(t, d)
				held := make(chan struct{})
				var wg sync.WaitGroup
				wg.Go(func() { _ = d.Tx(t.Context(), func(context.Context) error { <-held; return no }) })
				synctest.Wait() // the others gather
				runs, hooks, failed := [3]int{}, [3]int{}, [3]bool{}
				for i := range 3 {
					wg.Go(func() {
						defer func() { failed[i] = recover() != nil || failed[i] }()
						failed[i] = d.Tx(t.Context(), func(ctx context.Context) error {
							runs[i]++
							db.AfterCommit(ctx, func() { hooks[i]++ })
							if i == 2 {
								return tc.bad(ctx, d)
							}
							_, err := d.Exec(ctx, "INSERT INTO notes (name) VALUES ($1)", string(rune('a'+i)))
							return err
						}) != nil
					})
					synctest.Wait()
				}
				close(held)
				wg.Wait()
				names, err := db.Query(t.Context(), d, db.Value[string], "SELECT name FROM notes ORDER BY name")
				if err != nil || !slices.Equal(names, []string{"a", "b"}) {
					t.Errorf("%v are kept, %v", names, err)
				}
				if hooks != [3]int{1, 1, 0} || failed != [3]bool{false, false, true} || runs != [3]int{tc.runs, tc.runs, tc.runs} {
					t.Errorf("run %v times, hooks %v, failed %v", runs, hooks, failed)
				}
			})
		})
	}
}
