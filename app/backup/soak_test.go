package backup_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"umbra/app/backup"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
)

// many fills a database with n rows as a busy household would over years: half
// of them records, half of them their journal.
func many(t testing.TB, d *db.DB, n int) {
	t.Helper()
	ctx := context.Background()
	j := journal.New(d, clock.NewFake(noon))
	ann := journaltest.User(t, d, j, "ann", "Europe/Berlin")
	at := clock.Micros(noon)
	if err := d.Tx(ctx, func(ctx context.Context) error {
		_, err := d.Exec(ctx, "INSERT INTO calendars (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, 'c', 'Home', 'home', '', 0, 0, 0)", ann.UserID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	text := "Fetch the umbrella from the repair shop before it closes, and ask whether the blue one can be mended as well. "
	fill := func(table, columns string, n int, row func(i int) []any) {
		i := 0
		if d.Engine == db.SQLite {
			insert := db.InsertSQL(table, strings.Split(columns, " "))
			if err := d.Tx(ctx, func(ctx context.Context) error {
				for i := 1; i <= n; i++ {
					if _, err := d.Exec(ctx, insert, row(i)...); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return
		}
		if _, err := d.Bulk(ctx, table, strings.Split(columns, " "), func() ([]any, error) {
			if i++; i > n {
				return nil, nil
			}
			return row(i), nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	key := func(i int) string { return fmt.Sprintf("%08x", uint32(i)*2654435761) } // scattered, as names are
	todos, events := n*7/20, n*3/20
	fill("todos", "user_id uid title title_key description due_date due_key position search rev created_at updated_at", todos, func(i int) []any {
		title := "To-do " + key(i)
		due := noon.AddDate(0, 0, i%3000-1500).Format("2006-01-02")
		return []any{ann.UserID, "todo-" + key(i), title, title, text[:i%len(text)], due, due, int64(i), title + text[:i%len(text)], int64(i), at, at}
	})
	fill("calendar_events", "user_id uid calendar_id title title_key start_local end_local start_at first_at last_at search rev created_at updated_at", events, func(i int) []any {
		title := "Event " + key(i)
		start := noon.Add(time.Duration(i) * time.Minute)
		return []any{ann.UserID, "event-" + key(i), int64(1), title, title, start.Format("2006-01-02T15:04:05"), start.Add(time.Hour).Format("2006-01-02T15:04:05"),
			clock.Micros(start), clock.Micros(start), clock.Micros(start.Add(time.Hour)), title, int64(todos + i), at, at}
	})
	fill("journal", "user_id seq change_set at actor_id source kind record_id uid operation title", n-todos-events, func(i int) []any {
		return []any{ann.UserID, int64(i), int64(i), at, ann.UserID, "api", "todo", int64(i), "todo-" + key(i), "create", "To-do " + key(i)}
	})
}

// TestCostOfMany measures: UMBRA_TEST_RECORDS=1000000 go test -run Cost -v ./app/backup
func TestCostOfMany(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("UMBRA_TEST_RECORDS"))
	if err != nil {
		n = 20_000
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		many(t, d, n)
		took := func(what string, m backup.Manifest, began time.Time) {
			var size int64
			for _, s := range m.Tables {
				size += s.Bytes
			}
			seconds := time.Since(began).Seconds()
			t.Logf("%-28s %7.2f s  %8.0f records/s  %6.1f MB/s", what, seconds, float64(m.Records)/seconds, float64(size)/1e6/seconds)
		}
		path := filepath.Join(t.TempDir(), "b")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		began := time.Now()
		_, m, err := source(d).Write(t.Context(), f, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		took("written", m, began)
		size, _ := f.Seek(0, io.SeekCurrent)
		t.Logf("file %d MB", size/1e6)
		began = time.Now()
		if _, err = source(d).Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		took("looked at", m, began)
		read := func() io.Reader { r, _ := os.Open(path); return r }
		began = time.Now()
		if _, _, err = backup.Check(read(), nil, "1.2.3", 1000, nil); err != nil {
			t.Fatal(err)
		}
		took("checked", m, began)
		began = time.Now()
		steps := map[string]time.Duration{}
		last, lastStep := time.Now(), ""
		_, _, err = backup.Prove(t.Context(), read(), nil, dbtest.Migrations(), "1.2.3", t.TempDir(), func(step, table string, _ int64) {
			steps[lastStep] += time.Since(last)
			last, lastStep = time.Now(), step
		})
		if err != nil {
			t.Fatal(err)
		}
		took("proven", m, began)
		t.Log(steps)
	})
}
