// Package journaltest gives features' tests a user with a journal.
package journaltest

import (
	"context"
	"testing"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
)

// User makes a user, with settings and a journal but no password, and answers
// a caller for them.
func User(t testing.TB, d *db.DB, j *journal.Journal, name, zone string) caller.Caller {
	t.Helper()
	z, err := clock.Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	err = d.Tx(context.Background(), func(ctx context.Context) error {
		id, _, err = db.One(ctx, d, db.Value[int64], `INSERT INTO users (username, username_key, password_hash, created_at, updated_at)
VALUES ($1, $2, '', 0, 0) RETURNING id`, name, name)
		if err != nil {
			return err
		}
		if _, err := d.Exec(ctx, "INSERT INTO settings (user_id, time_zone, rev, created_at, updated_at) VALUES ($1, $2, 0, 0, 0)", id, zone); err != nil {
			return err
		}
		return j.Start(ctx, id)
	})
	if err != nil {
		t.Fatal(err)
	}
	head, err := j.Head(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return caller.Caller{UserID: id, ActorID: id, Source: caller.API, Zone: z, Epoch: head.Epoch}
}

// Kinds makes other features' kinds known by name and table, pairwise, for
// tests of one feature alone: their records can be referred to, no more.
func Kinds(j *journal.Journal, namesAndTables ...string) {
	for i := 0; i+1 < len(namesAndTables); i += 2 {
		j.Add(kind{namesAndTables[i], namesAndTables[i+1]})
	}
}

type kind struct{ name, table string }

func (k kind) Name() string  { return k.name }
func (k kind) Table() string { return k.table }
func (k kind) Revert(context.Context, *journal.Writer, int64, []byte) error {
	return nil
}
func (k kind) Detach(context.Context, *journal.Writer, string, int64) func() error { return nil }
