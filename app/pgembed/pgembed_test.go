package pgembed_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"umbra/app/pgembed"
)

// run starts PostgreSQL in a data folder and ends it after the test.
func run(t *testing.T, o pgembed.Options) *pgembed.Server {
	t.Helper()
	s, err := pgembed.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *pgembed.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// ask runs a statement that answers one text.
func ask(t *testing.T, s *pgembed.Server, query string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	var text string
	if err := c.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

func TestAClusterIsMadeOnceAndKept(t *testing.T) {
	dir := folder(t)
	began := time.Now()
	s := run(t, options(t, dir))
	t.Logf("first start %s", time.Since(began))
	for query, want := range map[string]string{
		"SHOW server_version":      pgembed.Version,
		"SHOW data_checksums":      "on",
		"SHOW server_encoding":     "UTF8",
		"SHOW fsync":               "on",
		"SHOW synchronous_commit":  "on",
		"SHOW password_encryption": "scram-sha-256",
		"SHOW listen_addresses":    "",
		"SELECT datcollate || datctype FROM pg_database WHERE datname = current_database()":                "CC",
		"SELECT current_user || ' ' || (SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user)": "umbra false",
		"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()":               "umbra",
		"WITH x AS (SELECT 1) SELECT max(pg_size_bytes(current_setting('shared_buffers')))::text FROM x":   "33554432",
	} {
		if got := ask(t, s, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for name, mode := range map[string]os.FileMode{"postgres": 0o700, "postgres/password": 0o600, "postgres/data": 0o700, "postgres/run": 0o700} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, mode)
		}
	}
	change(t, s, "CREATE TABLE kept (v text)", "INSERT INTO kept VALUES ('yes')")
	began = time.Now()
	stop(t, s)
	t.Logf("stop %s", time.Since(began))
	began = time.Now()
	s = run(t, options(t, dir))
	t.Logf("second start %s", time.Since(began))
	if got := ask(t, s, "SELECT v FROM kept"); got != "yes" {
		t.Errorf("kept %q", got)
	}
}

func change(t *testing.T, s *pgembed.Server, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for _, q := range statements {
		if _, err := c.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}
