package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
)

func notes(t *testing.T, d *db.DB) string {
	t.Helper()
	names, err := db.Query(t.Context(), d, db.Value[string], "SELECT name FROM meta WHERE name LIKE 'note:%' ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

const addNote = "INSERT INTO meta (name, value) VALUES ($1, $2)"

func TestWhatIsHeldBackHappensInItsOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Tx(t.Context(), func(ctx context.Context) error {
			first := db.Ask(ctx, d, db.Value[string], "INSERT INTO meta (name, value) VALUES ('note:1', 'a') RETURNING value")
			if err := d.Later(ctx, "UPDATE meta SET value = $1 WHERE name = $2", "b", "note:1"); err != nil {
				return err
			}
			value, found, err := db.One(ctx, d, db.Value[string], "SELECT value FROM meta WHERE name = 'note:1'")
			if err != nil || !found || value != "b" {
				t.Errorf("%q %v %v", value, found, err)
			}
			if value, found, err := first(); err != nil || !found || value != "a" {
				t.Errorf("what was asked: %q %v %v", value, found, err)
			}
			none := db.Ask(ctx, d, db.Value[string], "SELECT value FROM meta WHERE name = 'note:none'")
			if value, found, err := none(); err != nil || found || value != "" {
				t.Errorf("nothing: %q %v %v", value, found, err)
			}
			for i := range 200 { // more than are held back
				if err := d.Later(ctx, addNote, "note:2"+strings.Repeat("x", i), ""); err != nil {
					return err
				}
			}
			return d.Later(ctx, "DELETE FROM meta WHERE name LIKE 'note:2%'")
		})
		if err != nil || notes(t, d) != "note:1" {
			t.Errorf("%q, %v", notes(t, d), err)
		}
	})
}

func TestWhatIsHeldBackMayFailLaterButIsNeverKept(t *testing.T) {
	broken := errors.New("broken")
	for name, then := range map[string]func(ctx context.Context, d *db.DB) error{
		"at the commit":         func(context.Context, *db.DB) error { return nil },
		"at the next statement": func(ctx context.Context, d *db.DB) error { _, err := d.Exec(ctx, addNote, "note:2", ""); return err },
		"at the next question": func(ctx context.Context, d *db.DB) error {
			_, _, err := db.Ask(ctx, d, db.Value[int64], "SELECT 1")()
			return err
		},
		"though nobody listens": func(ctx context.Context, d *db.DB) error { _, _ = d.Exec(ctx, addNote, "note:2", ""); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.Open(t, db.Postgres)
			err := d.Tx(t.Context(), func(ctx context.Context) error {
				for range 2 {
					if err := d.Later(ctx, addNote, "note:1", ""); err != nil {
						return err
					}
				}
				return then(ctx, d)
			})
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
			if got := notes(t, d); got != "" {
				t.Errorf("kept: %s", got)
			}
		})
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Tx(t.Context(), func(ctx context.Context) error {
			if err := d.Later(ctx, addNote, "note:1", ""); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) || notes(t, d) != "" {
			t.Errorf("%v, %q", err, notes(t, d))
		}
	})
}

// What is pointed to is taken as it is when it is handed over.
func TestWhatIsHeldBackDoesNotChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Tx(t.Context(), func(ctx context.Context) error {
			name := "note:1"
			if err := d.Later(ctx, addNote, &name, ""); err != nil {
				return err
			}
			name = "note:2"
			return nil
		})
		if err != nil || notes(t, d) != "note:1" {
			t.Errorf("%v, %q", err, notes(t, d))
		}
	})
}
