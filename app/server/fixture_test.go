package server_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/zstd"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/migrate"
)

// A fixture is a whole database as a real Umbra of that schema left it, as SQL:
// testdata/upgrade/sqlite-00021.sql.zst is SQLite's at migration 21. It is made
// once, with the migration, by `make fixture`, and never changed after a release:
// it is what lies in the data folders of those who have that version.
const fixtureKey = movingKey

func fixturePath(engine db.Engine, version int64) string {
	return filepath.Join(dbtest.Root(), "app", "server", "testdata", "upgrade", fmt.Sprintf("%s-%05d.sql.zst", engine, version))
}

// fixture reads one.
func fixture(t *testing.T, engine db.Engine, version int64) string {
	t.Helper()
	b, err := os.ReadFile(fixturePath(engine, version))
	if err != nil {
		t.Fatalf("migration %d has no fixture: run `make fixture`, and commit what it writes (%v)", version, err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := z.DecodeAll(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// layFixture makes the database that a fixture holds, in a data folder of its
// own or a schema of its own, and answers the settings that open it.
func layFixture(t *testing.T, engine db.Engine, version int64) (data string, settings []string) {
	t.Helper()
	dbtest.Need(t, engine)
	data = t.TempDir()
	var d *sql.DB
	var err error
	settings = []string{fixtureKey, "DATABASE_URL=sqlite:///umbra.db"}
	if engine == db.SQLite {
		d, err = sql.Open("sqlite", filepath.Join(data, "umbra.db"))
	} else {
		address := dbtest.NewSchema(t)
		settings[1] = "DATABASE_URL=" + address
		d, err = sql.Open("pgx", address)
	}
	if err == nil {
		_, err = d.ExecContext(t.Context(), fixture(t, engine, version))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return data, settings
}

// versions are the migrations that there are.
func versions(t *testing.T) (out []int64) {
	t.Helper()
	m, err := migrate.New(dbtest.OpenBare(t, db.SQLite), dbtest.Migrations())
	if err != nil {
		t.Fatal(err)
	}
	steps, err := m.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		out = append(out, s.Version)
	}
	return out
}

// `make fixture` writes the fixtures that are missing, and leaves those that are
// there. UMBRA_FIXTURE_PROGRAM is an older Umbra to make its schema's with.
func TestWriteFixtures(t *testing.T) {
	if os.Getenv("UMBRA_FIXTURE") != "write" {
		t.Skip("writes files: run `make fixture`")
	}
	program := os.Getenv("UMBRA_FIXTURE_PROGRAM")
	if program == "" {
		program = binary(t)
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			dbtest.Need(t, engine)
			d, address := live(t, engine, program)
			m, err := migrate.New(d, dbtest.Migrations())
			if err != nil {
				t.Fatal(err)
			}
			made, err := m.Version(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// Between releases several migrations may come at once: what the newest made,
			// taken back to each of the others.
			for v := made; v > 0; v-- {
				if _, err := m.WithoutCopy().To(t.Context(), v); err != nil {
					t.Fatal(err)
				}
				path := fixturePath(engine, v)
				if _, err := os.Stat(path); err == nil || v < made && os.Getenv("UMBRA_FIXTURE_PROGRAM") != "" {
					break
				}
				fillEmpty(t, d)
				if err := os.WriteFile(path, compressed(t, dump(t, d, address)), 0o644); err != nil {
					t.Fatal(err)
				}
				t.Log("wrote " + path)
			}
		})
	}
}

func compressed(t *testing.T, text string) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll([]byte(text), nil)
}

// live has a program keep what a small household writes down, and answers the
// database that it left.
func live(t *testing.T, engine db.Engine, program string) (d *db.DB, address string) {
	t.Helper()
	data := t.TempDir()
	database := "DATABASE_URL=sqlite:///umbra.db"
	if engine == db.Postgres {
		address = dbtest.NewSchema(t)
		database = "DATABASE_URL=" + address
	}
	p := launch(t, program, nil, data, fixtureKey, database)
	p.setUp()
	run := func(stdin string, args ...string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), program, append(args, "--data-dir", data)...)
		c.Env, c.Stdin = p.cmd.Env, strings.NewReader(stdin)
		if out, err := c.CombinedOutput(); err != nil { // an older one may not have it
			t.Logf("%q: %v %s", args, err, out)
		}
	}
	run(testPassword+"\n", "user", "add", "ben")
	for _, r := range fixtureRequests {
		if status, answer, err := p.send(r[0], r[1], r[2]); err != nil || status >= 400 && r[1] != "/api/auth/login" {
			t.Logf("%s %s: %d %.500s %v", r[0], r[1], status, answer, err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"/api/todos", strings.NewReader(`{"title":"Once"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", p.cookie)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "once")
	if resp, err := http.DefaultClient.Do(req); err == nil {
		_ = resp.Body.Close()
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	run("", "backup", filepath.Join(t.TempDir(), "backup.tar.zst"))
	if engine == db.SQLite {
		d, err = db.OpenSQLite(t.Context(), filepath.Join(data, "umbra.db"))
	} else {
		d, err = db.OpenPostgres(t.Context(), address)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, address
}

// dump is a database as the SQL that makes it.
func dump(t *testing.T, d *db.DB, address string) string {
	t.Helper()
	if d.Engine == db.Postgres {
		return dumpPostgres(t, d, address)
	}
	var out strings.Builder
	ask := func(query string, args ...any) []string {
		t.Helper()
		lines, err := db.Query(t.Context(), d, db.Value[string], query, args...)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	out.WriteString("PRAGMA foreign_keys = 0;\nBEGIN;\n")
	for _, made := range ask("SELECT sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid") {
		out.WriteString(made + ";\n")
	}
	tables := append(ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"), "sqlite_sequence")
	out.WriteString("DELETE FROM sqlite_sequence;\n")
	for _, table := range tables {
		columns := ask(`SELECT 'quote("' || name || '")' FROM pragma_table_info($1)`, table)
		for _, row := range ask("SELECT " + strings.Join(columns, " || ', ' || ") + ` FROM "` + table + `" ORDER BY 1`) {
			out.WriteString(`INSERT INTO "` + table + `" VALUES (` + row + ");\n")
		}
	}
	for _, made := range ask("SELECT sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY rowid") {
		out.WriteString(made + ";\n")
	}
	out.WriteString("COMMIT;\n")
	return out.String()
}

// What pg_dump writes for its own session, and for the schema around the tables.
var session = regexp.MustCompile(`(?m)^(SET |SELECT pg_catalog\.set_config|CREATE SCHEMA |\\(un)?restrict ).*\n`)

func dumpPostgres(t *testing.T, d *db.DB, address string) string {
	t.Helper()
	schema, _, err := db.One(t.Context(), d, db.Value[string], "SELECT current_schema()")
	if err != nil {
		t.Fatal(err)
	}
	server, _, _ := strings.Cut(address, "?")
	out, err := exec.CommandContext(t.Context(), "pg_dump", "--inserts", "--no-owner", "--no-privileges", "--schema", schema, server+"?sslmode=disable").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(session.ReplaceAllString(string(out), ""), schema+".", "")
}

// fillEmpty gives a row to each table that the household left empty; one that
// nobody wrote a row for here fails.
func fillEmpty(t *testing.T, d *db.DB) {
	t.Helper()
	tables := tableColumns(t, d)
	for _, r := range fixtureRows {
		here := tables[r.table]
		if here == nil || count(t, d, r.table) > 0 && !r.always {
			continue
		}
		var columns []string
		var values []any
		for i := 0; i+1 < len(r.values); i += 2 {
			if name := r.values[i].(string); here[name] {
				columns, values = append(columns, name), append(values, r.values[i+1])
			}
		}
		if err := d.Tx(t.Context(), func(ctx context.Context) error {
			_, err := d.Exec(ctx, db.InsertSQL(r.table, columns), values...)
			return err
		}); err != nil {
			t.Fatalf("%s: %v", r.table, err)
		}
	}
	for table := range tables {
		if count(t, d, table) == 0 {
			t.Errorf("nothing is in %s: write a row for it into fixtureRows, or have live make one", table)
		}
	}
}

func count(t *testing.T, d *db.DB, table string) int64 {
	t.Helper()
	n, _, err := db.One(t.Context(), d, db.Value[int64], `SELECT COUNT(*) FROM "`+table+`"`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tableColumns are the columns of each table but goose's.
func tableColumns(t *testing.T, d *db.DB) map[string]map[string]bool {
	t.Helper()
	query := `SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
WHERE t.schema = 'main' AND t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_' AND substr(t.name, 1, 6) <> 'goose_'`
	if d.Engine == db.Postgres {
		query = `SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND substr(table_name, 1, 6) <> 'goose_'`
	}
	out := map[string]map[string]bool{}
	if err := db.Each(t.Context(), d, func(row db.Scanner) error {
		var table, column string
		if err := row.Scan(&table, &column); err != nil {
			return err
		}
		if out[table] == nil {
			out[table] = map[string]bool{}
		}
		out[table][column] = true
		return nil
	}, query); err != nil {
		t.Fatal(err)
	}
	return out
}
