package api_test

import (
	"fmt"
	"net/http"
	"testing"
)

func TestDashboardAndUpcoming(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		// It is 2025-03-29 13:00 in Berlin, the day before clocks go forward.
		s.ann(t, "POST", "/api/todos", `{"title":"late","due_date":"2025-03-28"}`).is(201)
		s.ann(t, "POST", "/api/todos", `{"title":"next","due_date":"2025-03-31","due_time":"09:00"}`).is(201)
		done := s.ann(t, "POST", "/api/todos", `{"title":"done"}`).is(201).header.Get("Location")
		s.ann(t, "PATCH", done+"/toggle", nil).is(200)
		s.ann(t, "POST", "/api/events", `{"title":"Choir","start":"2025-03-29T19:00:00","time_zone":"Europe/Berlin","recurrence_rule":"FREQ=DAILY;COUNT=3"}`).is(201)
		s.ann(t, "POST", "/api/people", `{"given_name":"Uma","birthday":"1990-03-30"}`).is(201)
		s.ann(t, "POST", "/api/reminders", `{"title":"Pills","remind_at":"2025-03-30T08:00:00+02:00"}`).is(201)

		d := s.ann(t, "GET", "/api/dashboard", nil).is(http.StatusOK).json()
		if d["date"] != "2025-03-29" || titlesOf(d["overdue_todos"]) != "late," || titlesOf(d["upcoming_todos"]) != "next," || titlesOf(d["events_today"]) != "Choir," {
			t.Errorf("dashboard: %v", d)
		}
		if days, ok := d["completions"].([]any); !ok || len(days) != 28 || fmt.Sprint(days[27]) != "map[count:1 date:2025-03-29]" {
			t.Errorf("completions: %v", d["completions"])
		}
		got := ""
		for _, x := range s.ann(t, "GET", "/api/upcoming?days=3", nil).is(200).list() {
			got += fmt.Sprintf("%s %s %s,", x["date"], x["kind"], x["title"])
		}
		want := "2025-03-29 event Choir,2025-03-30 birthday Uma,2025-03-30 reminder Pills,2025-03-30 event Choir,2025-03-31 todo next,2025-03-31 event Choir,"
		if got != want {
			t.Errorf("upcoming:\n%s\n%s", got, want)
		}
		s.ann(t, "POST", "/api/events", `{"title":"Fair","start":"2025-05-01","starred":true}`).is(201)
		d = s.ann(t, "GET", "/api/dashboard", nil).is(200).json()
		for list, occurrence := range map[string]any{"starred_events": nil, "events_today": "2025-03-29T19:00:00"} {
			if x := d[list].([]any)[0].(map[string]any); x["occurrence"] != occurrence {
				t.Errorf("%s: %v", list, x)
			}
		}
		past := s.ann(t, "GET", "/api/upcoming?from=2025-03-24&days=6", nil).is(200).list()
		if len(past) != 2 || past[0]["title"] != "late" || past[0]["date"] != "2025-03-28" || past[1]["title"] != "Choir" {
			t.Errorf("a week past: %v", past)
		}
		month := s.ann(t, "GET", "/api/upcoming?from=2025-03-24&days=42&limit=2", nil).is(200)
		next := nextLink.FindStringSubmatch(month.header.Get("Link"))
		if len(next) != 2 {
			t.Fatalf("no next page of the month: %v", month.header)
		}
		if l := s.ann(t, "GET", next[1], nil).is(200).list(); len(l) != 2 || l[0]["title"] != "Uma" {
			t.Errorf("the next page of a month: %v", l)
		}
		first := s.ann(t, "GET", "/api/upcoming?days=3&limit=4", nil).is(200)
		if len(first.list()) != 4 || first.header.Get("Link") == "" {
			t.Errorf("a page of %d, Link %q", len(first.list()), first.header.Get("Link"))
		}
		for path, field := range map[string]string{
			"/api/upcoming?days=91": "days:range", "/api/upcoming?days=0": "days:range",
			"/api/upcoming?from=1899-12-31": "from:range", "/api/upcoming?from=2025-02-29": "from:format", "/api/upcoming?from=": "from:format", "/api/search": "q:required", "/api/search?q=%20": "q:format", "/api/search?q=x&kind=y": "kind:choice",
		} {
			if !s.ann(t, "GET", path, nil).is(422).fields()[field] {
				t.Errorf("%s does not name %s", path, field)
			}
		}
		if hits := s.ann(t, "GET", "/api/search?q=cho", nil).is(200).list(); len(hits) != 1 || hits[0]["kind"] != "event" {
			t.Errorf("search: %v", hits)
		}
	})
}

func titlesOf(list any) string {
	items, _ := list.([]any)
	out := ""
	for _, x := range items {
		m, _ := x.(map[string]any)
		out += fmt.Sprint(m["title"]) + ","
	}
	return out
}
