package clock_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"umbra/app/clock"
)

func TestParseDate(t *testing.T) {
	for in, ok := range map[string]bool{
		"2025-01-31": true, "2024-02-29": true, "0001-01-01": true, "9999-12-31": true,
		"2025-02-30": false, "2025-02-29": false, "0000-01-01": false, "2025-1-1": false,
		"": false, "2025-01-31T00:00": false, "99999-01-01": false, "２０２５-01-31": false,
	} {
		d, err := clock.ParseDate(in)
		if (err == nil) != ok {
			t.Errorf("ParseDate(%q): %v", in, err)
		}
		if ok && d.String() != in {
			t.Errorf("ParseDate(%q) reads back as %q", in, d)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2025-01-31")
	f.Add("2024-02-30")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := clock.ParseDate(s); err == nil && d.String() != s {
			t.Errorf("%q reads back as %q", s, d)
		}
	})
}

func TestStartWhereMidnightIsSkipped(t *testing.T) {
	for _, tc := range []struct{ zone, date, want string }{
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"}, // midnight does not exist
		{"Europe/Berlin", "2025-03-30", "2025-03-30T00:00:00+01:00"},
		{"Asia/Beirut", "2024-03-31", "2024-03-31T01:00:00+03:00"},
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"}, // the 30th was left out
	} {
		zone, err := time.LoadLocation(tc.zone)
		if err != nil {
			t.Fatal(err)
		}
		d, err := clock.ParseDate(tc.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Start(zone).Format(time.RFC3339); got != tc.want {
			t.Errorf("%s in %s starts at %s, want %s", tc.date, tc.zone, got, tc.want)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	d := clock.Date{Year: 2024, Month: time.February, Day: 28}
	if got := d.AddDays(2).String(); got != "2024-03-01" {
		t.Errorf("leap year: %s", got)
	}
	if got := d.DaysUntil(clock.Date{Year: 2025, Month: time.February, Day: 28}); got != 366 {
		t.Errorf("DaysUntil = %d", got)
	}
	if !d.Before(d.AddDays(1)) || d.Before(d) {
		t.Error("Before is wrong")
	}
}

func TestFake(t *testing.T) {
	c := clock.NewFake(time.Date(2025, 3, 30, 0, 59, 0, 999, time.UTC))
	c.Advance(time.Minute)
	if got := clock.FromMicros(clock.Micros(c.Now())); !got.Equal(c.Now()) {
		t.Errorf("an instant changes when stored: %v", got)
	}
	berlin, _ := time.LoadLocation("Europe/Berlin")
	if got := clock.Today(c, berlin).String(); got != "2025-03-30" {
		t.Errorf("today in Berlin is %s", got)
	}
}
