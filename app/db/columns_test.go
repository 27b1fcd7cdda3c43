package db_test

import (
	"context"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
)

func TestUpdateSetsOnlyWhatChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec(t, d, "CREATE TABLE things (user_id BIGINT NOT NULL, id BIGINT NOT NULL, a TEXT NOT NULL, b BIGINT, c TEXT NOT NULL)")
		exec(t, d, "INSERT INTO things VALUES (1, 7, 'old', 5, 'same'), (2, 7, 'other', 5, 'same')")
		five, alsoFive := int64(5), int64(5)
		before := []any{"old", &five, "same"}
		for _, tc := range []struct {
			after []any
			sets  string
		}{
			{[]any{"old", &alsoFive, "same"}, ""},
			{[]any{"new", &alsoFive, "same"}, "SET a = $3 WHERE"},
			{[]any{"old", (*int64)(nil), "x"}, "SET b = $3, c = $4 WHERE"},
		} {
			statements := ""
			ctx := db.Watch(t.Context(), func(q string, _ []any) { statements += q })
			if err := d.Tx(ctx, func(ctx context.Context) error {
				return d.Update(ctx, "things", []string{"a", "b", "c"}, 1, 7, before, tc.after)
			}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(statements, tc.sets) || (tc.sets == "") != (statements == "") {
				t.Errorf("%v ran %q, want %q", tc.after, statements, tc.sets)
			}
		}
		row, err := db.Query(t.Context(), d, db.Value[string], "SELECT a || ' ' || COALESCE(b, 0) || ' ' || c FROM things ORDER BY user_id")
		if err != nil || len(row) != 2 || row[0] != "new 0 x" || row[1] != "other 5 same" {
			t.Errorf("rows %q, %v", row, err)
		}
	})
}
