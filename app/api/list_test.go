package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// walkPages reads a list to its end and answers one field of its items.
func (s *server) walkPages(t *testing.T, path, field string) (out []string) {
	t.Helper()
	for pages := 0; path != ""; pages++ {
		r := s.ann(t, "GET", path, nil).is(200)
		for _, x := range r.list() {
			out = append(out, fmt.Sprint(x[field]))
		}
		path = ""
		if next := nextLink.FindStringSubmatch(r.header.Get("Link")); next != nil {
			path = next[1]
		}
		if pages > 50 {
			t.Fatal("the pages do not end")
		}
	}
	return out
}

// Text, filters, order and cursor go together, also where sort values tie.
func TestFilteredListsArePagedInEveryOrder(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for i := range 12 {
			priority := []string{"low", "high", "none"}[i%3]
			s.ann(t, "POST", "/api/todos", fmt.Sprintf(`{"title":"Wäsche %d","priority":%q,"due_date":"2025-04-0%d","tags":["home"],"position":%d,"completed":%v}`,
				i, priority, 1+i%4, i/2, i%6 == 5)).is(201)
			s.ann(t, "POST", "/api/todos", fmt.Sprintf(`{"title":"other %d","tags":["home"]}`, i)).is(201)
		}
		const filters = "q=wasche&tag=home&completed=false&due_after=2025-04-01"
		for _, order := range []string{"position", "-position", "due_date", "-due_date", "title", "-title", "priority", "-priority", "created_at", "-created_at", "updated_at", "-updated_at"} {
			whole := s.walkPages(t, "/api/todos?limit=500&sort="+order+"&"+filters, "id")
			paged := s.walkPages(t, "/api/todos?limit=3&sort="+order+"&"+filters, "id")
			if len(whole) != 10 || strings.Join(whole, " ") != strings.Join(paged, " ") {
				t.Errorf("by %s: %v, in pages %v", order, whole, paged)
			}
		}
	})
}

// A board reads all of a project's tasks at once.
func TestTasksOfAProjectInOneRequest(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		project := s.ann(t, "POST", "/api/projects", `{"name":"Garden"}`).is(201).header.Get("Location")
		for i := range 70 {
			s.ann(t, "POST", project+"/tasks", fmt.Sprintf(`{"title":"t%d"}`, i)).is(201)
		}
		r := s.ann(t, "GET", project+"/tasks?limit=500&count=true", nil).is(200)
		if l := r.list(); len(l) != 70 || l[69]["title"] != "t69" || r.header.Get("Link") != "" || r.header.Get("X-Total-Count") != "70" {
			t.Errorf("%d tasks, %v", len(l), r.header)
		}
	})
}

// A person's page gathers what they have to do in every project.
func TestTasksOfAPersonInAllProjects(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ada := s.ann(t, "POST", "/api/people", `{"given_name":"Ada"}`).is(201).json()["id"]
		for _, name := range []string{"Garden", "House"} {
			tasks := s.ann(t, "POST", "/api/projects", fmt.Sprintf(`{"name":%q}`, name)).is(201).header.Get("Location") + "/tasks"
			s.ann(t, "POST", tasks, fmt.Sprintf(`{"title":"of %s","person_id":%v}`, name, ada)).is(201)
			s.ann(t, "POST", tasks, fmt.Sprintf(`{"title":"done","status":"done","person_id":%v}`, ada)).is(201)
			s.ann(t, "POST", tasks, `{"title":"nobody's"}`).is(201)
		}
		r := s.ann(t, "GET", fmt.Sprintf("/api/tasks?person_id=%v&count=true&limit=1", ada), nil).is(200)
		if r.header.Get("X-Total-Count") != "2" || r.list()[0]["project_id"] == nil {
			t.Errorf("%v %s", r.header, r.body)
		}
		if got := s.walkPages(t, fmt.Sprintf("/api/tasks?person_id=%v&limit=1", ada), "title"); strings.Join(got, ", ") != "of Garden, of House" {
			t.Errorf("%v", got)
		}
		s.ann(t, "GET", "/api/tasks?sort=position", nil).is(422)
		s.ann(t, "GET", "/api/tasks?status=done", nil).is(422)
	})
}
