package api_test

import (
	"strings"
	"testing"
)

func TestReminderFromBirthToTrash(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		todo := s.ann(t, "POST", "/api/todos", `{"title":"Bins"}`).is(201)
		made := s.ann(t, "POST", "/api/reminders", map[string]any{"title": "Bins", "remind_at": "2025-03-29T18:00:00+01:00",
			"recurrence_rule": "FREQ=DAILY;COUNT=2", "todo_id": todo.json()["id"]}).is(201)
		path, tag := made.header.Get("Location"), made.header.Get("ETag")
		if got := made.json(); got["remind_at"] != "2025-03-29T17:00:00Z" || got["time_zone"] != "Europe/Berlin" || got["active"] != true || got["due_at"] != got["remind_at"] {
			t.Errorf("%v", got)
		}
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(304)
		snoozed := s.ann(t, "PATCH", path+"/snooze", `{"minutes":30}`, "If-Match", tag).is(200)
		if got := snoozed.json(); got["snoozed_until"] != "2025-03-29T12:30:00Z" || got["due_at"] != got["snoozed_until"] || snoozed.header.Get("ETag") == tag {
			t.Errorf("%v", got)
		}
		s.ann(t, "PATCH", path+"/dismiss", nil, "If-Match", tag).is(412)
		// The clocks go forward that night: six in the evening stays six.
		if got := s.ann(t, "PATCH", path+"/dismiss", nil).is(200).json(); got["remind_at"] != "2025-03-30T16:00:00Z" || got["dismissed"] != false ||
			got["snoozed_until"] != nil || got["recurrence_rule"] != "FREQ=DAILY;COUNT=1" {
			t.Errorf("%v", got)
		}
		if got := s.ann(t, "PATCH", path+"/dismiss", nil).is(200).json(); got["active"] != false || got["dismissed"] != true || got["dismissed_at"] == nil {
			t.Errorf("%v", got)
		}
		if got := s.ann(t, "PUT", path, `{"remind_at":"2025-04-01T10:00:00Z"}`).is(200).json(); got["active"] != true || got["dismissed"] != false {
			t.Errorf("a new time: %v", got)
		}
		s.ann(t, "DELETE", todo.header.Get("Location"), nil).is(204)
		if got := s.ann(t, "GET", path, nil).is(200).json(); got["todo_id"] != nil {
			t.Errorf("it still names the to-do: %v", got)
		}
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "GET", path, nil).is(404)
	})
}

func TestRemindersAreListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, body := range []string{`{"title":"b","remind_at":"2025-04-02T10:00:00Z"}`, `{"title":"a","remind_at":"2025-04-01T10:00:00Z"}`,
			`{"title":"c","remind_at":"2025-04-03T10:00:00Z","active":false}`, `{"title":"d","remind_at":"2025-03-01T10:00:00Z","dismissed":true}`} {
			s.ann(t, "POST", "/api/reminders", body).is(201)
		}
		for query, want := range map[string]string{"": "dabc", "?sort=-due_at": "cbad", "?sort=created_at": "bacd", "?active=true": "ab", "?active=false": "dc",
			"?dismissed=true": "d", "?dismissed=false&active=false": "c", "?from=2025-04-01T10:00:00Z&to=2025-04-03T12:00:00%2B02:00": "ab", "?q=C": "c"} {
			r := s.ann(t, "GET", "/api/reminders"+query, nil).is(200)
			if got := column(r, "title"); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		if got := s.ann(t, "GET", "/api/reminders?active=true&count=true&limit=1", nil).is(200); got.header.Get("X-Total-Count") != "2" || got.header.Get("Link") == "" {
			t.Errorf("%v", got.header)
		}
		if got := s.as(t, "bob", "GET", "/api/reminders", nil).is(200).list(); len(got) != 0 {
			t.Errorf("Bob sees %v", got)
		}
	})
}

func TestReminderBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/reminders", `{"title":"x","remind_at":"2025-04-02T10:00:00Z"}`).is(201).header.Get("Location")
		s.as(t, "bob", "PATCH", path+"/dismiss", nil).is(404)
		s.as(t, "bob", "PATCH", path+"/snooze", `{"minutes":5}`).is(404)
		for _, tc := range []struct{ method, path, body, fields string }{
			{"POST", "/api/reminders", `{}`, "title:required remind_at:required"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"tomorrow"}`, "remind_at:format"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"2025-02-30T10:00:00Z"}`, "remind_at:format"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"2025-03-30T10:00:00"}`, "remind_at:format"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":7}`, "remind_at:type"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":null}`, "remind_at:type"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"0000-01-01T00:00:00Z"}`, "remind_at:range"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"2025-04-02T10:00:00Z","time_zone":"Mars/Base","recurrence_rule":"FREQ=NOW"}`, "time_zone:zone recurrence_rule:format"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"2025-04-02T10:00:00Z","event_id":77}`, "event_id:reference"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"2025-04-02T10:00:00Z","due_at":"2025-04-02T10:00:00Z"}`, "due_at:unknown"},
			{"PUT", path, `{"snoozed_until":"2025-03-29T12:00:00Z"}`, "snoozed_until:future"},
			{"PATCH", path + "/snooze", `{}`, "until:one_of minutes:one_of"},
			{"PATCH", path + "/snooze", `{"minutes":5,"until":"2025-04-02T10:00:00Z"}`, "until:one_of minutes:one_of"},
			{"PATCH", path + "/snooze", `{"minutes":0}`, "minutes:range"},
			{"PATCH", path + "/snooze", `{"minutes":43201}`, "minutes:range"},
			{"PATCH", path + "/snooze", `{"minutes":null}`, "minutes:type"},
			{"PATCH", path + "/snooze", `{"until":"2025-03-29T11:00:00Z"}`, "until:future"},
			{"GET", "/api/reminders?from=soon", ``, "from:format"},
			{"GET", "/api/reminders?active=maybe", ``, "active:choice"},
			{"GET", "/api/reminders?sort=title", ``, "sort:choice"},
		} {
			var body any
			if tc.body != "" {
				body = tc.body
			}
			r := s.ann(t, tc.method, tc.path, body)
			if r.status != 422 {
				t.Errorf("%s %s %s: %d %s", tc.method, tc.path, tc.body, r.status, r.body)
				continue
			}
			for _, f := range strings.Fields(tc.fields) {
				if !r.fields()[f] {
					t.Errorf("%s %s %s: %s, want %s", tc.method, tc.path, tc.body, r.body, f)
				}
			}
		}
		if n := len(s.ann(t, "GET", "/api/reminders", nil).is(200).list()); n != 1 {
			t.Errorf("%d reminders after only bad input", n)
		}
	})
}
