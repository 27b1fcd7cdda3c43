package api_test

import (
	"fmt"

	"strings"
	"testing"

	"umbra/app/api"
)

func TestTodoFromBirthToTrash(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/todos", `{"title":"Water","due_date":"2025-03-30","tags":["plants"]}`).is(201)
		path := made.header.Get("Location")
		if path == "" || made.json()["title"] != "Water" || made.json()["due_date"] != "2025-03-30" {
			t.Fatalf("%s %s", path, made.body)
		}
		read := s.ann(t, "GET", path, nil).is(200)
		tag := read.header.Get("ETag")
		if tag == "" || tag != made.header.Get("ETag") {
			t.Errorf("ETag %q after %q", tag, made.header.Get("ETag"))
		}
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(304)
		put := s.ann(t, "PUT", path, `{"priority":"high"}`, "If-Match", tag).is(200)
		if put.json()["priority"] != "high" || put.json()["title"] != "Water" {
			t.Errorf("PUT left %s", put.body)
		}
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(200)
		s.ann(t, "PATCH", path, `{"due_date":null}`, "If-Match", tag).is(412)
		if got := s.ann(t, "PATCH", path, `{"due_date":null}`).is(200).json(); got["due_date"] != nil {
			t.Errorf("null did not clear: %v", got["due_date"])
		}
		if got := s.ann(t, "PATCH", path+"/toggle", nil).is(200).json(); got["completed"] != true || got["completed_at"] == nil {
			t.Errorf("toggle: %v", got)
		}
		s.ann(t, "DELETE", path, nil, "If-Match", `"other-1"`).is(412)
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "GET", path, nil).is(404)
	})
}

func TestTodoBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/todos", `{"title":"Water"}`).is(201).header.Get("Location")
		for _, tc := range []struct {
			method, path, body string
			status             int
			fields             string
		}{
			{"POST", "/api/todos", `{}`, 422, "title:required"},
			{"POST", "/api/todos", `{"title":""}`, 422, "title:too_short"},
			{"POST", "/api/todos", `{"title":null}`, 422, "title:type"},
			{"POST", "/api/todos", `{"title":7}`, 422, "title:type"},
			{"POST", "/api/todos", `{"title":"x","colour":"red"}`, 422, "colour:unknown"},
			{"POST", "/api/todos", `{"title":"x","Title":"y"}`, 422, "Title:unknown"},
			{"POST", "/api/todos", `{"title":"x","due_date":"2025-02-30"}`, 422, "due_date:format"},
			{"POST", "/api/todos", `{"title":"x","priority":"urgent","due_date":7}`, 422, "priority:choice due_date:type"},
			{"POST", "/api/todos", `{"title":"x","position":1e300}`, 422, "position:range"},
			{"POST", "/api/todos", `{"title":"x","position":1.5}`, 422, "position:type"},
			{"POST", "/api/todos", `{"title":"x","project_id":99999}`, 422, "project_id:reference"},
			{"POST", "/api/todos", "{\"title\":\"a\\u0000b\"}", 422, "title:characters"},
			{"POST", "/api/todos", "{\"title\":\"\xff\"}", 400, "body:json"},
			{"POST", "/api/todos", `{"title":"\ud800"}`, 400, "body:json"},
			{"POST", "/api/todos", `{"title":`, 400, "body:json"},
			{"POST", "/api/todos", `[]`, 422, "body:type"},
			{"POST", "/api/todos", ``, 400, ""},
			{"PUT", path, `{"title":" "}`, 422, "title:format"},
			{"PATCH", path, `{"due_time":"10:00"}`, 422, "due_time:needs_due_date"},
			{"GET", "/api/todos?limit=0", ``, 422, "limit:range"},
			{"GET", "/api/todos?limit=501", ``, 422, "limit:range"},
			{"GET", "/api/todos?limit=many", ``, 422, "limit:type"},
			{"GET", "/api/todos?nonsense=1", ``, 422, "nonsense:unknown"},
			{"GET", "/api/todos?cursor=xxxx", ``, 422, "cursor:format"},
			{"GET", "/api/todos?sort=id", ``, 422, "sort:choice"},
			{"GET", "/api/todos?due_before=tomorrow", ``, 422, "due_before:format"},
			{"GET", "/api/todos?due_before=", ``, 422, "due_before:format"},
			{"GET", "/api/todos/abc", ``, 422, "id:type"},
			{"GET", "/api/todos/99999999999999999999", ``, 422, "id:type"},
			{"GET", "/api/todos/9223372036854775807", ``, 422, "id:range"},
			{"GET", "/api/todos/77", ``, 404, ""},
		} {
			var body any
			if tc.body != "" || tc.method == "POST" {
				body = tc.body
			}
			r := s.ann(t, tc.method, tc.path, body)
			if r.status != tc.status {
				t.Errorf("%s %s %s: status %d, want %d: %s", tc.method, tc.path, tc.body, r.status, tc.status, r.body)
				continue
			}
			got := r.fields()
			for _, f := range strings.Fields(tc.fields) {
				if !got[f] {
					t.Errorf("%s %s %s: fields %v, want %s", tc.method, tc.path, tc.body, got, f)
				}
			}
		}
		if n := len(s.ann(t, "GET", "/api/todos", nil).is(200).list()); n != 1 {
			t.Errorf("%d to-dos after only bad input", n)
		}
		big := `{"title":"x","description":"` + strings.Repeat("a", 10<<20) + `"}`
		s.ann(t, "POST", "/api/todos", big).is(413)
	})
}

func TestListsArePaged(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for i := range 7 {
			s.ann(t, "POST", "/api/todos", fmt.Sprintf(`{"title":"n%d"}`, i)).is(201)
		}
		seen := map[any]bool{}
		next, pages := "/api/todos?limit=3&count=true&sort=-created_at", 0
		for next != "" {
			r := s.ann(t, "GET", next, nil).is(200)
			if r.header.Get("X-Total-Count") != "7" {
				t.Errorf("total %q", r.header.Get("X-Total-Count"))
			}
			for _, x := range r.list() {
				seen[x["id"]] = true
			}
			link, found := strings.CutSuffix(r.header.Get("Link"), `>; rel="next"`)
			if next = ""; found {
				next = strings.TrimPrefix(link, "<")
			}
			pages++
		}
		if len(seen) != 7 || pages != 3 {
			t.Errorf("%d different to-dos on %d pages", len(seen), pages)
		}
		if body := string(s.as(t, "bob", "GET", "/api/todos", nil).is(200).body); strings.TrimSpace(body) != "[]" {
			t.Errorf("an empty list is %s", body)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		key := []string{"Idempotency-Key", "k1"}
		first := s.ann(t, "POST", "/api/todos", `{"title":"once"}`, key...).is(201)
		again := s.ann(t, "POST", "/api/todos", `{"title":"once"}`, key...).is(201)
		if string(first.body) != string(again.body) || first.header.Get("Location") != again.header.Get("Location") || first.header.Get("ETag") != again.header.Get("ETag") {
			t.Errorf("%s\n%s", first.body, again.body)
		}
		s.ann(t, "POST", "/api/todos", `{"title":"other"}`, key...).is(409)
		s.as(t, "bob", "POST", "/api/todos", `{"title":"other"}`, key...).is(201)
		s.ann(t, "POST", "/api/todos", `{"title":" "}`, "Idempotency-Key", "k2").is(422)
		s.ann(t, "POST", "/api/todos", `{"title":"ok"}`, "Idempotency-Key", "k2").is(201) // an error used nothing up
		if n := len(s.ann(t, "GET", "/api/todos", nil).list()); n != 2 {
			t.Errorf("%d to-dos", n)
		}
	})
}

func TestAccess(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/todos", `{"title":"mine"}`).is(201).header.Get("Location")
		s.as(t, "", "GET", path, nil).is(401).fields()
		s.as(t, "nobody", "GET", path, nil).is(401).fields()
		s.as(t, "bob", "GET", path, nil).is(404).fields()
		s.as(t, "bob", "DELETE", path, nil).is(404)
	})
}

func TestSessionToken(t *testing.T) {
	for header, want := range map[string]string{
		"":                                 "",
		api.PlainCookie + "=abc":           "abc",
		"a=b; " + api.PlainCookie + "=abc": "abc",
		api.PlainCookie + "=x; " + api.SecureCookie + "=y": "y",
		`odd="; bad; ` + api.PlainCookie + "=abc":          "abc",
		api.PlainCookie + "=":                              "",
	} {
		if got := api.SessionToken(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
