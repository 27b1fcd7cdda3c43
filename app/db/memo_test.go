package db_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
)

// noted is a Memo of the notes' numbers, and how often it had to read.
type noted struct {
	memo  db.Memo[string, int64]
	reads atomic.Int64
}

// remember makes the notes that a Memo is asked for.
func remember(t *testing.T, d *db.DB) *noted {
	t.Helper()
	table(t, d)
	exec(t, d, "INSERT INTO notes (name, n) VALUES ('a', 0), ('b', 2)")
	return &noted{}
}

func (m *noted) read(ctx context.Context, d *db.DB, name string) (int64, bool, error) {
	return m.memo.Read(ctx, d, name, func() (int64, bool, error) {
		m.reads.Add(1)
		return db.ByKey(ctx, d, db.Value[int64], "SELECT n FROM notes WHERE name = $1", name)
	})
}

func (m *noted) is(t *testing.T, ctx context.Context, d *db.DB, name string, want int64) {
	t.Helper()
	n, found, err := m.read(ctx, d, name)
	if err != nil || found != (want >= 0) || found && n != want {
		t.Fatalf("%q is %d (%v, %v), want %d", name, n, found, err, want)
	}
}

// had tells how many reads there were since it was asked last; PostgreSQL always reads.
func (m *noted) had(t *testing.T, d *db.DB, asked, want int64) {
	t.Helper()
	if d.Engine == db.Postgres {
		want = asked
	}
	if n := m.reads.Swap(0); n != want {
		t.Fatalf("%d reads for %d questions, want %d", n, asked, want)
	}
}

func TestMemoReadsOnceUntilSomethingIsCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, m := t.Context(), remember(t, d)
		for range 3 {
			m.is(t, ctx, d, "a", 0)
			m.is(t, ctx, d, "b", 2)
		}
		m.had(t, d, 6, 2)

		exec(t, d, "UPDATE notes SET n = 3 WHERE name = 'a'")
		m.is(t, ctx, d, "a", 3)
		m.is(t, ctx, d, "a", 3)
		m.is(t, ctx, d, "b", 2) // as good as changed: what was committed is not looked at
		m.had(t, d, 3, 2)

		exec(t, d, "DELETE FROM notes WHERE name = 'a'")
		m.is(t, ctx, d, "a", -1)
		m.is(t, ctx, d, "a", -1) // what is not there is asked for each time
		m.had(t, d, 2, 2)
	})
}

func TestMemoDoesNotRememberFaults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var m db.Memo[string, int64]
		boom := errors.New("boom")
		if _, _, err := m.Read(t.Context(), d, "a", func() (int64, bool, error) { return 1, true, boom }); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if v, found, err := m.Read(t.Context(), d, "a", func() (int64, bool, error) { return 2, true, nil }); v != 2 || !found || err != nil {
			t.Fatal(v, found, err)
		}
	})
}

func TestMemoKeepsNothingOfATransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, m := t.Context(), remember(t, d)
		m.is(t, ctx, d, "a", 0)
		boom := errors.New("boom")
		err := d.Tx(ctx, func(ctx context.Context) error {
			if _, err := d.Exec(ctx, "UPDATE notes SET n = 2 WHERE name = 'a'"); err != nil {
				return err
			}
			m.is(t, ctx, d, "a", 2)         // what it has written itself
			m.is(t, t.Context(), d, "a", 0) // others see none of it
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		m.is(t, ctx, d, "a", 0)
	})
}

// What another process commits is another connection's to this one, as here.
func TestMemoHearsOfOtherConnections(t *testing.T) {
	d := dbtest.OpenBare(t, db.SQLite)
	ctx, m := t.Context(), remember(t, d)
	other, err := db.OpenSQLite(ctx, d.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	for i := range int64(200) {
		m.is(t, ctx, d, "a", i)
		m.is(t, ctx, d, "a", i)
		exec(t, other, "UPDATE notes SET n = n + 1 WHERE name = 'a'")
		if i%10 == 0 { // a new connection counts from the start again
			db.LoseVersions(d)
		}
	}
	m.had(t, d, 400, 200)
}

// Whoever asks after a commit is answered sees what it wrote, however many ask and write.
func TestMemoIsNeverBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := remember(t, d)
		var committed atomic.Int64
		done := make(chan error, 4)
		stop := make(chan struct{})
		for range 4 {
			go func() {
				for {
					select {
					case <-stop:
						done <- nil
						return
					default:
					}
					least := committed.Load()
					n, _, err := m.read(context.Background(), d, "a")
					if err == nil && n < least {
						err = errors.New("behind")
					}
					if err != nil {
						done <- err
						return
					}
				}
			}()
		}
		for i := range int64(300) {
			err := d.Tx(t.Context(), func(ctx context.Context) error {
				_, err := d.Exec(ctx, "UPDATE notes SET n = $1 WHERE name = 'a'", i)
				return err
			})
			if err != nil {
				t.Error(err)
				break
			}
			committed.Store(i)
		}
		close(stop)
		for range 4 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestMemoOfAClosedDatabase(t *testing.T) {
	d := dbtest.OpenBare(t, db.SQLite)
	var m db.Memo[int, int]
	read := func() (int, bool, error) { return 1, true, nil }
	for range 2 {
		if _, _, err := m.Read(t.Context(), d, 1, read); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	asked := false
	_, _, _ = m.Read(t.Context(), d, 1, func() (int, bool, error) { asked = true; return 1, true, nil })
	if !asked {
		t.Fatal("answered from memory by a database that is closed")
	}
}
