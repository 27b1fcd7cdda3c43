package api_test

import (
	"strings"
	"testing"
)

func TestSettingsAreReadAndChanged(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		r := d.with(t, ann, "GET", "/api/settings", nil).is(200)
		if s := r.json(); s["time_zone"] != "Europe/Berlin" || s["theme"] != "system" || s["upcoming_days"] != 7.0 {
			t.Errorf("%v", s)
		}
		first := r.header.Get("ETag")
		d.with(t, ann, "GET", "/api/settings", nil, "If-None-Match", first).is(304)

		r = d.with(t, ann, "PUT", "/api/settings", `{"theme":"dark","preferred_name":"Annie"}`, "If-Match", first).is(200)
		if s := r.json(); s["theme"] != "dark" || s["preferred_name"] != "Annie" || s["time_zone"] != "Europe/Berlin" {
			t.Errorf("PUT sets what is given and leaves the rest: %v", s)
		}
		second := r.header.Get("ETag")
		if second == "" || second == first {
			t.Errorf("ETag %q after %q", second, first)
		}
		d.with(t, ann, "GET", "/api/settings", nil, "If-None-Match", first).is(200)
		d.with(t, ann, "PATCH", "/api/settings", `{"theme":"light"}`, "If-Match", first).is(412)
		if s := d.with(t, ann, "GET", "/api/settings", nil).is(200).json(); s["theme"] != "dark" {
			t.Errorf("a stale change was made: %v", s)
		}
		if s := d.with(t, ann, "PATCH", "/api/settings", `{"theme":null}`, "If-Match", second).is(200).json(); s["theme"] != "system" || s["preferred_name"] != "Annie" {
			t.Errorf("null brings the default back: %v", s)
		}
		d.with(t, "", "GET", "/api/settings", nil).is(401)
	})
}

func TestSettingsNameEveryFieldAtFault(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		before := d.with(t, ann, "GET", "/api/settings", nil).is(200)
		tests := []struct{ name, body, field string }{
			{"a zone that does not exist", `{"time_zone":"Europe/Atlantis"}`, "time_zone"},
			{"days out of range", `{"upcoming_days":91}`, "upcoming_days"},
			{"a day that is none", `{"first_day_of_week":7}`, "first_day_of_week"},
			{"no theme", `{"theme":"pink"}`, "theme"},
			{"no color", `{"accent_color":"purple"}`, "accent_color"},
			{"no address", `{"email":"ann at home"}`, "email"},
			{"no URL", `{"ntfy_server":"ntfy"}`, "ntfy_server"},
			{"somebody else's calendar", `{"default_calendar_id":999}`, "default_calendar_id"},
			{"an unknown field", `{"thema":"dark"}`, "thema"},
			{"what is only read", `{"ntfy_token_set":true}`, "ntfy_token_set"},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				found := false
				for f := range d.with(t, ann, "PATCH", "/api/settings", tt.body).is(422).fields() {
					found = found || strings.HasPrefix(f, tt.field+":")
				}
				if !found {
					t.Errorf("%s is not named", tt.field)
				}
			})
		}
		if after := d.with(t, ann, "GET", "/api/settings", nil).is(200); string(after.body) != string(before.body) || after.header.Get("ETag") != before.header.Get("ETag") {
			t.Errorf("bad input changed the settings:\n%s\n%s", before.body, after.body)
		}
	})
}

func TestTokensAreNeverReadBack(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		r := d.with(t, ann, "PUT", "/api/settings", `{"ntfy_server":"https://ntfy.example","ntfy_topic":"ann","ntfy_token":"tk_xyzzy","webhook_secret":"xyzzy"}`).is(200)
		for _, path := range []string{"/api/settings", "/api/history"} {
			if b := string(d.with(t, ann, "GET", path, nil).is(200).body); strings.Contains(b, "xyzzy") {
				t.Errorf("%s tells the token: %s", path, b)
			}
		}
		if s := r.json(); s["ntfy_token_set"] != true || s["webhook_secret_set"] != true || strings.Contains(string(r.body), "xyzzy") {
			t.Errorf("%v", s)
		}
		if s := d.with(t, ann, "PATCH", "/api/settings", `{"ntfy_token":null}`).is(200).json(); s["ntfy_token_set"] != false || s["webhook_secret_set"] != true {
			t.Errorf("%v", s)
		}
	})
}

func TestThePINIsGone(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		for _, body := range []any{nil, `{"pin":"1234"}`} {
			if r := d.with(t, ann, "PUT", "/api/settings/pin", body).is(410); !strings.Contains(string(r.body), "/api/auth/change-password") || r.code() != "pin_gone" {
				t.Errorf("%s", r.body)
			}
		}
		d.with(t, "", "PUT", "/api/settings/pin", nil).is(401)
	})
}
