package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestTagsAndCategoriesOfTodos(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		if body := strings.TrimSpace(string(s.ann(t, "GET", "/api/tags", nil).is(200).body)); body != "[]" {
			t.Errorf("at first %s", body)
		}
		s.ann(t, "POST", "/api/todos", `{"title":"a","category":"home","tags":["Plants","weekly"]}`).is(201)
		s.ann(t, "POST", "/api/todos", `{"title":"b","tags":["Plants"]}`).is(201)
		list := func(path string) string {
			var out []string
			for _, x := range s.ann(t, "GET", path, nil).is(200).list() {
				out = append(out, fmt.Sprint(x["kind"], " ", x["name"], " ", x["count"]))
			}
			return strings.Join(out, ", ")
		}
		if got := list("/api/tags"); got != "tag Plants 2, category home 1, tag weekly 1" {
			t.Errorf("%s", got)
		}
		if got := list("/api/tags?kind=category"); got != "category home 1" {
			t.Errorf("%s", got)
		}
		if got := list("/api/tags?limit=1"); got != "tag Plants 2" {
			t.Errorf("%s", got)
		}
		if got := s.as(t, "bob", "GET", "/api/tags", nil).is(200).list(); len(got) != 0 {
			t.Errorf("Bob sees %v", got)
		}
		for path, field := range map[string]string{"/api/tags?kind=colour": "kind:choice", "/api/tags?limit=501": "limit:range", "/api/tags?limit=0": "limit:range"} {
			if !s.ann(t, "GET", path, nil).is(422).fields()[field] {
				t.Errorf("%s does not name %s", path, field)
			}
		}
	})
}
