package demo_test

import (
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/demo"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/page"
)

var now = time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)

// user makes an account as set-up leaves it.
func user(t *testing.T, d *db.DB, name string) (caller.Caller, *journal.Journal) {
	t.Helper()
	k := clock.NewFake(now)
	j := journal.New(d, k)
	c := journaltest.User(t, d, j, name, "Europe/Berlin")
	if _, err := calendar.New(d, j, account.New(account.Deps{DB: d, Journal: j, Clock: k})).CreateDefault(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c, j
}

func count(t *testing.T, d *db.DB, query string, args ...any) int64 {
	t.Helper()
	n, _, err := db.One(t.Context(), d, db.Value[int64], query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLoadMakesAHousehold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, j := user(t, d, "ann")
		if err := demo.Load(t.Context(), d, c, now); err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[string]int64{"todo": demo.Todos, "event": demo.Events, "reminder": demo.Reminders, "project": demo.Projects,
			"task": demo.Tasks, "person": demo.People, "location": demo.Places, "calendar": demo.Calendars} {
			if n, err := j.Total(t.Context(), c.UserID, kind); err != nil || n != want {
				t.Errorf("%d of %s, want %d; %v", n, kind, want, err)
			}
		}
		if n := count(t, d, "SELECT COUNT(*) FROM calendar_events WHERE user_id = $1 AND recurrence_rule <> ''", c.UserID); n != demo.Repeating {
			t.Errorf("%d events repeat", n)
		}
		if n := count(t, d, "SELECT COUNT(DISTINCT completed_on) FROM todos WHERE user_id = $1 AND completed", c.UserID); n < 20 {
			t.Errorf("to-dos were done on only %d days", n)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM todos WHERE user_id = $1 AND NOT completed AND due_key < '2025-03-29'", c.UserID); n == 0 {
			t.Error("nothing is overdue")
		}
		p, err := j.History(t.Context(), c, page.Request{Limit: 500})
		if err != nil || len(p.Items) > 100 || p.Items[0].Source != caller.Demo {
			t.Errorf("%d change-sets, %v", len(p.Items), err)
		}
	})
}

func TestTheSameNowMakesTheSameHousehold(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	sums := map[string]int64{}
	for _, name := range []string{"ann", "bob"} {
		c, _ := user(t, d, name)
		if err := demo.Load(t.Context(), d, c, now); err != nil {
			t.Fatal(err)
		}
		got := count(t, d, "SELECT SUM(length(title) * (1 + priority) + length(due_key) + 100 * completed) FROM todos WHERE user_id = $1", c.UserID)
		for _, before := range sums {
			if got != before {
				t.Errorf("%d and %d", before, got)
			}
		}
		sums[name] = got
	}
}
