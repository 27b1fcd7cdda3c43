package server_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbra/app/db"
)

// A restore that is killed at any moment leaves either the whole old database or
// the whole new one, and the next one goes through.
func TestARestoreThatIsKilledLeavesAWholeDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a real program many times")
	}
	eachEngine(t, func(t *testing.T, data, database string) {
		key := "SECRET_KEY=an old umbrella in the hall, 47 times over"
		h, shut := openIn(t, data, database, key)
		cookie := h.setUp(t)
		for i := range 300 {
			h.ask(t, "POST", "/api/todos", fmt.Sprintf(`{"title":"To-do %d"}`, i), "Cookie", cookie).is(201)
		}
		file := filepath.Join(t.TempDir(), "mine.tar.zst")
		if _, err := h.Backups.MakeAt(t.Context(), file, "", nil); err != nil {
			t.Fatal(err)
		}
		shut()
		restore := func() *exec.Cmd {
			c := exec.Command(binary(t), "restore", file, "--replace", "--data-dir", data)
			c.Env = append(withoutUmbra(os.Environ()), database, key)
			return c
		}
		binary(t) // building it is no part of what is measured
		began := time.Now()
		if out, err := restore().CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		took := time.Since(began)
		chance := rand.New(rand.NewPCG(3, 4))
		before, after := 0, 0
		for round := range 25 {
			change(t, options(t, data, os.Stderr, database, key), fmt.Sprintf("UPDATE todos SET title = 'changed %d'", round))
			c := restore()
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(chance.Int64N(int64(took)))) // the moment of the kill is what is tested
			_ = c.Process.Kill()
			_ = c.Wait()
			old, fresh := stateOf(t, data, database, fmt.Sprintf("changed %d", round))
			switch {
			case old == 300 && fresh == 0:
				before++
			case old == 0 && fresh == 300:
				after++
			default:
				t.Fatalf("round %d: %d old to-dos and %d from the backup", round, old, fresh)
			}
			for _, kept := range keptFiles(t, data) {
				if err := os.Remove(kept); err != nil {
					t.Fatal(err)
				}
			}
		}
		if out, err := restore().CombinedOutput(); err != nil {
			t.Errorf("after all the kills: %v: %s", err, out)
		}
		if old, fresh := stateOf(t, data, database, "changed 24"); old != 0 || fresh != 300 {
			t.Errorf("%d old to-dos and %d from the backup", old, fresh)
		}
		h, _ = openIn(t, data, database, key)
		h.logIn(t)
		t.Logf("25 kills within %v: %d times the old database was left, %d times the new one was there", took.Round(time.Millisecond), before, after)
		if before == 0 {
			t.Error("no kill came before the end: nothing was tested")
		}
	})
}

// stateOf looks into the database of a folder: how many to-dos have this title,
// and how many are the backup's. The database must be whole.
func stateOf(t *testing.T, data, database, changed string) (old, fresh int64) {
	t.Helper()
	var d *db.DB
	var err error
	if address, ok := strings.CutPrefix(database, "DATABASE_URL=postgres"); ok {
		d, err = db.OpenPostgres(t.Context(), "postgres"+address)
	} else {
		d, err = db.OpenSQLite(t.Context(), filepath.Join(data, "umbra.db"))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if d.Engine == db.SQLite {
		if said, _, err := db.One(t.Context(), d, db.Value[string], "PRAGMA integrity_check"); err != nil || said != "ok" {
			t.Fatalf("the database is damaged: %s, %v", said, err)
		}
	}
	for title, n := range map[string]*int64{changed: &old, "To-do %": &fresh} {
		if *n, _, err = db.One(t.Context(), d, db.Value[int64], "SELECT COUNT(*) FROM todos WHERE title LIKE $1", title); err != nil {
			t.Fatal(err)
		}
	}
	return old, fresh
}

// keptFiles are what restores set aside, which would fill the disk of the test.
func keptFiles(t *testing.T, data string) (out []string) {
	t.Helper()
	for _, pattern := range []string{"umbra.db.before-restore*", "backups/umbra-before-restore*"} {
		found, err := filepath.Glob(filepath.Join(data, pattern))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	return out
}
