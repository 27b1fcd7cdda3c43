package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/migrate"
	"umbra/app/secret"
	"umbra/app/server"
)

// eachEngine runs a test with a data folder and the setting of a database of its own.
func eachEngine(t *testing.T, test func(t *testing.T, data, database string)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			database := "DATABASE_URL=sqlite:///umbra.db"
			if e == db.Postgres {
				database = "DATABASE_URL=" + dbtest.NewSchema(t)
			}
			test(t, t.TempDir(), database)
		})
	}
}

// tryOpen opens and closes again.
func tryOpen(t *testing.T, o server.Options) error {
	t.Helper()
	a, err := server.Open(t.Context(), o)
	if err == nil {
		err = a.Close()
	}
	return err
}

func says(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("%v, want an error that says %q", err, w)
		}
	}
}

// change runs a statement on the database of a folder that nobody has open.
func change(t *testing.T, o server.Options, query string) {
	t.Helper()
	s, err := server.OpenStore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	err = s.DB.Tx(t.Context(), func(ctx context.Context) error {
		_, err := s.DB.Exec(ctx, query)
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestASecondServeIsRefusedWithTheFirstOnesNumber(t *testing.T) {
	data := t.TempDir()
	first, err := server.Open(t.Context(), options(t, data, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	err = tryOpen(t, options(t, data, io.Discard))
	if !errors.Is(err, server.ErrServing) {
		t.Errorf("%v", err)
	}
	says(t, err, data, "process "+strconv.Itoa(os.Getpid()))

	beside := options(t, data, io.Discard)
	beside.Create = false // the command line works while a server runs
	if err := tryOpen(t, beside); err != nil {
		t.Errorf("beside a server: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := tryOpen(t, options(t, data, io.Discard)); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}

func TestAWrongSecretKeyIsAStartError(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		key := "SECRET_KEY=an-old-umbrella-in-the-hall-47-times"
		if err := tryOpen(t, options(t, data, io.Discard, database, key)); err != nil {
			t.Fatal(err)
		}
		err := tryOpen(t, options(t, data, io.Discard, database, "SECRET_KEY=a-new-umbrella-in-the-hall-48-times"))
		if !errors.Is(err, secret.ErrWrongKey) {
			t.Errorf("another key: %v", err)
		}
		// A key made now would open nothing that is there.
		says(t, tryOpen(t, options(t, data, io.Discard, database)), "missing", secret.KeyFile)
		if _, err := os.Stat(filepath.Join(data, secret.KeyFile)); err == nil {
			t.Error("a new key was made beside a database that has one")
		}
		if err := tryOpen(t, options(t, data, io.Discard, database, key)); err != nil {
			t.Errorf("the right key: %v", err)
		}
	})
}

// A wrong key is a wrong folder or a wrong setting: nothing is migrated under it.
func TestAWrongSecretKeyMigratesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		key := "SECRET_KEY=an-old-umbrella-in-the-hall-47-times"
		o := options(t, data, io.Discard, database, key)
		if err := tryOpen(t, o); err != nil {
			t.Fatal(err)
		}
		more := fstest.MapFS{}
		for _, engine := range []string{"sqlite", "postgres"} {
			foundation, err := fs.ReadFile(o.Migrations, engine+"/00001_foundation.sql")
			if err != nil {
				t.Fatal(err)
			}
			more[engine+"/00001_foundation.sql"] = &fstest.MapFile{Data: foundation}
			more[engine+"/09001_more.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE more (id BIGINT);\n-- +goose Down\nDROP TABLE more;\n")}
		}
		wrong := options(t, data, io.Discard, database, "SECRET_KEY=a-new-umbrella-in-the-hall-48-times")
		wrong.Migrations = more
		if err := tryOpen(t, wrong); !errors.Is(err, secret.ErrWrongKey) {
			t.Errorf("%v", err)
		}
		if err := tryOpen(t, o); err != nil {
			t.Errorf("the version before, with the right key: %v", err)
		}
	})
}

func TestANewerSchemaIsRefused(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		o := options(t, data, io.Discard, database)
		if err := tryOpen(t, o); err != nil {
			t.Fatal(err)
		}
		change(t, o, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9001, "+truth(o)+")")
		err := tryOpen(t, o)
		if !errors.Is(err, migrate.ErrNewer) {
			t.Errorf("%v", err)
		}
		says(t, err, "9001", "up to")
	})
}

func truth(o server.Options) string {
	if server.DatabasePath(o.Config) == "" {
		return "TRUE"
	}
	return "1"
}

func TestAnOlderSchemaIsAnErrorWithoutMigration(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		o := options(t, data, io.Discard, database)
		o.NoMigrate = true
		says(t, tryOpen(t, o), "version 0", "umbra migrate")
		o.NoMigrate = false
		if err := tryOpen(t, o); err != nil {
			t.Fatal(err)
		}
		o.NoMigrate = true
		if err := tryOpen(t, o); err != nil {
			t.Errorf("a schema of today: %v", err)
		}
	})
}

func TestSomebodyElsesDatabaseIsRefusedUntouched(t *testing.T) {
	for name, script := range map[string]string{
		"the older Umbra's": "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (7)",
		"of the PIN's time": "CREATE TABLE settings (id INTEGER, pin_hash TEXT); CREATE TABLE todos (id INTEGER)",
		"another's":         "CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (7)",
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			file := filepath.Join(data, "umbra.db")
			d, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Exec(script); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			says(t, tryOpen(t, options(t, data, io.Discard)), "another application", "`umbra import umbra-legacy --from postgres://…`")
			after, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed (%d bytes, then %d), %v", len(before), len(after), err)
			}
			if left, _ := filepath.Glob(file + "?*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestOnlyServeMakesADatabase(t *testing.T) {
	data := t.TempDir()
	o := options(t, data, io.Discard)
	o.Create = false
	says(t, tryOpen(t, o), "umbra serve", filepath.Join(data, "umbra.db"))
	if left, _ := os.ReadDir(data); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
