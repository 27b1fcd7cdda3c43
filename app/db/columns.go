package db

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// InsertSQL is "INSERT INTO table (a, b) VALUES ($1, $2)".
func InsertSQL(table string, columns []string) string {
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "),
		Number(strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", "), 1))
}

// UpdateSQL is "UPDATE table SET a = $3, b = $4 WHERE user_id = $1 AND id = $2".
func UpdateSQL(table string, columns []string) string {
	sets := make([]string, len(columns))
	for i, c := range columns {
		sets[i] = fmt.Sprintf("%s = $%d", c, i+3)
	}
	return fmt.Sprintf("UPDATE %s SET %s WHERE user_id = $1 AND id = $2", table, strings.Join(sets, ", "))
}

// Update sets those columns of a user's row whose values differ from before. A
// column named in an UPDATE is written to all its indexes, also when its value
// stays.
func (d *DB) Update(ctx context.Context, table string, columns []string, userID, id int64, before, after []any) error {
	changed := make([]string, 0, len(columns))
	args := append(make([]any, 0, len(columns)+2), userID, id)
	for i, c := range columns {
		if !reflect.DeepEqual(before[i], after[i]) {
			changed = append(changed, c)
			args = append(args, after[i])
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return d.Later(ctx, UpdateSQL(table, changed), args...)
}

// JSON is a list as it is stored: JSON text, never queried. A nil list is [].
func JSON[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // only types that cannot be marshalled: a defect
	}
	return string(b)
}

// FromJSON reads a stored list; it is never nil.
func FromJSON[T any](s string) ([]T, error) {
	if s == "[]" || s == "" {
		return []T{}, nil
	}
	var out []T
	err := json.Unmarshal([]byte(s), &out)
	return out, err
}

// Strings reads a stored list of texts. One whose texts have no character that JSON
// escapes, as nearly all, is taken apart without the decoder.
func Strings(s string) ([]string, error) {
	inner, begins := strings.CutPrefix(s, `["`)
	inner, ends := strings.CutSuffix(inner, `"]`)
	if begins && ends && !strings.Contains(inner, `\`) {
		if out := strings.Split(inner, `","`); strings.Count(inner, `"`) == 2*(len(out)-1) {
			return out, nil
		}
	}
	return FromJSON[string](s)
}

// maxIn is how many ids one query names.
const maxIn = 512

// QueryIn runs a query that ends in "IN " for a list of ids, in pieces; in no
// order. Its other arguments come before them as "?", here the user's id alone.
func QueryIn[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, userID int64, ids []int64) (out []T, err error) {
	for piece := range slices.Chunk(ids, maxIn) {
		args := append([]any{userID}, Padded(piece)...)
		rows, err := Query(ctx, d, scan, Number(query+"("+strings.Repeat(", ?", len(args)-1)[2:]+")", 1), args...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
