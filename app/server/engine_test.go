package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"umbra/app/config"
	"umbra/app/db/dbtest"
	"umbra/app/pgembed"
	"umbra/app/server"
)

// holding makes a data folder that holds what the names say.
func holding(t *testing.T, names ...string) string {
	t.Helper()
	data := t.TempDir()
	for _, name := range names {
		var err error
		switch name {
		case "sqlite":
			err = tryOpen(t, options(t, data, io.Discard))
		case "cluster":
			err = os.MkdirAll(filepath.Join(data, "postgres", "data"), 0o700)
			if err == nil {
				err = os.WriteFile(filepath.Join(data, "postgres", "data", "PG_VERSION"), []byte("18\n"), 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return data
}

// contents is every file of a folder with its bytes and mode.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out[path] = info.Mode().String()
		if info.Mode().IsRegular() {
			b, err := os.ReadFile(path)
			out[path] += string(b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheEngineIsTheFoldersOwn(t *testing.T) {
	for name, tt := range map[string]struct {
		holds    []string
		carries  bool
		url      string
		settings config.Engine
		says     string
	}{
		"a new folder":                           {settings: config.SQLite},
		"a new folder, PostgreSQL inside":        {carries: true, settings: config.EmbeddedPostgres},
		"SQLite stays":                           {holds: []string{"sqlite"}, carries: true, settings: config.SQLite},
		"PostgreSQL stays":                       {holds: []string{"cluster"}, settings: config.EmbeddedPostgres},
		"both, and none is named":                {holds: []string{"sqlite", "cluster"}, carries: true, says: "holds two databases"},
		"both, and one is named":                 {holds: []string{"sqlite", "cluster"}, url: "sqlite:///umbra.db", settings: config.SQLite},
		"both, and the other is named":           {holds: []string{"sqlite", "cluster"}, url: "embedded-postgres:", settings: config.EmbeddedPostgres},
		"elsewhere is the one that is asked for": {holds: []string{"sqlite"}, url: "postgres://ann@127.0.0.1/house", settings: config.Postgres},
	} {
		t.Run(name, func(t *testing.T) {
			data := holding(t, tt.holds...)
			before := contents(t, data)
			o := options(t, data, io.Discard, "DATABASE_URL="+tt.url)
			if tt.carries {
				o.Postgres = "an archive"
			}
			got, err := o.Settled()
			if tt.says != "" {
				says(t, err, tt.says, "DATABASE_URL", "nothing was changed")
			} else if err != nil || got.Config.DB.Engine != tt.settings {
				t.Errorf("%v, %v, want %s", got.Config.DB, err, tt.settings)
			}
			if after := contents(t, data); !equal(before, after) {
				t.Error("looking changed the folder")
			}
		})
	}
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func TestAnEngineIsNotChangedInSilence(t *testing.T) {
	for name, tt := range map[string]struct {
		holds, url string
	}{
		"SQLite beside a cluster":            {"cluster", "sqlite:///umbra.db"},
		"SQLite elsewhere, beside a cluster": {"cluster", "sqlite:///" + filepath.Join(t.TempDir(), "umbra.db")},
		"a cluster beside SQLite":            {"sqlite", "embedded-postgres:"},
		"a server, beside SQLite":            {"sqlite", "postgres"},
		"a server, beside a cluster":         {"cluster", "postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.url == "postgres" {
				tt.url = dbtest.NewSchema(t)
			}
			data := holding(t, tt.holds)
			before := contents(t, data)
			o := options(t, data, io.Discard, "DATABASE_URL="+tt.url)
			o.Postgres = "an archive"
			says(t, tryOpen(t, o), "umbra copy --to", "nothing was changed", data)
			after := contents(t, data)
			delete(before, filepath.Join(data, "serve.lock"))
			delete(after, filepath.Join(data, "serve.lock"))
			if !equal(before, after) {
				t.Error("the folder was changed")
			}
		})
	}
}

func TestTheBuildWithoutPostgreSQLSaysWhichHasIt(t *testing.T) {
	says(t, tryOpen(t, options(t, t.TempDir(), io.Discard, "DATABASE_URL=embedded-postgres:")), "carries no PostgreSQL", "make build-postgres", "sqlite:///umbra.db")
	data := holding(t, "cluster")
	says(t, tryOpen(t, options(t, data, io.Discard)), data, "holds a PostgreSQL cluster", "carries no PostgreSQL")
}

// Where PostgreSQL cannot run, a new folder gets SQLite, and says so; asked for
// by name it is an error that says what to do.
func TestRootGetsSQLiteAndIsToldWhy(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, whom PostgreSQL refuses")
	}
	var log bytes.Buffer
	data := t.TempDir()
	o := options(t, data, &log)
	o.Postgres = "an archive"
	a, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if server.DatabasePath(a.Config) != filepath.Join(data, "umbra.db") || a.Fallback == "" {
		t.Errorf("%v, because %q", a.Config.DB, a.Fallback)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	says(t, errors.New(log.String()), "level=WARN", "SQLite is used in place of PostgreSQL", "refuses to run as root")
	if _, err := os.Stat(filepath.Join(data, "postgres")); err == nil {
		t.Error("something of PostgreSQL is left")
	}

	data = t.TempDir()
	o = options(t, data, &log, "DATABASE_URL=embedded-postgres:")
	o.Postgres = "an archive"
	err = tryOpen(t, o)
	says(t, err, "refuses to run as root", "useradd", data)
	if e := (*pgembed.CannotRunError)(nil); !errors.As(err, &e) {
		t.Errorf("%T", err)
	}
	if _, err := os.Stat(filepath.Join(data, "umbra.db")); err == nil {
		t.Error("SQLite was used though PostgreSQL was asked for")
	}
}

func TestAStoppedStartIsNotAnEngine(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := server.Open(ctx, options(t, t.TempDir(), io.Discard, "DATABASE_URL=postgres://ann@127.0.0.1:1/house")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
