package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/backup"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/migrate"
)

// target is a place to restore to.
type target struct {
	path string
	d    *db.DB
}

func newTarget(t *testing.T, e db.Engine) target {
	t.Helper()
	if e == db.SQLite {
		return target{path: filepath.Join(t.TempDir(), "umbra.db")}
	}
	return target{d: dbtest.OpenBare(t, e)}
}

func (x target) restore(t *testing.T, r backup.Restore, file []byte, passphrase string, before func(backup.Restored) error) (backup.Restored, error) {
	t.Helper()
	b, err := backup.Open(bytes.NewReader(file), func() (string, error) { return passphrase, nil })
	if err != nil {
		return backup.Restored{}, err
	}
	defer b.Close()
	if before == nil {
		before = func(backup.Restored) error { return nil }
	}
	if x.path != "" {
		return r.ToFile(t.Context(), b, x.path, before)
	}
	return r.ToSchema(t.Context(), b, x.d, before)
}

func (x target) open(t *testing.T) *db.DB {
	t.Helper()
	if x.path == "" {
		return x.d
	}
	d, err := db.OpenSQLite(t.Context(), x.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

var plain = backup.Restore{Migrations: dbtest.Migrations(), Version: "1.2.3"}

func written(t *testing.T, s backup.Source, passphrase string) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, _, err := s.Write(t.Context(), &file, passphrase, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if err := d.Tx(t.Context(), func(ctx context.Context) error {
		_, err := d.Exec(ctx, query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func value[T any](t *testing.T, d *db.DB, query string, args ...any) T {
	t.Helper()
	v, _, err := db.One(t.Context(), d, db.Value[T], query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func schemaOf(t *testing.T, d *db.DB) string {
	t.Helper()
	m, err := migrate.New(d, dbtest.Migrations())
	if err != nil {
		t.Fatal(err)
	}
	text, err := m.Dump(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// pairs runs a test from each engine to each.
func pairs(t *testing.T, test func(t *testing.T, from *db.DB, to target)) {
	dbtest.Each(t, func(t *testing.T, from *db.DB) {
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			t.Run("to "+e.String(), func(t *testing.T) { test(t, from, newTarget(t, e)) })
		}
	})
}

// same compares everything but what a restore renews.
func same(t *testing.T, from, to *db.DB, renewed ...string) {
	t.Helper()
	a, err := source(from).Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := source(to).Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range a.Tables {
		if got := b.Tables[i]; got != s && !slices.Contains(renewed, s.Name) {
			t.Errorf("%s: %d rows, then %d, or other ones", s.Name, s.Rows, got.Rows)
		}
	}
	if a.Records < 100 || a.Records != b.Records {
		t.Errorf("%d records, then %d", a.Records, b.Records)
	}
}

func TestARestoreBringsEverythingBack(t *testing.T) {
	pairs(t, func(t *testing.T, from *db.DB, to target) {
		if value[int64](t, from, "SELECT COUNT(*) FROM users") == 0 {
			household(t, from)
			exec(t, from, "UPDATE people SET notes = $1 WHERE id = 1", "Quotes \" and \\, tabs \t, feeds \r\n\f\b, \x7f, emoji \U0001F302, \u2028")
			exec(t, from, "UPDATE locations SET latitude = 52.520008, longitude = -1e-7 WHERE id = 1")
			exec(t, from, "INSERT INTO person_photos (user_id, person_id, media_type, data) VALUES (1, 1, 'image/png', $1)", bytes.Repeat([]byte{0, 255, 7}, 700_000))
			exec(t, from, "INSERT INTO user_sessions (user_id, token_hash, created_at, last_seen_at, expires_at) VALUES (1, $1, 0, 0, 0)", []byte{1})
			exec(t, from, "DELETE FROM reminders WHERE id = (SELECT MAX(id) FROM reminders)")
		}
		epoch := value[string](t, from, "SELECT epoch FROM journal_heads")
		done, err := to.restore(t, plain, written(t, source(from), ""), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		d := to.open(t)
		same(t, from, d, "journal_heads")
		if got := value[string](t, d, "SELECT epoch FROM journal_heads"); got == epoch {
			t.Error("the epoch is the old one")
		}
		if n := value[int64](t, d, "SELECT COUNT(*) FROM user_sessions"); n != 0 {
			t.Errorf("%d sessions came back", n)
		}
		if got, want := schemaOf(t, d), schemaOf(t, dbtest.Open(t, d.Engine)); got != want {
			t.Errorf("the schema is another:\n%s", got)
		}
		if len(done.Lost) > 0 || done.KeepKey != "" {
			t.Errorf("%+v", done)
		}
		// The last reminder was deleted before the backup: its id is not given again.
		last := done.Manifest.Sequences["reminders"]
		exec(t, d, `INSERT INTO reminders (user_id, uid, title, remind_at, remind_local, due_at, search, rev, created_at, updated_at) VALUES (1, 'new', 'New', 0, '', 0, '', 0, 0, 0)`)
		if id := value[int64](t, d, "SELECT id FROM reminders WHERE uid = 'new'"); last == 0 || id != last+1 {
			t.Errorf("id %d after %d", id, last)
		}
	})
}

func TestARestoreReplacesInOneStep(t *testing.T) {
	pairs(t, func(t *testing.T, from *db.DB, to target) {
		if value[int64](t, from, "SELECT COUNT(*) FROM users") == 0 {
			many(t, from, 200)
		}
		file := written(t, source(from), "")
		if _, err := to.restore(t, plain, file, "", nil); err != nil {
			t.Fatal(err)
		}
		change := func() {
			d, done := to.d, func() {}
			if d == nil {
				var err error
				if d, err = db.OpenSQLite(t.Context(), to.path); err != nil {
					t.Fatal(err)
				}
				done = func() { _ = d.Close() }
			}
			exec(t, d, "UPDATE todos SET title = 'changed since'")
			done()
		}
		change()
		// What fails before the end leaves what was there.
		no := errors.New("no")
		if _, err := to.restore(t, plain, file, "", func(backup.Restored) error { return no }); !errors.Is(err, no) {
			t.Fatal(err)
		}
		if _, err := to.restore(t, plain, file, "", nil); err != nil {
			t.Fatal(err)
		}
		d := to.open(t)
		if n := value[int64](t, d, "SELECT COUNT(*) FROM todos WHERE title = 'changed since'"); n != 0 {
			t.Errorf("%d old to-dos are left", n)
		}
		same(t, from, d, "journal_heads")
	})
}

func TestWhatFailsLeavesTheOldDatabase(t *testing.T) {
	file := small(t)
	forged := pack(t, honest(t, edit(unpack(t, file), "tables/todos/", "[1,1,", "[1,77,")))
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			to := newTarget(t, e)
			if _, err := to.restore(t, plain, file, "", nil); err != nil {
				t.Fatal(err)
			}
			before, err := source(to.open(t)).Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			no := errors.New("no")
			for name, try := range map[string]func() error{
				"forged": func() error { _, err := to.restore(t, plain, forged, "", nil); return err },
				"cut":    func() error { _, err := to.restore(t, plain, file[:len(file)-9], "", nil); return err },
				"stopped": func() error {
					_, err := to.restore(t, plain, file, "", func(backup.Restored) error { return no })
					return err
				},
			} {
				if try() == nil {
					t.Errorf("%s: no error", name)
				}
				after, err := source(to.open(t)).Look(t.Context())
				if err != nil || after.Digest != before.Digest {
					t.Errorf("%s: the database was changed, %v", name, err)
				}
			}
			if to.path != "" {
				if left, _ := filepath.Glob(backup.Staging(to.path) + "*"); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			} else if n := value[int64](t, to.d, "SELECT COUNT(*) FROM pg_namespace WHERE nspname = current_schema() || '_restoring'"); n != 0 {
				t.Error("the schema is left behind")
			}
		})
	}
}

// later are the migrations of a version to come.
func later(t *testing.T) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	if err := fs.WalkDir(dbtest.Migrations(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(dbtest.Migrations(), path)
		out[path] = &fstest.MapFile{Data: b}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for engine, kind := range map[string]string{"sqlite": "INTEGER", "postgres": "BIGINT"} {
		out[engine+"/09001_mood.sql"] = &fstest.MapFile{Data: []byte(fmt.Sprintf(`-- +goose Up
ALTER TABLE todos ADD COLUMN mood %[1]s NOT NULL DEFAULT 7;
CREATE TABLE moods (id %[1]s NOT NULL PRIMARY KEY, todo_id %[1]s NOT NULL REFERENCES todos (id));
INSERT INTO moods (id, todo_id) SELECT id, id FROM todos;
-- +goose Down
DROP TABLE moods;
ALTER TABLE todos DROP COLUMN mood;
`, kind))}
	}
	return out
}

func TestAnOlderBackupIsBroughtUpToDate(t *testing.T) {
	file := small(t)
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			to := newTarget(t, e)
			r := plain
			r.Migrations = later(t)
			if _, err := to.restore(t, r, file, "", nil); err != nil {
				t.Fatal(err)
			}
			d := to.open(t)
			if n := value[int64](t, d, "SELECT COUNT(*) FROM todos JOIN moods ON moods.todo_id = todos.id WHERE mood = 7"); n != 7 {
				t.Errorf("%d to-dos in the newer schema, want 7", n)
			}
		})
	}
}

func TestANewerBackupIsRefusedNamingBoth(t *testing.T) {
	to := newTarget(t, db.SQLite)
	r := plain
	r.Migrations = later(t)
	if _, err := to.restore(t, r, small(t), "", nil); err != nil {
		t.Fatal(err)
	}
	newer := backup.Source{DB: to.open(t), Migrations: later(t), Version: "9.9.9", Clock: source(nil).Clock}
	file := written(t, newer, "")
	err := prove(t, file)
	refused(t, "proof", err, "backup_newer")
	for _, words := range []string{"Umbra 9.9.9", "schema 9001", "Umbra 1.2.3"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %s", err, words)
		}
	}
	_, err = newTarget(t, db.SQLite).restore(t, plain, file, "", nil)
	refused(t, "restore", err, "backup_newer")
	_, _, err = backup.Check(bytes.NewReader(file), nil, "1.2.3", 2, nil)
	refused(t, "check", err, "backup_newer")
}

func TestACopyIsTheSame(t *testing.T) {
	pairs(t, func(t *testing.T, from *db.DB, to target) {
		if value[int64](t, from, "SELECT COUNT(*) FROM users") == 0 {
			household(t, from)
			exec(t, from, "INSERT INTO user_sessions (user_id, token_hash, created_at, last_seen_at, expires_at) VALUES (1, $1, 0, 0, 0)", []byte{1})
		}
		if _, err := plain.Copy(t.Context(), source(from), to.path, to.d); err != nil {
			t.Fatal(err)
		}
		d := to.open(t)
		same(t, from, d, "journal_heads")
		if n := value[int64](t, d, "SELECT COUNT(*) FROM user_sessions"); n != 1 {
			t.Errorf("%d sessions in the copy", n)
		}
	})
}

func TestACopyThatFailsEnds(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	many(t, d, 20_000)
	if _, err := plain.Copy(t.Context(), source(d), filepath.Join(t.TempDir(), "nowhere", "umbra.db"), nil); err == nil {
		t.Error("copied into a folder that is not there")
	}
	ctx, stop := context.WithCancel(t.Context())
	r := plain
	r.Progress = func(string, string, int64) { stop() }
	path := filepath.Join(t.TempDir(), "umbra.db")
	if _, err := r.Copy(ctx, source(d), path, nil); err == nil {
		t.Error("copied although it was stopped")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a database: %v", err)
	}
}

func TestEmpty(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			bare, fresh := dbtest.OpenBare(t, e), dbtest.Open(t, e)
			for _, d := range []*db.DB{bare, fresh} {
				if empty, err := backup.Empty(t.Context(), d, dbtest.Migrations()); !empty || err != nil {
					t.Errorf("%v, %v", empty, err)
				}
			}
			exec(t, bare, "CREATE TABLE todos (id BIGINT)")
			if _, err := backup.Empty(t.Context(), bare, dbtest.Migrations()); !errors.Is(err, migrate.ErrForeign) {
				t.Errorf("somebody else's: %v", err)
			}
			many(t, fresh, 20)
			if empty, err := backup.Empty(t.Context(), fresh, dbtest.Migrations()); empty || err != nil {
				t.Errorf("with a user: %v, %v", empty, err)
			}
		})
	}
}
