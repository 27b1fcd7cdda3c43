package recur_test

import (
	"testing"
	"time"

	"umbra/app/recur"
)

func TestClockChanges(t *testing.T) {
	for _, tc := range []struct {
		name, zone, start, rule, from string
		want                          []string // the occurrences from there on
	}{
		{"a time in the gap moves by its length", "America/New_York", "2025-03-08T02:30:00", "FREQ=DAILY", "2025-03-08",
			[]string{"2025-03-08T02:30:00-05:00", "2025-03-09T03:30:00-04:00", "2025-03-10T02:30:00-04:00"}},
		{"a time that comes twice is the first", "America/New_York", "2025-11-01T01:30:00", "FREQ=DAILY", "2025-11-01",
			[]string{"2025-11-01T01:30:00-04:00", "2025-11-02T01:30:00-04:00", "2025-11-03T01:30:00-05:00"}},
		{"two times that a gap makes one", "Europe/Berlin", "2025-03-29T02:00:00", "FREQ=DAILY;BYHOUR=2,3", "2025-03-29T03:00:00+01:00",
			[]string{"2025-03-29T03:00:00+01:00", "2025-03-30T03:00:00+02:00", "2025-03-31T02:00:00+02:00"}},
		{"moved times stay in order", "Europe/Berlin", "2025-03-29T02:45:00", "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45", "2025-03-30",
			[]string{"2025-03-30T03:15:00+02:00", "2025-03-30T03:45:00+02:00", "2025-03-31T02:15:00+02:00"}},
		{"every hour, forward", "America/New_York", "2025-03-01T00:30:00", "FREQ=HOURLY", "2025-03-09T06:00:00Z",
			[]string{"2025-03-09T01:30:00-05:00", "2025-03-09T03:30:00-04:00", "2025-03-09T04:30:00-04:00"}},
		{"every hour, back", "America/New_York", "2025-10-01T00:30:00", "FREQ=HOURLY", "2025-11-02T05:00:00Z",
			[]string{"2025-11-02T01:30:00-04:00", "2025-11-02T01:30:00-05:00", "2025-11-02T02:30:00-05:00"}},
		{"every 8 hours is elapsed time", "Europe/Berlin", "2025-03-28T06:00:00", "FREQ=HOURLY;INTERVAL=8", "2025-03-29T22:00:00+01:00",
			[]string{"2025-03-29T22:00:00+01:00", "2025-03-30T07:00:00+02:00", "2025-03-30T15:00:00+02:00"}},
		{"but hours that are named are the clock's", "Europe/Berlin", "2025-03-28T08:00:00", "FREQ=HOURLY;INTERVAL=2;BYHOUR=8,10", "2025-03-29T10:00:00+01:00",
			[]string{"2025-03-29T10:00:00+01:00", "2025-03-30T08:00:00+02:00", "2025-03-30T10:00:00+02:00"}},
		{"minutes of the hour that comes twice", "America/New_York", "2025-11-02T00:00:00", "FREQ=MINUTELY;INTERVAL=30", "2025-11-02T05:30:00Z",
			[]string{"2025-11-02T01:30:00-04:00", "2025-11-02T01:00:00-05:00", "2025-11-02T01:30:00-05:00", "2025-11-02T02:00:00-05:00"}},
		{"named minutes, every other hour, over the change", "America/New_York", "2025-11-02T00:00:00", "FREQ=MINUTELY;BYMINUTE=0,45", "2025-11-02T05:30:00Z",
			[]string{"2025-11-02T01:45:00-04:00", "2025-11-02T01:00:00-05:00", "2025-11-02T01:45:00-05:00", "2025-11-02T02:00:00-05:00"}},
		{"Lord Howe goes forward by half an hour", "Australia/Lord_Howe", "2025-10-04T02:15:00", "FREQ=DAILY", "2025-10-05",
			[]string{"2025-10-05T02:45:00+11:00", "2025-10-06T02:15:00+11:00"}},
		{"Lord Howe every hour", "Australia/Lord_Howe", "2025-10-04T00:15:00", "FREQ=HOURLY", "2025-10-04T14:40:00Z",
			[]string{"2025-10-05T01:15:00+10:30", "2025-10-05T02:45:00+11:00", "2025-10-05T03:45:00+11:00"}},
		{"Lord Howe, minutes of the clock", "Australia/Lord_Howe", "2025-10-04T00:15:00", "FREQ=HOURLY;BYMINUTE=15", "2025-10-04T14:40:00Z",
			[]string{"2025-10-05T01:15:00+10:30", "2025-10-05T03:15:00+11:00", "2025-10-05T04:15:00+11:00"}},
		{"Apia left out a day", "Pacific/Apia", "2011-12-28T09:00:00", "FREQ=DAILY", "2011-12-29T09:00:00-10:00",
			[]string{"2011-12-29T09:00:00-10:00", "2011-12-31T09:00:00+14:00", "2012-01-01T09:00:00+14:00"}},
		{"29 February", "Asia/Kathmandu", "2096-02-29T12:00:00", "FREQ=YEARLY", "2096-01-01",
			[]string{"2096-02-29T12:00:00+05:45", "2104-02-29T12:00:00+05:45"}},
		{"the 31st", "Pacific/Kiritimati", "2025-01-31T23:59:59", "FREQ=MONTHLY", "2025-01-01",
			[]string{"2025-01-31T23:59:59+14:00", "2025-03-31T23:59:59+14:00", "2025-05-31T23:59:59+14:00"}},
		{"the year's end", "Pacific/Honolulu", "2025-12-31T23:30:00", "FREQ=MINUTELY;INTERVAL=20", "2025-12-31",
			[]string{"2025-12-31T23:30:00-10:00", "2025-12-31T23:50:00-10:00", "2026-01-01T00:10:00-10:00"}},
		{"UNTIL in UTC is an instant", "America/New_York", "2025-11-02T00:30:00", "FREQ=HOURLY;UNTIL=20251102T063000Z", "2025-11-02T05:00:00Z",
			[]string{"2025-11-02T01:30:00-04:00", "2025-11-02T01:30:00-05:00", ""}},
		{"UNTIL as a date is that whole day", "America/New_York", "2025-07-01T23:30:00", "FREQ=DAILY;UNTIL=20250702", "2025-07-01",
			[]string{"2025-07-01T23:30:00-04:00", "2025-07-02T23:30:00-04:00", ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			zone := load(t, tc.zone)
			from, err := time.Parse(time.RFC3339, tc.from)
			if err != nil {
				from = local(t, tc.from).In(zone)
			}
			s := recur.Series{Start: local(t, tc.start), Zone: zone, Rule: rule(t, tc.rule)}
			got, more := s.Between(from, date(9000, 1, 1), 0, nil, len(tc.want))
			for len(got) < len(tc.want) && !more {
				got = append(got, recur.Occurrence{})
			}
			seen := map[recur.Local]bool{}
			for i, o := range got {
				text := o.Start.Format(time.RFC3339)
				if o.Start.IsZero() {
					text = ""
				}
				if text != tc.want[i] {
					t.Fatalf("[%d] = %s, want %s", i, text, tc.want[i])
				}
				if text != "" && seen[o.ID] {
					t.Errorf("the id %s comes twice", o.ID)
				}
				seen[o.ID] = true
				if at, ok := s.At(o.ID, nil); text != "" && (!ok || !at.Start.Equal(o.Start)) {
					t.Errorf("At(%s) = %v, %v", o.ID, at, ok)
				}
			}
		})
	}
}

func TestLocal(t *testing.T) {
	for in, ok := range map[string]bool{
		"2025-01-31T09:30:00": true, "2025-11-02T01:30:00B": true, "0001-01-01T00:00:00": true, "9999-12-31T23:59:59": true,
		"2025-02-30T00:00:00": false, "2025-01-31T24:00:00": false, "2025-01-31T09:30:00.5": false, "2025-01-31T09:30": false,
		"0000-12-31T00:00:00": false, "2025-01-31T09:30:00Z": false, "": false, "B": false,
	} {
		l, err := recur.ParseLocal(in)
		if (err == nil) != ok || ok && l.String() != in {
			t.Errorf("ParseLocal(%q) = %s, %v", in, l, err)
		}
	}
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC"} {
		zone := load(t, name)
		for at := date(2011, 12, 20); at.Before(date(2013, 1, 1)); at = at.Add(19 * time.Minute) {
			if l := recur.LocalOf(at, zone); !l.In(zone).Equal(at) {
				t.Fatalf("%s in %s is %s, and that is %s", at, name, l, l.In(zone))
			}
		}
	}
}

func TestAllDay(t *testing.T) {
	s := recur.Series{Start: local(t, "2011-12-29"), AllDay: true, Rule: rule(t, "FREQ=DAILY;BYHOUR=9;UNTIL=20120101")}
	apia := load(t, "Pacific/Apia")
	got, _ := s.Between(date(2011, 12, 1), date(2012, 2, 1), 0, apia, 10)
	var days []string
	for _, o := range got {
		days = append(days, o.ID.DateString()+" "+o.End.Sub(o.Start).String())
	}
	same(t, days, []string{"2011-12-29 24h0m0s", "2011-12-31 24h0m0s", "2012-01-01 24h0m0s"})

	// A day of 25 hours lasts to its end, in the zone of whoever looks.
	s = recur.Series{Start: local(t, "2025-11-02"), AllDay: true}
	ny := load(t, "America/New_York")
	late := time.Date(2025, 11, 2, 23, 30, 0, 0, ny)
	if got, _ := s.Between(late, late.Add(time.Minute), 0, ny, 10); len(got) != 1 || got[0].End.Sub(got[0].Start) != 25*time.Hour {
		t.Errorf("the last hour of the day holds %v", got)
	}
	s.Rule = rule(t, "FREQ=HOURLY;INTERVAL=36;COUNT=3")
	got, _ = s.Between(date(2025, 1, 1), date(2026, 1, 1), 0, nil, 10)
	if len(got) != 3 || got[2].ID.DateString() != "2025-11-08" {
		t.Errorf("every 36 hours, in days: %v", got)
	}
}

func TestDatesAddedAndTakenAway(t *testing.T) {
	zone := load(t, "Europe/Berlin")
	s := recur.Series{
		Start: local(t, "2025-03-29T02:30:00"), Zone: zone, Rule: rule(t, "FREQ=DAILY;COUNT=3"),
		RDates:  []recur.Local{local(t, "2025-04-05T10:00:00"), local(t, "2025-03-31T02:30:00"), local(t, "2025-03-20T10:00:00")},
		ExDates: []recur.Local{local(t, "2025-03-30T03:30:00"), local(t, "2025-05-01T00:00:00")},
	}
	got, more := s.Between(date(2025, 1, 1), date(2026, 1, 1), time.Hour, nil, 10)
	var ids []string
	for _, o := range got {
		ids = append(ids, o.ID.String())
	}
	same(t, ids, []string{"2025-03-20T10:00:00", "2025-03-29T02:30:00", "2025-03-31T02:30:00", "2025-04-05T10:00:00"})
	first, last, endless := s.Bounds()
	if more || endless || first.DateString() != "2025-03-20" || last.DateString() != "2025-04-05" {
		t.Errorf("bounds %s to %s, endless %v, more %v", first, last, endless, more)
	}
	next, ok := s.After(got[1].Start, nil)
	if !ok || next.ID != got[2].ID {
		t.Errorf("after the first of the rule comes %v", next)
	}
	if _, ok := s.After(got[3].Start, nil); ok {
		t.Error("something comes after the last")
	}
}
