package cmd_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/server"
	"umbra/cmd"
)

const gib = 1 << 30

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// seen is which states of each check the tests have brought about.
type seen map[string]map[string]bool

func (s seen) is(t *testing.T, f cmd.Finding, status string, words ...string) {
	t.Helper()
	if s[f.Name] == nil {
		s[f.Name] = map[string]bool{}
	}
	s[f.Name][f.Status] = true
	if f.Status != status {
		t.Errorf("%s is %s, want %s: %s", f.Name, f.Status, status, f.Detail)
	}
	if (f.Fix == "") != (status == "ok") {
		t.Errorf("%s is %s and says to do %q", f.Name, f.Status, f.Fix)
	}
	for _, w := range words {
		if !strings.Contains(f.Detail+" -> "+f.Fix, w) {
			t.Errorf("%s does not say %q: %s -> %s", f.Name, w, f.Detail, f.Fix)
		}
	}
}

// doctorOf runs doctor on a data folder and answers its findings by name.
func doctorOf(t *testing.T, data string, settings ...string) map[string]cmd.Finding {
	t.Helper()
	_, stdout, stderr := run(t.Context(), t, append(settings, "UMBRA_ARGON2_MEMORY_KIB=64"), "doctor", "--json", "--data-dir", data)
	var all []cmd.Finding
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	out := map[string]cmd.Finding{}
	for _, f := range all {
		out[f.Name] = f
	}
	return out
}

// dataFolder is one that serve has made.
func dataFolder(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	c, err := config.Load(nil, []string{"UMBRA_DATA_DIR=" + data})
	if err != nil {
		t.Fatal(err)
	}
	a, err := server.Open(t.Context(), server.Options{Config: c, Migrations: migrations(t, false), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

func sqlIn(t *testing.T, data string, statements ...string) {
	t.Helper()
	d, err := db.OpenSQLite(t.Context(), filepath.Join(data, "umbra.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if err := d.Tx(t.Context(), func(ctx context.Context) error { _, err := d.Exec(ctx, s); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// Each check of doctor is seen to pass and to find what it is for, and whenever it
// finds something it says what to do.
func TestEachCheckOfDoctor(t *testing.T) {
	s := seen{}
	now := time.Now()
	user := "INSERT INTO users (id, username, username_key, password_hash, created_at, updated_at) VALUES (1, 'ann', 'ann', '', 0, 0)"
	delivery := func(id int, state, problem string) string {
		n, at := strconv.Itoa(id), strconv.FormatInt(now.Add(time.Duration(id)*time.Second).UnixMicro(), 10)
		return "INSERT INTO deliveries (id, user_id, uid, kind, record_id, rule, mark, due_at, about_at, state, rang_at) VALUES (" + n + ", 1, 'u" + n + "', 'todo', 1, 'r', '" + n + "', 0, 0, 'sent', " + at + ");" +
			"INSERT INTO delivery_channels (user_id, delivery_id, channel, state, error) VALUES (1, " + n + ", 'ntfy', '" + state + "', '" + problem + "')"
	}

	t.Run("a new folder is well", func(t *testing.T) {
		all := doctorOf(t, dataFolder(t))
		for _, name := range []string{"settings", "data folder", "permissions", "disk space", "database", "schema", "integrity", "secret key", "backups", "notifications",
			"server", "address", "name", "certificate", "mail", "identity provider", "time zones"} {
			if _, there := all[name]; !there {
				t.Errorf("%s is not looked at", name)
				continue
			}
			if name != "disk space" && name != "backups" { // of the machine that the test runs on; below
				s.is(t, all[name], "ok")
			}
		}
	})
	t.Run("settings", func(t *testing.T) {
		s.is(t, doctorOf(t, t.TempDir(), "UMBRA_BACKUP_COPY=s3://s3.example.org/umbra", "UMBRA_BACKUP_S3_KEY_ID=k", "UMBRA_BACKUP_S3_SECRET=s")["settings"], "warn", "UMBRA_BACKUP_PASSPHRASE")
	})
	t.Run("data folder", func(t *testing.T) {
		s.is(t, doctorOf(t, filepath.Join(t.TempDir(), "none"))["data folder"], "fail", "is not there", "umbra serve")
	})
	t.Run("permissions", func(t *testing.T) {
		data := dataFolder(t)
		if err := os.Chmod(filepath.Join(data, "secret.key"), 0o644); err != nil {
			t.Fatal(err)
		}
		s.is(t, doctorOf(t, data)["permissions"], "warn", "secret.key can be read by others", "chmod")
		if os.Getuid() != 0 {
			return
		}
		if err := os.Chown(filepath.Join(data, "umbra.db"), 12345, -1); err != nil {
			t.Fatal(err)
		}
		s.is(t, doctorOf(t, data)["permissions"], "fail", "umbra.db belong to another user", "chown -R")
		if err := os.Chown(filepath.Join(data, "umbra.db"), 0, -1); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("disk space", func(t *testing.T) {
		room := func(bytes uint64) func(string) (uint64, error) {
			return func(string) (uint64, error) { return bytes, nil }
		}
		data := dataFolder(t)
		c := config.Config{DataDir: data}
		s.is(t, cmd.CheckDisk(c, room(10*gib)), "ok", "10240 MiB free")
		s.is(t, cmd.CheckDisk(c, room(gib/4)), "warn", "an upgrade copies the database first")
		s.is(t, cmd.CheckDisk(c, room(1<<20)), "fail", "free some space")
		if err := os.WriteFile(filepath.Join(data, "umbra.db.before-00007.x"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		s.is(t, cmd.CheckDisk(c, room(10*gib)), "ok", "1 copies from before upgrades")
	})
	t.Run("database", func(t *testing.T) {
		s.is(t, doctorOf(t, t.TempDir())["database"], "fail", "there is no database", "umbra serve")
	})
	t.Run("schema", func(t *testing.T) {
		data := dataFolder(t)
		run(t.Context(), t, nil, "migrate", "down", "--data-dir", data)
		s.is(t, doctorOf(t, data)["schema"], "warn", "this program needs", "umbra migrate")
		data = dataFolder(t)
		sqlIn(t, data, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (90000, 1)")
		s.is(t, doctorOf(t, data)["schema"], "fail", "newer than this program", "install the newer Umbra")
	})
	t.Run("integrity", func(t *testing.T) {
		data := dataFolder(t)
		damage(t, data, "people")
		s.is(t, doctorOf(t, data)["integrity"], "fail", "restore a backup")
	})
	t.Run("secret key", func(t *testing.T) {
		s.is(t, doctorOf(t, dataFolder(t), "SECRET_KEY=0123456789abcdefghijklmnopqrstuvwxyz")["secret key"], "fail", "does not open this database")
	})
	t.Run("backups", func(t *testing.T) {
		data := dataFolder(t)
		s.is(t, doctorOf(t, data)["backups"], "warn", "on the same disk", "docs/backup.md")
		if other, err := os.MkdirTemp("/dev/shm", "umbra-test-"); err == nil { // another file system
			defer func() { _ = os.RemoveAll(other) }()
			s.is(t, doctorOf(t, data, "UMBRA_BACKUP_COPY="+other)["backups"], "ok", "none yet")
		}
		old := strconv.FormatInt(now.AddDate(0, 0, -9).UnixMicro(), 10)
		sqlIn(t, data, user, "INSERT INTO backup_runs (started_at, ended_at, outcome, file) VALUES ("+old+", "+old+", 'made', 'umbra-old.tar.zst')")
		s.is(t, doctorOf(t, data)["backups"], "warn", "the last good one is of", "umbra backup")
	})
	t.Run("notifications", func(t *testing.T) {
		data := dataFolder(t)
		sqlIn(t, data, user, delivery(1, "failed", "no route to host"), delivery(2, "sent", ""))
		s.is(t, doctorOf(t, data)["notifications"], "ok", "ntfy: 1 sent", "ntfy: 1 failed")
		sqlIn(t, data, delivery(3, "failed", "ntfy.example.org answered 403"))
		s.is(t, doctorOf(t, data)["notifications"], "warn", "the last because ntfy.example.org answered 403", "send a test")
		data = dataFolder(t)
		sqlIn(t, data, user, "INSERT INTO settings (user_id, ntfy_server, ntfy_enabled, rev, created_at, updated_at) VALUES (1, 'http://127.0.0.1:8080', 1, 0, 0, 0)")
		s.is(t, doctorOf(t, data)["notifications"], "warn", "ntfy at http://127.0.0.1:8080", "UMBRA_OUTBOUND_ALLOW")
		s.is(t, doctorOf(t, data, "UMBRA_OUTBOUND_ALLOW=127.0.0.1:8080")["notifications"], "ok")
	})
	t.Run("server", func(t *testing.T) {
		other := httptest.NewServer(http.NotFoundHandler())
		defer other.Close()
		s.is(t, doctorOf(t, t.TempDir(), "UMBRA_LISTEN="+strings.TrimPrefix(other.URL, "http://"))["server"], "warn", "another program has the port")
	})
	t.Run("address", func(t *testing.T) {
		s.is(t, doctorOf(t, t.TempDir(), "UMBRA_LISTEN=:8000")["address"], "warn", "without HTTPS", "docs/https.md")
		s.is(t, doctorOf(t, t.TempDir(), "UMBRA_PUBLIC_URL=https://umbra.example.org", "UMBRA_TRUSTED_PROXIES=127.0.0.1")["address"], "ok")
	})
	t.Run("name", func(t *testing.T) { nameChecks(t, s) })
	t.Run("certificate", func(t *testing.T) { certificateChecks(t, s) })
	t.Run("mail", func(t *testing.T) { mailChecks(t, s) })
	t.Run("identity provider", func(t *testing.T) {
		s.is(t, doctorOf(t, t.TempDir(), "UMBRA_PUBLIC_URL=https://umbra.example.org", "UMBRA_OIDC_ISSUER=http://127.0.0.1:1", "UMBRA_OIDC_CLIENT_ID=umbra")["identity provider"], "warn", "cannot be used")
	})
	t.Run("clock", func(t *testing.T) {
		s.is(t, cmd.CheckClock(noon, cmd.ClockKept), "ok", "2026-11-24", "kept by the network")
		s.is(t, cmd.CheckClock(noon, cmd.ClockAdrift), "warn", "nothing sets", "set-ntp")
		s.is(t, cmd.CheckClock(time.Unix(0, 0), cmd.ClockAdrift), "fail", "1970", "set the clock")
	})
	t.Run("time zones", func(t *testing.T) {
		s.is(t, cmd.CheckZones(cmd.Zone), "ok")
		s.is(t, cmd.CheckZones(func(name string) error { return errors.New("no " + name) }), "fail", "no Pacific/Chatham")
	})
	t.Run("memory", func(t *testing.T) {
		c := config.Config{Argon2MemoryKiB: 64 << 10}
		s.is(t, cmd.CheckMemory(c, gib), "ok", "1024 MiB, of which a log-in takes 64 MiB")
		s.is(t, cmd.CheckMemory(c, 200<<20), "warn", "UMBRA_ARGON2_MEMORY_KIB")
		s.is(t, cmd.CheckMemory(config.Config{Argon2MemoryKiB: 1024}, 64<<20), "warn", "128 MiB or more")
		s.is(t, cmd.CheckMemory(c, 0), "ok", "not known")
	})
	for name := range doctorOf(t, dataFolder(t)) {
		if !s[name]["ok"] || !s[name]["warn"] && !s[name]["fail"] {
			t.Errorf("%s was not seen both well and not: %v", name, s[name])
		}
	}
}

// damage writes over the page that a table begins on.
func damage(t *testing.T, data, table string) {
	t.Helper()
	path := filepath.Join(data, "umbra.db")
	d, err := db.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	page, _, err := db.One(t.Context(), d, db.Value[int64], "SELECT rootpage FROM sqlite_master WHERE name = $1", table)
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		_, err = f.WriteAt([]byte(strings.Repeat("\xfe", 4096)), (page-1)*4096)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
