package moving_test

import (
	"bytes"
	"testing"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/moving"
	"umbra/app/opt"
	"umbra/app/page"
)

// A calendar that is filled from an address comes along in an export with what it
// held, and takes nothing from other files.
func TestACalendarFromAnAddressMoves(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made, err := h.Calendars.Create(t.Context(), h.c, calendar.Update{Name: opt.Some("Holidays"), Source: opt.Some("https://example.org/x.ics")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Events.Put(t.Context(), h.c.By(caller.Fetch), 0, journal.Origin{UID: "day"}, nil,
			event.Update{Title: opt.Some("Day off"), Start: opt.Some("2025-04-10"), CalendarID: opt.Some(made.ID)}, nil); err != nil {
			t.Fatal(err)
		}
		var zip bytes.Buffer
		if err := h.Write(t.Context(), h.c, &zip, moving.Export{Username: "ada", Now: now}); err != nil {
			t.Fatal(err)
		}
		bob := h.user("bob")
		read := func(name string, data []byte) moving.Result {
			t.Helper()
			f, err := moving.NewFile(name, data)
			if err != nil {
				t.Fatal(err)
			}
			r, err := h.Import(t.Context(), bob, f, moving.Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := read("umbra.zip", zip.Bytes()); r.Lost() != 0 {
			t.Errorf("%+v", r)
		}
		cals, err := h.Calendars.List(t.Context(), bob, calendar.Filter{Query: "Holidays"}, page.Request{Limit: 9})
		if err != nil || len(cals.Items) != 1 || cals.Items[0].Source != made.Source {
			t.Fatalf("%+v %v", cals.Items, err)
		}
		held := func() []event.Event {
			p, err := h.Events.List(t.Context(), bob, event.Filter{CalendarID: cals.Items[0].ID}, page.Request{Limit: 9})
			if err != nil {
				t.Fatal(err)
			}
			return p.Items
		}
		if got := held(); len(got) != 1 || got[0].UID != "day" || got[0].Title != "Day off" {
			t.Fatalf("%+v", got)
		}
		r := read("h.ics", []byte("BEGIN:VCALENDAR\r\nX-WR-CALNAME:Holidays\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:Other\r\nDTSTART:20250401T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
		if got := held(); len(got) != 1 || r.Lost() != 1 || r.Made() != 0 || len(r.Refused) != 1 {
			t.Errorf("%+v %+v", r, got)
		}
	})
}
