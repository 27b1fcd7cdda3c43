package todo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/todo"
)

func (h house) open(t *testing.T, f todo.Filter) []todo.Todo {
	t.Helper()
	no := false
	f.Completed, f.Sort = &no, "position"
	p, err := h.List(t.Context(), h.ann, f, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Items
}

func (h house) toggle(t *testing.T, id int64) todo.Todo {
	t.Helper()
	got, err := h.Toggle(t.Context(), h.ann, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func deref(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

// tree writes the open to-dos below one, in their order.
func (h house) tree(t *testing.T, id int64, depth int, b *strings.Builder) string {
	for _, p := range h.open(t, todo.Filter{ParentID: id}) {
		fmt.Fprintf(b, "%s%s %s %s %v\n", strings.Repeat(" ", depth), p.Title, deref(p.DueDate), p.RecurrenceRule, p.Reminders)
		h.tree(t, p.ID, depth+1, b)
	}
	return b.String()
}

func TestPartsAreOpenAgainInTheNextOne(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		root := h.make(t, todo.Update{Title: opt.Some("Spring clean"), DueDate: opt.Some("2025-03-28"), RecurrenceRule: opt.Some("FREQ=WEEKLY;COUNT=3"),
			Reminders: opt.Some([]string{"-PT30M", "2025-03-28T08:00:00+01:00"})})
		part := func(parent int64, title, due, rule string) todo.Todo {
			u := todo.Update{Title: opt.Some(title), ParentID: opt.Some(parent), RecurrenceRule: opt.Some(rule)}
			if due != "" {
				u.DueDate = opt.Some(due)
			}
			return h.make(t, u)
		}
		kitchen := part(root.ID, "Kitchen", "2025-03-27", "")
		oven := part(kitchen.ID, "Oven", "", "")
		part(kitchen.ID, "Floor", "", "")
		part(root.ID, "Bath", "", "")
		bins := part(root.ID, "Bins", "2025-03-25", "FREQ=DAILY")
		for _, id := range []int64{oven.ID, kitchen.ID, bins.ID} {
			h.toggle(t, id)
		}
		before, err := h.Count(t.Context(), h.ann, todo.Filter{})
		if err != nil {
			t.Fatal(err)
		}

		h.toggle(t, root.ID)

		var next todo.Todo
		for _, o := range h.open(t, todo.Filter{}) {
			if o.Title == "Spring clean" {
				next = o
			}
		}
		// 8 in the morning stays that, across the change to summer time.
		if deref(next.DueDate) != "2025-04-04" || next.RecurrenceRule != "FREQ=WEEKLY;COUNT=2" || fmt.Sprint(next.Reminders) != "[-PT30M 2025-04-04T08:00:00+02:00]" {
			t.Errorf("next %+v, due %s", next, deref(next.DueDate))
		}
		var b strings.Builder
		want := "Kitchen 2025-04-03  []\n Oven -  []\n Floor -  []\nBath -  []\nBins 2025-04-02 FREQ=DAILY []\n"
		if got := h.tree(t, next.ID, 0, &b); got != want {
			t.Errorf("the next one's parts are\n%swant\n%s", got, want)
		}
		// What was done stays done, and belongs to the one that was done.
		if got, err := h.Find(t.Context(), h.ann, oven.ID); err != nil || !got.Completed || *got.ParentID != kitchen.ID {
			t.Errorf("%+v, %v", got, err)
		}
		if n, err := h.Count(t.Context(), h.ann, todo.Filter{}); err != nil || n != before+6 {
			t.Errorf("%d to-dos after %d, %v", n, before, err)
		}

		// One undo takes all of it back.
		p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		if n, err := h.Count(t.Context(), h.ann, todo.Filter{}); err != nil || n != before {
			t.Errorf("%d to-dos after undo, want %d, %v", n, before, err)
		}
		if got, err := h.Find(t.Context(), h.ann, root.ID); err != nil || got.Completed || got.RecurrenceRule != "FREQ=WEEKLY;COUNT=3" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestNextIsOnTheUsersClock(t *testing.T) {
	for _, tc := range []struct{ name, rule, from, due, time, now, want string }{
		// Berlin skips 02:30 on 30 March.
		{"a skipped time comes back", "FREQ=DAILY", todo.FromDue, "2025-03-29", "02:30", "", "2025-03-30 02:30, 2025-03-31 02:30"},
		{"29 February", "FREQ=YEARLY", todo.FromDue, "2024-02-29", "", "", "2028-02-29, 2032-02-29"},
		{"the 31st", "FREQ=MONTHLY", todo.FromDue, "2025-01-31", "", "", "2025-03-31, 2025-05-31"},
		{"the last working day", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", todo.FromDue, "2025-04-30", "", "", "2025-05-30, 2025-06-30"},
		{"an end in UTC is on the user's day", "FREQ=DAILY;UNTIL=20250331T215959Z", todo.FromDue, "2025-03-30", "23:30", "", "2025-03-31 23:30, "},
		{"and not the day after", "FREQ=DAILY;UNTIL=20250330T215959Z", todo.FromDue, "2025-03-30", "23:30", "", ", "},
		{"hours of a whole day", "FREQ=HOURLY;INTERVAL=12", todo.FromDue, "2025-03-30", "", "", "2025-03-31, 2025-04-01"},
		// It is 30 March in Berlin already.
		{"from completion", "FREQ=WEEKLY", todo.FromCompletion, "2025-01-01", "", "2025-03-29T23:30:00Z", "2025-04-06, 2025-04-06"},
		{"from completion at a time", "FREQ=DAILY;INTERVAL=2", todo.FromCompletion, "2025-01-01", "18:00", "2025-03-29T23:30:00Z", "2025-04-01 18:00, 2025-04-01 18:00"},
		{"from completion, on a weekday", "FREQ=WEEKLY;BYDAY=MO", todo.FromCompletion, "2025-01-01", "", "2025-03-29T23:30:00Z", "2025-03-31, 2025-03-31"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				if at, err := time.Parse(time.RFC3339, tc.now); err == nil {
					h.clock.Advance(at.Sub(h.clock.Now()))
				}
				u := todo.Update{Title: opt.Some("x"), DueDate: opt.Some(tc.due), RecurrenceRule: opt.Some(tc.rule), RepeatFrom: opt.Some(tc.from)}
				if tc.time != "" {
					u.DueTime = opt.Some(tc.time)
				}
				h.make(t, u)
				var got []string
				for range 2 {
					say := ""
					if open := h.open(t, todo.Filter{}); len(open) == 1 {
						h.toggle(t, open[0].ID)
						if open = h.open(t, todo.Filter{}); len(open) == 1 {
							say = deref(open[0].DueDate)
							if open[0].DueTime != nil {
								say += " " + *open[0].DueTime
							}
						}
					}
					got = append(got, say)
				}
				if s := strings.Join(got, ", "); s != tc.want {
					t.Errorf("%s, want %s", s, tc.want)
				}
			})
		})
	}
}
