package api_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbra/app/db"
)

// days are what happens to a household of records that name each other, one
// request a change-set. {person} is the id of the first of that kind.
var days = []struct{ method, path, body string }{
	{"POST", "/api/locations", `{"name":"Mill","latitude":51.5,"longitude":-1.25}`},
	{"POST", "/api/people", `{"given_name":"Eve","birthday":"--03-30","groups":["Choir"],"emails":[{"label":"home","value":"eve@example.org"}]}`},
	{"POST", "/api/projects", `{"name":"Garden","due_date":"2025-04-30"}`},
	{"POST", "/api/projects/{project}/tasks", `{"title":"Dig","person_id":{person},"priority":"high"}`},
	{"POST", "/api/projects/{project}/tasks", `{"title":"Deeper","parent_task_id":{task}}`},
	{"POST", "/api/todos", `{"title":"Water","due_date":"2025-03-29","recurrence_rule":"FREQ=DAILY","tags":["home"],"project_id":{project},"person_id":{person},"location_id":{location},"reminders":["-PT15M"]}`},
	{"POST", "/api/todos", `{"title":"Fetch the can","parent_id":{todo}}`},
	{"POST", "/api/calendars", `{"name":"Choir","color":"#123456"}`},
	{"POST", "/api/events", `{"title":"Rehearsal","start":"2025-03-27T19:00:00+01:00","time_zone":"Europe/Berlin","recurrence_rule":"FREQ=DAILY;COUNT=8","calendar_id":{calendar},"location_id":{location},"person_ids":[{person}],"starred":true}`},
	{"POST", "/api/event-templates", `{"name":"Lesson","title":"Lesson","calendar_id":{calendar},"location_id":{location}}`},
	{"POST", "/api/event-templates/{event-template}/instantiate", `{"start":"2025-04-01T10:00:00+02:00"}`},
	{"POST", "/api/reminders", `{"title":"Feed","remind_at":"2025-03-29T18:00:00+01:00","recurrence_rule":"FREQ=DAILY","todo_id":{todo},"event_id":{event},"person_id":{person},"location_id":{location}}`},
	{"PATCH", "/api/people/{person}", `{"photo":"data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAAC","groups":["Band"],"family_name":"Stone"}`},
	{"PUT", "/api/settings", `{"theme":"dark","default_calendar_id":{calendar},"first_day_of_week":0}`},
	{"PATCH", "/api/locations/{location}", `{"latitude":null,"longitude":null,"name":"The mill"}`},
	{"PATCH", "/api/todos/{todo}/toggle", ``},
	{"PATCH", "/api/projects/{project}/tasks/reorder", `{"task_ids":[2,1]}`},
	{"PUT", "/api/projects/{project}/tasks/{task}", `{"status":"done"}`},
	{"PUT", "/api/events/{event}?scope=this&occurrence=2025-03-30T19:00:00", `{"title":"Concert","start":"2025-03-30T17:00:00+02:00"}`},
	{"DELETE", "/api/events/{event}?scope=this&occurrence=2025-03-31T19:00:00", ``},
	{"PATCH", "/api/events/{event}?scope=following&occurrence=2025-04-01T19:00:00", `{"title":"Late rehearsal"}`},
	{"PATCH", "/api/reminders/{reminder}/snooze", `{"minutes":30}`},
	{"PATCH", "/api/reminders/{reminder}/dismiss", ``},
	{"PATCH", "/api/people/{person}", `{"photo":null}`},
	{"DELETE", "/api/locations/{location}", ``},
	{"POST", "/api/trash/location/{location}/restore", ``},
	{"DELETE", "/api/people/{person}", ``},
	{"DELETE", "/api/projects/{project}", ``},
	{"POST", "/api/trash/project/{project}/restore", ``},
	{"DELETE", "/api/todos/{todo}", ``},
	{"DELETE", "/api/events/{event}", ``},
	{"DELETE", "/api/event-templates/{event-template}", ``},
	{"DELETE", "/api/reminders/{reminder}", ``},
	{"DELETE", "/api/calendars/{calendar}", ``},
	{"POST", "/api/trash/person/{person}/restore", ``},
	{"POST", "/api/trash/todo/{todo}/restore", ``},
}

var photoVersion = regexp.MustCompile(`\?v=\d+`)

// everything is what Ann's lists answer, without what tells when.
func (s *server) everything(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, path := range []string{"/api/todos", "/api/events", "/api/events?start=2025-03-20&end=2025-04-20", "/api/event-templates", "/api/reminders",
		"/api/calendars", "/api/projects", "/api/people", "/api/locations"} {
		query := "?limit=500&count=true"
		if strings.Contains(path, "?") {
			query = strings.Replace(query, "?", "&", 1)
		}
		r := s.ann(t, "GET", path+query, nil).is(200)
		list := r.list()
		if total := r.header.Get("X-Total-Count"); total != fmt.Sprint(len(list)) {
			t.Errorf("%s: %d of %s", path, len(list), total)
		}
		out[path] = list
		for _, x := range list {
			switch path {
			case "/api/projects":
				tasks := fmt.Sprintf("%s/%v/tasks", path, x["id"])
				out[tasks] = s.ann(t, "GET", tasks, nil).is(200).list()
			case "/api/people":
				if at, ok := x["photo"].(string); ok {
					out[photoVersion.ReplaceAllString(at, "")] = string(s.ann(t, "GET", at, nil).is(200).body)
				}
			}
		}
	}
	out["settings"] = s.ann(t, "GET", "/api/settings", nil).is(200).json()
	// The same through text, to drop what a change may change.
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(photoVersion.ReplaceAll(text, nil), &plain); err != nil {
		t.Fatal(err)
	}
	timeless(plain)
	return plain
}

func timeless(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "updated_at")
		for _, x := range v {
			timeless(x)
		}
	case []any:
		for _, x := range v {
			timeless(x)
		}
	}
}

// Whatever was done can be taken back, step by step to the beginning, and each
// step leaves everything as it was before; and then forward again.
func TestStepByStepBackThroughEveryKindAndForward(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		states := []map[string]any{s.everything(t)}
		var sets []any
		ids := map[string]string{}
		first := func() any { return s.newest(t, "ann")["change_set"] }
		for _, d := range days {
			fill := strings.NewReplacer(pairs(ids)...)
			var body any
			if d.body != "" {
				body = fill.Replace(d.body)
			}
			r := s.ann(t, d.method, fill.Replace(d.path), body)
			if r.status >= 300 {
				t.Fatalf("%s %s: %d %s", d.method, fill.Replace(d.path), r.status, r.body)
			}
			if r.status == 201 {
				parts := strings.Split(d.path, "/")
				name := "{" + strings.TrimSuffix(strings.ReplaceAll(parts[len(parts)-1], "people", "person"), "s") + "}"
				if ids[name] == "" {
					ids[name] = fmt.Sprint(r.json()["id"])
				}
			}
			sets = append(sets, first())
			states = append(states, s.everything(t))
		}
		n, _, err := db.One(t.Context(), s.db, db.Value[int64], "SELECT COUNT(*) FROM journal WHERE operation IN ('update', 'delete') AND image IS NULL")
		if err != nil || n != 0 {
			t.Errorf("%d changes without an image of what was before, %v", n, err)
		}
		var undos []any
		for i := len(sets) - 1; i >= 0; i-- {
			what := days[i].method + " " + days[i].path
			undos = append(undos, s.ann(t, "POST", fmt.Sprintf("/api/history/%v/undo", sets[i]), nil).is(200).json()["change_set"])
			if diff := cmp.Diff(states[i], s.everything(t)); diff != "" {
				t.Fatalf("undo of %s (-before +after):\n%s", what, diff)
			}
		}
		for i := range sets {
			what := days[i].method + " " + days[i].path
			s.ann(t, "POST", fmt.Sprintf("/api/history/%v/undo", undos[len(undos)-1-i]), nil).is(200)
			if diff := cmp.Diff(states[i+1], s.everything(t)); diff != "" {
				t.Fatalf("%s again (-before +after):\n%s", what, diff)
			}
		}
	})
}

func pairs(m map[string]string) (out []string) {
	for k, v := range m {
		out = append(out, k, v)
	}
	return out
}
