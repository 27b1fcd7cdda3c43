package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// calendar makes one and answers its path and id.
func (s *server) calendar(t *testing.T, user, name string) (string, int64) {
	t.Helper()
	r := s.as(t, user, "POST", "/api/calendars", map[string]any{"name": name}).is(201)
	return r.header.Get("Location"), int64(r.json()["id"].(float64))
}

// personal is the calendar that everyone starts with.
func (s *server) personal(t *testing.T) (string, int64) {
	t.Helper()
	id := int64(s.ann(t, "GET", "/api/calendars", nil).is(200).list()[0]["id"].(float64))
	return fmt.Sprintf("/api/calendars/%d", id), id
}

func titles(r reply) string {
	var out []string
	for _, x := range r.list() {
		for _, name := range []string{"title", "name"} {
			if s, ok := x[name].(string); ok && s != "" {
				out = append(out, s)
				break
			}
		}
	}
	return strings.Join(out, ",")
}

func TestCalendarsAndTheDefaultOne(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		home, homeID := s.personal(t)
		work, workID := s.calendar(t, "ann", "Work")
		if got := s.ann(t, "GET", home, nil).is(200).json(); got["default"] != true || got["visible"] != true {
			t.Errorf("%v", got)
		}
		tag := s.ann(t, "GET", work, nil).is(200).header.Get("ETag")
		if got := s.ann(t, "PUT", work, `{"default":true,"color":"#3366cc"}`, "If-Match", tag).is(200).json(); got["default"] != true || got["color"] != "#3366cc" {
			t.Errorf("%v", got)
		}
		s.ann(t, "PUT", work, `{"name":"x"}`, "If-Match", tag).is(412)
		if got := s.ann(t, "GET", "/api/settings", nil).is(200).json()["default_calendar_id"]; got != float64(workID) {
			t.Errorf("the settings name %v", got)
		}
		if got := s.ann(t, "GET", home, nil, "If-None-Match", s.ann(t, "GET", home, nil).header.Get("ETag")).is(200).json(); got["default"] != false {
			t.Errorf("%v", got)
		}
		s.ann(t, "PUT", "/api/settings", fmt.Sprintf(`{"default_calendar_id":%d}`, homeID)).is(200)
		if got := s.ann(t, "GET", home, nil).json(); got["default"] != true {
			t.Errorf("%v", got)
		}
		if got := titles(s.ann(t, "GET", "/api/calendars?visible=true&sort=-name", nil).is(200)); got != "Work,Personal" {
			t.Error(got)
		}
		// The default moves with its deletion, and comes back with the calendar.
		s.ann(t, "DELETE", home, nil).is(204)
		if got := s.ann(t, "GET", work, nil).json(); got["default"] != true {
			t.Errorf("%v", got)
		}
		s.ann(t, "DELETE", work, nil).is(409)
		s.ann(t, "POST", fmt.Sprintf("/api/trash/calendar/%d/restore", homeID), nil)
		if got := s.ann(t, "GET", home, nil).is(200).json(); got["default"] != true {
			t.Errorf("restored: %v", got)
		}
		s.as(t, "bob", "GET", home, nil).is(404)
		s.as(t, "bob", "DELETE", home, nil).is(404)
	})
}

func TestCalendarGoesAndComesBackWithItsEvents(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		work, workID := s.calendar(t, "ann", "Work")
		event := s.ann(t, "POST", "/api/events", fmt.Sprintf(`{"title":"Standup","start":"2025-03-31T09:00:00+02:00","recurrence_rule":"FREQ=DAILY;COUNT=3","calendar_id":%d}`, workID)).is(201).header.Get("Location")
		s.ann(t, "PUT", event+"?scope=this&occurrence=2025-04-01T09:00:00", `{"title":"Planning"}`).is(200)
		template := s.ann(t, "POST", "/api/event-templates", fmt.Sprintf(`{"name":"Standup","calendar_id":%d}`, workID)).is(201).header.Get("Location")
		s.ann(t, "DELETE", work, nil).is(204)
		s.ann(t, "GET", event, nil).is(404)
		if got := s.ann(t, "GET", template, nil).is(200).json()["calendar_id"]; got != nil {
			t.Errorf("the template still names %v", got)
		}
		if got := titles(s.ann(t, "GET", "/api/trash", nil).is(200)); got != "Work" {
			t.Errorf("in the trash: %s", got)
		}
		s.ann(t, "POST", fmt.Sprintf("/api/trash/calendar/%d/restore", workID), nil)
		if got := titles(s.ann(t, "GET", "/api/events?start=2025-03-01&end=2025-05-01", nil).is(200)); got != "Standup,Planning,Standup" {
			t.Error(got)
		}
		if got := s.ann(t, "GET", template, nil).is(200).json()["calendar_id"]; got != float64(workID) {
			t.Errorf("the template names %v", got)
		}
	})
}

func TestCalendarBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path, _ := s.personal(t)
		for _, tc := range []struct {
			method, path, body, field string
		}{
			{"POST", "/api/calendars", `{}`, "name:required"},
			{"POST", "/api/calendars", `{"name":" "}`, "name:format"},
			{"POST", "/api/calendars", `{"name":"x","color":"red"}`, "color:format"},
			{"POST", "/api/calendars", `{"name":"x","visible":"yes"}`, "visible:type"},
			{"POST", "/api/calendars", `{"name":"x","events":[]}`, "events:unknown"},
			{"PUT", path, `{"default":false}`, "default:choice"},
			{"GET", "/api/calendars?sort=color", "", "sort:choice"},
			{"GET", "/api/calendars?visible=1", "", "visible:choice"},
		} {
			var body any
			if tc.body != "" {
				body = tc.body
			}
			if got := s.ann(t, tc.method, tc.path, body).is(422).fields(); !got[tc.field] {
				t.Errorf("%s %s %s: %v, want %s", tc.method, tc.path, tc.body, got, tc.field)
			}
		}
	})
}
