package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// order is what a list in the user's own order is called.
func (s *server) order(t *testing.T, path, name string) string {
	t.Helper()
	var out []string
	for _, x := range s.ann(t, "GET", path+"?sort=position", nil).is(200).list() {
		out = append(out, fmt.Sprint(x[name]))
	}
	return strings.Join(out, "")
}

func TestPlacesAreGivenByNeighbours(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, of := range []struct{ path, name string }{{"/api/todos", "title"}, {"/api/projects", "name"}} {
			at, id := map[string]string{}, map[string]any{}
			for _, x := range []string{"a", "b", "c", "d"} {
				r := s.ann(t, "POST", of.path, fmt.Sprintf(`{%q:%q}`, of.name, x)).is(201)
				at[x], id[x] = r.header.Get("Location"), r.json()["id"]
			}
			// They are made at the same moment, in their order and with room between.
			if got := s.order(t, of.path, of.name); got != "abcd" {
				t.Fatalf("%s: %s", of.path, got)
			}
			moved := s.ann(t, "PATCH", at["d"]+"/place", fmt.Sprintf(`{"after":%v}`, id["a"])).is(200)
			if got := s.order(t, of.path, of.name); got != "adbc" || moved.json()["id"] != id["d"] || moved.header.Get("ETag") == "" {
				t.Errorf("%s: %s, %s", of.path, got, moved.body)
			}
			if set := s.newest(t, "ann"); fmt.Sprint(set["change_set"]) != moved.changeSet() || set["changes"] != 1.0 {
				t.Errorf("%s: more than the one was written: %v", of.path, set)
			}
			if again := s.ann(t, "PATCH", at["d"]+"/place", fmt.Sprintf(`{"before":%v}`, id["b"])).is(200); again.changeSet() != "" {
				t.Errorf("%s: it is there already, and %s is to be undone", of.path, again.changeSet())
			}
			s.ann(t, "PATCH", at["a"]+"/place", fmt.Sprintf(`{"before":%v}`, id["c"])).is(200)
			if got := s.order(t, of.path, of.name); got != "dbac" {
				t.Errorf("%s: %s", of.path, got)
			}
			s.undo(t, moved)
			if got := s.order(t, of.path, of.name); got != "bacd" {
				t.Errorf("%s after the undo: %s", of.path, got)
			}
			// Without room the neighbours move along, all in one change-set.
			for i, x := range []string{"a", "b", "c", "d"} {
				s.ann(t, "PATCH", at[x], fmt.Sprintf(`{"position":%d}`, i)).is(200)
			}
			tight := s.ann(t, "PATCH", at["d"]+"/place", fmt.Sprintf(`{"after":%v}`, id["a"])).is(200)
			if got := s.order(t, of.path, of.name); got != "adbc" {
				t.Errorf("%s without room: %s", of.path, got)
			}
			s.undo(t, tight)
			if got := s.ann(t, "GET", at["b"], nil).json(); s.order(t, of.path, of.name) != "abcd" || got["position"] != 1.0 {
				t.Errorf("%s after the undo: %v", of.path, got)
			}
			for _, tc := range []struct {
				user, at, body string
				status         int
				field          string
			}{
				{"ann", at["a"], `{}`, 422, "after:required"},
				{"ann", at["a"], `{"after":null}`, 422, "after:required"},
				{"ann", at["a"], fmt.Sprintf(`{"after":%v,"before":%v}`, id["b"], id["c"]), 422, "before:conflict"},
				{"ann", at["a"], fmt.Sprintf(`{"after":%v}`, id["a"]), 422, "after:conflict"},
				{"ann", at["a"], `{"before":999}`, 422, "before:reference"},
				{"ann", at["a"], `{"before":0}`, 422, "before:range"},
				{"ann", at["a"], `{"position":5}`, 422, "position:unknown"},
				{"ann", of.path + "/999", fmt.Sprintf(`{"after":%v}`, id["a"]), 404, ""},
				{"bob", at["a"], fmt.Sprintf(`{"after":%v}`, id["b"]), 404, ""},
			} {
				if r := s.as(t, tc.user, "PATCH", tc.at+"/place", tc.body).is(tc.status); tc.field != "" && !r.fields()[tc.field] {
					t.Errorf("%s: %s, want %s", tc.body, r.body, tc.field)
				}
			}
			s.ann(t, "PATCH", at["a"]+"/place", fmt.Sprintf(`{"after":%v}`, id["b"]), "If-Match", `"x-1"`).is(http.StatusPreconditionFailed)
		}
	})
}
