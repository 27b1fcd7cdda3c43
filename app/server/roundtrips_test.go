package server_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"umbra/app/db/dbtest"
)

// TestRoundTrips counts how often each request goes to PostgreSQL and back, over
// a network that takes 5 ms for it. The read of the session comes on top of each
// budget. A query for each record of an answer shows at once.
func TestRoundTrips(t *testing.T) {
	proxy := dbtest.NewProxy(t, dbtest.NewSchema(t), 5*time.Millisecond)
	h := open(t, "DATABASE_URL="+proxy.Address)
	ann := h.setUp(t)
	ids := map[string]int64{}
	add := func(path, body string) int64 {
		t.Helper()
		var made struct{ ID int64 }
		if err := json.Unmarshal(h.ask(t, "POST", path, body, "Cookie", ann).is(201).Body.Bytes(), &made); err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	bodies := []struct{ path, body string }{
		{"/api/locations", `{"name": "Bakery"}`},
		{"/api/people", `{"given_name": "Ada", "birthday": "--03-30", "groups": ["family"]}`},
		{"/api/projects", `{"name": "Garden", "status": "in_progress"}`},
		{"/api/events", `{"title": "Choir", "start": "2025-03-29T19:00:00Z", "recurrence_rule": "FREQ=DAILY", "starred": true}`},
		{"/api/todos", `{"title": "Water", "due_date": "2025-03-30", "tags": ["plants"]}`},
		{"/api/reminders", `{"title": "Bins", "remind_at": "2025-03-30T19:00:00Z"}`},
		{"/api/calendars", `{"name": "Choir"}`},
		{"/api/event-templates", `{"name": "Choir"}`},
	}
	fill := func() {
		for _, b := range bodies {
			ids[b.path] = add(b.path, b.body)
		}
		ids["task"] = add(fmt.Sprintf("/api/projects/%d/tasks", ids["/api/projects"]), `{"title": "Dig"}`)
	}
	fill()
	tests := []struct {
		method, path, body string
		budget             int64
	}{
		{"GET", "/api/dashboard", "", 8},
		{"GET", "/api/upcoming", "", 8},
		{"GET", "/api/search?q=choir", "", 1},
		{"GET", "/api/settings", "", 1},
		{"PUT", "/api/settings", `{"upcoming_days": %d}`, 3},
		{"GET", "/api/trash", "", 1},
		{"GET", "/api/history", "", 1},
		{"GET", "/api/auth/sessions", "", 1},
		{"GET", "/api/projects/{}/tasks", "", 1},
		{"POST", "/api/projects/{}/tasks", `{"title": "Fill %d"}`, 3},
		{"PATCH", "/api/todos/{}/toggle", "", 3},
		{"PATCH", "/api/reminders/{}/dismiss", "", 3},
	}
	for _, b := range bodies {
		name := "title"
		switch b.path {
		case "/api/locations", "/api/projects", "/api/calendars", "/api/event-templates":
			name = "name"
		case "/api/people":
			name = "nickname"
		}
		tests = append(tests, []struct {
			method, path, body string
			budget             int64
		}{
			{"GET", b.path, "", 1},
			{"GET", b.path + "/{}", "", 1},
			{"POST", b.path, b.body, 3},
			{"PUT", b.path + "/{}", `{"` + name + `": "Another %d"}`, 3},
		}...)
	}
	// The first time prepares the statements, and a connection that rested for a
	// second is asked whether it is alive: what is repeated counts.
	least := func(trips func(i int) int64) int64 {
		fewest := trips(0)
		for i := range 2 {
			fewest = min(fewest, trips(i+1))
		}
		return fewest
	}
	for _, b := range bodies {
		n := least(func(int) int64 {
			id := add(b.path, b.body)
			before := proxy.Trips()
			h.ask(t, "DELETE", fmt.Sprintf("%s/%d", b.path, id), "", "Cookie", ann).is(204)
			return proxy.Trips() - before - 1
		})
		t.Logf("DELETE %-26s %d of 3", b.path, n)
		if n > 3 {
			t.Errorf("DELETE %s goes to the database %d times, and may 3", b.path, n)
		}
	}
	n := least(func(int) int64 {
		before := proxy.Trips()
		h.ask(t, "POST", "/api/auth/login", `{"username": "ann", "password": "`+testPassword+`"}`).is(200)
		return proxy.Trips() - before
	})
	t.Logf("POST /api/auth/login %d of 3", n)
	if n > 3 {
		t.Errorf("a log-in goes to the database %d times, and may 3", n)
	}
	few := map[string]int64{}
	once := func(i int, method, path, body string) int64 {
		t.Helper()
		for root, id := range ids {
			path = strings.Replace(path, root+"/{}", fmt.Sprintf("%s/%d", root, id), 1)
		}
		body = strings.Replace(body, "%d", strconv.Itoa(i%80+1), 1)
		before := proxy.Trips()
		a := h.ask(t, method, path, body, "Cookie", ann)
		if a.Code >= 300 {
			t.Fatalf("%s %s %s: %d %s", method, path, body, a.Code, a.Body)
		}
		return proxy.Trips() - before - 1 // the session's
	}
	for _, tt := range tests {
		few[tt.method+tt.path] = least(func(i int) int64 { return once(i, tt.method, tt.path, tt.body) })
	}
	for range 12 {
		fill()
	}
	for _, tt := range tests {
		many := least(func(i int) int64 { return once(i+10, tt.method, tt.path, tt.body) })
		t.Logf("%-6s %-26s %d of %d", tt.method, tt.path, many, tt.budget)
		if many > tt.budget {
			t.Errorf("%s %s goes to the database %d times, and may %d", tt.method, tt.path, many, tt.budget)
		}
		if was := few[tt.method+tt.path]; many > was {
			t.Errorf("%s %s goes to the database %d times where there is more, and %d where there is less: a query for each record?", tt.method, tt.path, many, was)
		}
	}
}
