package server_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/db"
)

// TestMigrateToBeKilled is no test but the process that the one below kills.
func TestMigrateToBeKilled(t *testing.T) {
	data := os.Getenv("UMBRA_TEST_MIGRATE")
	if data == "" {
		t.Skip("TestAKilledUpgradePutsTheOldBack runs it")
	}
	slow := "CREATE TABLE slow AS WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000000000) SELECT MAX(n) AS n FROM c;"
	if strings.Contains(os.Getenv("UMBRA_TEST_MIGRATE_DATABASE"), "postgres") {
		slow = "SELECT pg_sleep(600);"
	}
	o := options(t, data, os.Stderr, fixtureKey, os.Getenv("UMBRA_TEST_MIGRATE_DATABASE"))
	o.Migrations = more(t, muchBulk, slow)
	t.Error(tryOpen(t, o))
}

// An upgrade that is killed in the middle, half of it written: the database is as
// it was, and the Umbra that ran before goes on with it.
func TestAKilledUpgradePutsTheOldBack(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, from := range []int64{17, slices.Max(versions(t))} {
			t.Run(fmt.Sprintf("%s from %d", engine, from), func(t *testing.T) {
				t.Parallel()
				data, settings := layFixture(t, engine, from)
				before := look(t, data, settings)
				out := &lockedBuffer{}
				c := exec.Command(os.Args[0], "-test.run", "^TestMigrateToBeKilled$", "-test.v")
				c.Env = append(os.Environ(), "UMBRA_TEST_MIGRATE="+data, "UMBRA_TEST_MIGRATE_DATABASE="+settings[1])
				c.Stdout, c.Stderr = out, out
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
				inTheMiddle := halfWritten(t, engine, data, settings)
				begun := time.Now()
				for !inTheMiddle() {
					if time.Since(begun) > time.Minute {
						t.Fatalf("it did not come to the middle: %s", out)
					}
					time.Sleep(5 * time.Millisecond) // another process: there is no clock of ours to move
				}
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = c.Wait()
				isAsBefore(t, data, settings, before)
			})
		}
	}
}

// halfWritten says whether the first migration to come is done and the second runs.
func halfWritten(t *testing.T, engine db.Engine, data string, settings []string) func() bool {
	if engine == db.SQLite { // what does not fit into its memory goes into the log of writes
		return func() bool {
			info, err := os.Stat(filepath.Join(data, "umbra.db-wal"))
			return err == nil && info.Size() > 4<<20
		}
	}
	d, err := db.OpenPostgres(t.Context(), strings.TrimPrefix(settings[1], "DATABASE_URL="))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	schema, _, err := db.One(t.Context(), d, db.Value[string], "SELECT current_schema()")
	if err != nil {
		t.Fatal(err)
	}
	return func() bool {
		n, _, err := db.One(context.Background(), d, db.Value[int64], `SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE a.query LIKE '%pg_sleep(600)%' AND a.state = 'active' AND l.relation IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1)`, schema)
		return err == nil && n > 0
	}
}
