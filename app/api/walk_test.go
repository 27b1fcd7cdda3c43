package api_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"umbra/app/journal/journaltest"
)

// What Ann owns, by the path it lives under; {marker} is a word that must never
// reach Bob. The order matters: later ones refer to earlier ones.
var belongings = []struct{ path, body string }{
	{"/api/locations", `{"name":"{marker} place"}`},
	{"/api/people", `{"given_name":"{marker}","birthday":"--03-30"}`},
	{"/api/projects", `{"name":"{marker} project"}`},
	{"/api/projects/{project}/tasks", `{"title":"{marker} task","due_date":"2025-03-30"}`},
	{"/api/todos", `{"title":"{marker} to-do","due_date":"2025-03-29","tags":["{marker}"]}`},
	{"/api/calendars", `{"name":"{marker} calendar"}`},
	{"/api/events", `{"title":"{marker} event","start":"2025-03-29T15:00:00+01:00","starred":true,"calendar_id":{calendar}}`},
	{"/api/event-templates", `{"name":"{marker} template"}`},
	{"/api/calendars/{calendar}/shares", `{"user_id":{cara},"access":"write"}`},
	{"/api/projects/{project}/shares", `{"user_id":{cara},"access":"write"}`},
	{"/api/feeds", `{"name":"{marker} link","kind":"calendar","record_id":{calendar}}`},
	{"/api/reminders", `{"title":"{marker} reminder","remind_at":"2025-03-29T15:00:00+01:00"}`},
}

const marker = "zebrafinch"

// Every operation that names a record answers 404 to another user, and no list,
// read model or history of theirs shows a word of it.
func TestNoOperationShowsAnothersRecords(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		cara := journaltest.User(t, s.db, s.journal, "cara", "UTC")
		ids := map[string]string{"{cara}": strconv.FormatInt(cara.UserID, 10)} // "{project}" -> its id
		owned := map[string]string{}
		fill := func(text string) string {
			text = strings.ReplaceAll(text, "{marker}", marker)
			for name, id := range ids {
				text = strings.ReplaceAll(text, name, id)
			}
			return text
		}
		for _, b := range belongings {
			made := s.ann(t, "POST", fill(b.path), fill(b.body)).is(http.StatusCreated)
			id := fmt.Sprintf("%.0f", made.json()["id"])
			parts := strings.Split(b.path, "/")
			ids["{"+strings.TrimSuffix(parts[len(parts)-1], "s")+"}"] = id
			owned[b.path] = id
		}
		gone := s.ann(t, "POST", "/api/todos", `{"title":"`+marker+` in the trash"}`).is(201)
		goneID := fmt.Sprintf("%.0f", gone.json()["id"])
		s.ann(t, "DELETE", gone.header.Get("Location"), nil).is(204)
		tokenID := fmt.Sprintf("%.0f", s.ann(t, "POST", "/api/auth/tokens", `{"name":"`+marker+` token","scopes":["read"]}`).is(201).json()["id"])
		set := fmt.Sprintf("%.0f", s.ann(t, "GET", "/api/history?limit=1", nil).is(200).list()[0]["change_set"])

		browser := s.ann(t, "POST", "/api/push/subscriptions", subscription(t, "https://push.example.net/"+marker), "User-Agent", marker).is(201).header.Get("Location")

		rang := rings(t, s, "ann", marker+" rang")

		checked := 0
		for name, o := range operations(s.api.Document()) {
			if o.Extensions["x-access"] == "public" || o.OperationID == "live" {
				continue
			}
			method, path, _ := strings.Cut(name, " ")
			if o.Extensions["x-access"] == "admin" { // of nobody's records
				s.as(t, "bob", method, path, nil).is(http.StatusForbidden)
				continue
			}
			real, names := path, true
			switch {
			case strings.Contains(path, "{kind}"):
				real = strings.NewReplacer("{kind}", "todo", "{id}", goneID).Replace(path)
			case strings.Contains(path, "{change_set}"):
				real = strings.ReplaceAll(path, "{change_set}", set)
			case strings.HasPrefix(path, "/api/auth/sessions/"):
				real = "/api/auth/sessions/999999" // sessions are the account's own tests
			case strings.HasPrefix(path, "/api/auth/identities/"):
				real = "/api/auth/identities/999999" // and so are identities
			case strings.HasPrefix(path, "/api/mass-deletions/{id}"):
				real = strings.ReplaceAll(path, "{id}", "999999") // whose they are is journal's own test
			case strings.HasPrefix(path, "/api/auth/passkeys/{id}"):
				real = "/api/auth/passkeys/999999" // so are passkeys
			case strings.HasPrefix(path, "/api/push/subscriptions/"):
				real = browser
			case strings.HasPrefix(path, "/api/deliveries/"):
				real = strings.ReplaceAll(path, "{id}", rang)
			case strings.HasPrefix(path, "/api/auth/tokens/"):
				real = strings.ReplaceAll(path, "{id}", tokenID)
			case strings.Contains(path, "/{id}/shares"):
				prefix, _, _ := strings.Cut(path, "/{id}")
				name := strings.TrimSuffix(strings.TrimPrefix(prefix, "/api/"), "s")
				real = strings.NewReplacer("{id}", owned[prefix], "{share_id}", owned[prefix+"/{"+name+"}/shares"]).Replace(path)
			case strings.HasPrefix(path, "/api/projects/{id}/tasks"):
				real = strings.NewReplacer("{id}", ids["{project}"], "{task_id}", ids["{task}"]).Replace(path)
			case strings.Contains(path, "{id}"):
				prefix, _, _ := strings.Cut(path, "/{id}")
				id := owned[prefix]
				if id == "" {
					t.Errorf("%s names a record that this test does not know: add it to belongings", name)
					continue
				}
				real = strings.ReplaceAll(path, "{id}", id)
			default:
				names = false
			}
			if !names && method != http.MethodGet {
				continue
			}
			if !names {
				if real == "/api/search" {
					real += "?q=" + marker
				}
				if real == "/api/events" {
					real += "?start=2025-03-01T00:00:00Z&end=2025-04-30T00:00:00Z"
				}
				r := s.as(t, "bob", method, real, nil)
				if r.status != http.StatusOK || strings.Contains(strings.ReplaceAll(string(r.body), `"q":"`+marker+`"`, ""), marker) {
					t.Errorf("%s by another user: %d %s", name, r.status, r.body)
				}
				if mine := s.ann(t, method, real, nil); strings.Contains(real, "search") && !strings.Contains(string(mine.body), marker) {
					t.Errorf("%s does not find it for its owner either: the test is blind", name)
				}
				checked++
				continue
			}
			if r := s.as(t, "bob", method, real, bodyFor(o.OperationID)); r.status != http.StatusNotFound {
				t.Errorf("%s (%s) by another user: %d %s", name, real, r.status, r.body)
			}
			checked++
		}
		if checked < 40 {
			t.Errorf("only %d operations were walked", checked)
		}
		for field, id := range map[string]string{"project_id": ids["{project}"], "person_id": ids["{people}"], "location_id": ids["{location}"], "parent_id": ids["{todo}"]} {
			r := s.as(t, "bob", "POST", "/api/todos", fmt.Sprintf(`{"title":"x",%q:%s}`, field, id))
			if r.status != 422 || !r.fields()[field+":reference"] {
				t.Errorf("another user's id as %s: %d %s", field, r.status, r.body)
			}
		}
		s.ann(t, "DELETE", browser, nil).is(204)
		for _, b := range belongings { // and nothing happened to any of it
			if list, shares := strings.CutSuffix(b.path, "/shares"); shares {
				if got := s.ann(t, "GET", fill(list)+"/shares", nil).is(200).list(); len(got) != 1 || got[0]["access"] != "write" {
					t.Errorf("%s: %v", b.path, got)
				}
				continue
			}
			if b.path == "/api/feeds" { // a link is not looked at by itself
				if got := s.ann(t, "GET", b.path, nil).is(200).list(); len(got) != 1 {
					t.Errorf("%s: %v", b.path, got)
				}
				continue
			}
			s.ann(t, "GET", fill(b.path)+"/"+owned[b.path], nil).is(200)
		}
	})
}

// bodyFor is a body that would do for the owner.
func bodyFor(operation string) any {
	switch {
	case operation == "reorderTasks":
		return `{"task_ids":[1]}`
	case strings.HasPrefix(operation, "place"):
		return `{"after":2}`
	case operation == "snoozeReminder":
		return `{"minutes":10}`
	case strings.HasPrefix(operation, "instantiate"):
		return `{"start":"2025-04-01"}`
	case operation == "answerDelivery":
		return `{"answer":"done"}`
	case operation == "renameToken", operation == "renamePasskey":
		return `{"name":"x"}`
	case strings.HasPrefix(operation, "create") && strings.HasSuffix(operation, "Share"):
		return `{"user_id":3,"access":"write"}`
	case operation == "createTask":
		return `{"title":"x"}`
	case strings.HasPrefix(operation, "update"), strings.HasPrefix(operation, "patch"):
		return `{}`
	}
	return nil
}
