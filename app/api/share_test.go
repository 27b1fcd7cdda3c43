package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"umbra/app/account"
)

// home is Ann, who shares a calendar and a project with Ben, and Cid, who is a
// stranger to both. Each has real sessions.
type home struct {
	*door
	t             *testing.T
	ann, ben, cid string // cookies
	benID         int64
	ids           map[string]string // "{calendar}": what Ann has
}

func eachHome(t *testing.T, test func(t *testing.T, h *home)) {
	eachDoor(t, func(t *testing.T, d *door) { test(t, openHome(t, d)) })
}

func openHome(t *testing.T, d *door) *home {
	t.Helper()
	h := &home{door: d, t: t, ids: map[string]string{}}
	h.ann = d.setUp(t)
	for name, cookie := range map[string]*string{"ben": &h.ben, "cid": &h.cid} {
		u, err := d.accounts.Add(t.Context(), account.NewUser{Username: name, Password: annsPassword, Role: account.Admin, Zone: "America/New_York"})
		if err != nil {
			t.Fatal(err)
		}
		if name == "ben" {
			h.benID = u.ID
		}
		*cookie = d.logIn(t, name, annsPassword).is(200).session()
	}
	for _, b := range []struct{ name, path, body string }{
		{"person", "/api/people", `{"given_name":"Zoe"}`},
		{"location", "/api/locations", `{"name":"Attic"}`},
		{"calendar", "/api/calendars", `{"name":"Family","color":"#112233"}`},
		{"private", "/api/calendars", `{"name":"Secret"}`},
		{"event", "/api/events", `{"title":"Supper","start":"2025-03-29T18:00:00+01:00","starred":true,"calendar_id":{calendar},"person_ids":[{person}],"location_id":{location}}`},
		{"hidden", "/api/events", `{"title":"Surprise supper","start":"2025-03-29T19:00:00+01:00","starred":true,"calendar_id":{private}}`},
		{"project", "/api/projects", `{"name":"Garden supper","status":"in_progress"}`},
		{"task", "/api/projects/{project}/tasks", `{"title":"Dig for supper","due_date":"2025-03-30","person_id":{person}}`},
		{"plan", "/api/projects", `{"name":"Secret plan","status":"in_progress"}`},
		{"step", "/api/projects/{plan}/tasks", `{"title":"Surprise step","due_date":"2025-03-30"}`},
	} {
		h.ids["{"+b.name+"}"] = fmt.Sprintf("%.0f", d.with(t, h.ann, "POST", h.fill(b.path), h.fill(b.body)).is(201).json()["id"])
	}
	return h
}

// fill puts ids into a text.
func (h *home) fill(text string) string {
	for name, id := range h.ids {
		text = strings.ReplaceAll(text, name, id)
	}
	return text
}

func (h *home) ask(cookie, method, path string, body any, headers ...string) reply {
	h.t.Helper()
	if s, ok := body.(string); ok {
		body = h.fill(s)
	}
	return h.with(h.t, cookie, method, h.fill(path), body, headers...)
}

// share has Ann share a thing with Ben and answers where the share is.
func (h *home) share(kind, access string) (address string) {
	h.t.Helper()
	return h.ask(h.ann, "POST", "/api/"+kind+"s/{"+kind+"}/shares", fmt.Sprintf(`{"user_id":%d,"access":%q}`, h.benID, access)).is(201).header.Get("Location")
}

// work is what can be done in what is shared: by a reader, 403; by a writer, done.
var work = []struct {
	method, path, body string
	status             int
}{
	{"PATCH", "/api/events/{event}", `{"title":"Late supper"}`, 200},
	{"PUT", "/api/events/{event}", `{"start":"2025-03-29T19:00:00+01:00"}`, 200},
	{"POST", "/api/events", `{"title":"Brunch","start":"2025-03-30T10:00:00+01:00","calendar_id":{calendar}}`, 201},
	{"POST", "/api/projects/{project}/tasks", `{"title":"Sow"}`, 201},
	{"PATCH", "/api/projects/{project}/tasks/{task}", `{"status":"done"}`, 200},
	{"PUT", "/api/projects/{project}/tasks/{task}", `{"status":"todo"}`, 200},
	{"PATCH", "/api/projects/{project}/tasks/reorder", `{"task_ids":[{task}]}`, 200},
	{"PATCH", "/api/projects/{project}", `{"description":"Beds"}`, 200},
	{"PUT", "/api/projects/{project}", `{"status":"on_hold"}`, 200},
	{"DELETE", "/api/projects/{project}/tasks/{task}", "", 204},
	{"DELETE", "/api/events/{event}", "", 204},
}

// ownersOnly is what no share lets anybody do.
var ownersOnly = []struct{ method, path, body string }{
	{"DELETE", "/api/calendars/{calendar}", ""},
	{"DELETE", "/api/projects/{project}", ""},
	{"PATCH", "/api/calendars/{calendar}", `{"name":"Mine"}`},
	{"PUT", "/api/calendars/{calendar}", `{"default":true}`},
	{"PATCH", "/api/projects/{project}/place", `{"after":{plan}}`},
	{"POST", "/api/calendars/{calendar}/shares", `{"user_id":1,"access":"write"}`},
	{"POST", "/api/projects/{project}/shares", `{"user_id":1,"access":"write"}`},
}

var looks = []string{"/api/calendars/{calendar}", "/api/events/{event}", "/api/projects/{project}", "/api/projects/{project}/tasks",
	"/api/projects/{project}/tasks/{task}", "/api/calendars/{calendar}/shares", "/api/projects/{project}/shares"}

// lists are what show the records of a user, with what each shows of what is shared.
var lists = map[string]string{
	"/api/calendars":                              "Family",
	"/api/calendars?q=fam&visible=true":           "Family",
	"/api/events":                                 "Supper",
	"/api/events?sort=-title&limit=1":             "Supper",
	"/api/events?calendar_id={calendar}":          "Supper",
	"/api/events?q=supper":                        "Supper",
	"/api/events?start=2025-03-29&end=2025-03-30": "Supper",
	"/api/events?start=2025-03-29&end=2025-03-30&calendar_id={calendar}": "Supper",
	"/api/projects":                    "Garden",
	"/api/projects?status=in_progress": "Garden",
	"/api/tasks":                       "Dig",
	"/api/dashboard":                   "Supper",
	"/api/upcoming":                    "Dig",
	"/api/search?q=supper":             "Dig",
	"/api/search?q=supper&kind=event":  "Supper",
}

// sees checks what Ben sees, in every way that there is.
func (h *home) sees(shared bool) {
	h.t.Helper()
	for path, word := range lists {
		body := string(h.ask(h.ben, "GET", path, nil).is(200).body)
		if strings.Contains(body, word) != shared {
			h.t.Errorf("GET %s shows %s: %v, want %v: %s", path, word, !shared, shared, body)
		}
		for _, secret := range []string{"Surprise", "Secret", "Zoe", "Attic"} {
			if strings.Contains(body, secret) {
				h.t.Errorf("GET %s shows %s: %s", path, secret, body)
			}
		}
	}
	status := http.StatusNotFound
	if shared {
		status = http.StatusOK
	}
	for _, path := range looks {
		if r := h.ask(h.ben, "GET", path, nil); r.status != status {
			h.t.Errorf("GET %s: %d %s, want %d", path, r.status, r.body, status)
		}
	}
}

func TestWhatIsSharedIsSeenAndNothingElse(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		h.sees(false)
		calendar, project := h.share("calendar", "read"), h.share("project", "read")
		h.sees(true)
		for _, w := range work { // a reader changes nothing
			if r := h.ask(h.ben, w.method, w.path, w.body); r.status != 403 || r.code() != "read_only" {
				t.Errorf("%s %s by a reader: %d %s", w.method, w.path, r.status, r.body)
			}
			if r := h.ask(h.cid, w.method, w.path, w.body); !r.unknown() {
				t.Errorf("%s %s by a stranger: %d %s", w.method, w.path, r.status, r.body)
			}
		}
		for _, path := range looks {
			h.ask(h.cid, "GET", path, nil).is(404)
		}
		for _, address := range []string{calendar, project} {
			for _, access := range []string{"read", "write"} {
				h.ask(h.ann, "PATCH", address, `{"access":"`+access+`"}`).is(200)
				for _, w := range ownersOnly {
					if r := h.ask(h.ben, w.method, w.path, w.body); r.status != 403 {
						t.Errorf("%s %s with %s: %d %s", w.method, w.path, access, r.status, r.body)
					}
				}
				h.ask(h.ben, "PATCH", address, `{"access":"write"}`).is(403)
				h.ask(h.cid, "DELETE", address, nil).is(404)
			}
		}
		for _, w := range work {
			if r := h.ask(h.ben, w.method, w.path, w.body); r.status != w.status {
				t.Errorf("%s %s by a writer: %d %s", w.method, w.path, r.status, r.body)
			}
		}
		for _, path := range []string{"/api/events/{hidden}", "/api/calendars/{private}", "/api/projects/{plan}", "/api/projects/{plan}/tasks/{step}",
			"/api/projects/{project}/tasks/{step}", "/api/people/{person}", "/api/locations/{location}"} {
			h.ask(h.ben, "GET", path, nil).is(404)
		}
	})
}

// A share that was taken back, left, or rests counts for nothing at once.
func TestASharesEnd(t *testing.T) {
	end := map[string]func(h *home, calendar, project string){
		"taken back": func(h *home, calendar, project string) {
			h.ask(h.ann, "DELETE", calendar, nil).is(204)
			h.ask(h.ann, "DELETE", project, nil).is(204)
		},
		"left": func(h *home, calendar, project string) {
			h.ask(h.ben, "DELETE", calendar, nil).is(204)
			r := h.ask(h.ben, "DELETE", project, nil).is(204)
			h.ask(h.ben, "POST", "/api/history/"+r.header.Get("Change-Set")+"/undo", nil).is(404) // only the owner can share it again
		},
		"owner shut out": func(h *home, _, _ string) {
			if err := h.accounts.SetDisabled(h.t.Context(), 1, true); err != nil {
				h.t.Fatal(err)
			}
		},
		"owner deleted": func(h *home, _, _ string) {
			if err := h.accounts.Delete(h.t.Context(), 1); err != nil {
				h.t.Fatal(err)
			}
		},
		"deleted": func(h *home, _, _ string) {
			h.ask(h.ann, "DELETE", "/api/calendars/{calendar}", nil).is(204)
			h.ask(h.ann, "DELETE", "/api/projects/{project}", nil).is(204)
		},
	}
	for name, end := range end {
		t.Run(name, func(t *testing.T) {
			eachHome(t, func(t *testing.T, h *home) {
				calendar, project := h.share("calendar", "write"), h.share("project", "write")
				set := h.ask(h.ben, "PATCH", "/api/events/{event}", `{"title":"Supper at eight"}`).is(200).header.Get("Change-Set")
				f := h.follow(t, h.ben, "")
				f.want("ready")
				end(h, calendar, project)
				if name != "owner shut out" && name != "owner deleted" { // of which the stream hears within a heartbeat
					if e := f.want("change"); e.data["kind"] != "share" {
						t.Errorf("the stream tells %+v", e)
					}
				}
				h.sees(false)
				for _, w := range work {
					if r := h.ask(h.ben, w.method, w.path, w.body); !r.unknown() {
						t.Errorf("%s %s: %d %s", w.method, w.path, r.status, r.body)
					}
				}
				h.ask(h.ben, "POST", "/api/history/"+set+"/undo", nil).is(404)
			})
		})
	}
}

// unknown says whether the answer is that of a record that never was: for a new
// event, a calendar that never was.
func (r reply) unknown() bool {
	r.t.Helper()
	return r.status == 404 || r.status == 422 && r.fields()["calendar_id:reference"]
}
