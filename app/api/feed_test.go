package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
)

// feed makes a secret link and answers where it leads, and its number.
func (d *door) feed(t *testing.T, cookie, body string) (path, id string) {
	t.Helper()
	r := d.with(t, cookie, "POST", "/api/feeds", body).is(201)
	path, _ = r.json()["url"].(string)
	if !strings.HasPrefix(path, "/feeds/") || !strings.HasSuffix(path, ".ics") || len(path) < 50 || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %s", r.header, r.body)
	}
	return path, fmt.Sprintf("%.0f", r.json()["id"])
}

func TestASecretLinkShowsWhatItIsOf(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.with(t, ann, "POST", "/api/calendars", `{"name":"Home"}`).is(201)
		d.with(t, ann, "POST", "/api/events", `{"title":"Supper, \"at\" home","description":"private","location":"Kitchen","start":"2025-04-10T18:00:00","end":"2025-04-10T20:00:00","time_zone":"Europe/Berlin","recurrence_rule":"FREQ=WEEKLY","reminders":["-PT10M"]}`).is(201)
		elsewhere := fmt.Sprintf("%.0f", d.with(t, ann, "POST", "/api/calendars", `{"name":"Work"}`).is(201).json()["id"])
		d.with(t, ann, "POST", "/api/events", `{"title":"Meeting","start":"2025-04-11T10:00:00","end":"2025-04-11T11:00:00","calendar_id":`+elsewhere+`}`).is(201)
		d.with(t, ann, "POST", "/api/todos", `{"title":"Water"}`).is(201)
		project := fmt.Sprintf("%.0f", d.with(t, ann, "POST", "/api/projects", `{"name":"Garden"}`).is(201).json()["id"])
		d.with(t, ann, "POST", "/api/projects/"+project+"/tasks", `{"title":"Dig"}`).is(201)
		d.with(t, ann, "POST", "/api/reminders", `{"title":"Call","remind_at":"2025-04-12T10:00:00Z"}`).is(201)

		open, _ := d.feed(t, ann, `{"name":"Grandma","kind":"calendar","record_id":1}`)
		r := d.with(t, "", "GET", open, nil).is(200)
		text, etag := string(r.body), r.header.Get("ETag")
		for _, part := range []string{"BEGIN:VCALENDAR\r\n", "X-WR-CALNAME:", "SUMMARY:Supper\\, \"at\" home\r\n", "RRULE:FREQ=WEEKLY\r\n", "BEGIN:VTIMEZONE\r\n", "LOCATION:Kitchen\r\n", "END:VCALENDAR\r\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in %s", part, text)
			}
		}
		for _, part := range []string{"VALARM", "Meeting", "Water"} {
			if strings.Contains(text, part) {
				t.Errorf("%s in %s", part, text)
			}
		}
		if h := r.header; h.Get("Content-Type") != "text/calendar; charset=utf-8" || h.Get("Cache-Control") != "private, no-cache" || h.Get("X-Robots-Tag") != "noindex" || etag == "" || h.Get("Set-Cookie") != "" {
			t.Errorf("%v", h)
		}
		if r := d.with(t, "", "HEAD", open, nil).is(200); len(r.body) != 0 {
			t.Errorf("%s", r.body)
		}
		if r := d.with(t, "", "GET", open, nil, "If-None-Match", `"x", W/`+etag).is(304); len(r.body) != 0 {
			t.Errorf("%s", r.body)
		}
		d.with(t, ann, "PATCH", "/api/events/1", `{"title":"Feast"}`).is(200)
		if r := d.with(t, "", "GET", open, nil, "If-None-Match", etag).is(200); !strings.Contains(string(r.body), "SUMMARY:Feast") {
			t.Errorf("%s", r.body)
		}

		busy, _ := d.feed(t, ann, `{"name":"Colleagues","kind":"calendar","record_id":1,"busy_only":true}`)
		text = string(d.with(t, "", "GET", busy, nil).is(200).body)
		for _, part := range []string{"SUMMARY:Busy\r\n", "DTSTART;TZID=Europe/Berlin:20250410T180000\r\n", "RRULE:FREQ=WEEKLY\r\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in %s", part, text)
			}
		}
		for _, part := range []string{"Feast", "private", "Kitchen", "VALARM"} {
			if strings.Contains(text, part) {
				t.Errorf("%s in %s", part, text)
			}
		}
		for body, want := range map[string]string{`{"name":"x","kind":"todos"}`: "SUMMARY:Water", `{"name":"x","kind":"project","record_id":` + project + `}`: "SUMMARY:Dig", `{"name":"x","kind":"reminders"}`: "SUMMARY:Call"} {
			path, _ := d.feed(t, ann, body)
			if r := d.with(t, "", "GET", path, nil).is(200); strings.Count(string(r.body), "BEGIN:VTODO") != 1 || !strings.Contains(string(r.body), want) {
				t.Errorf("%s: %s", body, r.body)
			}
		}
		d.accounts.Settle()
		listed := d.with(t, ann, "GET", "/api/feeds", nil).is(200)
		if l := listed.list(); len(l) != 5 || strings.Contains(string(listed.body), "/feeds/") {
			t.Errorf("%s", listed.body)
		} else if first := l[4]; first["name"] != "Grandma" || first["last_used_at"] == nil {
			t.Errorf("%v", first)
		}
	})
}

func TestASecretLinkEnds(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "Bob", Password: annsPassword}); err != nil {
			t.Fatal(err)
		}
		bob := d.logIn(t, "bob", annsPassword).is(200).session()
		second := fmt.Sprintf("%.0f", d.with(t, bob, "POST", "/api/calendars", `{"name":"Second"}`).is(201).json()["id"])
		d.with(t, bob, "POST", "/api/calendars", `{"name":"Third"}`).is(201)
		nonsense := string(d.with(t, "", "GET", "/feeds/nonsense.ics", nil).is(404).body)
		gone := func(path, why string) {
			t.Helper()
			if r := d.with(t, "", "GET", path, nil).is(404); string(r.body) != strings.ReplaceAll(nonsense, "/feeds/nonsense.ics", path) && r.code() != "no_such_feed" {
				t.Errorf("%s: %s", why, r.body)
			}
		}
		todos, id := d.feed(t, bob, `{"name":"x","kind":"todos"}`)
		of, _ := d.feed(t, bob, `{"name":"x","kind":"calendar","record_id":`+second+`}`)
		d.with(t, "", "GET", of, nil).is(200)
		gone(strings.TrimSuffix(todos, ".ics"), "without its ending")
		gone(todos[:len(todos)-5]+".ics", "a character short")
		d.with(t, ann, "DELETE", "/api/feeds/"+id, nil).is(404) // somebody else's
		d.with(t, bob, "DELETE", "/api/calendars/"+second, nil).is(204)
		gone(of, "of a calendar in the trash")
		d.with(t, "", "GET", todos, nil).is(200)
		if err := d.accounts.SetDisabled(t.Context(), 2, true); err != nil {
			t.Fatal(err)
		}
		gone(todos, "of a user who is shut out")
		if err := d.accounts.SetDisabled(t.Context(), 2, false); err != nil {
			t.Fatal(err)
		}
		bob = d.logIn(t, "bob", annsPassword).is(200).session()
		d.with(t, "", "GET", todos, nil).is(200) // a link is no session: it was made to be given away
		d.with(t, bob, "DELETE", "/api/feeds/"+id, nil).is(204)
		gone(todos, "revoked")
	})
}

func TestWhatASecretLinkMayBeOf(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		if _, err := d.accounts.Add(t.Context(), account.NewUser{Username: "Bob", Password: annsPassword}); err != nil {
			t.Fatal(err)
		}
		bob := d.logIn(t, "bob", annsPassword).is(200).session()
		d.with(t, ann, "POST", "/api/calendars", `{"name":"Home"}`).is(201)
		for body, field := range map[string]string{
			`{"name":"x","kind":"calendar"}`:               "record_id:required",
			`{"name":"x","kind":"calendar","record_id":1}`: "record_id:reference", // Ann's
			`{"name":"x","kind":"project","record_id":9}`:  "record_id:reference",
			`{"name":"x","kind":"todos","record_id":1}`:    "record_id:unused",
			`{"name":"x","kind":"todos","busy_only":true}`: "busy_only:unused",
			`{"name":"  ","kind":"todos"}`:                 "name:required",
		} {
			if r := d.with(t, bob, "POST", "/api/feeds", body).is(422); !r.fields()[field] {
				t.Errorf("%s: %s", body, r.body)
			}
		}
		all, _ := d.token(t, ann, "read", "write", "dav")
		d.bearing(t, all, "POST", "/api/feeds", `{"name":"x","kind":"todos"}`).is(403)
		d.bearing(t, all, "GET", "/api/feeds", nil).is(403)
		for range account.MaxFeeds {
			d.feed(t, bob, `{"name":"x","kind":"todos"}`)
		}
		if r := d.with(t, bob, "POST", "/api/feeds", `{"name":"x","kind":"todos"}`).is(409); r.code() != "too_many_feeds" {
			t.Errorf("%s", r.body)
		}
		d.clock.Advance(11 * time.Minute)
		if r := d.with(t, bob, "POST", "/api/feeds", `{"name":"x","kind":"todos"}`).is(403); r.code() != "proof_needed" {
			t.Errorf("%s", r.body)
		}
	})
}
