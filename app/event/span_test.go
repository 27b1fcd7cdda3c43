package event_test

import (
	"fmt"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/opt"
	"umbra/app/page"
)

// However far apart an event's first and last instant lie, a window that only the
// last of them touches finds it, one that touches neither does not, and so it is
// with those that somebody shares.
func TestWindowsLookBackFarEnough(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		last := time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)
		var shares []caller.Share
		want := map[string]bool{}
		for _, days := range []int{1, 31, 32, 33, 255, 256, 257, 2047, 2048, 2049, 16383, 16384, 16385, 20000} {
			for _, hour := range []int{0, 1, 23} {
				calendar := h.home
				if hour == 1 {
					calendar = h.work
				}
				title := fmt.Sprintf("%d days %d", days, hour)
				u := at(title, last.AddDate(0, 0, -days).Add(-time.Duration(hour)*time.Hour).Format(time.RFC3339), "")
				u.CalendarID = opt.Some(calendar)
				u.RDates = opt.Some([]string{last.Format("2006-01-02T15:04:05")})
				h.make(t, u)
				want[title] = true
			}
		}
		h.make(t, rule(at("for ever", "1955-01-03T09:00:00Z", ""), "FREQ=WEEKLY"))
		want["for ever"] = true
		bob := h.bob
		for _, calendar := range []int64{h.home, h.work} {
			shares = append(shares, caller.Share{ID: calendar, Owner: caller.Name{ID: h.ann.UserID, Name: "ann"}, Epoch: h.ann.Epoch, Kind: caller.Calendars,
				Record: calendar, Access: caller.Read, Visible: true})
		}
		bob.Shared = &shares
		for _, c := range []caller.Caller{h.ann, bob} {
			for _, size := range []int{4, 500} {
				got := map[string]int{}
				for r := (page.Request{Limit: size}); ; {
					p, err := h.List(t.Context(), c, event.Filter{Start: "2025-06-02", End: "2025-06-03"}, r)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range p.Items {
						got[e.Title]++
					}
					if r.Cursor = p.Next; r.Cursor == "" {
						break
					}
				}
				for title := range want {
					if got[title] != 1 {
						t.Errorf("pages of %d: %s is there %d times", size, title, got[title])
					}
				}
				if len(got) != len(want) {
					t.Errorf("%d of %d are there", len(got), len(want))
				}
			}
		}
		if got := h.in(t, "2025-06-03", "2025-06-04"); got != "" {
			t.Errorf("on the day after: %s", got)
		}
	})
}
