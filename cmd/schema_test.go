package cmd_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/config"
	"umbra/app/server"
	"umbra/cmd"
)

// migrations are the repository's, and with more a newer program's.
func migrations(t *testing.T, more bool) fs.FS {
	t.Helper()
	m := fstest.MapFS{}
	for _, engine := range []string{"sqlite", "postgres"} {
		names, err := filepath.Glob("../migrations/" + engine + "/*.sql")
		if err != nil || len(names) == 0 {
			t.Fatalf("no migrations: %v", err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			m[engine+"/"+filepath.Base(name)] = &fstest.MapFile{Data: b}
		}
		if more {
			m[engine+"/90000_later.sql"] = &fstest.MapFile{Data: []byte(
				"-- +goose Up\nCREATE TABLE later (id INTEGER PRIMARY KEY);\n-- +goose Down\nDROP TABLE later;\n")}
		}
	}
	return m
}

// TestProgramsOfTwoVersions take turns on one data folder.
func TestProgramsOfTwoVersions(t *testing.T) {
	environ := []string{"UMBRA_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "UMBRA_LISTEN=127.0.0.1:0",
		"UMBRA_ARGON2_MEMORY_KIB=64", "UMBRA_ARGON2_TIME=1", "UMBRA_ARGON2_PARALLELISM=1"}
	today, later := migrations(t, false), migrations(t, true)
	c, err := config.Load(nil, environ)
	if err != nil {
		t.Fatal(err)
	}
	a, err := server.Open(t.Context(), server.Options{Config: c, Migrations: today, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		program fs.FS
		line    string
		code    int
		says    string
	}{
		{later, "doctor", 0, "and this program needs 90000"},
		{later, "migrate status", 0, "and this program's 90000"},
		{later, "user list", 1, "run `umbra migrate`"},
		{later, "serve --no-migrate", 1, "run `umbra migrate`, or serve without --no-migrate"},
		{later, "migrate", 0, "to 90000"},
		{later, "doctor", 0, "version 90000, the newest"},
		{today, "doctor", 1, "install the newer Umbra"},
		{today, "migrate status", 0, "the schema is version 90000"},
		{today, "user list", 1, "newer than this program"},
		{today, "serve", 1, "newer than this program"},
		{today, "migrate", 1, "newer than this program"},
		{today, "migrate down", 1, "newer than this program"},
		{later, "migrate down", 0, "copy from before"},
		{today, "user list", 0, "NAME"},
	}
	for _, s := range steps {
		var out bytes.Buffer
		code := cmd.Main(t.Context(), strings.Fields(s.line), cmd.IO{In: strings.NewReader(""), Out: &out, Err: &out, Environ: environ},
			cmd.Assets{Frontend: os.DirFS("../frontend_dist"), Migrations: s.program})
		if code != s.code || !strings.Contains(out.String(), s.says) {
			t.Errorf("%s: %d, want %d and %q\n%s", s.line, code, s.code, s.says, &out)
		}
	}
}
