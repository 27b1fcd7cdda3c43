package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// What a schema refuses is told once a field, in words that say what to do.
func TestRefusalsInPlainWords(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, tc := range []struct{ method, path, body, want string }{
			{"POST", "/api/todos", `{}`, "title required: must be given"},
			{"POST", "/api/todos", `{"title":""}`, "title too_short: must not be empty"},
			{"POST", "/api/todos", `{"title":" "}`, "title format: must be more than blanks"},
			{"POST", "/api/todos", `{"title":null,"completed":1,"tags":"x"}`, "completed type: must be true or false|tags type: must be a list|title type: must be a text"},
			{"POST", "/api/todos", `{"title":"` + strings.Repeat("x", 501) + `"}`, "title too_long: must be no longer than 500 characters"},
			{"POST", "/api/todos", `{"title":"x","titel":"y"}`, "titel unknown: is not a field here"},
			{"POST", "/api/todos", `{"title":"x","priority":"urgent"}`, `priority choice: must be one of "none, low, medium, high"`},
			{"POST", "/api/todos", `{"title":"x","due_time":"9"}`, "due_time format: must be a time of day like 09:30"},
			{"POST", "/api/todos", `{"title":"x","position":"1"}`, "position type: must be a whole number"},
			{"POST", "/api/todos", `[]`, "body type: must be an object"},
			{"GET", "/api/todos?limit=0", "", "limit range: must be 1 or more"},
			{"GET", "/api/todos?limit=501", "", "limit range: must be 500 or less"},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"tomorrow"}`, "remind_at format: must be an instant like 2025-01-31T09:00:00Z"},
			{"POST", "/api/calendars", `{"name":"x","color":"blue"}`, "color format: must be a colour like #3366cc"},
		} {
			var body any
			if tc.body != "" {
				body = tc.body
			}
			var p struct {
				Errors []struct{ Path, Rule, Message string }
			}
			if err := json.Unmarshal(s.ann(t, tc.method, tc.path, body).is(422).body, &p); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range p.Errors {
				got = append(got, e.Path+" "+e.Rule+": "+e.Message)
			}
			slices.Sort(got)
			if strings.Join(got, "|") != tc.want {
				t.Errorf("%s %s %.60s:\n%s\nwant\n%s", tc.method, tc.path, tc.body, strings.Join(got, "|"), tc.want)
			}
		}
	})
}
