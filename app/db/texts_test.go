package db_test

import (
	"slices"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
)

// Lists of all lengths are asked for by few statements, and by none wrongly.
func TestListsOfAllLengths(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec(t, d, "CREATE TABLE things (user_id BIGINT NOT NULL, id BIGINT NOT NULL)")
		texts := map[string]bool{}
		ctx := db.Watch(t.Context(), func(q string, _ []any) { texts[q] = true })
		var ids []int64
		for n := range int64(130) {
			w := db.In((&db.Where{}).And("user_id = ?", 1), "id", ids)
			got, err := db.Query(ctx, d, db.Value[int64], "SELECT id FROM things"+w.Text()+" ORDER BY id", w.Args()...)
			if err != nil || !slices.Equal(got, ids) {
				t.Fatalf("%v, %v, want %v", got, err, ids)
			}
			exec(t, d, "INSERT INTO things VALUES (1, $1), (2, $1), (1, $2)", n, n+1000)
			ids = append(ids, n)
		}
		if len(texts) > 10 { // none, 1, 2, 4 … 256
			t.Errorf("%d statements", len(texts))
		}
	})
}

func TestPieces(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 37, 64, 100, 200} {
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		var whole []int
		pieces := 0
		for p := range db.Pieces(list) {
			whole = append(whole, p...)
			pieces++
			if len(p) > 64 || len(p)&(len(p)-1) != 0 {
				t.Errorf("of %d values a piece has %d", n, len(p))
			}
		}
		if !slices.Equal(whole, list) || pieces > n/64+6 {
			t.Errorf("%d values became %v in %d pieces", n, whole, pieces)
		}
		for range db.Pieces(list) {
			break // ends it
		}
	}
}
