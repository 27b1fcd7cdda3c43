package dav_test

import (
	"fmt"
	"strings"
	"testing"

	"umbra/app/caller"
	"umbra/app/page"
)

// A phone that loses its mind deletes nearly a whole calendar, event by event: it
// is obeyed, and sees them again when their owner has brought them back.
func TestADeviceThatDeletesNearlyEverything(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.ann.Client = caller.Client{ID: 7, Name: "Phone"}
		var names []string
		for i := range 20 {
			name := fmt.Sprintf("%se%d.ics", h.cal, i)
			h.want(201, "PUT", name, strings.Join([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", fmt.Sprintf("UID:e%d", i), "DTSTAMP:20250301T000000Z",
				"DTSTART:20250401T080000Z", "SUMMARY:Choir", "X-KEPT:as it came", "END:VEVENT", "END:VCALENDAR", ""}, "\r\n"))
			names = append(names, name)
		}
		for _, name := range names[:15] {
			h.want(204, "DELETE", name, "")
			h.want(404, "GET", name, "")
		}
		person := h.ann
		person.Client = caller.Client{}
		p, err := h.Journal.MassDeletions(t.Context(), person, page.Request{})
		if err != nil || len(p.Items) != 1 || p.Items[0].Client != "Phone" || p.Items[0].Kind != "event" || p.Items[0].Name == "" || p.Items[0].Deleted != 15 || p.Items[0].Had != 20 {
			t.Fatalf("%+v, %v", p.Items, err)
		}
		if n, err := h.Journal.BringBack(t.Context(), person, p.Items[0].ID); n != 15 || err != nil {
			t.Fatal(n, err)
		}
		for _, name := range names {
			h.want(200, "GET", name, "").has(t, "X-KEPT:as it came")
		}
	})
}
