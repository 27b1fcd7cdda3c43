package cmd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/server"
	"umbra/app/transfer"
)

// emptyHouse makes a data folder with a database, as the first serve does, and
// answers what leads a command there.
func emptyHouse(t *testing.T, database ...string) (environ []string) {
	t.Helper()
	environ = append([]string{"UMBRA_LISTEN=127.0.0.1:0"}, database...)
	data := filepath.Join(t.TempDir(), "data")
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Register(flags)
	c, err := config.Load(flags, append(environ, "UMBRA_DATA_DIR="+data))
	if err != nil {
		t.Fatal(err)
	}
	a, err := server.Open(t.Context(), server.Options{Config: c, Create: true, Frontend: os.DirFS("../frontend_dist"), Migrations: dbtest.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return append(environ, "data="+data)
}

// in runs a command in such a house.
func in(t *testing.T, house []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	last := len(house) - 1
	data := strings.TrimPrefix(house[last], "data=")
	return run(t.Context(), t, house[:last:last], append(args, "--data-dir", data)...)
}

// older is a schema with a dump of the older Umbra.
func older(t *testing.T, dump string) (address string) {
	t.Helper()
	address = dbtest.NewSchema(t)
	d, err := db.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	sql, err := os.ReadFile(filepath.Join("../app/transfer/testdata", dump))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Pool().ExecContext(t.Context(), string(sql)); err != nil {
		t.Fatal(err)
	}
	return address
}

func TestImportFromTheOlderUmbra(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) []string{
		"into sqlite":   func(*testing.T) []string { return nil },
		"into postgres": func(t *testing.T) []string { return []string{"DATABASE_URL=" + dbtest.NewSchema(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			from := older(t, "pin_era.sql")
			house := emptyHouse(t, database(t)...)
			code, stdout, stderr := in(t, house, "import", "umbra-legacy", "--from", from, "--dry-run")
			if code != 1 || !strings.Contains(stdout, "nothing was changed") || !strings.Contains(stderr, "not imported: 1;") {
				t.Errorf("%d %s%s", code, stdout, stderr)
			}
			if _, stdout, _ = in(t, house, "user", "list", "--json"); stdout != "[]\n" {
				t.Errorf("a dry run made %s", stdout)
			}
			_, stdout, _ = in(t, house, "import", "umbra-legacy", "--from", strings.Replace(from, "postgres://", "postgresql+asyncpg://", 1))
			for _, want := range []string{"admin: a new account; its first password: the PIN", "Change it after the first log-in", "todos", "habits: 2 rows",
				"todos.mood (character varying(20)): 1 value", "calendar_events 4: start must be given", "alembic_version: 1 row; only the older program needs it"} {
				if !strings.Contains(stdout, want) {
					t.Errorf("does not say %q:\n%s", want, stdout)
				}
			}
			if strings.Contains(stdout, "tk_very_secret") || strings.Contains(stdout, "$2b$") {
				t.Errorf("a secret is shown:\n%s", stdout)
			}
			_, stdout, _ = in(t, house, "import", "umbra-legacy", "--from", from, "--json")
			var r transfer.Report
			if err := json.Unmarshal([]byte(stdout), &r); err != nil || r.Imported() != 0 || r.Users[0].Records["todos"].There != 6 {
				t.Errorf("the second time: %s, %v", stdout, err)
			}
		})
	}
}

func TestImportSaysWhatIsWrongWithItsFlags(t *testing.T) {
	house := emptyHouse(t)
	for want, args := range map[string][]string{
		"needs --from postgres://":           {},
		"must be sqlite:///path":             {"--from", "oracle://x"},
		"must be a postgres:// address":      {"--from", "sqlite:///umbra.db"},
		"--naive-times must be local or utc": {"--from", "postgres://u@h/d", "--naive-times", "mars"},
		`there is no zone "Mars/Olympus"`:    {"--from", "postgres://u@h/d", "--time-zone", "Mars/Olympus"},
		"takes no arguments, and got":        {"postgres://u@h/d"},
		"must be formatted as key=value":     {"--from", "postgres://u@h/d", "--rename", "ada"},
		"unknown flag: --form":               {"--form", "x"},
	} {
		command := append([]string{"import", "umbra-legacy"}, args...)
		code, stdout, stderr := in(t, house, command...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d %s%s", command, code, stdout, stderr)
		}
	}
	code, _, stderr := in(t, house, "import", "umbra-legacy", "--from", "postgres://u:hush-hush@127.0.0.1:1/d?connect_timeout=1")
	if code != 1 || strings.Contains(stderr, "hush-hush") || !strings.Contains(stderr, "PGPASSWORD") || !strings.Contains(stderr, "no PostgreSQL server listens") {
		t.Errorf("%d %s", code, stderr)
	}
}

// Serve leaves the older Umbra's database alone and says what to do.
func TestServeRefusesTheOlderUmbrasDatabase(t *testing.T) {
	for _, dump := range []string{"pin_era.sql", "users_era.sql"} {
		address := older(t, dump)
		before := tablesIn(t, address)
		code, stdout, stderr := run(t.Context(), t, []string{"DATABASE_URL=" + address, "UMBRA_LISTEN=127.0.0.1:0"}, "serve")
		if code != 1 || stdout != "" || !strings.Contains(stderr, "umbra import umbra-legacy --from postgres://") {
			t.Errorf("%s: %d %s%s", dump, code, stdout, stderr)
		}
		if after := tablesIn(t, address); after != before {
			t.Errorf("%s: %s became %s", dump, before, after)
		}
	}
}

func tablesIn(t *testing.T, address string) string {
	t.Helper()
	d, err := db.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	names, err := db.Query(t.Context(), d, db.Value[string], "SELECT CAST(relname AS text) || CAST(xmin AS text) FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) ORDER BY 1")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return strings.Join(names, " ")
}
