package db_test

import (
	"context"
	"slices"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
)

func TestQueryInAsksInPiecesAndAnswersEachOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ids []int64
		err := d.Tx(t.Context(), func(ctx context.Context) error {
			for i := range int64(1100) {
				id, _, err := db.One(ctx, d, db.Value[int64], "INSERT INTO users (username, username_key, password_hash, created_at, updated_at) VALUES ($1, $1, '', $2, 0) RETURNING id",
					"user"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), 7)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 3, 512, 513, 1100} {
			got, err := db.QueryIn(t.Context(), d, db.Value[int64], "SELECT id FROM users WHERE created_at = ? AND id IN ", 7, ids[:n])
			slices.Sort(got)
			if err != nil || !slices.Equal(got, ids[:n]) {
				t.Errorf("%d ids: %d rows, %v", n, len(got), err)
			}
		}
	})
}
