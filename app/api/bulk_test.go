package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestManyTodosAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		var ids []string
		for i := range 3 {
			ids = append(ids, fmt.Sprint(s.ann(t, "POST", "/api/todos", fmt.Sprintf(`{"title":"t%d"}`, i)).is(201).json()["id"]))
		}
		all := `{"ids":[` + strings.Join(ids, ",") + `],`
		done := s.ann(t, "POST", "/api/todos/bulk", all+`"set":{"completed":true,"due_date":null}}`).is(200)
		if done.json()["changed"] != 3.0 || len(s.ann(t, "GET", "/api/todos?completed=true", nil).is(200).list()) != 3 {
			t.Errorf("%s", done.body)
		}
		s.undo(t, done)
		if n := len(s.ann(t, "GET", "/api/todos?completed=true", nil).is(200).list()); n != 0 {
			t.Errorf("%d are still done", n)
		}
		gone := s.ann(t, "POST", "/api/todos/bulk", all+`"delete":true}`).is(200)
		if n := len(s.ann(t, "GET", "/api/todos", nil).is(200).list()); n != 0 {
			t.Errorf("%d are still there", n)
		}
		s.undo(t, gone)
		if n := len(s.ann(t, "GET", "/api/todos", nil).is(200).list()); n != 3 {
			t.Errorf("%d came back", n)
		}
		for body, field := range map[string]string{
			all + `"set":{"title":null}}`:                 "set.title:type",
			all + `"set":{"title":" "}}`:                  "set.title:format",
			all + `"set":{"colour":"red"}}`:               "set.colour:unknown",
			all + `"set":{"due_time":"10:00"}}`:           "set.due_time:needs_due_date",
			all + `"set":{"priority":"x"}}`:               "set.priority:choice",
			all + `"set":{}}`:                             "set:required",
			all + `"set":null}`:                           "set:",
			all + `"delete":false}`:                       "set:required",
			all + `"delete":true,"set":{"title":"x"}}`:    "set:conflict",
			`{"ids":[],"delete":true}`:                    "ids:too_few",
			`{"ids":[1,1],"delete":true}`:                 "ids[1]:duplicate",
			`{"ids":[{}],"delete":true}`:                  "ids[0]:type",
			`{"delete":true}`:                             "ids:required",
			`{"ids":["1"],"delete":true}`:                 "ids[0]:type",
			`{"ids":[` + commas(501) + `],"delete":true}`: "ids:too_many",
		} {
			r := s.ann(t, "POST", "/api/todos/bulk", body).is(422)
			if !strings.Contains(fmt.Sprint(r.fields()), field) {
				t.Errorf("%.80s: %s, want %s", body, r.body, field)
			}
		}
		s.ann(t, "POST", "/api/todos/bulk", `{"ids":[999],"delete":true}`).is(404)
		s.as(t, "bob", "POST", "/api/todos/bulk", all+`"delete":true}`).is(404)
		s.ann(t, "GET", "/api/todos/bulk", nil).is(405)
	})
}

// commas is 1,2,…,n.
func commas(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",%d", i+1)
	}
	return b.String()[1:]
}
