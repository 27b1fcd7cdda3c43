// Package dbtest gives tests a migrated database of their own, on each engine.
//
// SQLite always runs. PostgreSQL runs where UMBRA_TEST_POSTGRES holds the
// address of a server that may be filled (make test starts one), and is
// skipped, with a word, elsewhere.
package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"umbra/app/db"
	"umbra/app/migrate"
)

// PostgresEnv names the environment variable with the test server's address.
const PostgresEnv = "UMBRA_TEST_POSTGRES"

// Each runs a test on each engine, with an empty, migrated database.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			test(t, Open(t, e))
		})
	}
}

// Need skips a test whose engine is not there: for those that cannot skip later,
// within a bubble of testing/synctest.
func Need(t testing.TB, e db.Engine) {
	t.Helper()
	if e == db.Postgres && os.Getenv(PostgresEnv) == "" {
		t.Skipf("no PostgreSQL: set %s, or run `make test`, which starts one", PostgresEnv)
	}
}

// Open makes an empty, migrated database for one test.
func Open(t testing.TB, e db.Engine) *db.DB {
	t.Helper()
	if e == db.SQLite {
		return openSQLite(t)
	}
	d := OpenBare(t, e)
	m, err := migrate.New(d, Migrations())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Up(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// OpenBare makes a database without any table.
func OpenBare(t testing.TB, e db.Engine) *db.DB {
	t.Helper()
	ctx := context.Background()
	if e == db.SQLite {
		d, err := db.OpenSQLite(ctx, filepath.Join(t.TempDir(), "umbra.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		return d
	}
	d, err := db.OpenPostgres(ctx, NewSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// NewSchema makes an empty schema on the test server and answers the address
// that leads into it; it is dropped after the test. It skips where there is no server.
func NewSchema(t testing.TB) string {
	t.Helper()
	Need(t, db.Postgres)
	address := os.Getenv(PostgresEnv)
	ctx := context.Background()
	schema := "t_" + strings.ToLower(rand.Text())
	admin, err := db.OpenPostgres(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec(ctx, fmt.Sprintf("CREATE SCHEMA %q", schema)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(ctx, fmt.Sprintf("DROP SCHEMA %q CASCADE", schema)); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Migrations are the repository's own.
func Migrations() fs.FS {
	return os.DirFS(filepath.Join(Root(), "migrations"))
}

// Root is the repository's folder.
func Root() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "..", "..")
}

var template struct {
	once sync.Once
	data []byte
	err  error
}

// openSQLite copies a database that is migrated once a process.
func openSQLite(t testing.TB) *db.DB {
	t.Helper()
	template.once.Do(func() { template.data, template.err = makeTemplate() })
	if template.err != nil {
		t.Fatal(template.err)
	}
	file := filepath.Join(t.TempDir(), "umbra.db")
	if err := os.WriteFile(file, template.data, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.OpenSQLite(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func makeTemplate() ([]byte, error) {
	dir, err := os.MkdirTemp("", "umbra-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "umbra.db")
	d, err := db.OpenSQLite(context.Background(), file)
	if err != nil {
		return nil, err
	}
	m, err := migrate.New(d, Migrations())
	if err == nil {
		_, err = m.Up(context.Background())
	}
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}
