package dav_test

import (
	"context"
	"fmt"
	"testing"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/share"
)

// A calendar that is filled from an address is there to be looked at; to delete
// it is to end it, and what is its own stays what it was.
func TestACalendarFromAnAddressIsLookedAt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		made, err := h.Calendars.Create(t.Context(), h.ann, calendar.Update{Name: opt.Some("Holidays"), Source: opt.Some("https://example.org/x.ics")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Events.Put(context.Background(), h.ann.By(caller.Fetch), 0, journal.Origin{UID: "day"}, nil,
			event.Update{Title: opt.Some("Day off"), Start: opt.Some("2025-04-10"), CalendarID: opt.Some(made.ID)}, nil); err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("/dav/calendars/%d/calendar-%d/", h.ann.UserID, made.ID)
		a := h.want(207, "PROPFIND", at, `<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>`, "Depth", "0")
		a.has(t, "<D:read/>")
		a.hasNot(t, "<D:write", "bind/>")
		h.want(207, "PROPFIND", at, `<propfind xmlns="DAV:" xmlns:s="http://calendarserver.org/ns/"><prop><s:source/></prop></propfind>`, "Depth", "0").
			has(t, "<CS:source><D:href>https://example.org/x.ics</D:href></CS:source>")
		h.want(207, "PROPFIND", h.cal, `<propfind xmlns="DAV:" xmlns:s="http://calendarserver.org/ns/"><prop><s:source/></prop></propfind>`, "Depth", "0").has(t, "404 Not Found")
		// Whoever it is shared with does not learn the address, which may be a secret.
		shared, _ := h.lend(share.New(h.d, h.Journal), caller.Calendars, made.ID, caller.Read)
		h.as = "bob"
		h.want(207, "PROPFIND", shared, `<propfind xmlns="DAV:" xmlns:s="http://calendarserver.org/ns/"><prop><s:source/></prop></propfind>`, "Depth", "0").hasNot(t, "example.org")
		h.as = "ann"
		before := h.want(200, "GET", at+"day.ics", "")
		before.has(t, "SUMMARY:Day off")
		h.want(201, "PUT", h.cal+"own.ics", event1("own", "SUMMARY:Own\nDTSTART:20250410T180000Z\n"))
		for _, tt := range []struct{ method, path, body, to string }{
			{"PUT", at + "day.ics", event1("day", "SUMMARY:Mine\nDTSTART:20250410T180000Z\n"), ""},
			{"PUT", at + "new.ics", event1("new", "SUMMARY:New\nDTSTART:20250410T180000Z\n"), ""},
			{"DELETE", at + "day.ics", "", ""},
			{"MOVE", at + "day.ics", "", h.cal + "day.ics"},
			{"MOVE", h.cal + "own.ics", "", at + "own.ics"},
			{"COPY", h.cal + "own.ics", "", at + "own.ics"},
		} {
			h.want(403, tt.method, tt.path, tt.body, "Destination", tt.to).has(t, "<D:need-privileges>", "filled from an address")
		}
		if after := h.want(200, "GET", at+"day.ics", ""); after.body != before.body {
			t.Errorf("it became %s", after.body)
		}
		h.want(207, "PROPPATCH", at, `<propertyupdate xmlns="DAV:"><set><prop><displayname>Days off</displayname></prop></set></propertyupdate>`).has(t, "200 OK")
		h.want(201, "COPY", at+"day.ics", "", "Destination", h.cal+"copied.ics")
		h.want(204, "DELETE", at, "")
		h.want(404, "PROPFIND", at, "", "Depth", "0")
	})
}
