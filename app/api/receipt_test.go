package api_test

import (
	"fmt"
	"testing"
)

// changeSet is what the answer's header names.
func (r reply) changeSet() string { return r.header.Get("Change-Set") }

// undo takes back what an answer's header names.
func (s *server) undo(t *testing.T, r reply) reply {
	t.Helper()
	if r.changeSet() == "" {
		t.Fatalf("no Change-Set in %v", r.header)
	}
	return s.ann(t, "POST", "/api/history/"+r.changeSet()+"/undo", nil).is(200)
}

func TestTheAnswerNamesTheChangeSetToUndo(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/todos", `{"title":"Water"}`).is(201)
		at := made.header.Get("Location")
		renamed := s.ann(t, "PATCH", at, `{"title":"Wash"}`).is(200)
		if s.undo(t, renamed); s.ann(t, "GET", at, nil).is(200).json()["title"] != "Water" {
			t.Error("the change was not undone")
		}
		toggled := s.ann(t, "PATCH", at+"/toggle", nil).is(200)
		if s.undo(t, toggled); s.ann(t, "GET", at, nil).is(200).json()["completed"] != false {
			t.Error("the completion was not undone")
		}
		deleted := s.ann(t, "DELETE", at, nil).is(204)
		undone := s.undo(t, deleted)
		s.ann(t, "GET", at, nil).is(200)
		if fmt.Sprint(undone.json()["change_set"]) != undone.changeSet() {
			t.Errorf("the header names %s, the body %s", undone.changeSet(), undone.body)
		}
		s.undo(t, undone)
		s.ann(t, "GET", at, nil).is(404)
		restored := s.ann(t, "POST", fmt.Sprintf("/api/trash/todo/%v/restore", made.json()["id"]), nil).is(204)
		s.undo(t, restored)
		s.ann(t, "GET", at, nil).is(404)
		settings := s.ann(t, "PATCH", "/api/settings", `{"theme":"dark"}`).is(200)
		if again := s.ann(t, "PATCH", "/api/settings", `{"theme":"dark"}`).is(200); again.changeSet() != "" {
			t.Errorf("nothing was changed and %s is to be undone", again.changeSet())
		}
		if s.undo(t, settings); s.ann(t, "GET", "/api/settings", nil).is(200).json()["theme"] == "dark" {
			t.Error("the settings were not undone")
		}
		template := s.ann(t, "POST", "/api/event-templates", `{"name":"Choir","title":"Choir"}`).is(201).header.Get("Location")
		event := s.ann(t, "POST", template+"/instantiate", `{"start":"2025-04-01T19:00"}`).is(201)
		s.undo(t, event)
		s.ann(t, "GET", event.header.Get("Location"), nil).is(404)
	})
}

func TestARepeatedRequestNamesTheSameChangeSet(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		send := func() reply {
			return s.ann(t, "POST", "/api/todos", `{"title":"Water"}`, "Idempotency-Key", "one").is(201)
		}
		first := send()
		s.ann(t, "POST", "/api/todos", `{"title":"Other"}`).is(201)
		if again := send(); first.changeSet() == "" || again.changeSet() != first.changeSet() {
			t.Errorf("%q, then %q", first.changeSet(), again.changeSet())
		}
	})
}

func TestARefusalNamesNoChangeSet(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/todos", `{"title":"Water"}`).is(201)
		for _, r := range []reply{
			s.ann(t, "PATCH", made.header.Get("Location"), `{"project_id":99}`).is(422),
			s.ann(t, "PATCH", made.header.Get("Location"), `{"title":"Wash"}`, "If-Match", `"x-1"`).is(412),
			s.ann(t, "DELETE", "/api/todos/99", nil).is(404),
		} {
			if r.changeSet() != "" {
				t.Errorf("%d names the Change-Set %s", r.status, r.changeSet())
			}
		}
	})
}
