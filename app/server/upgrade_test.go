package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"umbra/app/backup"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/migrate"
	"umbra/app/server"
)

// migratedColumns are columns whose values a migration was meant to change, as
// "table.column"; TestUpgradeFromEveryVersion holds every other value to what it was.
var migratedColumns = map[string]string{}

// Days after the newest fixture was made, so that nothing in it has expired.
var upgradeDay = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func eachFixture(t *testing.T, test func(t *testing.T, engine db.Engine, version int64)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, v := range versions(t) {
			t.Run(fmt.Sprintf("%s/%d", engine, v), func(t *testing.T) {
				t.Parallel()
				test(t, engine, v)
			})
		}
	}
}

// From every schema that there ever was to this one: every row is what it was,
// the copy from before holds the old database, people read their records through
// the API, and a backup of it proves.
func TestUpgradeFromEveryVersion(t *testing.T) {
	eachFixture(t, func(t *testing.T, engine db.Engine, version int64) {
		data, settings := layFixture(t, engine, version)
		o := options(t, data, io.Discard, settings...)
		o.Clock, o.Create = clock.NewFake(upgradeDay), false
		s, err := server.OpenStore(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := s.Migrator.Version(t.Context()); err != nil || v != version {
			t.Fatalf("the fixture is of version %d, %v", v, err)
		}
		columns := tableColumns(t, s.DB)
		before := rows(t, s.DB, columns)
		for table := range columns {
			if len(before[table]) == 0 {
				t.Errorf("the fixture has nothing in %s", table)
			}
		}
		kept, err := s.Migrator.Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sameRows(t, rows(t, s.DB, columns), before)
		if version != s.Migrator.Newest() {
			holdsBefore(t, engine, kept, version, columns, before)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		h := house{log: &lockedBuffer{}}
		o.Create = true
		if h.App, err = server.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.Close() })
		if h.Handler, err = h.App.Handler(make(chan struct{})); err != nil {
			t.Fatal(err)
		}
		readable(t, h, h.logIn(t), before)
		made, err := h.Backups.Make(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		proves(t, made.Path)
	})
}

// rows are the values of these columns, a text for each row, in a stable order.
func rows(t *testing.T, d *db.DB, columns map[string]map[string]bool) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for table, names := range columns {
		of := slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(c string) bool { return migratedColumns[table+"."+c] != "" })
		err := db.Each(t.Context(), d, func(row db.Scanner) error {
			values := make([]any, len(of))
			into := make([]any, len(of))
			for i := range values {
				into[i] = &values[i]
			}
			if err := row.Scan(into...); err != nil {
				return err
			}
			named := map[string]any{}
			for i, name := range of {
				named[name] = values[i]
			}
			b, err := json.Marshal(named)
			out[table] = append(out[table], string(b))
			return err
		}, `SELECT "`+strings.Join(of, `", "`)+`" FROM "`+table+`"`)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		slices.Sort(out[table])
	}
	return out
}

func sameRows(t *testing.T, got, want map[string][]string) {
	t.Helper()
	for table, before := range want {
		if !slices.Equal(got[table], before) {
			t.Errorf("%s: %d rows, were %d:\n%.1500s\nwere\n%.1500s", table, len(got[table]), len(before), strings.Join(got[table], "\n"), strings.Join(before, "\n"))
		}
	}
}

// holdsBefore looks into what was kept before the upgrade.
func holdsBefore(t *testing.T, engine db.Engine, kept string, version int64, columns map[string]map[string]bool, before map[string][]string) {
	t.Helper()
	if engine == db.Postgres {
		proves(t, kept)
		return
	}
	d, err := db.OpenSQLite(t.Context(), kept)
	if err != nil {
		t.Fatalf("the copy %q: %v", kept, err)
	}
	defer func() { _ = d.Close() }()
	m, err := migrate.New(d, dbtest.Migrations())
	if err != nil {
		t.Fatal(err)
	}
	if v, err := m.Version(t.Context()); err != nil || v != version {
		t.Errorf("the copy is of version %d, %v", v, err)
	}
	sameRows(t, rows(t, d, columns), before)
}

func proves(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, _, err := backup.Prove(t.Context(), f, nil, dbtest.Migrations(), "test", t.TempDir(), nil); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

// read is how one kind of records is asked for, and which texts of its rows stand
// in the answer under the same name.
type read struct{ table, path, texts string }

// readable asks the API for every record that ann had, one by one.
func readable(t *testing.T, h house, cookie string, before map[string][]string) {
	t.Helper()
	n := 0
	for _, r := range []read{
		{"todos", "/api/todos/%.0f", "uid title description category"},
		{"calendar_events", "/api/events/%.0f", "uid title description color status url location"},
		{"calendars", "/api/calendars/%.0f", "uid name color"},
		{"event_templates", "/api/event-templates/%.0f", "uid name title"},
		{"reminders", "/api/reminders/%.0f", "uid title description recurrence_rule"},
		{"projects", "/api/projects/%.0f", "uid name description status color"},
		{"project_tasks", "/api/projects/%.0f/tasks/%.0f", "uid title description"},
		{"people", "/api/people/%.0f", "uid given_name family_name nickname display_name notes"},
		{"locations", "/api/locations/%.0f", "uid name address category notes"},
	} {
		for _, text := range before[r.table] {
			row := decodeJSON[map[string]any](t, []byte(text))
			if row["user_id"] != 1. {
				continue
			}
			n++
			ids := []any{row["id"]}
			if r.table == "project_tasks" {
				ids = []any{row["project_id"], row["id"]}
			}
			got := decodeJSON[map[string]any](t, h.ask(t, "GET", fmt.Sprintf(r.path, ids...), "", "Cookie", cookie).is(200).Body.Bytes())
			for name := range strings.FieldsSeq(r.texts) {
				if want := row[name]; got[name] != want && (got[name] != nil || want != "") {
					t.Errorf("%s: %s is %q, was %q", fmt.Sprintf(r.path, ids...), name, got[name], want)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d records were there to be read", n)
	}
	h.everything(t, cookie) // every list and view answers
}

// more are the migrations of a version to come: ours, and these as 9001, 9002, …
func more(t *testing.T, sql ...string) fs.FS {
	t.Helper()
	files := withMore(t).(fstest.MapFS)
	for _, engine := range []string{"sqlite", "postgres"} {
		delete(files, engine+"/09001_more.sql")
		for i, text := range sql {
			files[fmt.Sprintf("%s/%05d_more.sql", engine, 9001+i)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text + "\n-- +goose Down\nSELECT 1;\n")}
		}
	}
	return files
}

// What changes much before it fails.
const (
	muchChange = `CREATE TABLE more (id BIGINT); ALTER TABLE todos ADD COLUMN colour TEXT NOT NULL DEFAULT ''; UPDATE todos SET title = 'changed'; DELETE FROM reminders;`
	muchBulk   = muchChange + ` CREATE TABLE bulk (n BIGINT, x TEXT); INSERT INTO bulk WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60000)
		SELECT n, 'a page of many that the log of writes has to hold, so that it grows, and more and more of it is there ' || n FROM c;`
)

// An upgrade that fails, at whichever of its steps, leaves the database as it
// was, says what to do, and the Umbra that ran before goes on with it.
func TestAFailedUpgradePutsTheOldBack(t *testing.T) {
	for name, c := range map[string]struct {
		sql  []string
		says string
	}{
		"a mistake in the last of them": {[]string{muchChange, "UPDATE more SET id = 1;", "INSERT INTO nothing VALUES (1);"}, "migration 09003_more"},
		"a reference that hangs":        {[]string{muchChange, "UPDATE project_tasks SET project_id = 9999;"}, "migration 09002_more"},
		"a row that it cannot take":     {[]string{muchChange, "CREATE TABLE strict (x TEXT NOT NULL CHECK (x <> 'changed')); INSERT INTO strict SELECT title FROM todos;"}, "migration 09002_more"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, from := range []int64{17, slices.Max(versions(t))} { // with and without steps of ours that succeed
				for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
					t.Run(fmt.Sprintf("%s from %d", engine, from), func(t *testing.T) {
						t.Parallel()
						data, settings := layFixture(t, engine, from)
						before, columns := look(t, data, settings)
						o := options(t, data, io.Discard, settings...)
						o.Migrations = more(t, c.sql...)
						err := tryOpen(t, o)
						says(t, err, c.says, "as it was", "the Umbra that ran before", "docs/upgrade.md", "a copy from before is at")
						isAsBefore(t, data, settings, from, before, columns)
					})
				}
			}
		})
	}
}

// look reads everything that a data folder's database holds.
func look(t *testing.T, data string, settings []string) (before map[string][]string, columns map[string]map[string]bool) {
	t.Helper()
	o := options(t, data, io.Discard, settings...)
	o.Create = false
	s, err := server.OpenStore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	columns = tableColumns(t, s.DB)
	return rows(t, s.DB, columns), columns
}

// isAsBefore says that the database is of its old version with its old rows, and
// starts the Umbra of that version, where it is this one.
func isAsBefore(t *testing.T, data string, settings []string, version int64, before map[string][]string, columns map[string]map[string]bool) {
	t.Helper()
	o := options(t, data, io.Discard, settings...)
	o.Create = false
	s, err := server.OpenStore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Migrator.Version(t.Context())
	if err != nil || v != version {
		t.Errorf("the database is of version %d, %v, want %d", v, err, version)
	}
	if now := tableColumns(t, s.DB); !maps.EqualFunc(now, columns, maps.Equal[map[string]bool, map[string]bool]) {
		t.Errorf("the tables are others: %v", now)
	}
	sameRows(t, rows(t, s.DB, columns), before)
	newest := s.Migrator.Newest()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if version == newest {
		o.Create, o.Clock = true, clock.NewFake(upgradeDay)
		h := house{log: &lockedBuffer{}}
		if h.App, err = server.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		if h.Handler, err = h.App.Handler(make(chan struct{})); err != nil {
			t.Fatal(err)
		}
		readable(t, h, h.logIn(t), before)
	}
}

// A full disk, whether the copy does not fit on it or the migration, and a file
// that is damaged: nothing is changed, and it says what to do.
func TestAnUpgradeOnAFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	for name, c := range map[string]struct {
		room float64 // how many times the database
		says string
	}{
		"the copy does not fit":      {0.5, "could not be copied before migrating it"},
		"the migration does not fit": {3, "was taken back whole"},
	} {
		t.Run(name, func(t *testing.T) {
			data, settings := layFixture(t, db.SQLite, slices.Max(versions(t)))
			small := t.TempDir()
			if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32m", "umbra-test", small).CombinedOutput(); err != nil {
				t.Skipf("cannot mount a small file system here: %s", out)
			}
			t.Cleanup(func() {
				if out, err := exec.Command("umount", small).CombinedOutput(); err != nil {
					t.Errorf("umount: %s", out)
				}
			})
			if err := os.CopyFS(small, os.DirFS(data)); err != nil {
				t.Fatal(err)
			}
			before, columns := look(t, small, settings)
			leave(t, small, c.room)
			o := options(t, small, io.Discard, settings...)
			o.Migrations = more(t, muchBulk)
			says(t, tryOpen(t, o), c.says, "free some space", "the Umbra that ran before opens it")
			if left, _ := filepath.Glob(filepath.Join(small, "umbra.db.before-*")); strings.Contains(name, "copy") && len(left) > 0 {
				t.Errorf("half a copy was left: %q", left)
			}
			isAsBefore(t, small, settings, slices.Max(versions(t)), before, columns)
		})
	}
}

// leave fills a small disk until there is room for a database as large as the
// one in it, times this.
func leave(t *testing.T, dir string, times float64) {
	t.Helper()
	var disk syscall.Statfs_t
	info, err := os.Stat(filepath.Join(dir, "umbra.db"))
	if err == nil {
		err = syscall.Statfs(dir, &disk)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, int64(disk.Bavail)*disk.Bsize-int64(times*float64(info.Size()))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnUpgradeOfADamagedFile(t *testing.T) {
	data, settings := layFixture(t, db.SQLite, 17)
	path := filepath.Join(data, "umbra.db")
	d, err := db.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	page, _, err := db.One(t.Context(), d, db.Value[int64], "SELECT rootpage FROM sqlite_master WHERE name = 'people'")
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	broken, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(broken[(page-1)*4096:], strings.Repeat("\xfe", 4096))
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, tryOpen(t, options(t, data, io.Discard, settings...)), "could not be copied", "nothing was changed", "umbra doctor --full", "restore a backup")
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(after, broken) {
		t.Error("the file was changed")
	}
}

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
				before, columns := look(t, data, settings)
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
				isAsBefore(t, data, settings, from, before, columns)
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
