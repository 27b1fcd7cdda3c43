package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestProjectFromBirthToTrash(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/projects", `{"name":"Garden","color":"#33AAFF","due_date":"2025-06-30","starred":true}`).is(201)
		path, tag := made.header.Get("Location"), made.header.Get("ETag")
		if got := made.json(); got["status"] != "not_started" || got["progress"] != 0.0 || got["tasks_total"] != 0.0 || got["color"] != "#33aaff" {
			t.Errorf("%v", got)
		}
		s.ann(t, "POST", path+"/tasks", `{"title":"Dig","status":"done"}`).is(201)
		s.ann(t, "POST", path+"/tasks", `{"title":"Sow"}`).is(201)
		// The ETag stays while the progress moves, so the answer is always whole.
		got := s.ann(t, "GET", path, nil, "If-None-Match", tag).is(200)
		if got.header.Get("ETag") != tag || got.json()["progress"] != 50.0 || got.json()["tasks_done"] != 1.0 {
			t.Errorf("%s %s", got.header.Get("ETag"), got.body)
		}
		if put := s.ann(t, "PUT", path, `{"status":"in_progress"}`, "If-Match", tag).is(200).json(); put["name"] != "Garden" || put["progress"] != 50.0 {
			t.Errorf("%v", put)
		}
		s.ann(t, "PATCH", path, `{"due_date":null}`, "If-Match", tag).is(412)
		if got := s.ann(t, "PATCH", path, `{"due_date":null}`).is(200).json(); got["due_date"] != nil {
			t.Errorf("null did not clear: %v", got["due_date"])
		}
		todo := s.ann(t, "POST", "/api/todos", map[string]any{"title": "Buy seeds", "project_id": made.json()["id"]}).is(201).header.Get("Location")
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "GET", path, nil).is(404)
		s.ann(t, "GET", path+"/tasks", nil).is(404)
		if got := s.ann(t, "GET", todo, nil).is(200).json(); got["project_id"] != nil {
			t.Errorf("the to-do still names its project: %v", got["project_id"])
		}
		s.ann(t, "POST", fmt.Sprintf("/api/trash/project/%v/restore", made.json()["id"]), nil)
		if got := s.ann(t, "GET", path, nil).is(200).json(); got["tasks_total"] != 2.0 || got["progress"] != 50.0 {
			t.Errorf("restored: %v", got)
		}
		if got := s.ann(t, "GET", todo, nil).is(200).json(); got["project_id"] != made.json()["id"] {
			t.Errorf("restored without its to-do: %v", got["project_id"])
		}
	})
}

func TestProjectsAreListed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, body := range []string{`{"name":"b","position":2,"starred":true}`, `{"name":"a","position":3,"status":"on_hold"}`, `{"name":"c","position":1}`} {
			s.ann(t, "POST", "/api/projects", body).is(201)
		}
		for query, want := range map[string]string{"": "cba", "?sort=name": "abc", "?sort=-position": "abc", "?status=on_hold": "a", "?starred=true": "b",
			"?starred=false&count=true": "ca", "?q=B": "b"} {
			r := s.ann(t, "GET", "/api/projects"+query, nil).is(200)
			if got := column(r, "name"); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
			if total := r.header.Get("X-Total-Count"); strings.Contains(query, "count") && total != "2" {
				t.Errorf("%s: total %q", query, total)
			}
		}
		s.ann(t, "GET", "/api/projects?sort=color", nil).is(422)
		s.ann(t, "GET", "/api/projects?status=lost", nil).is(422)
	})
}

// column runs one field of a list's items together.
func column(r reply, field string) string {
	out := ""
	for _, x := range r.list() {
		out += fmt.Sprint(x[field])
	}
	return out
}

func TestTasks(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/projects", `{"name":"p"}`).is(201).header.Get("Location")
		other := s.ann(t, "POST", "/api/projects", `{"name":"other"}`).is(201)
		made := s.ann(t, "POST", path+"/tasks", `{"title":"a","priority":"high"}`, "Idempotency-Key", "k").is(201)
		again := s.ann(t, "POST", path+"/tasks", `{"title":"a","priority":"high"}`, "Idempotency-Key", "k").is(201)
		s.ann(t, "POST", other.header.Get("Location")+"/tasks", `{"title":"a","priority":"high"}`, "Idempotency-Key", "k").is(409)
		task, tag := made.header.Get("Location"), made.header.Get("ETag")
		if !strings.HasPrefix(task, path+"/tasks/") || again.header.Get("Location") != task {
			t.Errorf("%s, then %s", task, again.header.Get("Location"))
		}
		s.ann(t, "GET", task, nil, "If-None-Match", tag).is(304)
		done := s.ann(t, "PUT", task, `{"status":"done"}`, "If-Match", tag).is(200).json()
		if done["completed_at"] == nil || done["priority"] != "high" {
			t.Errorf("%v", done)
		}
		s.ann(t, "PATCH", task, `{"status":"todo"}`, "If-Match", tag).is(412)
		if got := s.ann(t, "PATCH", task, `{"status":"blocked"}`).is(200).json(); got["completed_at"] != nil {
			t.Errorf("%v", got)
		}
		part := s.ann(t, "POST", path+"/tasks", map[string]any{"title": "part", "parent_task_id": made.json()["id"]}).is(201)
		for query, want := range map[string]string{"": "apart", "?status=blocked": "a", "?priority=none": "part", "?q=par": "part", "?sort=-created_at": "parta", "?person_id=5": ""} {
			if got := column(s.ann(t, "GET", path+"/tasks"+query, nil).is(200), "title"); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		moved := s.ann(t, "PUT", task, map[string]any{"project_id": other.json()["id"]}).is(200).json()
		if moved["project_id"] != other.json()["id"] {
			t.Errorf("%v", moved)
		}
		s.ann(t, "GET", task, nil).is(404)
		partThere := fmt.Sprintf("%s/tasks/%v", other.header.Get("Location"), part.json()["id"])
		if got := s.ann(t, "GET", partThere, nil).is(200).json(); got["parent_task_id"] != made.json()["id"] {
			t.Errorf("%v", got)
		}
		s.ann(t, "DELETE", partThere, nil, "If-Match", `"x-1"`).is(412)
		s.ann(t, "DELETE", partThere, nil).is(204)
		s.ann(t, "GET", partThere, nil).is(404)
		s.as(t, "bob", "GET", other.header.Get("Location")+"/tasks", nil).is(404)
		s.as(t, "bob", "POST", other.header.Get("Location")+"/tasks", `{"title":"x"}`).is(404)
	})
}

func TestTasksArePutInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/projects", `{"name":"p"}`).is(201).header.Get("Location")
		ids := map[string]any{}
		for _, title := range []string{"a", "b", "c"} {
			ids[title] = s.ann(t, "POST", path+"/tasks", map[string]any{"title": title}).is(201).json()["id"]
		}
		order := func(titles ...string) map[string]any {
			list := []any{}
			for _, x := range titles {
				list = append(list, ids[x])
			}
			return map[string]any{"task_ids": list}
		}
		if got := column(s.ann(t, "PATCH", path+"/tasks/reorder", order("c", "a")).is(200), "title"); got != "ca" {
			t.Errorf("answers %s", got)
		}
		if got := column(s.ann(t, "GET", path+"/tasks", nil).is(200), "title"); got != "cba" {
			t.Errorf("in order: %s", got)
		}
		s.as(t, "bob", "PATCH", path+"/tasks/reorder", order("a")).is(404)
		for body, fields := range map[string]string{
			`{}`: "task_ids:required", `{"task_ids":[]}`: "task_ids:too_few", `{"task_ids":["x"]}`: "task_ids[0]:type",
			`{"task_ids":[999,999]}`: "task_ids[0]:reference task_ids[1]:reference", `{"task_ids":null}`: "task_ids:type",
			`{"task_ids":[1],"x":1}`: "x:unknown", `{"task_ids":[99999999999999999999]}`: "",
		} {
			got := s.ann(t, "PATCH", path+"/tasks/reorder", body)
			if got.status != 422 && got.status != 400 {
				t.Errorf("%s: %d %s", body, got.status, got.body)
				continue
			}
			for _, f := range strings.Fields(fields) {
				if !got.fields()[f] {
					t.Errorf("%s: %s, want %s", body, got.body, f)
				}
			}
		}
		twice := s.ann(t, "PATCH", path+"/tasks/reorder", order("a", "a")).is(422)
		if !twice.fields()["task_ids[1]:duplicate"] {
			t.Errorf("%s", twice.body)
		}
	})
}

func TestProjectBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/projects", `{"name":"p"}`).is(201).header.Get("Location")
		for _, tc := range []struct{ method, path, body, fields string }{
			{"POST", "/api/projects", `{}`, "name:required"},
			{"POST", "/api/projects", `{"name":null}`, "name:type"},
			{"POST", "/api/projects", `{"name":"x","color":"red","status":"lost"}`, "color:format status:choice"},
			{"POST", "/api/projects", `{"name":"x","progress":50}`, "progress:unknown"},
			{"POST", "/api/projects", `{"name":"x","starred":"yes"}`, "starred:type"},
			{"PUT", path, `{"due_date":"2025-02-30"}`, "due_date:format"},
			{"PUT", path, `{"name":null,"position":null,"starred":null,"due_date":null}`, "name:type position:type starred:type"},
			{"POST", path + "/tasks", `{}`, "title:required"},
			{"POST", path + "/tasks", `{"title":"x","status":"lost","priority":"urgent"}`, "status:choice priority:choice"},
			{"POST", path + "/tasks", `{"title":"x","parent_task_id":77}`, "parent_task_id:reference"},
			{"POST", path + "/tasks", `{"title":"x","person_id":0}`, "person_id:range"},
			{"POST", path + "/tasks", `{"title":"x","project_id":77}`, "project_id:conflict"},
			{"GET", path + "/tasks/abc", ``, "task_id:type"},
			{"GET", path + "/tasks?sort=title", ``, "sort:choice"},
		} {
			var body any
			if tc.body != "" {
				body = tc.body
			}
			r := s.ann(t, tc.method, tc.path, body).is(422)
			for _, f := range strings.Fields(tc.fields) {
				if !r.fields()[f] {
					t.Errorf("%s %s %s: %s, want %s", tc.method, tc.path, tc.body, r.body, f)
				}
			}
		}
		if n := len(s.ann(t, "GET", path+"/tasks", nil).is(200).list()); n != 0 {
			t.Errorf("%d tasks after only bad input", n)
		}
	})
}
