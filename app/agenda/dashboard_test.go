package agenda_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/agenda"
	"umbra/app/db"
	"umbra/app/db/dbtest"
)

func TestDashboard(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		now := h.clock.Now()
		for _, x := range []struct {
			title, date, at string
			done            bool
		}{
			{"tonight", "2025-03-29", "20:00", false}, {"today", "2025-03-29", "", false}, {"this noon", "2025-03-29", "12:59", false},
			{"this minute", "2025-03-29", "13:00", false}, {"yesterday", "2025-03-28", "23:00", false}, {"done", "2025-03-28", "", true},
			{"last day", "2025-04-04", "23:59", false}, {"too far", "2025-04-05", "", false}, {"some day", "", "", false},
		} {
			if x.date == "" {
				h.exec(`INSERT INTO todos (user_id, uid, title, title_key, due_key, position, search, rev, created_at, updated_at) VALUES ($1, $2, $3, '', '~', 0, '', 1, 0, 0)`, h.ann.UserID, h.uid(), x.title)
				continue
			}
			h.todo(h.ann, x.title, x.date, x.at, x.done)
		}
		h.reminder(h.ann, "rang", now.Add(-time.Hour), true, false)
		h.reminder(h.ann, "rang, dismissed", now.Add(-time.Hour), true, true)
		h.reminder(h.ann, "later", now.Add(2*time.Hour), true, false)
		h.reminder(h.ann, "soon", now.Add(time.Hour), true, false)
		h.reminder(h.ann, "off", now.Add(time.Hour), false, false)
		h.project(h.ann, "Garden", "in_progress", 3, 1)
		h.project(h.ann, "Boat", "in_progress", 0, 0)
		h.project(h.ann, "Shed", "completed", 2, 2)
		h.person(h.ann, "Ada", "1990-04-01", "", micros(now.Add(-time.Hour)))
		h.person(h.ann, "Bea", "--03-29", "", micros(now.Add(-48*time.Hour)))
		h.person(h.ann, "Cid", "1990-04-28", "", micros(now.Add(time.Hour)))
		h.person(h.ann, "Dan", "1990-03-28", "", nil)
		h.person(h.ann, "Eve", "2025-12-01", "", nil)
		for name, n := range map[string]int{"todo": 9, "todo.completed": 1, "event": 500, "person": 5, "todo.completed:2025-03-29": 2, "todo.completed:2025-03-02": 4, "todo.completed:2025-03-01": 9} {
			h.count(h.ann, name, n)
		}
		h.todo(h.bob, "Bob's", "2025-03-28", "", false)
		h.person(h.bob, "Bob's", "--03-30", "", micros(now.Add(-time.Hour)))
		h.events.add(1, "night", "2025-03-28 22:00", "2025-03-29 01:00", false)
		h.events.add(2, "tomorrow", "2025-03-30 00:00", "2025-03-30 01:00", false)
		h.events.starred = []agenda.Event{{ID: 7, Title: "star"}}

		d, err := h.Dashboard(t.Context(), h.ann)
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct{ what, got, want string }{
			{"date", d.Date, "2025-03-29"},
			{"events today", titles(d.EventsToday, func(e agenda.Event) string { return e.Title }), "night"},
			{"the day asked for", strings.Join(h.events.asked, ","), "2025-03-28T23:00:00Z 2025-03-29T23:00:00Z"},
			{"starred", titles(d.StarredEvents, func(e agenda.Event) string { return e.Title }), "star"},
			{"overdue", titles(d.OverdueTodos, func(t agenda.Todo) string { return t.Title + "/" + t.Priority }), "yesterday/medium,this noon/medium"},
			{"upcoming", titles(d.UpcomingTodos, func(t agenda.Todo) string { return t.Title }), "today,this minute,tonight,last day"},
			{"reminders", titles(d.Reminders, func(r agenda.Reminder) string { return r.Title }), "soon,later"},
			{"projects", titles(d.Projects, func(p agenda.Project) string { return fmt.Sprint(p.Name, p.Progress, p.TasksTotal, p.TasksDone) }), "Garden33 3 1,Boat0 0 0"},
			{"project counts", fmt.Sprint(d.ProjectCounts), "{0 2 0 1 0}"},
			{"birthdays", titles(d.Birthdays, occasion), "Bea 2025-03-29 -,Ada 2025-04-01 35"},
			{"not heard from", titles(d.NotHeardFrom, func(c agenda.Contact) string { return c.Name }), "Bea,Ada"},
			{"counts", fmt.Sprint(d.OverdueCount, d.UpcomingCount, d.RemindersWaiting), "2 4 1"},
			{"totals", fmt.Sprint(d.Totals), "{9 1 500 0 0 0 0 0 5 0}"},
			{"completions", fmt.Sprint(len(d.Completions), d.Completions[0], d.Completions[1], d.Completions[27]), "28 {2025-03-02 4} {2025-03-03 0} {2025-03-29 2}"},
		} {
			if tc.got != tc.want {
				t.Errorf("%s: %s, want %s", tc.what, tc.got, tc.want)
			}
		}
	})
}

func titles[T any](list []T, of func(T) string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = of(x)
	}
	return strings.Join(out, ",")
}

func occasion(o agenda.Occasion) string {
	years := "-"
	if o.Years != nil {
		years = fmt.Sprint(*o.Years)
	}
	return o.Name + " " + o.Date + " " + years
}

func TestBirthdaysOverTheYearsEndAndOn29February(t *testing.T) {
	for _, tc := range []struct{ now, want string }{
		{"2025-12-20", "Dec 2025-12-31 25,Jan 2026-01-05 -"},
		{"2025-02-01", "Leap 2025-02-28 25,Feb 2025-02-28 -,Mar 2025-03-01 25"},
		{"2025-01-30", "Leap 2025-02-28 25,Feb 2025-02-28 -"}, // ends on 28 February
		{"2025-03-01", "Mar 2025-03-01 25"},
		{"2028-02-28", "Feb 2028-02-28 -,Leap 2028-02-29 28,Mar 2028-03-01 28"},
		{"2028-01-30", "Feb 2028-02-28 -"},
		{"1999-02-28", "Feb 1999-02-28 -"}, // the others are not born yet
	} {
		t.Run(tc.now, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				day, _ := time.Parse(time.DateOnly, tc.now)
				h.clock.Advance(day.Add(12 * time.Hour).Sub(h.clock.Now()))
				h.person(h.ann, "Leap", "2000-02-29", "", nil)
				h.person(h.ann, "Feb", "--02-28", "", nil)
				h.person(h.ann, "Mar", "2000-03-01", "", nil)
				h.person(h.ann, "Dec", "2000-12-31", "", nil)
				h.person(h.ann, "Jan", "--01-05", "", nil)
				d, err := h.Dashboard(t.Context(), h.ann)
				if err != nil {
					t.Fatal(err)
				}
				got := strings.Split(titles(d.Birthdays, occasion), ",")
				if !sameSet(got, strings.Split(tc.want, ",")) {
					t.Errorf("%v, want %s", got, tc.want)
				}
			})
		})
	}
}

func sameSet(a, b []string) bool {
	in := map[string]int{}
	for _, x := range a {
		in[x]++
	}
	for _, x := range b {
		in[x]--
	}
	for _, n := range in {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestDashboardIsBoundedAndEmptyListsAreLists(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d, err := h.Dashboard(t.Context(), h.bob)
		if err != nil || d.OverdueTodos == nil || d.UpcomingTodos == nil || d.Reminders == nil || d.Projects == nil || d.Birthdays == nil || d.NotHeardFrom == nil {
			t.Errorf("%+v, %v", d, err)
		}
		for i := range 130 {
			h.todo(h.ann, "old", "2025-03-01", "", false)
			h.todo(h.ann, "new", "2025-03-29", "", false)
			h.reminder(h.ann, "r", h.clock.Now().Add(time.Duration(i-200)*time.Minute), true, false)
		}
		d, err = h.Dashboard(t.Context(), h.ann)
		if err != nil || len(d.OverdueTodos) != 10 || len(d.UpcomingTodos) != 10 || d.OverdueCount != 100 || d.UpcomingCount != 100 || d.RemindersWaiting != 100 {
			t.Errorf("%d %d %d %d %d, %v", len(d.OverdueTodos), len(d.UpcomingTodos), d.OverdueCount, d.UpcomingCount, d.RemindersWaiting, err)
		}
	})
}

func TestViewsScanNoTableInFewRoundTrips(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	trips := 0
	dashboard := func(ctx context.Context) error { _, err := h.Dashboard(ctx, h.ann); return err }
	dbtest.NoScan(t, h.db, dashboard)
	if err := dashboard(db.Watch(t.Context(), func(string, []any) { trips++ })); err != nil || trips > 2 {
		t.Errorf("%d round trips beside those for events, %v", trips, err)
	}
	dbtest.NoScan(t, h.db, func(ctx context.Context) error {
		_, err := h.Upcoming(ctx, h.ann, agenda.Days{N: 90}, pageOf(50, ""))
		return err
	})
}
