package api_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"umbra/app/db"
)

// newest is the user's last change-set.
func (s *server) newest(t *testing.T, user string) map[string]any {
	t.Helper()
	l := s.as(t, user, "GET", "/api/history?limit=1", nil).is(200).list()
	if len(l) != 1 {
		t.Fatalf("%v", l)
	}
	return l[0]
}

func undoPath(set map[string]any) string {
	return fmt.Sprintf("/api/history/%v/undo", set["change_set"])
}

func TestUndoAndUndoOfTheUndo(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/todos", `{"title":"Water","priority":"high"}`).is(201)
		at := made.header.Get("Location")
		s.ann(t, "PUT", at, `{"title":"Wash","priority":"low"}`).is(200)
		set := s.newest(t, "ann")
		entries, _ := set["entries"].([]any)
		if set["source"] != "api" || set["changes"] != 1.0 || set["undone_by"] != nil || len(entries) != 1 {
			t.Errorf("%v", set)
		}
		undo := s.ann(t, "POST", undoPath(set), nil).is(200).json()
		if got := s.ann(t, "GET", at, nil).is(200); got.json()["title"] != "Water" || got.json()["priority"] != "high" || got.header.Get("ETag") == made.header.Get("ETag") {
			t.Errorf("%v %s", got.header, got.body)
		}
		if r := s.ann(t, "POST", undoPath(set), nil).is(409); r.code() != "already_undone" {
			t.Errorf("undone twice: %s", r.body)
		}
		s.ann(t, "POST", undoPath(undo), nil).is(200)
		if got := s.ann(t, "GET", at, nil).is(200).json(); got["title"] != "Wash" {
			t.Errorf("%v", got)
		}
		s.as(t, "bob", "POST", undoPath(set), nil).is(404).fields()
		s.ann(t, "POST", "/api/history/999999/undo", nil).is(404).fields()
		s.ann(t, "POST", "/api/history/0/undo", nil).is(422).fields()
		s.as(t, "", "POST", undoPath(set), nil).is(401)
	})
}

var nextLink = regexp.MustCompile(`<([^>]+)>; rel="next"`)

func TestHistoryPagesNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for i := range 5 {
			s.ann(t, "POST", "/api/locations", fmt.Sprintf(`{"name":"p%d"}`, i)).is(201)
		}
		var titles []string
		path := "/api/history?limit=2&count=true"
		for path != "" {
			r := s.ann(t, "GET", path, nil).is(200)
			if r.header.Get("X-Total-Count") != "6" { // and the first calendar
				t.Errorf("%v", r.header)
			}
			for _, set := range r.list() {
				first, _ := set["entries"].([]any)[0].(map[string]any)
				titles = append(titles, fmt.Sprint(first["title"]))
			}
			m := nextLink.FindStringSubmatch(r.header.Get("Link"))
			path = ""
			if m != nil {
				path = m[1]
			}
		}
		if got := strings.Join(titles[:5], " "); got != "p4 p3 p2 p1 p0" || len(titles) != 6 {
			t.Errorf("%v", titles)
		}
		if l := s.as(t, "bob", "GET", "/api/history", nil).is(200).list(); len(l) != 1 {
			t.Errorf("Bob sees %v", l)
		}
		s.ann(t, "GET", "/api/history?cursor=nonsense", nil).is(422).fields()
	})
}

func TestTrashRestorePurgeAndEmpty(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		place := s.ann(t, "POST", "/api/locations", `{"name":"Mill"}`).is(201).json()
		todo := s.ann(t, "POST", "/api/todos", map[string]any{"title": "Bread", "location_id": place["id"]}).is(201)
		s.ann(t, "DELETE", fmt.Sprintf("/api/locations/%v", place["id"]), nil).is(204)
		if got := s.ann(t, "GET", todo.header.Get("Location"), nil).is(200).json(); got["location_id"] != nil {
			t.Errorf("%v", got)
		}
		r := s.ann(t, "GET", "/api/trash?count=true", nil).is(200)
		if l := r.list(); len(l) != 1 || l[0]["kind"] != "location" || l[0]["title"] != "Mill" || l[0]["id"] != place["id"] ||
			l[0]["deleted_at"] != "2025-03-29T12:00:00Z" || l[0]["purged_at"] != "2025-04-28T12:00:00Z" || r.header.Get("X-Total-Count") != "1" {
			t.Errorf("%v %s", r.header, r.body)
		}
		at := fmt.Sprintf("/api/trash/location/%v", place["id"])
		s.as(t, "bob", "POST", at+"/restore", nil).is(404).fields()
		s.as(t, "bob", "DELETE", at, nil).is(404).fields()
		s.as(t, "bob", "DELETE", "/api/trash", nil).is(204)
		s.ann(t, "POST", at+"/restore", nil).is(204)
		if got := s.ann(t, "GET", todo.header.Get("Location"), nil).is(200).json(); got["location_id"] != place["id"] {
			t.Errorf("%v", got)
		}
		s.ann(t, "POST", at+"/restore", nil).is(404).fields()
		s.ann(t, "POST", "/api/trash/unicorn/1/restore", nil).is(404).fields()

		s.ann(t, "DELETE", fmt.Sprintf("/api/locations/%v", place["id"]), nil).is(204)
		deletion := s.newest(t, "ann")
		s.ann(t, "DELETE", at, nil).is(204)
		if r := s.ann(t, "POST", undoPath(deletion), nil).is(409); r.code() != "purged" || strings.Contains(string(r.body), "Mill") {
			t.Errorf("%s", r.body)
		}
		if b := string(s.ann(t, "GET", "/api/history", nil).is(200).body); strings.Contains(b, "Mill") {
			t.Errorf("what was removed for good is in the history: %s", b)
		}
		s.ann(t, "DELETE", todo.header.Get("Location"), nil).is(204)
		s.ann(t, "DELETE", "/api/trash", nil).is(204)
		if l := s.ann(t, "GET", "/api/trash", nil).is(200).list(); len(l) != 0 {
			t.Errorf("%v", l)
		}
	})
}

func TestWhatIsRemovedForGoodIsInNoStoredAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		stored := func() int64 {
			n, _, err := db.One(t.Context(), s.db, db.Value[int64], "SELECT COUNT(*) FROM idempotency_keys WHERE body LIKE '%xyzzy%'")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, purge := range []string{"/api/trash/todo/%v", "/api/trash"} {
			made := s.ann(t, "POST", "/api/todos", `{"title":"xyzzy"}`, "Idempotency-Key", "k").is(201)
			s.as(t, "bob", "POST", "/api/todos", `{"title":"xyzzy"}`, "Idempotency-Key", purge).is(201)
			before := stored()
			s.ann(t, "DELETE", made.header.Get("Location"), nil).is(204)
			if stored() != before {
				t.Error("what is in the trash can still be asked for again")
			}
			path := strings.Replace(purge, "%v", fmt.Sprint(made.json()["id"]), 1)
			s.ann(t, "DELETE", path, nil).is(204)
			if n := stored(); n != before-1 {
				t.Errorf("%s left %d of %d stored answers", path, n, before)
			}
		}
	})
}

func TestHistoryOfOneRecord(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/todos", `{"title":"Water"}`).is(201)
		s.ann(t, "POST", "/api/todos", `{"title":"other"}`).is(201)
		changed := s.ann(t, "PATCH", made.header.Get("Location"), `{"title":"Wash"}`).is(200)
		path := fmt.Sprintf("/api/history?kind=todo&id=%v", made.json()["id"])
		first := s.ann(t, "GET", path+"&limit=1&count=true", nil).is(200)
		if l := first.list(); len(l) != 1 || fmt.Sprint(l[0]["change_set"]) != changed.changeSet() || first.header.Get("X-Total-Count") != "2" {
			t.Errorf("%s, %v", first.body, first.header)
		}
		if all := s.walkPages(t, path+"&limit=1", "change_set"); len(all) != 2 || all[1] != made.changeSet() {
			t.Errorf("%v, made by %s", all, made.changeSet())
		}
		if l := s.as(t, "bob", "GET", path, nil).is(200).list(); len(l) != 0 {
			t.Errorf("Bob sees %v", l)
		}
		for query, field := range map[string]string{"kind=todo": "id:required", "kind=": "kind:format", "id=1": "kind:required", "kind=To+do&id=1": "kind:format", "kind=todo&id=0": "id:range"} {
			if !s.ann(t, "GET", "/api/history?"+query, nil).is(422).fields()[field] {
				t.Errorf("%s does not name %s", query, field)
			}
		}
	})
}
