package server_test

import (
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/db/dbtest"
	"umbra/app/server"
)

// Before a newer version migrates a database with data it keeps it, on either
// engine, and what was kept brings it back.
func TestWhatIsMigratedIsKept(t *testing.T) {
	eachEngine(t, func(t *testing.T, data, database string) {
		h, shut := openIn(t, data, database, movingKey)
		h.setUp(t)
		shut()
		newer := options(t, data, io.Discard, database, movingKey)
		newer.Migrations = withMore(t)
		if err := tryOpen(t, newer); err != nil {
			t.Fatal(err)
		}
		says(t, tryOpen(t, options(t, data, io.Discard, database, movingKey)), "9001")
		kept, err := filepath.Glob(filepath.Join(data, "backups", "umbra-before-migration-*.tar.zst"))
		if err != nil {
			t.Fatal(err)
		}
		if server.DatabasePath(newer.Config) != "" {
			if files, _ := filepath.Glob(filepath.Join(data, "umbra.db.before-*")); len(files) != 1 || len(kept) != 0 {
				t.Errorf("kept %q and %q", files, kept)
			}
			return
		}
		if len(kept) != 1 {
			t.Fatalf("kept %q", kept)
		}
		// The older program, in a place of its own, reads it.
		b := options(t, t.TempDir(), io.Discard, "DATABASE_URL=sqlite:///umbra.db", movingKey)
		if _, err := server.Restore(t.Context(), b, server.Restoring{File: kept[0]}); err != nil {
			t.Fatal(err)
		}
		again, _ := openIn(t, b.Config.DataDir, "DATABASE_URL=sqlite:///umbra.db", movingKey)
		again.logIn(t)
	})
}

// withMore are the migrations of a version to come.
func withMore(t *testing.T) fs.FS {
	t.Helper()
	more := fstest.MapFS{}
	if err := fs.WalkDir(dbtest.Migrations(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".sql") {
			return err
		}
		b, err := fs.ReadFile(dbtest.Migrations(), path)
		more[path] = &fstest.MapFile{Data: b}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		more[engine+"/09001_more.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE more (id BIGINT);\n-- +goose Down\nDROP TABLE more;\n")}
	}
	return more
}
