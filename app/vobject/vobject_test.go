package vobject_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/db/dbtest"
	"umbra/app/ical"
	"umbra/app/vobject"
)

var berlin = func() *time.Location {
	z, err := clock.Zone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return z
}()

func parse(t *testing.T, s string) *ical.Document {
	t.Helper()
	d, err := ical.Parse([]byte(strings.ReplaceAll(s, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readEvent(t *testing.T, d *ical.Document) vobject.EventForm {
	t.Helper()
	f, err := vobject.NewReader(d, berlin).Event(d.Components("VCALENDAR")[0].Components("VEVENT"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const choir = `BEGIN:VCALENDAR
VERSION:2.0
X-WR-KEEP:me
BEGIN:VEVENT
UID:choir@example.org
DTSTAMP:20250101T080000Z
X-ODD;X-P="a,b":keep
SUMMARY:Choir
DTSTART;TZID=Europe/Berlin:20250103T190000
DURATION:PT1H30M
RRULE:FREQ=WEEKLY;COUNT=10
EXDATE;TZID=Europe/Berlin:20250110T190000
EXDATE:20250124T180000Z
ATTENDEE;CN=Ada:mailto:ada@example.org
BEGIN:VALARM
ACTION:DISPLAY
X-MOZ-LASTACK:20250101T080000Z
TRIGGER:-PT15M
DESCRIPTION:Go
END:VALARM
BEGIN:VALARM
ACTION:EMAIL
TRIGGER:-P1D
SUMMARY:mail
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:choir@example.org
DTSTAMP:20250101T080000Z
RECURRENCE-ID;TZID=Europe/Berlin:20250117T190000
SUMMARY:Choir (long)
DTSTART:20250117T180000Z
DTEND;TZID=Europe/Berlin:20250117T220000
X-OWN:1
END:VEVENT
END:VCALENDAR
`

func TestReadEvent(t *testing.T) {
	f := readEvent(t, parse(t, choir))
	u := f.Update
	if f.UID != "choir@example.org" || u.Title.Value != "Choir" || u.Start.Value != "2025-01-03T19:00:00" || u.End.Value != "2025-01-03T20:30:00" ||
		u.TimeZone.Value != "Europe/Berlin" || u.RecurrenceRule.Value != "FREQ=WEEKLY;COUNT=10" {
		t.Errorf("%+v", u)
	}
	if got := strings.Join(u.Exceptions.Value, " "); got != "2025-01-10T19:00:00 2025-01-24T19:00:00" {
		t.Errorf("exceptions %s", got)
	}
	if got := u.Reminders.Value; len(got) != 1 || got[0] != "-PT15M" {
		t.Errorf("reminders %v", got)
	}
	if len(f.Changed) != 1 || f.Changed[0].Occurrence != "2025-01-17T19:00:00" || f.Changed[0].Start != "2025-01-17T19:00:00" || f.Changed[0].End != "2025-01-17T22:00:00" {
		t.Errorf("changed %+v", f.Changed)
	}
}

func TestReadEventOdd(t *testing.T) {
	wrap := func(body string) string {
		return "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n" + body + "\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	for name, tt := range map[string]struct{ in, start, end, zone, title string }{
		"a day":                   {"DTSTART;VALUE=DATE:20250103\nSUMMARY:x", "2025-01-03", "2025-01-04", "", "x"},
		"days":                    {"DTSTART;VALUE=DATE:20250103\nDTEND;VALUE=DATE:20250106", "2025-01-03", "2025-01-06", "", vobject.Untitled},
		"no end":                  {"DTSTART:20250103T100000Z\nSUMMARY:a\\nb", "2025-01-03T10:00:00", "2025-01-03T10:00:00", "UTC", "a, b"},
		"floating":                {"DTSTART:20250103T100000\nDURATION:PT1H", "2025-01-03T10:00:00", "2025-01-03T11:00:00", "", vobject.Untitled},
		"ends before it begins":   {"DTSTART:20250103T100000Z\nDTEND:20250102T100000Z", "2025-01-03T10:00:00", "2025-01-03T10:00:00", "UTC", vobject.Untitled},
		"in another zone's end":   {"DTSTART;TZID=Europe/Berlin:20250103T100000\nDTEND;TZID=America/New_York:20250103T100000", "2025-01-03T10:00:00", "2025-01-03T16:00:00", "Europe/Berlin", vobject.Untitled},
		"a zone of Windows":       {"DTSTART;TZID=W. Europe Standard Time:20250103T100000\nDTEND:20250103T100000Z", "2025-01-03T10:00:00", "2025-01-03T11:00:00", "Europe/Berlin", vobject.Untitled},
		"a zone nobody knows":     {"DTSTART;TZID=Nowhere:20250103T100000\nDURATION:PT1H", "2025-01-03T10:00:00", "2025-01-03T11:00:00", "Europe/Berlin", vobject.Untitled},
		"a hundred years long":    {"DTSTART:20250103T100000Z\nDTEND:21250103T100000Z", "2025-01-03T10:00:00", "2035-01-01T10:00:00", "UTC", vobject.Untitled},
		"odd rule, odd exception": {"DTSTART:20250103T100000Z\nRRULE:FREQ=WOBBLY\nEXDATE:x\nRDATE:", "2025-01-03T10:00:00", "2025-01-03T10:00:00", "UTC", vobject.Untitled},
	} {
		u := readEvent(t, parse(t, wrap(tt.in))).Update
		if u.Start.Value != tt.start || u.End.Value != tt.end || u.TimeZone.Value != tt.zone || u.Title.Value != tt.title || u.RecurrenceRule.Value != "" {
			t.Errorf("%s: %+v", name, u)
		}
	}
	for name, in := range map[string]string{
		"no start": "SUMMARY:x", "no time": "DTSTART:x", "two": "DTSTART:20250103T100000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nDTSTART:20250103T100000Z",
	} {
		d := parse(t, wrap(in))
		if _, err := vobject.NewReader(d, berlin).Event(d.Components("VCALENDAR")[0].Components("VEVENT")); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestRealFilesAreReadWithoutHarm(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(dbtest.Root(), "..", "shared", "data", "*", "*.[iv]c[sf]"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the collection of real calendars and address books is not here")
	}
	events, refused, todos, people := 0, 0, 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ical.Parse(b)
		if err != nil {
			continue
		}
		r := vobject.NewReader(d, berlin)
		for _, cal := range d.Components("VCALENDAR") {
			for _, e := range cal.Components("VEVENT") {
				if _, err := r.Event([]*ical.Component{e}); err == nil {
					events++
				} else {
					refused++
				}
			}
			for _, e := range cal.Components("VTODO") {
				if _, err := r.Todo([]*ical.Component{e}); err != nil {
					t.Error(file, err)
				}
				todos++
			}
		}
		for _, c := range d.Components("VCARD") {
			f, err := vobject.Person(c)
			if err != nil || f.Update.DisplayName.Value == "" {
				t.Error(file, err)
			}
			people++
		}
	}
	t.Logf("%d events, %d refused, %d to-dos, %d people", events, refused, todos, people)
	if events < 80 || people < 17 {
		t.Error("too few")
	}
}
