package agenda_test

import (
	"fmt"
	"testing"
	"time"

	"umbra/app/agenda"
	"umbra/app/fault"
	"umbra/app/page"
)

func pageOf(limit int, cursor string) page.Request { return page.Request{Limit: limit, Cursor: cursor} }

func (h *house) upcoming(days, limit int) (out []agenda.Item, pages int) {
	h.t.Helper()
	return h.days(agenda.Days{N: days}, limit)
}

func (h *house) days(d agenda.Days, limit int) (out []agenda.Item, pages int) {
	h.t.Helper()
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		p, err := h.Upcoming(h.t.Context(), h.ann, d, pageOf(limit, cursor))
		if err != nil {
			h.t.Fatal(err)
		}
		if len(p.Items) > limit || len(p.Items) == 0 && p.Next != "" {
			h.t.Fatalf("a page of %d with next %q", len(p.Items), p.Next)
		}
		out = append(out, p.Items...)
		cursor = p.Next
	}
	return out, pages
}

func line(i agenda.Item) string {
	at := "all day"
	if i.At != nil {
		at = i.At.Format("15:04Z")
	}
	return fmt.Sprintf("%s %s %s %s", i.Date[5:], at, i.Kind, i.Title)
}

// fill makes a few days around the change to summer time in Berlin.
func (h *house) fill() string {
	h.todo(h.ann, "skipped hour", "2025-03-30", "02:30", false)
	h.todo(h.ann, "evening", "2025-03-29", "20:00", false)
	h.todo(h.ann, "past noon", "2025-03-29", "08:00", false)
	h.todo(h.ann, "any time", "2025-03-29", "", false)
	h.todo(h.ann, "overdue", "2025-03-28", "", false)
	h.todo(h.ann, "done", "2025-03-29", "", true)
	h.todo(h.ann, "last minute", "2025-04-01", "23:59", false)
	h.todo(h.ann, "too late", "2025-04-02", "", false)
	h.todo(h.bob, "Bob's", "2025-03-29", "", false)
	h.project(h.ann, "Garden", "in_progress", 2, 1)
	h.task(h.ann, "dig", "2025-03-30", "todo")
	h.task(h.ann, "dug", "2025-03-30", "done")
	h.person(h.ann, "Ada", "1990-04-01", "2010-03-30", nil)
	h.reminder(h.ann, "last of the 30th", time.Date(2025, 3, 30, 21, 59, 59, 0, time.UTC), true, false)
	h.reminder(h.ann, "first of the 31st", time.Date(2025, 3, 30, 22, 0, 0, 0, time.UTC), true, false)
	h.reminder(h.ann, "off", time.Date(2025, 3, 30, 22, 0, 0, 0, time.UTC), false, false)
	h.reminder(h.ann, "last moment", time.Date(2025, 4, 1, 21, 59, 59, 0, time.UTC), true, false)
	h.reminder(h.ann, "too late", time.Date(2025, 4, 1, 22, 0, 0, 0, time.UTC), true, false)
	h.events.add(1, "holidays", "2025-03-27 00:00", "2025-03-31 00:00", true)
	h.events.add(2, "night shift", "2025-03-28 22:00", "2025-03-29 06:00", false)
	h.events.add(3, "fair", "2025-03-30 00:00", "2025-03-31 00:00", true)
	h.events.add(4, "after the change", "2025-03-30 03:10", "2025-03-30 04:00", false)
	return `03-29 all day todo any time
03-29 all day event holidays
03-29 21:00Z event night shift
03-29 07:00Z todo past noon
03-29 19:00Z todo evening
03-30 all day anniversary Ada
03-30 all day task dig
03-30 all day event fair
03-30 01:10Z event after the change
03-30 01:30Z todo skipped hour
03-30 21:59Z reminder last of the 30th
03-31 22:00Z reminder first of the 31st
04-01 all day birthday Ada
04-01 21:59Z todo last minute
04-01 21:59Z reminder last moment
`
}

func TestUpcomingIsOneOrderedList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		want := h.fill()
		for _, limit := range []int{500, 50, 7, 3, 2, 1} {
			items, pages := h.upcoming(4, limit)
			got := ""
			for _, i := range items {
				got += line(i) + "\n"
			}
			if got != want {
				t.Errorf("in pages of %d:\n%swant\n%s", limit, got, want)
			}
			if most := (len(items) + limit - 1) / limit; pages > most {
				t.Errorf("%d items in %d pages of %d", len(items), pages, limit)
			}
		}
	})
}

func TestUpcomingSaysWhatBelongsWhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill()
		items, _ := h.upcoming(4, 50)
		for _, i := range items {
			switch i.Title {
			case "dig":
				if i.ProjectID == nil {
					t.Error("a task without its project")
				}
			case "Ada":
				if i.Years == nil || *i.Years != map[string]int{"birthday": 35, "anniversary": 15}[i.Kind] {
					t.Errorf("%+v", i)
				}
			case "fair":
				if i.At != nil || i.EndsAt == nil || i.CalendarID == nil {
					t.Errorf("%+v", i)
				}
			}
		}
	})
}

func TestUpcomingPagesThroughAFullDay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i := range 90 {
			h.todo(h.ann, fmt.Sprint("t", i), "2025-03-29", "", false)
			h.events.add(int64(i+1), fmt.Sprint("e", i), "2025-03-29 18:00", "2025-03-29 19:00", false)
			h.person(h.ann, fmt.Sprint("p", i), "--03-29", "", nil)
		}
		h.todo(h.ann, "next day", "2025-03-30", "", false)
		items, _ := h.upcoming(7, 20)
		seen := map[string]bool{}
		for _, i := range items {
			seen[i.Kind+i.Title] = true
		}
		if len(items) != 271 || len(seen) != 271 || items[270].Title != "next day" {
			t.Errorf("%d items, %d different", len(items), len(seen))
		}
	})
}

func TestUpcomingKeepsItsWindowOverMidnight(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.todo(h.ann, "a", "2025-03-29", "", false)
		h.todo(h.ann, "b", "2025-03-29", "", false)
		h.todo(h.ann, "c", "2025-04-04", "", false)
		h.todo(h.ann, "d", "2025-04-05", "", false)
		p, err := h.Upcoming(t.Context(), h.ann, agenda.Days{}, pageOf(1, "")) // seven days, as the settings say
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(24 * time.Hour)
		q, err := h.Upcoming(t.Context(), h.ann, agenda.Days{}, pageOf(5, p.Next))
		if err != nil || titles(q.Items, func(i agenda.Item) string { return i.Title }) != "b,c" || q.Next != "" {
			t.Errorf("%+v, %v", q, err)
		}
	})
}

func TestUpcomingRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.todo(h.ann, "a", "2025-03-29", "", false)
		h.todo(h.ann, "b", "2025-04-10", "", false)
		p, err := h.Upcoming(t.Context(), h.ann, agenda.Days{N: 90}, pageOf(1, ""))
		if err != nil {
			t.Fatal(err)
		}
		far := page.Key{Sort: "upcoming", Values: []string{"2025-03-29", "2025-04-10", ""}}.Encode()
		bad := page.Key{Sort: "upcoming", Values: []string{"soon", "later", ""}}.Encode()
		for _, tc := range []struct {
			days   agenda.Days
			cursor string
		}{
			{agenda.Days{N: -1}, ""}, {agenda.Days{N: 91}, ""}, {agenda.Days{N: 7}, "x"}, {agenda.Days{N: 7}, far}, {agenda.Days{N: 7}, bad},
			{agenda.Days{N: 7}, page.Key{Sort: "todos", ID: 1}.Encode()}, {agenda.Days{From: "2025-03-30", N: 90}, p.Next},
			{agenda.Days{From: "soon"}, ""}, {agenda.Days{From: "2025-02-29"}, ""}, {agenda.Days{From: "1899-12-31"}, ""}, {agenda.Days{From: "2201-01-01"}, ""},
		} {
			if _, err := h.Upcoming(t.Context(), h.ann, tc.days, pageOf(5, tc.cursor)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", tc, err)
			}
		}
		if q, err := h.Upcoming(t.Context(), h.ann, agenda.Days{N: 90}, pageOf(1, p.Next)); err != nil || len(q.Items) != 1 || q.Items[0].Title != "b" {
			t.Errorf("%+v, %v", q, err)
		}
	})
}

// A calendar shows any month.
func TestUpcomingShowsTheDaysOfAnyMonth(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill()
		h.person(h.ann, "Bo", "", "--03-28", nil)
		h.person(h.ann, "Cy", "1952-02-29", "", nil)
		h.reminder(h.ann, "waiting", time.Date(2025, 3, 28, 8, 0, 0, 0, time.UTC), true, false)
		h.reminder(h.ann, "dismissed", time.Date(2025, 3, 28, 8, 0, 0, 0, time.UTC), true, true)
		for _, tc := range []struct {
			from string
			n    int
			want string
		}{
			{"2025-03-28", 2, `03-28 all day anniversary Bo
03-28 all day todo overdue
03-28 all day event holidays
03-28 08:00Z reminder waiting
03-28 21:00Z event night shift
03-29 all day todo any time
03-29 07:00Z todo past noon
03-29 19:00Z todo evening
`},
			{"2025-03-31", 42, `03-31 22:00Z reminder first of the 31st
04-01 all day birthday Ada
04-01 21:59Z todo last minute
04-01 21:59Z reminder last moment
04-02 all day todo too late
04-02 22:00Z reminder too late
`},
			{"1900-01-01", 90, "03-28 all day anniversary Bo\n"},
			{"1952-02-01", 42, "02-29 all day birthday Cy\n"},
			{"2199-02-25", 5, "02-28 all day birthday Cy\n"},
			{"2200-12-31", 90, "02-28 all day birthday Cy\n03-28 all day anniversary Bo\n03-30 all day anniversary Ada\n"},
		} {
			for _, limit := range []int{500, 2, 1} {
				got, all := "", agenda.Days{From: tc.from, N: tc.n}
				items, _ := h.days(all, limit)
				for _, i := range items {
					got += line(i) + "\n"
				}
				if got != tc.want {
					t.Errorf("%d days from %s in pages of %d:\n%swant\n%s", tc.n, tc.from, limit, got, tc.want)
				}
			}
		}
	})
}
