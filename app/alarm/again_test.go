package alarm_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/db"
	"umbra/app/jobs"
)

// breakfast sets the time of Ann's days, after which all of hers is planned anew.
func (h *house) breakfast(at string) {
	h.t.Helper()
	h.exec("UPDATE settings SET digest_time = $1 WHERE user_id = $2", at, h.ann.UserID)
}

func (h *house) fire() {
	h.t.Helper()
	for _, k := range h.Jobs() {
		if k.Name == "alarms" {
			h.must(k.Do(h.t.Context(), jobs.Job{Kind: k.Name, Key: fmt.Sprint(h.ann.UserID)}).Err)
		}
	}
}

// What is written down at the very moment of a plan, and for that moment, rings,
// although the plan after it is one of everything.
func TestPlannedAnewBesideAChange(t *testing.T) {
	each(t, func(h *house) { // 01-01T01:00
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		h.reminder("Now", h.clock.Now(), "", 0)
		h.reminder("Of this minute", h.clock.Now().Add(-30*time.Second), "", 0)
		h.reminder("Of long ago", h.clock.Now().Add(-time.Hour), "", 0)
		h.breakfast("08:15")
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		h.start()
		time.Sleep(time.Second)
		h.want("01-01T01:00 Now", "01-01T01:00 Of this minute")
		h.breakfast("08:45") // once more, and nothing rings twice
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		time.Sleep(5 * time.Minute)
		h.want()
	})
}

// An alarm that rings says nothing of what has not been planned yet.
func TestPlannedAnewAfterAnAlarm(t *testing.T) {
	each(t, func(h *house) { // 01-01T01:00
		h.reminder("One", h.clock.Now().Add(3*time.Hour), "", 0)
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		time.Sleep(time.Hour)
		h.reminder("Two", h.clock.Now().Add(time.Hour), "", 0)
		time.Sleep(2*time.Hour + time.Minute)
		h.fire()
		h.breakfast("08:15")
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		h.start()
		time.Sleep(time.Second)
		h.want("01-01T04:01 One", "01-01T04:01 Two late")
	})
}

// Who follows a part of the changes has not looked at the rest of them.
func TestPlannedAnewAmidChanges(t *testing.T) {
	each(t, func(h *house) { // 01-01T01:00
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		for i := range 520 {
			h.todo(fmt.Sprint("to-do ", i), "2000-01-01", "01:30", "PT0M")
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		ctx, cancel := context.WithCancel(h.t.Context())
		parts := 0
		err := h.Plan(db.Watch(ctx, func(q string, _ []any) {
			if strings.Contains(q, "FROM journal_heads") {
				if parts++; parts == 2 {
					cancel()
				}
			}
		}), h.ann.UserID)
		if parts != 2 || err == nil {
			h.t.Fatalf("%d parts: %v", parts, err)
		}
		h.breakfast("08:15")
		h.must(h.Plan(h.t.Context(), h.ann.UserID))
		h.start()
		time.Sleep(5 * time.Second)
		if got := len(h.peer.log()); got != 520 {
			h.t.Errorf("%d of 520 arrived", got)
		}
	})
}
