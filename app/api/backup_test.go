package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestBackups(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		before := s.ann(t, "GET", "/api/backups", nil).is(http.StatusOK).json()
		if before["last_good_at"] != nil || before["running"] != false || before["every_hours"] != 24.0 || len(before["items"].([]any)) != 0 {
			t.Errorf("before the first: %v", before)
		}
		begun := s.ann(t, "POST", "/api/backups", nil).is(http.StatusAccepted).json()
		s.backups.Settle()
		after := s.ann(t, "GET", "/api/backups", nil).is(http.StatusOK).json()
		items, _ := after["items"].([]any)
		if len(items) != 1 || after["running"] != false || after["last_good_at"] != "2025-03-29T12:00:00Z" || after["next_due_at"] != "2025-03-30T12:00:00Z" {
			t.Fatalf("begun as %v, ended as %v", begun, after)
		}
		item, _ := items[0].(map[string]any)
		if item["name"] != "umbra-20250329T120000Z.tar.zst" || item["records"].(float64) < 5 || item["encrypted"] != false {
			t.Errorf("%v", item)
		}
	})
}

func TestBackupsAreForAdministrators(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for _, method := range []string{"GET", "POST"} {
			if got := s.as(t, "bob", method, "/api/backups", nil).is(http.StatusForbidden).json(); got["code"] != "not_admin" {
				t.Errorf("%s: %v", method, got)
			}
		}
		s.backups.Settle()
		if got := s.ann(t, "GET", "/api/backups", nil).json(); len(got["items"].([]any)) != 0 {
			t.Error("somebody else made a backup")
		}
	})
}

func TestReadyWarnsOfAnOldBackup(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		warnings := func() string {
			t.Helper()
			r := s.as(t, "", "GET", "/api/ready", nil).is(http.StatusOK)
			list, _ := r.json()["warnings"].([]any)
			if len(list) == 0 {
				return ""
			}
			return list[0].(string)
		}
		s.ann(t, "POST", "/api/backups", nil).is(http.StatusAccepted)
		s.backups.Settle()
		if got := warnings(); got != "" {
			t.Errorf("just after one: %q", got)
		}
		s.clock.Advance(9 * 24 * time.Hour)
		if got := warnings(); !strings.Contains(got, "9 days old") {
			t.Errorf("%q", got)
		}
	})
}
