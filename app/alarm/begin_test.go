package alarm_test

import (
	"fmt"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
)

// An account whose server goes down before its alarms are planned for the first time
// is one that was down like any other: what was due since arrives, late and once,
// and what was past when it was written down does not.
func TestDownBeforeTheFirstPlan(t *testing.T) {
	for name, hours := range map[string]int{"minutes": 0, "an hour": 1, "a week": 8 * 24} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) { // 01-01T01:00
				time.Sleep(time.Hour)
				h.todo("ten years ago", "1990-01-03", "12:00", "PT0M")
				h.todo("before it was written", "2000-01-01", "01:30", "PT0M")
				h.todo("at once", "2000-01-01", "02:04", "PT0M")
				h.todo("in half an hour", "2000-01-01", "02:30", "PT0M")
				h.todo("later", "2000-01-09", "12:00", "PT0M")
				h.event("Choir", "1990-01-02T02:45:00", "FREQ=DAILY", "PT0M")
				h.event("Over", "1990-01-02T02:45:00", "FREQ=DAILY;COUNT=3600", "PT0M")
				h.reminder("Long ago", h.at("1999-12-31T12:00"), "", 0)
				time.Sleep(time.Duration(hours)*time.Hour + 4*time.Minute + 30*time.Second)
				h.start()
				time.Sleep(2 * time.Second)
				switch hours {
				case 0:
					h.want("01-01T02:04 at once")
					h.until("2000-01-01T02:50")
					h.want("01-01T02:30 in half an hour", "01-01T02:45 Choir")
				case 1:
					h.want("01-01T03:04 at once late", "01-01T03:04 in half an hour late", "01-01T03:04 Choir late")
				default:
					h.want("01-09T02:04 at once late", "01-09T02:04 in half an hour late", "01-09T02:04 Choir late")
					h.wantLedger("01-01T02:04 todo at once sent late", "01-01T02:30 todo in half an hour sent late", "01-08T02:45 event Choir sent late +7")
					h.stop()
					h.start()
					h.until("2000-01-09T12:01")
					h.want("01-09T02:45 Choir", "01-09T12:00 later")
				}
			})
		})
	}
}

// With no channel the same is in the ledger.
func TestDownBeforeTheFirstPlanWithoutAChannel(t *testing.T) {
	each(t, func(h *house) {
		h.peer.on = nil
		h.todo("past", "1999-12-25", "12:00", "PT0M")
		h.todo("due", "2000-01-01", "02:00", "PT0M")
		h.reminder("Daily", h.at("1999-01-01T12:00"), "FREQ=DAILY", 0)
		h.until("2000-01-04T13:00")
		h.start()
		time.Sleep(2 * time.Second)
		h.want()
		h.wantLedger("01-01T02:00 todo due missed late", "01-04T12:00 reminder Daily missed late +3")
	})
}

// A backup of an account for which nothing has rung yet says nothing of when it was
// made: what was due since its records were written is missed, however young the
// account is, and nothing of it is sent.
func TestARestoreBeforeAnythingRang(t *testing.T) {
	for name, after := range map[string]time.Duration{"minutes": 8 * time.Minute, "days": 3*24*time.Hour + 8*time.Minute, "years": 3 * 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) { // 01-01T01:00
				h.exec("UPDATE users SET created_at = $1 WHERE id = $2", clock.Micros(h.clock.Now()), h.ann.UserID)
				h.todo("past", "1999-12-25", "12:00", "PT0M")
				h.todo("due", "2000-01-01", "01:05", "PT0M")
				h.reminder("Daily", h.at("1999-12-01T01:06"), "FREQ=DAILY;UNTIL=20000110T000000Z", 0)
				for _, table := range []string{"jobs", "alarms", "alarm_plans"} {
					h.exec("DELETE FROM " + table)
				}
				h.exec("UPDATE journal_heads SET epoch = $1", journal.NewEpoch())
				time.Sleep(after)
				h.start()
				time.Sleep(2 * time.Second)
				h.want()
				switch {
				case after < time.Hour:
					h.wantLedger("01-01T01:05 todo due missed late", "01-01T01:06 reminder Daily missed late")
				case after < 100*24*time.Hour:
					h.wantLedger("01-01T01:05 todo due missed late", "01-04T01:06 reminder Daily missed late +3")
				default: // further back than the ledger goes
					h.wantLedger()
				}
			})
		})
	}
}

// However many records a plan is about, it asks by the same few statements: they are
// kept prepared, at some 50 kB each.
func TestPlansOfAnySizeAskAlike(t *testing.T) {
	each(t, func(h *house) {
		texts := map[string]bool{}
		ctx := db.Watch(h.t.Context(), func(q string, _ []any) { texts[q] = true })
		for n := 1; n < 40; n++ {
			for i := range n {
				h.todo(fmt.Sprint("to-do ", i), "2000-02-01", "12:00", "PT0M")
				if i%3 == 0 {
					h.event("event", "2000-02-01T12:00:00", "", "PT0M")
				}
			}
			h.must(h.Plan(ctx, h.ann.UserID))
		}
		if len(texts) > 40 {
			t.Errorf("%d statements", len(texts))
		}
	})
}
