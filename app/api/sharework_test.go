package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// What a guest does is theirs to take back, the owner's to see and to take back,
// and nobody else's.
func TestAGuestsWorkIsUndoneByWhoMay(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		h.share("calendar", "write")
		h.ask(h.ben, "PATCH", "/api/events/{event}", `{"title":"Supper at eight"}`)
		set := h.ask(h.ben, "DELETE", "/api/events/{event}", nil).is(204).header.Get("Change-Set")
		if owner, number, ok := strings.Cut(set, "-"); !ok || owner != "1" || number == "" {
			t.Fatalf("the change-set of a guest is %q", set)
		}
		first := h.ask(h.ann, "GET", "/api/history?limit=1", nil).is(200).list()[0]
		if actor, _ := first["actor"].(map[string]any); actor["name"] != "ben" {
			t.Errorf("the owner's history says %v did it", first["actor"])
		}
		h.ask(h.cid, "POST", "/api/history/"+set+"/undo", nil).is(404)
		h.ask(h.ben, "POST", "/api/history/"+strings.TrimPrefix(set, "1-")+"/undo", nil).is(404) // of his own journal
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(404)
		undo := h.ask(h.ben, "POST", "/api/history/"+set+"/undo", nil).is(200).header.Get("Change-Set")
		if e := h.ask(h.ann, "GET", "/api/events/{event}", nil).is(200).json(); e["title"] != "Supper at eight" || len(e["person_ids"].([]any)) != 1 {
			t.Errorf("after the undo: %v", e)
		}
		h.ask(h.ben, "POST", "/api/history/"+undo+"/undo", nil).is(200) // and that undo again
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(404)
		h.ask(h.ann, "POST", "/api/trash/event/{event}/restore", nil).is(204)

		// What the owner did is not the guest's to take back.
		annsSet := h.ask(h.ann, "PATCH", "/api/events/{event}", `{"title":"Feast"}`).is(200).header.Get("Change-Set")
		h.ask(h.ben, "POST", "/api/history/1-"+annsSet+"/undo", nil).is(404)
		annsSet = h.ask(h.ann, "PATCH", "/api/events/{hidden}", `{"title":"Feast"}`).is(200).header.Get("Change-Set")
		h.ask(h.ben, "POST", "/api/history/1-"+annsSet+"/undo", nil).is(404)

		// A guest's change over which the owner moved the event out of sight: 409 without a word of it.
		set = h.ask(h.ben, "PATCH", "/api/events/{event}", `{"title":"Fest"}`).is(200).header.Get("Change-Set")
		h.ask(h.ann, "PATCH", "/api/events/{event}", `{"title":"Surprise","calendar_id":{private}}`).is(200)
		if r := h.ask(h.ben, "POST", "/api/history/"+set+"/undo", nil).is(409); strings.Contains(string(r.body), "Surprise") {
			t.Errorf("%s", r.body)
		}
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(404)
	})
}

// People and places are the owner's: a guest neither sees, adds nor loses them.
func TestReferencesStayTheOwners(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		h.share("calendar", "write")
		h.share("project", "write")
		h.ids["{mine}"] = fmt.Sprintf("%.0f", h.ask(h.ben, "POST", "/api/people", `{"given_name":"Max"}`).is(201).json()["id"])
		h.ids["{bens}"] = fmt.Sprintf("%.0f", h.ask(h.ben, "POST", "/api/calendars", `{"name":"Ben's"}`).is(201).json()["id"])
		for _, tt := range []struct{ path, body, field string }{
			{"/api/events/{event}", `{"person_ids":[{mine}]}`, "person_ids"},
			{"/api/events/{event}", `{"person_ids":[{person}]}`, "person_ids"},
			{"/api/events/{event}", `{"location_id":{location}}`, "location_id"},
			{"/api/events/{event}", `{"calendar_id":{private}}`, "calendar_id"},
			{"/api/events/{event}", `{"calendar_id":{bens}}`, "calendar_id"},
			{"/api/projects/{project}/tasks/{task}", `{"person_id":{person}}`, "person_id"},
			{"/api/projects/{project}/tasks/{task}", `{"person_id":{mine}}`, "person_id"},
			{"/api/projects/{project}/tasks/{task}", `{"project_id":{plan}}`, "project_id"},
		} {
			if r := h.ask(h.ben, "PATCH", tt.path, tt.body); r.status != 422 || !r.fields()[tt.field+":reference"] {
				t.Errorf("%s: %d %s", tt.body, r.status, r.body)
			}
		}
		if sorted := h.ask(h.ben, "PATCH", "/api/projects/{project}/tasks/reorder", `{"task_ids":[{task}]}`).is(200).list(); sorted[0]["person_id"] != nil {
			t.Errorf("a guest sees %v", sorted)
		}
		seen := h.ask(h.ben, "GET", "/api/events/{event}", nil).is(200).json()
		if seen["location_id"] != nil || len(seen["person_ids"].([]any)) != 0 {
			t.Errorf("a guest sees %v", seen)
		}
		// What was read goes back as it was read, and takes nothing away.
		h.ask(h.ben, "PUT", "/api/events/{event}", `{"title":"Supper!","location_id":null,"person_ids":[],"calendar_id":{calendar}}`).is(200)
		h.ask(h.ben, "PUT", "/api/projects/{project}/tasks/{task}", `{"title":"Dig!","person_id":null,"project_id":{project}}`).is(200)
		e := h.ask(h.ann, "GET", "/api/events/{event}", nil).is(200).json()
		if e["title"] != "Supper!" || e["location_id"] == nil || len(e["person_ids"].([]any)) != 1 {
			t.Errorf("the owner has %v", e)
		}
		if k := h.ask(h.ann, "GET", "/api/projects/{project}/tasks/{task}", nil).is(200).json(); k["title"] != "Dig!" || k["person_id"] == nil {
			t.Errorf("the owner has %v", k)
		}
		if list := h.ask(h.ben, "GET", "/api/projects/{project}/tasks?person_id={person}", nil).is(200).list(); len(list) != 0 {
			t.Errorf("tasks are told apart by the owner's people: %v", list)
		}
	})
}

// ETags, If-Match and Idempotency-Key hold within a share as they do outside.
func TestConditionsHoldWithinAShare(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		h.share("calendar", "write")
		read := h.ask(h.ben, "GET", "/api/events/{event}", nil).is(200)
		tag := read.header.Get("ETag")
		h.ask(h.ben, "GET", "/api/events/{event}", nil, "If-None-Match", tag).is(304)
		if own := h.ask(h.ann, "GET", "/api/events/{event}", nil).header.Get("ETag"); own != tag {
			t.Errorf("the guest's ETag is %s, the owner's %s", tag, own)
		}
		h.ask(h.ann, "PATCH", "/api/events/{event}", `{"title":"Feast"}`).is(200)
		h.ask(h.ben, "PATCH", "/api/events/{event}", `{"title":"Snack"}`, "If-Match", tag).is(412)
		const brunch = `{"title":"Brunch","start":"2025-03-30T10:00:00+01:00","calendar_id":{calendar}}`
		once := h.ask(h.ben, "POST", "/api/events", brunch, "Idempotency-Key", "k").is(201)
		again := h.ask(h.ben, "POST", "/api/events", brunch, "Idempotency-Key", "k").is(201)
		if string(once.body) != string(again.body) || once.header.Get("Change-Set") != again.header.Get("Change-Set") || again.header.Get("Change-Set")[:2] != "1-" {
			t.Errorf("%s %s, then %s %s", once.header.Get("Change-Set"), once.body, again.header.Get("Change-Set"), again.body)
		}
		h.ask(h.ann, "POST", "/api/events", `{"title":"Her own","start":"2025-03-30"}`, "Idempotency-Key", "k").is(201) // a key is each user's own
	})
}

// How a shared calendar looks is each one's own.
func TestACalendarLooksAsEachOneLikes(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		h.share("calendar", "read")
		c := h.ask(h.ben, "GET", "/api/calendars/{calendar}", nil).is(200).json()
		if owner := c["owner"].(map[string]any); owner["name"] != "Ann" || c["access"] != "read" || c["color"] != "#112233" || c["default"] != false {
			t.Errorf("%v", c)
		}
		if c = h.ask(h.ben, "PATCH", "/api/calendars/{calendar}", `{"visible":false,"color":"#abcdef"}`).is(200).json(); c["visible"] != false || c["color"] != "#abcdef" {
			t.Errorf("%v", c)
		}
		if c = h.ask(h.ann, "GET", "/api/calendars/{calendar}", nil).is(200).json(); c["visible"] != true || c["color"] != "#112233" || c["owner"] != nil || c["access"] != "owner" {
			t.Errorf("the owner's: %v", c)
		}
		for _, c := range h.ask(h.ben, "GET", "/api/calendars?visible=true", nil).is(200).list() {
			if c["name"] == "Family" {
				t.Error("it is hidden and listed among those that are not")
			}
		}
		list := h.ask(h.ben, "GET", "/api/calendars?count=true", nil).is(200)
		if list.header.Get("X-Total-Count") != fmt.Sprint(len(list.list())) {
			t.Errorf("counted %s, listed %d", list.header.Get("X-Total-Count"), len(list.list()))
		}
		if n := h.ask(h.ben, "GET", "/api/events?count=true", nil).is(200); n.header.Get("X-Total-Count") != "1" {
			t.Errorf("%s events are counted", n.header.Get("X-Total-Count"))
		}
	})
}

// Every page of a list of several owners' records, in its order, each once.
func TestPagesGoOverWhatIsShared(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		h.share("calendar", "read")
		for i := range 5 {
			h.ask(h.ann, "POST", "/api/events", fmt.Sprintf(`{"title":"Ann %d","start":"2025-04-%02d","calendar_id":{calendar}}`, i, 2*i+1)).is(201)
			h.ask(h.ann, "POST", "/api/events", fmt.Sprintf(`{"title":"Surprise %d","start":"2025-04-%02d","calendar_id":{private}}`, i, 2*i+1)).is(201)
			if i == 0 {
				h.ask(h.ben, "POST", "/api/calendars", `{"name":"Ben's"}`).is(201)
			}
			h.ask(h.ben, "POST", "/api/events", fmt.Sprintf(`{"title":"Ben %d","start":"2025-04-%02d"}`, i, 2*i+2)).is(201)
		}
		const want = "Ann 0,Ben 0,Ann 1,Ben 1,Ann 2,Ben 2,Ann 3,Ben 3,Ann 4,Ben 4,"
		for _, path := range []string{"/api/events?limit=3&q=n", "/api/events?limit=3&start=2025-04-01&end=2025-05-01"} {
			got := ""
			for pages := 0; path != "" && pages < 9; pages++ {
				r := h.ask(h.ben, "GET", path, nil).is(200)
				for _, e := range r.list() {
					got += e["title"].(string) + ","
				}
				path, _, _ = strings.Cut(strings.TrimPrefix(r.header.Get("Link"), "<"), ">")
			}
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	})
}

// A deleted calendar ends its shares, which come back with it; taking a share back
// is undone like anything else.
func TestSharesComeBack(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		address := h.share("calendar", "write")
		h.ask(h.ann, "DELETE", "/api/calendars/{calendar}", nil).is(204)
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(404)
		for _, x := range h.ask(h.ann, "GET", "/api/trash", nil).is(200).list() {
			if x["kind"] == "share" {
				t.Error("a share lies in the trash")
			}
		}
		h.ask(h.ann, "POST", "/api/trash/calendar/{calendar}/restore", nil).is(204)
		h.ask(h.ben, "PATCH", "/api/events/{event}", `{"title":"Back"}`).is(200)
		set := h.ask(h.ann, "DELETE", address, nil).is(204).header.Get("Change-Set")
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(404)
		h.ask(h.ann, "POST", "/api/history/"+set+"/undo", nil).is(200)
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(200)
		body := fmt.Sprintf(`{"user_id":%d,"access":"read"}`, h.benID)
		if r := h.ask(h.ann, "POST", "/api/calendars/{calendar}/shares", body); r.status != 409 || r.code() != "already_shared" {
			t.Errorf("%d %s", r.status, r.body)
		}
		for _, user := range []string{"1", "999"} {
			if r := h.ask(h.ann, "POST", "/api/calendars/{calendar}/shares", `{"user_id":`+user+`,"access":"read"}`); r.status != 422 || !r.fields()["user_id:reference"] {
				t.Errorf("with %s: %d %s", user, r.status, r.body)
			}
		}
		h.ask(h.ben, "DELETE", address, nil).is(204) // he leaves
		h.ask(h.ben, "GET", "/api/events/{event}", nil).is(404)
		if list := h.ask(h.ann, "GET", "/api/calendars/{calendar}/shares", nil).is(200).list(); len(list) != 0 {
			t.Errorf("%v", list)
		}
		names := ""
		for _, u := range h.ask(h.ben, "GET", "/api/household", nil).is(200).list() {
			names += u["name"].(string) + ","
			if len(u) != 2 {
				t.Errorf("more than a name is told: %v", u)
			}
		}
		if names != "Ann,cid," {
			t.Errorf("Ben can share with %s", names)
		}
	})
}

// The stream of a guest tells what happens in what is shared, nothing beside it,
// and that it is shared or no more; an id of it goes on where it was.
func TestTheStreamFollowsWhatIsShared(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		f := h.follow(t, h.ben, "")
		f.want("ready")
		address := h.share("calendar", "read")
		share := f.want("change")
		if share.data["kind"] != "share" || share.data["operation"] != "create" || share.data["owner_id"] != 1.0 {
			t.Fatalf("%+v", share)
		}
		h.ask(h.ann, "PATCH", "/api/events/{hidden}", `{"title":"Secret surprise"}`).is(200)
		h.ask(h.ann, "PATCH", "/api/events/{event}", `{"title":"Feast"}`).is(200)
		feast := f.want("change")
		if feast.data["title"] != "Feast" || feast.data["owner_id"] != 1.0 {
			t.Errorf("%+v", feast)
		}
		h.ask(h.ben, "POST", "/api/todos", `{"title":"mine"}`).is(201)
		if mine := f.want("change"); mine.data["title"] != "mine" || mine.data["owner_id"] != nil {
			t.Errorf("%+v", mine)
		}
		h.ask(h.ann, "PATCH", "/api/events/{event}", `{"title":"Surprise","calendar_id":{private}}`).is(200)
		if moved := f.want("change"); moved.data["operation"] != "delete" || moved.data["title"] != "" {
			t.Errorf("moved out of sight: %+v", moved)
		}
		f.end()

		g := h.follow(t, h.ben, feast.id) // where he was
		if e := g.want("ready"); e.id != feast.id {
			t.Errorf("ready at %s, want %s", e.id, feast.id)
		}
		got := map[any]bool{}
		for range 2 { // his own and hers, in no order between the two
			e := g.want("change")
			got[fmt.Sprint(e.data["kind"], " ", e.data["operation"])] = true
		}
		if !got["todo create"] || !got["event delete"] {
			t.Errorf("%v", got)
		}
		h.ask(h.ann, "PATCH", address, `{"access":"write"}`).is(200)
		if e := g.want("change"); e.data["kind"] != "share" || e.data["operation"] != "update" {
			t.Errorf("%+v", e)
		}
		h.ask(h.ann, "DELETE", address, nil).is(204)
		taken := g.want("change")
		if taken.data["kind"] != "share" || taken.data["operation"] != "delete" {
			t.Errorf("%+v", taken)
		}
		h.ask(h.ann, "PATCH", "/api/calendars/{calendar}", `{"name":"Ours"}`).is(200)
		h.ask(h.ben, "POST", "/api/todos", `{"title":"after"}`).is(201)
		if e := g.want("change"); e.data["title"] != "after" {
			t.Errorf("after it was taken back: %+v", e)
		}
		g.end()
		// Whoever was away while something was shared, or taken back, reads everything anew.
		h.follow(t, h.ben, feast.id).want("reset")
		h.share("calendar", "read")
		h.follow(t, h.ben, taken.id).want("reset")
	})
}
