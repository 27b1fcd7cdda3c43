package backup_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/todo"
)

// While eight users write, a backup holds one moment: each user's to-dos are
// numbered without a gap, and counters and journal agree with them.
func TestABackupIsOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		j := journal.New(d, c)
		services := api.NewServices(d, j, c, account.New(account.Deps{DB: d, Journal: j, Clock: c}))
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		wrote := make(chan struct{}) // somebody wrote, just now
		for w := range 8 {
			who := journaltest.User(t, d, j, fmt.Sprintf("user%d", w), "UTC")
			writers.Go(func() { writeOn(ctx, t, services.Todos, who, wrote) })
		}
		var files [][]byte
		for range 5 {
			for range 24 {
				<-wrote
			}
			files = append(files, written(t, source(d), ""))
		}
		stop()
		writers.Wait()
		var before int64
		for i, file := range files {
			to := newTarget(t, db.SQLite)
			if _, err := to.restore(t, plain, file, "", nil); err != nil {
				t.Fatal(err)
			}
			got := to.open(t)
			n := value[int64](t, got, "SELECT COUNT(*) FROM todos")
			if n <= before {
				t.Errorf("backup %d has %d to-dos, and the one before %d: nobody wrote", i, n, before)
			}
			before = n
			for what, query := range map[string]string{
				"numbers with a gap": "SELECT COUNT(*) FROM (SELECT user_id FROM todos GROUP BY user_id HAVING COUNT(*) <> MAX(CAST(title AS INTEGER)))",
				"counters": `SELECT COUNT(*) FROM users u WHERE (SELECT COUNT(*) FROM todos t WHERE t.user_id = u.id) <>
(SELECT COALESCE(MAX(n), 0) FROM record_counts r WHERE r.user_id = u.id AND r.name = 'todo')`,
				"heads of the journal": `SELECT COUNT(*) FROM journal_heads h WHERE h.seq <> (SELECT COALESCE(MAX(seq), 0) FROM journal j WHERE j.user_id = h.user_id)`,
				"journal":              `SELECT COUNT(*) FROM users u WHERE (SELECT COUNT(*) FROM todos t WHERE t.user_id = u.id) <> (SELECT COUNT(*) FROM journal j WHERE j.user_id = u.id)`,
			} {
				if wrong := value[int64](t, got, query); wrong != 0 {
					t.Errorf("backup %d: %s: %d users", i, what, wrong)
				}
			}
		}
	})
}

// writeOn makes to-dos named 1, 2, 3, … until ctx ends.
func writeOn(ctx context.Context, t *testing.T, todos *todo.Service, who caller.Caller, wrote chan<- struct{}) {
	for n := 1; ctx.Err() == nil; n++ {
		if _, err := todos.Create(context.WithoutCancel(ctx), who, todo.Update{Title: opt.Some(fmt.Sprint(n))}); err != nil {
			t.Error(err)
			return
		}
		select {
		case wrote <- struct{}{}:
		default:
		}
	}
}

// What cannot be written to is told, and is no backup.
func TestAFullDiskIsNoBackup(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	many(t, d, 20_000)
	var whole bytes.Buffer
	if _, _, err := source(d).Write(t.Context(), &whole, "", nil); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 1, 1000, whole.Len() - 1} {
		if _, _, err := source(d).Write(t.Context(), &limited{left: room}, "", nil); err == nil {
			t.Errorf("with room for %d of %d bytes there was no error", room, whole.Len())
		}
		if _, _, err := source(d).Write(t.Context(), &limited{left: room}, "five blue umbrellas", nil); err == nil {
			t.Errorf("encrypted, with room for %d of %d bytes there was no error", room, whole.Len())
		}
	}
}

type limited struct{ left int }

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return l.left, fmt.Errorf("no space left on device")
	}
	l.left -= len(b)
	return len(b), nil
}
