package migrate_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/migrate"
)

func both(t *testing.T, test func(t *testing.T, d *db.DB)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) { test(t, dbtest.OpenBare(t, e)) })
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func exec(t *testing.T, d *db.DB, query string) {
	t.Helper()
	if err := d.Tx(t.Context(), func(ctx context.Context) error { _, err := d.Exec(ctx, query); return err }); err != nil {
		t.Fatal(err)
	}
}

// Every migration goes up, down and up again, and ends in the same schema.
func TestEachMigrationUpDownUp(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		m := must[*migrate.Migrator](t)(migrate.New(d, dbtest.Migrations()))
		for _, s := range must[[]migrate.Step](t)(m.Status(t.Context())) {
			must[string](t)(m.To(t.Context(), s.Version))
			first := must[string](t)(m.Dump(t.Context()))
			must[string](t)(m.Down(t.Context()))
			must[string](t)(m.To(t.Context(), s.Version))
			if again := must[string](t)(m.Dump(t.Context())); again != first {
				t.Errorf("migration %d: up, down, up ends elsewhere:\n%s\n---\n%s", s.Version, first, again)
			}
		}
		must[string](t)(m.To(t.Context(), 0))
		if left := must[string](t)(m.Dump(t.Context())); strings.TrimSpace(left) != "" {
			t.Errorf("after going all the way down there is still:\n%s", left)
		}
	})
}

// The schema after all migrations is kept as a file that a person can read.
func TestSchemaGolden(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		m := must[*migrate.Migrator](t)(migrate.New(d, dbtest.Migrations()))
		must[string](t)(m.Up(t.Context()))
		got := must[string](t)(m.Dump(t.Context()))
		file := filepath.Join(dbtest.Root(), "migrations", "schema", d.Engine.String()+".sql")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if want := string(must[[]byte](t)(os.ReadFile(file))); got != want {
			t.Errorf("%s differs from what the migrations make; look at the difference and run `make golden`", file)
		}
	})
}

func TestTheEnginesHaveTheSameMigrations(t *testing.T) {
	names := func(engine string) string {
		var out []string
		for _, e := range must[[]fs.DirEntry](t)(fs.ReadDir(dbtest.Migrations(), engine)) {
			out = append(out, e.Name())
		}
		return strings.Join(out, "\n")
	}
	if s, p := names("sqlite"), names("postgres"); s != p {
		t.Errorf("sqlite has\n%s\npostgres has\n%s", s, p)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		files := fstest.MapFS{}
		for _, e := range []string{"sqlite", "postgres"} {
			files[path.Join(e, "00001_a.sql")] = sqlFile("CREATE TABLE a (x TEXT);", "DROP TABLE a;")
			files[path.Join(e, "00002_b.sql")] = sqlFile("CREATE TABLE b (x TEXT);", "DROP TABLE b;")
		}
		must[string](t)(must[*migrate.Migrator](t)(migrate.New(d, files)).Up(t.Context()))
		delete(files, "sqlite/00002_b.sql")
		delete(files, "postgres/00002_b.sql")
		older := must[*migrate.Migrator](t)(migrate.New(d, files))
		_, err := older.Up(t.Context())
		if !errors.Is(err, migrate.ErrNewer) || !strings.Contains(err.Error(), "version 2") || !strings.Contains(err.Error(), "up to 1") {
			t.Errorf("got %v", err)
		}
	})
}

func TestForeignDatabasesAreRefusedUntouched(t *testing.T) {
	for _, table := range []string{"alembic_version", "users", "settings", "todos", "project_tasks"} {
		both(t, func(t *testing.T, d *db.DB) {
			exec(t, d, "CREATE TABLE "+table+" (x TEXT)")
			m := must[*migrate.Migrator](t)(migrate.New(d, dbtest.Migrations()))
			before := must[string](t)(m.Dump(t.Context()))
			if _, err := m.Up(t.Context()); err == nil || !strings.Contains(err.Error(), "umbra import umbra-legacy --from postgres://") {
				t.Errorf("%s: %v", table, err)
			}
			if after := must[string](t)(m.Dump(t.Context())); after != before {
				t.Errorf("%s: changed", table)
			}
		})
	}
}

func sqlFile(up, down string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + up + "\n-- +goose Down\n" + down + "\n")}
}

// Rebuilding a table, as SQLite needs it for most changes, must keep the rows
// that refer to it; one that would orphan them must fail and change nothing.
func TestRebuildKeepsChildren(t *testing.T) {
	d := dbtest.OpenBare(t, db.SQLite)
	files := fstest.MapFS{"sqlite/00001_a.sql": sqlFile(
		`CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
		 CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE) STRICT;`,
		`DROP TABLE child; DROP TABLE parent;`)}
	must[string](t)(must[*migrate.Migrator](t)(migrate.New(d, files)).Up(t.Context()))
	exec(t, d, "INSERT INTO parent VALUES (1)")
	exec(t, d, "INSERT INTO child VALUES (1, 1)")

	files["sqlite/00002_b.sql"] = sqlFile(
		`CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '') STRICT;
		 INSERT INTO parent_new (id) SELECT id FROM parent;
		 DROP TABLE parent;
		 ALTER TABLE parent_new RENAME TO parent;`, `ALTER TABLE parent DROP COLUMN name;`)
	snapshot := must[string](t)(must[*migrate.Migrator](t)(migrate.New(d, files)).Up(t.Context()))
	if n, _, err := db.One(t.Context(), d, db.Value[int64], "SELECT COUNT(*) FROM child"); err != nil || n != 1 {
		t.Fatalf("%d children left, %v", n, err)
	}
	if snapshot == "" {
		t.Fatal("no copy was made of a database with data")
	}
	old := must[*db.DB](t)(db.OpenSQLite(t.Context(), snapshot))
	defer func() { _ = old.Close() }()
	if n, _, err := db.One(t.Context(), old, db.Value[int64], "SELECT COUNT(*) FROM child"); err != nil || n != 1 {
		t.Errorf("the copy holds %d children, %v", n, err)
	}

	files["sqlite/00003_c.sql"] = sqlFile(`DELETE FROM parent;`, `SELECT 1;`)
	m := must[*migrate.Migrator](t)(migrate.New(d, files))
	if _, err := m.Up(t.Context()); err == nil || !strings.Contains(err.Error(), "without its parent") {
		t.Errorf("a migration that orphans rows: %v", err)
	}
	if v := must[int64](t)(m.Version(t.Context())); v != 2 {
		t.Errorf("the failed migration left version %d", v)
	}
	if n, _, err := db.One(t.Context(), d, db.Value[int64], "SELECT COUNT(*) FROM parent"); err != nil || n != 1 {
		t.Errorf("the failed migration left %d parents, %v", n, err)
	}
}
