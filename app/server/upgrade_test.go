package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
var migratedColumns = map[string]string{
	"calendar_events.long_span": "since 24 there is span, which tells how long",
}

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

// Also where there is no PostgreSQL to lay them in.
func TestEveryMigrationHasItsFixtures(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, v := range versions(t) {
			if text := fixture(t, engine, v); !strings.Contains(text, "CREATE TABLE") || !strings.Contains(text, "INSERT INTO") {
				t.Errorf("the fixture of %s at %d holds no database", engine, v)
			}
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
		// Over 32 days, and for ever.
		wrong, _, err := db.One(t.Context(), s.DB, db.Value[int64], `SELECT COUNT(*) FROM calendar_events
WHERE (span > 0) <> (last_at - first_at > 2764800000000) OR last_at = 9223372036854775807 AND span <> 4`)
		if err != nil || wrong != 0 {
			t.Errorf("%d events are of another span, %v", wrong, err)
		}
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
						before := look(t, data, settings)
						o := options(t, data, io.Discard, settings...)
						o.Migrations = more(t, c.sql...)
						err := tryOpen(t, o)
						says(t, err, c.says, "as it was", "the Umbra that ran before", "docs/upgrade.md", "a copy from before is at")
						isAsBefore(t, data, settings, before)
					})
				}
			}
		})
	}
}

// state is everything that a database holds.
type state struct {
	version int64
	schema  string
	columns map[string]map[string]bool
	rows    map[string][]string
}

// look reads a data folder's database.
func look(t *testing.T, data string, settings []string) state {
	t.Helper()
	o := options(t, data, io.Discard, settings...)
	o.Create = false
	s, err := server.OpenStore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	v, err := s.Migrator.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	schema, err := s.Migrator.Dump(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	columns := tableColumns(t, s.DB)
	return state{v, schema, columns, rows(t, s.DB, columns)}
}

// isAsBefore says that the database is what it was, to the last index and row, and
// starts the Umbra of its version, where it is this one.
func isAsBefore(t *testing.T, data string, settings []string, before state) {
	t.Helper()
	now := look(t, data, settings)
	if now.version != before.version || now.schema != before.schema {
		t.Errorf("the database is of version %d and has the schema\n%s\nit was of %d and had\n%s", now.version, now.schema, before.version, before.schema)
	}
	sameRows(t, now.rows, before.rows)
	if before.version != slices.Max(versions(t)) {
		return
	}
	o := options(t, data, io.Discard, settings...)
	o.Clock = clock.NewFake(upgradeDay)
	h := house{log: &lockedBuffer{}}
	var err error
	if h.App, err = server.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	if h.Handler, err = h.App.Handler(make(chan struct{})); err != nil {
		t.Fatal(err)
	}
	readable(t, h, h.logIn(t), before.rows)
}

// A file that is damaged is not touched.
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
