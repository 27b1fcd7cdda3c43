package api_test

import (
	"fmt"
	"testing"
)

// A script that deletes nearly everything is obeyed, and a person asked, by whom
// alone it is answered.
func TestAPersonAnswersMassDeletions(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		script, _ := d.token(t, ann, "read", "write")
		drop := func(n int) {
			t.Helper()
			for i := range n {
				at := d.with(t, ann, "POST", "/api/todos", fmt.Sprintf(`{"title":"to-do %d"}`, i)).is(201).header.Get("Location")
				defer func() { d.bearing(t, script, "DELETE", at, nil).is(204) }()
			}
		}
		list := func() []map[string]any {
			t.Helper()
			return d.with(t, ann, "GET", "/api/mass-deletions?count=true", nil).is(200).list()
		}
		if got := list(); len(got) != 0 {
			t.Fatalf("%v", got)
		}
		drop(12)
		got := list()
		if len(got) != 1 || got[0]["client"] != "A script" || got[0]["kind"] != "todo" || got[0]["collection"] != "todos" || got[0]["deleted"] != 12.0 || got[0]["had"] != 12.0 || got[0]["waiting"] != 12.0 {
			t.Fatalf("%v", got)
		}
		at := fmt.Sprintf("/api/mass-deletions/%.0f", got[0]["id"])
		for _, r := range []reply{d.bearing(t, script, "GET", "/api/mass-deletions", nil), d.bearing(t, script, "POST", at+"/accept", nil), d.bearing(t, script, "POST", at+"/restore", nil)} {
			if r.is(403); r.code() != "scope" {
				t.Errorf("%s", r.body)
			}
		}
		r := d.with(t, ann, "POST", at+"/restore", nil).is(200)
		if r.json()["restored"] != 12.0 || r.header.Get("Change-Set") == "" {
			t.Errorf("%v %s", r.header, r.body)
		}
		if todos := d.with(t, ann, "GET", "/api/todos", nil).is(200).list(); len(todos) != 12 || len(list()) != 0 {
			t.Errorf("%d to-dos", len(todos))
		}
		d.with(t, ann, "POST", at+"/restore", nil).is(404)
		d.with(t, ann, "POST", at+"/accept", nil).is(404)

		d.clock.Advance(6 * 60e9)
		drop(40)
		if got = list(); len(got) != 1 {
			t.Fatalf("%v", got)
		}
		d.with(t, ann, "POST", fmt.Sprintf("/api/mass-deletions/%.0f/accept", got[0]["id"]), nil).is(204)
		if trash := d.with(t, ann, "GET", "/api/trash?limit=100", nil).is(200).list(); len(trash) != 40 || len(list()) != 0 {
			t.Errorf("%d in the trash", len(trash))
		}
	})
}
