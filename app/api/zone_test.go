package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// Every place that takes a time zone takes its other names, and says the usual one.
func TestZonesGoByManyNames(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		places := []struct{ method, path, body, patch string }{
			{"POST", "/api/events", `{"title":"x","start":"2025-07-01T09:00:00","time_zone":%q}`, ""},
			{"POST", "/api/reminders", `{"title":"x","remind_at":"2025-07-01T09:00:00Z","time_zone":%q}`, ""},
			{"POST", "/api/event-templates", `{"name":%[2]q,"time_zone":%[1]q}`, ""},
			{"PATCH", "/api/settings", `{"time_zone":%q}`, ""},
		}
		for i, name := range []string{"W. Europe Standard Time", "US/Eastern", "Asia/Calcutta", "US/Pacific-New", "europe/paris", "Australia/Lord_Howe"} {
			want := []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Los_Angeles", "Europe/Paris", "Australia/Lord_Howe"}[i]
			for _, p := range places {
				body := fmt.Sprintf(p.body, name)
				if strings.Contains(p.body, "[2]") {
					body = fmt.Sprintf(p.body, name, name)
				}
				r := s.ann(t, p.method, p.path, body)
				if r.status >= 300 {
					t.Fatalf("%s %s %s: %d %s", p.method, p.path, body, r.status, r.body)
				}
				if got := r.json(); got["time_zone"] != want {
					t.Errorf("%s %s: %v, want %s", p.path, name, got["time_zone"], want)
				}
				path := p.path
				if p.method == "POST" {
					path = r.header.Get("Location")
				}
				if got := s.ann(t, "GET", path, nil).is(200).json(); got["time_zone"] != want {
					t.Errorf("%s %s, read again: %v, want %s", path, name, got["time_zone"], want)
				}
			}
		}
		for _, name := range []string{"Mars/Olympus", "Local", "W. Europe Summer Time", "GMT+25"} {
			for _, p := range places {
				body := fmt.Sprintf(p.body, name)
				if strings.Contains(p.body, "[2]") {
					body = fmt.Sprintf(p.body, name, name)
				}
				if r := s.ann(t, p.method, p.path, body).is(422); !r.fields()["time_zone:zone"] || !strings.Contains(string(r.body), "Europe/Berlin") {
					t.Errorf("%s %s: %s", p.path, name, r.body)
				}
			}
		}
	})
}

// A zone that was stored under a name that the zone data has dropped since
// keeps its time.
func TestAZoneThatIsGoneMeansTheOneThatFollowed(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/events", `{"title":"x","start":"2025-07-01T09:00:00","time_zone":"America/Los_Angeles","recurrence_rule":"FREQ=DAILY"}`).is(201).header.Get("Location")
		if err := s.db.Tx(t.Context(), func(ctx context.Context) error {
			_, err := s.db.Exec(ctx, "UPDATE calendar_events SET time_zone = $1", "US/Pacific-New")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := s.ann(t, "GET", path, nil).is(200).json(); got["start"] != "2025-07-01T09:00:00-07:00" {
			t.Errorf("%v", got)
		}
		if got := starts(s.ann(t, "GET", "/api/events?start=2025-12-01&end=2025-12-02", nil)); got != "2025-12-01T09:00:00-08:00" {
			t.Error(got)
		}
	})
}
