package ical_test

import (
	"testing"
	"time"

	"umbra/app/ical"
	"umbra/app/recur"
)

const outlook = "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:(UTC+01:00) Amsterdam\\, Berlin\r\n" +
	"BEGIN:STANDARD\r\nDTSTART:16011028T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:16010325T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n" +
	"BEGIN:VTIMEZONE\r\nTZID:Mars\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0037\r\nTZOFFSETTO:+0037\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:20250601T020000\r\nTZOFFSETFROM:+0037\r\nTZOFFSETTO:+0137\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n" +
	"BEGIN:VTIMEZONE\r\nTZID:x\r\nX-LIC-LOCATION:Asia/Tokyo\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"

func TestFindZone(t *testing.T) {
	z := parse(t, outlook).Zones("")
	for tzid, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "US/Eastern": "America/New_York", "W. Europe Standard Time": "Europe/Berlin",
		"/freeassociation.sourceforge.net/Tzfile/Europe/Paris": "Europe/Paris", "/mozilla.org/20070129_1/America/Argentina/Salta": "America/Argentina/Salta",
		"(UTC+01:00) Amsterdam\\, Berlin": "Europe/Berlin", "x": "Asia/Tokyo",
	} {
		if zone, ok := z.Find(tzid, 2025); !ok || zone.Name != want {
			t.Errorf("%q is %q, want %q", tzid, zone.Name, want)
		}
	}
	if _, ok := z.Find("nowhere", 2025); ok {
		t.Error("a zone that nothing is known of was found")
	}
	if zone, _ := parse(t, outlook).Zones("Europe/Paris").Find("(UTC+01:00) Amsterdam\\, Berlin", 2025); zone.Name != "Europe/Paris" {
		t.Errorf("the zone preferred was not taken: %q", zone.Name)
	}
}

func TestAZoneOfItsOwnRules(t *testing.T) {
	zone, ok := parse(t, outlook).Zones("").Find("Mars", 2025)
	if !ok || zone.Name != "" {
		t.Fatalf("%+v", zone)
	}
	for local, want := range map[string]string{
		"2025-05-31T12:00:00": "2025-05-31T11:23:00Z", "2025-06-02T12:00:00": "2025-06-02T10:23:00Z",
		"2025-06-01T02:30:00": "2025-06-01T01:53:00Z", // skipped: with the offset before
		"1960-01-01T00:37:00": "1960-01-01T00:00:00Z",
	} {
		l, err := recur.ParseLocal(local)
		if err != nil {
			t.Fatal(err)
		}
		if got := zone.In(l).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, want %s", local, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	c := parse(t, "BEGIN:VEVENT\r\nEXDATE;TZID=Europe/Berlin:20250131T190000,garbage,20250207T190000\r\nRDATE;VALUE=PERIOD:20250131T190000Z/PT1H\r\nDTSTART;VALUE=DATE:20250131\r\nDUE:\r\nEND:VEVENT\r\n").Components("VEVENT")[0]
	ex, err := c.Line("EXDATE").Times()
	if err != nil || len(ex) != 2 || ex[1].TZID != "Europe/Berlin" || ex[1].At.String() != "2025-02-07T19:00:00" {
		t.Errorf("%v %v", ex, err)
	}
	r, err := c.Line("RDATE").Time()
	if err != nil || r.Form != recur.UTCForm {
		t.Errorf("%v %v", r, err)
	}
	d, err := c.Line("DTSTART").Time()
	if err != nil || !d.Date() || d.Line("DTSTART").Param("VALUE") != "DATE" {
		t.Errorf("%v %v", d, err)
	}
	if _, err := c.Line("DUE").Time(); err == nil {
		t.Error("an empty time was read")
	}
	if got := ical.UTC(time.Date(2025, 1, 31, 9, 0, 0, 0, time.UTC)).Line("DTSTAMP").Value; got != "20250131T090000Z" {
		t.Error(got)
	}
}
