package api_test

import (
	"fmt"
	"testing"
)

func TestEventTemplates(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		_, work := s.calendar(t, "ann", "Work")
		made := s.ann(t, "POST", "/api/event-templates", fmt.Sprintf(
			`{"name":"Rehearsal","title":"Choir","start_time":"19:00","duration_minutes":90,"calendar_id":%d,"reminders":["-PT30M"],"color":"#3366cc"}`, work)).is(201)
		path := made.header.Get("Location")
		event := s.ann(t, "POST", path+"/instantiate", `{"start":"2025-03-31"}`, "Idempotency-Key", "k").is(201)
		again := s.ann(t, "POST", path+"/instantiate", `{"start":"2025-03-31"}`, "Idempotency-Key", "k").is(201)
		if event.header.Get("Location") != again.header.Get("Location") {
			t.Error("a repeated request made another event")
		}
		got := s.ann(t, "GET", event.header.Get("Location"), nil).is(200).json()
		if got["title"] != "Choir" || got["start"] != "2025-03-31T19:00:00+02:00" || got["end"] != "2025-03-31T20:30:00+02:00" || got["calendar_id"] != float64(work) || got["color"] != "#3366cc" {
			t.Errorf("%v", got)
		}
		tag := made.header.Get("ETag")
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(304)
		if got := s.ann(t, "PUT", path, `{"all_day":true,"title":null,"calendar_id":null}`, "If-Match", tag).is(200).json(); got["duration_minutes"] != float64(1440) || got["title"] != "" {
			t.Errorf("%v", got)
		}
		if got := s.ann(t, "POST", path+"/instantiate", `{"start":"2025-03-31T10:00:00Z"}`).is(201).json(); got["title"] != "Rehearsal" || got["start"] != "2025-03-31" || got["end"] != "2025-04-01" || got["calendar_id"] == float64(work) {
			t.Errorf("%v", got)
		}
		if got := titles(s.ann(t, "GET", "/api/event-templates?q=rehears&count=true", nil).is(200)); got != "Rehearsal" {
			t.Error(got)
		}
		for _, tc := range []struct{ method, path, body, field string }{
			{"POST", "/api/event-templates", `{}`, "name:required"},
			{"POST", "/api/event-templates", `{"name":"x","start_time":"25:00"}`, "start_time:format"},
			{"POST", "/api/event-templates", `{"name":"x","duration_minutes":-1}`, "duration_minutes:range"},
			{"POST", "/api/event-templates", `{"name":"x","calendar_id":77}`, "calendar_id:reference"},
			{"POST", "/api/event-templates", `{"name":"x","start":"2025-01-01"}`, "start:unknown"},
			{"POST", path + "/instantiate", `{}`, "start:required"},
			{"POST", path + "/instantiate", `{"start":"2025-02-30"}`, "start:format"},
			{"PUT", path, `{"recurrence_rule":"FREQ=OFTEN"}`, "recurrence_rule:format"},
		} {
			if got := s.ann(t, tc.method, tc.path, tc.body).is(422).fields(); !got[tc.field] {
				t.Errorf("%s %s %s: %v, want %s", tc.method, tc.path, tc.body, got, tc.field)
			}
		}
		s.as(t, "bob", "POST", path+"/instantiate", `{"start":"2025-03-31"}`).is(404)
		s.as(t, "bob", "GET", path, nil).is(404)
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "POST", path+"/instantiate", `{"start":"2025-03-31"}`).is(404)
		if n := len(s.ann(t, "GET", "/api/events", nil).is(200).list()); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}
