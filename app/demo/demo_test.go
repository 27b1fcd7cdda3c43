package demo_test

import (
	"slices"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/demo"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/location"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/template"
	"umbra/app/todo"
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
			"task": demo.Tasks, "person": demo.People, "location": demo.Places, "calendar": demo.Calendars, "event_template": demo.Templates} {
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
		for what, query := range map[string]string{
			"to-dos are parts":           "SELECT COUNT(*) FROM todos WHERE user_id = $1 AND parent_id IS NOT NULL",
			"to-dos repeat":              "SELECT COUNT(*) FROM todos WHERE user_id = $1 AND recurrence_rule <> ''",
			"to-dos have tags":           "SELECT COUNT(DISTINCT todo_id) FROM todo_tags WHERE user_id = $1",
			"to-dos are about someone":   "SELECT COUNT(*) FROM todos WHERE user_id = $1 AND person_id IS NOT NULL",
			"events are with someone":    "SELECT COUNT(DISTINCT event_id) FROM event_people WHERE user_id = $1",
			"birthdays are known":        "SELECT COUNT(*) FROM people WHERE user_id = $1 AND birthday_day <> ''",
			"people have not been heard": "SELECT COUNT(*) FROM people WHERE user_id = $1 AND contact_due_at IS NOT NULL",
		} {
			if n := count(t, d, query, c.UserID); n < 10 {
				t.Errorf("only %d %s", n, what)
			}
		}
		if n := count(t, d, "SELECT COUNT(DISTINCT calendar_id) FROM calendar_events WHERE user_id = $1", c.UserID); n != demo.Calendars {
			t.Errorf("events lie in %d calendars", n)
		}
		for _, where := range []string{"todos WHERE title", "calendar_events WHERE title", "reminders WHERE title", "project_tasks WHERE title"} {
			if n := count(t, d, "SELECT COUNT(*) FROM "+where+" LIKE '%{%'"); n != 0 {
				t.Errorf("%d of %s name nobody", n, where)
			}
		}
		p, err := j.History(t.Context(), c, page.Request{Limit: 500})
		if err != nil || len(p.Items) > 100 || p.Items[0].Source != caller.Demo {
			t.Errorf("%d change-sets, %v", len(p.Items), err)
		}
	})
}

func TestTheSameNowMakesTheSameHousehold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var was []string
		for i, name := range []string{"ann", "bob"} {
			c, _ := user(t, d, name)
			if err := demo.Load(t.Context(), d, c, now); err != nil {
				t.Fatal(err)
			}
			text := func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) }
			got, err := db.Query(t.Context(), d, text, `SELECT title || due_key || tags || completed_on FROM todos WHERE user_id = $1
UNION ALL SELECT title || start_text FROM (SELECT title, CAST(first_at AS TEXT) AS start_text FROM calendar_events WHERE user_id = $1) AS e
UNION ALL SELECT display_name || birthday FROM people WHERE user_id = $1
UNION ALL SELECT title || CAST(due_at AS TEXT) FROM reminders WHERE user_id = $1 ORDER BY 1`, c.UserID)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && !slices.Equal(got, was) {
				t.Error("two households at one moment differ")
			}
			was = got
		}
	})
}

// Its people can be taken back though everything refers to them.
func TestPartsCanBeUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, j := user(t, d, "ann")
		k := clock.NewFake(now)
		todo.New(d, j, k)
		event.New(d, j)
		template.New(d, j)
		reminder.New(d, j)
		project.New(d, j)
		person.New(d, j)
		location.New(d, j)
		if err := demo.Load(t.Context(), d, c, now); err != nil {
			t.Fatal(err)
		}
		p, err := j.History(t.Context(), c, page.Request{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		left := map[string]int64{"reminder": 0, "person": 0, "event": demo.Events, "todo": demo.Todos, "task": demo.Tasks}
		for _, set := range p.Items {
			if kind := set.Entries[0].Kind; set.Source != caller.Demo || kind != "reminder" && kind != "person" {
				continue
			}
			if _, err := j.Undo(t.Context(), c, set.ID); err != nil {
				t.Fatalf("change-set %d: %v", set.ID, err)
			}
		}
		for kind, want := range left {
			if n, err := j.Total(t.Context(), c.UserID, kind); err != nil || n != want {
				t.Errorf("%d of %s are left, want %d; %v", n, kind, want, err)
			}
		}
		if n := count(t, d, "SELECT COUNT(*) FROM event_people WHERE user_id = $1", c.UserID); n != 0 {
			t.Errorf("%d events are with people who are gone", n)
		}
	})
}
