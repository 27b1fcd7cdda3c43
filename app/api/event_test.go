package api_test

import (
	"strings"
	"testing"
)

// starts are the occurrences of an answer.
func starts(r reply) string {
	var out []string
	for _, x := range r.is(200).list() {
		out = append(out, x["start"].(string))
	}
	return strings.Join(out, " ")
}

func TestEventFromBirthToTrash(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		person := s.ann(t, "POST", "/api/people", `{"given_name":"Eve"}`).is(201).json()["id"]
		made := s.ann(t, "POST", "/api/events", map[string]any{"title": "Choir", "start": "2025-03-31T19:00:00+02:00", "person_ids": []any{person}}).is(201)
		path := made.header.Get("Location")
		if got := made.json(); got["end"] != "2025-03-31T20:00:00+02:00" || got["time_zone"] != "Europe/Berlin" || got["occurrence"] != nil {
			t.Errorf("%v", got)
		}
		tag := s.ann(t, "GET", path, nil).is(200).header.Get("ETag")
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(304)
		if got := s.ann(t, "PUT", path, `{"end":"2025-03-31T21:00:00+02:00","location":"Hall"}`, "If-Match", tag).is(200).json(); got["end"] != "2025-03-31T21:00:00+02:00" || got["title"] != "Choir" {
			t.Errorf("%v", got)
		}
		s.ann(t, "PATCH", path, `{"person_ids":null}`, "If-Match", tag).is(412)
		if got := s.ann(t, "PATCH", path, `{"time_zone":null,"location":null}`).is(200).json(); got["start"] != "2025-03-31T19:00:00" || got["time_zone"] != nil || got["location"] != "" {
			t.Errorf("%v", got)
		}
		if got := titles(s.ann(t, "GET", "/api/events?q=choir&starred=false", nil).is(200)); got != "Choir" {
			t.Error(got)
		}
		s.as(t, "bob", "GET", path, nil).is(404)
		s.as(t, "bob", "PUT", path, `{"title":"x"}`).is(404)
		s.as(t, "bob", "DELETE", path, nil).is(404)
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "GET", path, nil).is(404)
	})
}

func TestEventSeriesAndItsParts(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/events", `{"title":"Run","start":"2025-03-28T07:00:00+01:00","recurrence_rule":"FREQ=DAILY"}`).is(201).header.Get("Location")
		const days = "/api/events?start=2025-03-28&end=2025-04-01"
		if got := starts(s.ann(t, "GET", days, nil)); got != "2025-03-28T07:00:00+01:00 2025-03-29T07:00:00+01:00 2025-03-30T07:00:00+02:00 2025-03-31T07:00:00+02:00" {
			t.Error(got)
		}
		page := s.ann(t, "GET", days+"&limit=3&count=true", nil).is(200)
		next := strings.TrimPrefix(strings.TrimSuffix(page.header.Get("Link"), `>; rel="next"`), "<")
		if got := starts(s.ann(t, "GET", next, nil)); got != "2025-03-31T07:00:00+02:00" || page.header.Get("X-Total-Count") != "4" {
			t.Errorf("the last page has %s of %s", got, page.header.Get("X-Total-Count"))
		}
		const at = "occurrence=2025-03-30T07:00:00"
		if got := s.ann(t, "GET", path+"?"+at, nil).is(200).json(); got["start"] != "2025-03-30T07:00:00+02:00" || got["occurrence"] != "2025-03-30T07:00:00" {
			t.Errorf("%v", got)
		}
		if got := s.ann(t, "PUT", path+"?scope=this&"+at, `{"start":"2025-03-30T10:00:00+02:00"}`).is(200).json(); got["start"] != "2025-03-30T10:00:00+02:00" {
			t.Errorf("%v", got)
		}
		s.ann(t, "DELETE", path+"?scope=this&occurrence=2025-03-29T07:00:00", nil).is(204)
		following := s.ann(t, "PATCH", path+"?scope=following&occurrence=2025-03-31T07:00:00", `{"title":"Swim"}`).is(200).json()
		if following["title"] != "Swim" || following["start"] != "2025-03-31T07:00:00+02:00" {
			t.Errorf("%v", following)
		}
		r := s.ann(t, "GET", days, nil)
		if got := titles(r) + " " + starts(r); got != "Run,Run,Swim 2025-03-28T07:00:00+01:00 2025-03-30T10:00:00+02:00 2025-03-31T07:00:00+02:00" {
			t.Error(got)
		}
		s.ann(t, "DELETE", path, nil).is(204)
		if got := titles(s.ann(t, "GET", days, nil)); got != "Swim" {
			t.Error(got)
		}
	})
}

func TestEventBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/events", `{"title":"x","start":"2025-01-01","recurrence_rule":"FREQ=DAILY"}`).is(201).header.Get("Location")
		for _, tc := range []struct {
			method, path, body, fields string
		}{
			{"POST", "/api/events", `{}`, "title:required start:required"},
			{"POST", "/api/events", `{"title":"x","start":"2025-02-30"}`, "start:format"},
			{"POST", "/api/events", `{"title":"x","start":null}`, "start:type"},
			{"POST", "/api/events", `{"title":"x","start":"2025-01-01T10:00:00","end":"2025-01-01T09:00:00"}`, "end:order"},
			{"POST", "/api/events", `{"title":"x","start":"2025-01-01","time_zone":"Mars/Base","url":"x"}`, "time_zone:zone url:format"},
			{"POST", "/api/events", `{"title":"x","start":"2025-01-01","recurrence_rule":"FREQ=OFTEN"}`, "recurrence_rule:format"},
			{"POST", "/api/events", `{"title":"x","start":"2025-01-01","person_ids":[77]}`, "person_ids[0]:reference"},
			{"POST", "/api/events", `{"title":"x","start":"2025-01-01","calendar_id":77}`, "calendar_id:reference"},
			{"POST", "/api/events", `{"title":"x","start":"2025-01-01","occurrence":"2025-01-01"}`, "occurrence:unknown"},
			{"POST", "/api/events", "{\"title\":\"a\\u0000b\",\"start\":\"2025-01-01\"}", "title:characters"},
			{"PUT", path + "?scope=this", `{"title":"y"}`, "occurrence:required"},
			{"PUT", path + "?scope=some", `{"title":"y"}`, "scope:choice"},
			{"PUT", path + "?scope=this&occurrence=2025-01-01", `{"recurrence_rule":"FREQ=WEEKLY"}`, "recurrence_rule:series"},
			{"DELETE", path + "?scope=this&occurrence=2024-12-31", "", "occurrence:reference"},
			{"GET", path + "?occurrence=soon", "", "occurrence:format"},
			{"GET", "/api/events?start=2025-01-01", "", "end:required"},
			{"GET", "/api/events?start=2025-01-01&end=2028-01-01", "", "end:range"},
			{"GET", "/api/events?start=2025-01-01&end=2025-02-01&sort=title", "", "sort:choice"},
			{"GET", "/api/events?start=2025-01-01&end=2025-02-01&cursor=xxxx", "", "cursor:format"},
			{"GET", "/api/events?calendar_id=0", "", "calendar_id:range"},
		} {
			var body any
			if tc.body != "" {
				body = tc.body
			}
			got := s.ann(t, tc.method, tc.path, body).is(422).fields()
			for _, f := range strings.Fields(tc.fields) {
				if !got[f] {
					t.Errorf("%s %s %s: %v, want %s", tc.method, tc.path, tc.body, got, f)
				}
			}
		}
		if n := len(s.ann(t, "GET", "/api/events", nil).is(200).list()); n != 1 {
			t.Errorf("%d events after only bad input", n)
		}
	})
}
