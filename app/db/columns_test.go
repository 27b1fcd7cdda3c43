package db_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

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

// Whatever the list, it is read as the decoder of JSON reads it.
func FuzzStrings(f *testing.F) {
	for _, s := range []string{`[]`, ``, `[""]`, `["a"]`, `["a","b"]`, `["a", "b"]`, `["a" ,"b"]`, `["\"",","]`, `["\\"]`, `["a","b]`, `["]`, `["a"b","c"]`, `["a",1,"b"]`, `["ä","\u00e4"]`, `[["a"]]`, `null`, ` ["a"]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := db.Strings(s)
		var want []string
		if e := json.Unmarshal([]byte(s), &want); e != nil && s != "" {
			// Unescaped control characters and broken UTF-8 are read as they are; we write none.
			if err == nil && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
				t.Fatalf("%q was read as %q; it is no JSON", s, got)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if utf8.ValidString(s) && !slices.Equal(got, want) {
			t.Fatalf("%q is %q, and was read as %q", s, want, got)
		}
	})
}
