package backup_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/backup"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
)

// keeper is a service with its clock, on a database with Ann's few records.
type keeper struct {
	*backup.Service
	clock *clock.Fake
	dir   string
}

func newKeeper(t *testing.T, d *db.DB, change func(o *backup.Options)) keeper {
	t.Helper()
	many(t, d, 40)
	c := clock.NewFake(noon)
	o := backup.Options{Dir: filepath.Join(t.TempDir(), "backups"), Every: 24 * time.Hour, Keep: backup.Keep{Daily: 7, Weekly: 4, Monthly: 6}, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	s := source(d)
	s.Clock = c
	k := keeper{backup.New(s, o), c, o.Dir}
	t.Cleanup(k.Close)
	return k
}

func (k keeper) status(t *testing.T) backup.Status {
	t.Helper()
	s, err := k.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k keeper) names(t *testing.T) (out []string) {
	t.Helper()
	for _, i := range k.status(t).Items {
		out = append(out, i.Name)
	}
	return out
}

func (k keeper) change(t *testing.T) {
	t.Helper()
	exec(t, k.DB, "UPDATE todos SET title = title || '!'")
}

func TestTheSchedule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKeeper(t, d, nil)
		exec(t, d, "UPDATE users SET created_at = $1", clock.Micros(noon))
		if s := k.status(t); s.LastGoodAt != nil || len(s.Warnings) != 0 || !s.NextDueAt.Equal(noon) {
			t.Errorf("before the first: %+v", s)
		}
		k.Tick(t.Context())
		if got := k.names(t); !slices.Equal(got, []string{"umbra-20261124T120000Z.tar.zst"}) {
			t.Fatalf("%q", got)
		}
		if s := k.status(t); s.Items[0].Records < 40 || s.Items[0].Bytes < 1000 || s.Items[0].Encrypted || !s.NextDueAt.Equal(noon.Add(24*time.Hour)) {
			t.Errorf("%+v", s)
		}
		for name, at := range map[string]os.FileMode{"": 0o700, "umbra-20261124T120000Z.tar.zst": 0o600} {
			if info, err := os.Stat(filepath.Join(k.dir, name)); err != nil || info.Mode().Perm() != at {
				t.Errorf("%q has mode %v, %v", name, info.Mode(), err)
			}
		}

		k.change(t)
		k.clock.Advance(23 * time.Hour)
		k.Tick(t.Context())
		if got := k.names(t); len(got) != 1 {
			t.Errorf("made before it was due: %q", got)
		}
		k.clock.Advance(time.Hour)
		k.Tick(t.Context())
		if got := k.names(t); len(got) != 2 {
			t.Errorf("not made when it was due: %q", got)
		}

		// Nothing has changed: nothing is written, and yet all is well.
		k.clock.Advance(25 * time.Hour)
		k.Tick(t.Context())
		if got := k.names(t); len(got) != 2 {
			t.Errorf("written although nothing changed: %q", got)
		}
		if s := k.status(t); !s.LastGoodAt.Equal(k.clock.Now()) || len(s.Warnings) != 0 {
			t.Errorf("%+v", s)
		}
		// Somebody took the file away.
		if err := os.Remove(filepath.Join(k.dir, k.names(t)[0])); err != nil {
			t.Fatal(err)
		}
		k.clock.Advance(24 * time.Hour)
		k.Tick(t.Context())
		if got := k.names(t); len(got) != 2 {
			t.Errorf("the missing one was not made again: %q", got)
		}
	})
}

func TestNothingIsDueWhileNobodyIsSetUp(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	dir := filepath.Join(t.TempDir(), "backups")
	k := backup.New(source(d), backup.Options{Dir: dir, Every: time.Hour})
	defer k.Close()
	k.Tick(t.Context())
	if _, err := os.Stat(dir); err == nil {
		t.Error("an empty server was backed up")
	}
	if s, err := k.Status(t.Context()); err != nil || s.NextDueAt != nil || len(s.Warnings) > 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAFailureIsToldAndTriedAgain(t *testing.T) {
	k := newKeeper(t, dbtest.Open(t, db.SQLite), func(o *backup.Options) {
		o.Dir = filepath.Join(o.Scratch, "file", "backups")
		if err := os.WriteFile(filepath.Join(o.Scratch, "file"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	k.Tick(t.Context())
	if s := k.status(t); !strings.Contains(strings.Join(s.Warnings, " "), "cannot be read") { // the folder is below a file
		t.Errorf("%+v", s)
	}
	if err := os.Remove(filepath.Dir(k.dir)); err != nil {
		t.Fatal(err)
	}
	if s := k.status(t); s.LastGoodAt != nil || !strings.Contains(strings.Join(s.Warnings, " "), "The last attempt failed: making the folder") {
		t.Errorf("%+v", s)
	}
	k.clock.Advance(30 * time.Minute)
	k.Tick(t.Context())
	if got := k.names(t); len(got) != 0 {
		t.Error("tried again at once")
	}
	k.clock.Advance(31 * time.Minute)
	k.Tick(t.Context())
	if s := k.status(t); len(s.Items) != 1 || s.LastGoodAt == nil {
		t.Errorf("not tried again: %+v", s)
	}
}

func TestAgeWarns(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	k := newKeeper(t, d, nil)
	exec(t, d, "UPDATE users SET created_at = $1", clock.Micros(noon))
	late := func(want string) {
		t.Helper()
		if got, err := k.Late(t.Context()); got != want || err != nil {
			t.Errorf("%q, want %q; %v", got, want, err)
		}
	}
	late("")
	k.clock.Advance(47 * time.Hour)
	late("")
	k.clock.Advance(2 * time.Hour)
	late("There is no backup.")
	if _, err := k.Make(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	late("")
	k.clock.Advance(9 * 24 * time.Hour)
	late("The last good backup is 9 days old.")
}

func TestOneAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newKeeper(t, d, nil)
		other := backup.New(k.Source, k.Options) // another server of the same database
		defer other.Close()
		busy := false
		_, err := k.Make(t.Context(), func(string, string, int64) {
			if busy {
				return
			}
			busy = true
			if s := k.status(t); !s.Running {
				t.Error("it does not say that it runs")
			}
			if _, err := other.Make(t.Context(), nil); !fault.Is(err, fault.Conflict) {
				t.Errorf("two at once: %v", err)
			}
			other.Tick(t.Context())
		})
		if err != nil || !busy {
			t.Fatal(err)
		}
		k.change(t)
		k.clock.Advance(24 * time.Hour)
		k.Tick(t.Context())
		other.Tick(t.Context())
		if got := k.names(t); len(got) != 2 {
			t.Errorf("two servers made %q", got)
		}
		// One that died is not waited for for ever.
		exec(t, d, "INSERT INTO backup_runs (started_at, ended_at, outcome) VALUES ($1, $1, 'running')", clock.Micros(k.clock.Now()))
		if _, err := k.Make(t.Context(), nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("beside one that runs: %v", err)
		}
		k.clock.Advance(5 * time.Minute)
		if _, err := k.Make(t.Context(), nil); err != nil {
			t.Errorf("after one that died: %v", err)
		}
	})
}

func TestStoppedInTheMiddle(t *testing.T) {
	k := newKeeper(t, dbtest.Open(t, db.SQLite), nil)
	ctx, stop := context.WithCancel(t.Context())
	if _, err := k.Make(ctx, func(string, string, int64) { stop() }); err == nil {
		t.Fatal("it did not stop")
	}
	if left, _ := os.ReadDir(k.dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if s := k.status(t); s.Running || !s.NextDueAt.Equal(k.clock.Now()) {
		t.Errorf("%+v", s)
	}
	// What a killed one leaves is removed by the next.
	if err := os.WriteFile(filepath.Join(k.dir, ".umbra-umbra-20200101T000000Z.tar.zst.part"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Settle()
	if left, _ := os.ReadDir(k.dir); len(left) != 1 {
		t.Errorf("there is %v", left)
	}
}

func TestEncryptedSchedule(t *testing.T) {
	pass, wrong := "five blue umbrellas", error(nil)
	k := newKeeper(t, dbtest.Open(t, db.SQLite), func(o *backup.Options) {
		o.Passphrase = func() (string, error) { return pass, wrong }
	})
	k.SecretKey = oldKey
	k.Tick(t.Context())
	s := k.status(t)
	if len(s.Items) != 1 || !s.Items[0].Encrypted || s.Items[0].Name != "umbra-20261124T120000Z.tar.zst.age" {
		t.Fatalf("%+v", s)
	}
	b, err := os.ReadFile(filepath.Join(k.dir, s.Items[0].Name))
	if err != nil {
		t.Fatal(err)
	}
	r, err := backup.Open(bytes.NewReader(b), func() (string, error) { return pass, nil })
	if err != nil || r.SecretKey != oldKey {
		t.Fatalf("%v", err)
	}
	r.Close()
	// Without its passphrase nothing is written in the open.
	wrong = errors.New("the stick is not there")
	if _, err := k.Make(t.Context(), nil); !errors.Is(err, wrong) {
		t.Error(err)
	}
	if got := k.names(t); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// The database of a proof that was killed does not lie about for ever.
func TestDeadProofsAreRemoved(t *testing.T) {
	k := newKeeper(t, dbtest.Open(t, db.SQLite), nil)
	dead, alive := filepath.Join(k.Scratch, ".umbra-proof-1"), filepath.Join(k.Scratch, ".umbra-proof-2")
	old := time.Now().Add(-2 * time.Hour)
	for _, dir := range []string{dead, alive} {
		file := filepath.Join(dir, "umbra.db")
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(file, []byte("half"), 0o600), os.Chtimes(dir, old, old)); err != nil {
			t.Fatal(err)
		}
		if dir == dead {
			if err := os.Chtimes(file, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := k.Make(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(k.Scratch, ".umbra-proof-*")); !slices.Equal(left, []string{alive}) {
		t.Errorf("left are %q", left)
	}
}

func TestMakeAt(t *testing.T) {
	k := newKeeper(t, dbtest.Open(t, db.SQLite), nil)
	path := filepath.Join(t.TempDir(), "mine.tar.zst")
	made, err := k.MakeAt(t.Context(), path, "", nil)
	if err != nil || made.Path != path || made.Bytes == 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	if _, err := k.MakeAt(t.Context(), path, "", nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("over a file: %v", err)
	}
	if s := k.status(t); s.LastGoodAt == nil || len(s.Items) != 0 {
		t.Errorf("%+v", s)
	}
}
