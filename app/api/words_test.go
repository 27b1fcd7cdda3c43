package api_test

import "testing"

// A rule is told in the user's language, wherever the record is answered, and
// its ETag does not depend on it.
func TestRulesInPlainWords(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		german := s.callers["ann"]
		german.Language = "de-AT"
		for _, tc := range []struct{ path, body, none, en, de string }{
			{"/api/todos", `{"title":"x","due_date":"2025-04-01","recurrence_rule":"FREQ=WEEKLY;INTERVAL=2;UNTIL=20250630"}`, `{"recurrence_rule":null}`,
				"every 2nd Tuesday until 30 Jun 2025", "jeden 2. Dienstag bis 30. Juni 2025"},
			{"/api/events", `{"title":"x","start":"2025-04-01T09:00:00+02:00","recurrence_rule":"FREQ=MONTHLY;COUNT=3"}`, `{"recurrence_rule":null}`,
				"every month on the 1st, 3 times", "jeden Monat am 1., 3-mal"},
			// It is the 2nd of April there already.
			{"/api/reminders", `{"title":"x","remind_at":"2025-04-01T20:00:00Z","time_zone":"Asia/Tokyo","recurrence_rule":"FREQ=MONTHLY"}`, `{"recurrence_rule":null}`,
				"every month on the 2nd", "jeden Monat am 2."},
			{"/api/event-templates", `{"name":"x","recurrence_rule":"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"}`, `{"recurrence_rule":null}`,
				"every month on the last working day", "jeden Monat am letzten Arbeitstag"},
		} {
			english := s.callers["ann"]
			made := s.ann(t, "POST", tc.path, tc.body).is(201)
			path, tag := made.header.Get("Location"), made.header.Get("ETag")
			if got := made.json()["recurrence_text"]; got != tc.en {
				t.Errorf("%s made: %v, want %s", tc.path, got, tc.en)
			}
			s.callers["ann"] = german
			read := s.ann(t, "GET", path, nil).is(200)
			if got := read.json()["recurrence_text"]; got != tc.de || read.header.Get("ETag") != tag {
				t.Errorf("%s read: %v, want %s; ETag %s, %s before", tc.path, got, tc.de, read.header.Get("ETag"), tag)
			}
			if got := s.ann(t, "GET", tc.path, nil).is(200).list()[0]["recurrence_text"]; got != tc.de {
				t.Errorf("%s listed: %v, want %s", tc.path, got, tc.de)
			}
			s.callers["ann"] = english
			if got := s.ann(t, "PATCH", path, tc.none).is(200).json()["recurrence_text"]; got != "" {
				t.Errorf("%s without a rule: %v", tc.path, got)
			}
		}
	})
}
