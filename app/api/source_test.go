package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/jobs"
	"umbra/app/notify"
	"umbra/app/webcal"
)

// sources fills calendars from peers on this machine alone.
func sources(t *testing.T, deps api.Deps, d *db.DB, c clock.Clock, accounts *account.Service) *webcal.Service {
	t.Helper()
	out := notify.NewOutbound(notify.OutboundOptions{Allow: func(_ string, ip netip.Addr, _ uint16) bool { return ip.IsLoopback() }})
	t.Cleanup(out.Close)
	return webcal.New(webcal.Deps{DB: d, Journal: deps.Journal, Queue: jobs.NewQueue(d, c), Clock: c, Out: out, Accounts: accounts,
		Calendars: deps.Calendars, Events: deps.Events})
}

func TestACalendarIsFilledFromAnAddress(t *testing.T) {
	const body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Holiday\r\nDTSTART;VALUE=DATE:20250404\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	each(t, func(t *testing.T, s *server) {
		up := true
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if !up {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(peer.Close)
		made := s.ann(t, "POST", "/api/calendars", map[string]any{"name": "Holidays", "color": "#3d8b4f", "source": peer.URL + "/x.ics"}).is(201)
		at := made.header.Get("Location")
		if c := made.json(); c["source"] != peer.URL+"/x.ics" || c["access"] != "read" || c["default"] != false || c["owner"] != nil {
			t.Errorf("%v", c)
		}
		if st := s.ann(t, "GET", at+"/fetch", nil).is(200).json(); st["state"] != "waiting" || st["tried_at"] != nil {
			t.Errorf("%v", st)
		}
		r := s.ann(t, "POST", at+"/fetch", nil).is(200)
		if st := r.json(); st["state"] != "good" || st["events"] != 1.0 || st["failure"] != "" || r.header.Get("Change-Set") == "" {
			t.Errorf("%v %v", st, r.header)
		}
		events := s.ann(t, "GET", "/api/events?start=2025-04-01&end=2025-04-30", nil).is(200).list()
		if len(events) != 1 || events[0]["title"] != "Holiday" || events[0]["access"] != "read" {
			t.Fatalf("%v", events)
		}
		for _, tt := range [][3]string{{"PATCH", "/api/events/1", `{"title":"x"}`}, {"DELETE", "/api/events/1", ""}, {"POST", "/api/events", `{"title":"x","start":"2025-04-01","calendar_id":` + strings.TrimPrefix(at, "/api/calendars/") + `}`}} {
			if r := s.ann(t, tt[0], tt[1], tt[2]).is(403); r.code() != "read_only" {
				t.Errorf("%v: %s", tt, r.body)
			}
		}
		up = false
		r = s.ann(t, "POST", at+"/fetch", nil).is(200)
		if st := r.json(); st["state"] != "failed" || !strings.Contains(st["failure"].(string), "502") || st["good_at"] == nil || r.header.Get("Change-Set") != "" {
			t.Errorf("%v %v", st, r.header)
		}
		if n := len(s.ann(t, "GET", "/api/events", nil).is(200).list()); n != 1 {
			t.Errorf("%d events are left", n)
		}
		own := fmt.Sprintf("/api/calendars/%.0f", s.ann(t, "GET", "/api/calendars?q=Personal", nil).is(200).list()[0]["id"])
		if r := s.ann(t, "GET", own+"/fetch", nil).is(409); r.code() != "no_source" {
			t.Errorf("%s", r.body)
		}
		for range 4 {
			s.ann(t, "POST", at+"/fetch", nil).is(200)
		}
		s.ann(t, "POST", at+"/fetch", nil).is(429)
		for body, field := range map[string]string{`{"source":"ftp://example.org/x"}`: "source:format", `{"default":true}`: "source:default", `{"source":"https://u:p@example.org/"}`: "source:user"} {
			if r := s.ann(t, "PATCH", at, body).is(422); !r.fields()[field] {
				t.Errorf("%s: %s", body, r.body)
			}
		}
		if r := s.ann(t, "PATCH", own, map[string]any{"source": peer.URL}).is(422); !r.fields()["source:default"] {
			t.Errorf("%s", r.body)
		}
		if r := s.ann(t, "PATCH", "/api/settings", `{"default_calendar_id":`+strings.TrimPrefix(at, "/api/calendars/")+`}`).is(422); !r.fields()["default_calendar_id:source"] {
			t.Errorf("%s", r.body)
		}
		if c := s.ann(t, "PATCH", at, `{"source":null}`).is(200).json(); c["source"] != "" || c["access"] != "owner" {
			t.Errorf("%v", c)
		}
		s.ann(t, "PATCH", "/api/events/1", `{"title":"Mine"}`).is(200)
	})
}

// Somebody with whom it is shared sees neither the address nor what came of it,
// and cannot change it, whatever the share says.
func TestASharedCalendarFromAnAddressKeepsItToItself(t *testing.T) {
	eachHome(t, func(t *testing.T, h *home) {
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Holiday\r\nDTSTART;VALUE=DATE:20250404\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
		}))
		t.Cleanup(peer.Close)
		at := h.with(t, h.ann, "POST", "/api/calendars", map[string]any{"name": "Holidays", "source": peer.URL + "/zebrafinch"}).is(201).header.Get("Location")
		h.with(t, h.ann, "POST", at+"/fetch", nil).is(200)
		h.with(t, h.ann, "POST", at+"/shares", map[string]any{"user_id": h.benID, "access": "write"}).is(201)
		if c := h.with(t, h.ben, "GET", at, nil).is(200).json(); c["source"] != "" || c["access"] != "read" {
			t.Errorf("%v", c)
		}
		for _, path := range []string{"/api/calendars", at, at + "/fetch", "/api/history"} {
			if r := h.with(t, h.ben, "GET", path, nil); strings.Contains(string(r.body), "zebrafinch") {
				t.Errorf("%s: %s", path, r.body)
			}
		}
		h.with(t, h.ben, "GET", at+"/fetch", nil).is(403)
		h.with(t, h.ben, "PATCH", at, `{"source":"https://elsewhere.example/x.ics"}`).is(403)
		h.with(t, h.ben, "PATCH", at, `{"source":"","color":"#112233"}`).is(200)
		h.with(t, h.ben, "POST", at+"/fetch", nil).is(403)
		events := h.with(t, h.ben, "GET", "/api/events?start=2025-04-04&end=2025-04-05", nil).is(200).list()
		if len(events) != 1 || events[0]["access"] != "read" {
			t.Fatalf("%v", events)
		}
		if r := h.with(t, h.ben, "PATCH", fmt.Sprintf("/api/events/%.0f", events[0]["id"]), `{"title":"x"}`).is(403); r.code() != "read_only" {
			t.Errorf("%s", r.body)
		}
	})
}
