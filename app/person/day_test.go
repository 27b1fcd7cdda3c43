package person_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"umbra/app/clock"
	"umbra/app/opt"
	"umbra/app/person"
)

func dump(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestParseDay(t *testing.T) {
	for s, ok := range map[string]bool{
		"1980-01-31": true, "2024-02-29": true, "--02-29": true, "--12-31": true, "0001-01-01": true,
		"2025-02-29": false, "--02-30": false, "--13-01": false, "--1-1": false, "-01-01": false, "---01": false, "0000-01-01": false,
		"": false, "--": false, "--01-31x": false, "--0131": false, "1980-1-31": false, "1980-01-31T00:00": false, "31.01.1980": false,
	} {
		d, err := person.ParseDay(s)
		if (err == nil) != ok {
			t.Errorf("%q: %v", s, err)
		}
		if ok && d.String() != s {
			t.Errorf("%q comes back as %q", s, d)
		}
	}
}

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"1980-01-31", "--02-29", "2025-02-29", "--02-30", "--", "", "-- 1-01", "9999-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := person.ParseDay(s)
		if err != nil {
			return
		}
		if d.String() != s {
			t.Errorf("%q comes back as %q", s, d)
		}
		for _, year := range []int{2023, 2024} {
			if got := d.In(year).String(); second(clock.ParseDate(got)) != nil || d.In(year).Year != year {
				t.Errorf("%q falls on %s in %d", s, got, year)
			}
		}
	})
}

func TestBirthdaysAhead(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, b := range []string{"1980-03-29", "--03-30", "1990-12-31", "2000-01-01", "1996-02-29", "--02-28", "1970-03-01", "2025-06-01"} {
			h.make(t, person.Update{DisplayName: opt.Some(b), Birthday: opt.Some(b), Anniversary: opt.Some("--10-10")})
		}
		h.make(t, given("nobody knows"))
		for _, tc := range []struct {
			name        string
			from        string
			days, limit int
			want        string
		}{
			{"today", "2025-03-29", 1, 10, "2025-03-29 1980-03-29 45"},
			{"a week", "2025-03-29", 7, 10, "2025-03-29 1980-03-29 45, 2025-03-30 --03-30 ?"},
			{"the day before", "2025-03-28", 1, 10, ""},
			{"over new year", "2025-12-30", 4, 10, "2025-12-31 1990-12-31 35, 2026-01-01 2000-01-01 26"},
			{"over new year, one", "2025-12-30", 4, 1, "2025-12-31 1990-12-31 35"},
			{"29 February in a common year", "2025-02-28", 1, 10, "2025-02-28 --02-28 ?, 2025-02-28 1996-02-29 29"},
			{"past it", "2025-03-01", 1, 10, "2025-03-01 1970-03-01 55"},
			{"across it", "2025-02-27", 3, 10, "2025-02-28 --02-28 ?, 2025-02-28 1996-02-29 29, 2025-03-01 1970-03-01 55"},
			{"29 February in a leap year", "2024-02-29", 1, 10, "2024-02-29 1996-02-29 28"},
			{"28 February in a leap year", "2024-02-28", 1, 10, "2024-02-28 --02-28 ?"},
			{"not before birth", "2024-06-01", 1, 10, ""},
			{"the day of birth", "2025-06-01", 1, 10, "2025-06-01 2025-06-01 0"},
			{"no days is one", "2025-06-01", 0, 10, "2025-06-01 2025-06-01 0"},
		} {
			from, err := clock.ParseDate(tc.from)
			if err != nil {
				t.Fatal(err)
			}
			got, err := h.Birthdays(t.Context(), h.ann, from, tc.days, tc.limit)
			if err != nil {
				t.Fatal(err)
			}
			if s := occasions(got); s != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, s, tc.want)
			}
		}
		from := clock.Date{Year: 2025, Month: 3, Day: 29}
		if year, err := h.Birthdays(t.Context(), h.ann, from, 365, 100); err != nil || len(year) != 8 {
			t.Errorf("%d birthdays in a year, %v", len(year), err)
		}
		if year, err := h.Anniversaries(t.Context(), h.ann, from, 365, 100); err != nil || len(year) != 8 || year[0].Date != "2025-10-10" {
			t.Errorf("%d anniversaries in a year, %v", len(year), err)
		}
	})
}

func occasions(list []person.Occasion) string {
	var out []string
	for _, o := range list {
		years := "?"
		if o.Years != nil {
			years = fmt.Sprint(*o.Years)
		}
		out = append(out, o.Date+" "+o.DisplayName+" "+years)
	}
	return strings.Join(out, ", ")
}

func TestNotHeardFrom(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		now := h.clock.Now()
		add := func(name string, days int64, ago time.Duration) int64 {
			u := person.Update{Nickname: opt.Some(name), ContactEveryDays: opt.Some(days)}
			if ago > 0 {
				u.LastContactedAt = opt.Some(now.Add(-ago))
			}
			return h.make(t, u).ID
		}
		const day = 24 * time.Hour
		add("long ago", 30, 90*day)
		week := add("just now", 7, 7*day)
		add("in time", 7, 7*day-time.Second)
		add("new", 1, 0)
		h.make(t, person.Update{Nickname: opt.Some("never asked for"), LastContactedAt: opt.Some(now.Add(-900 * day))})
		names := func(at time.Time, limit int) string {
			t.Helper()
			list, err := h.NotHeardFrom(t.Context(), h.ann, at, limit)
			if err != nil {
				t.Fatal(err)
			}
			out := ""
			for _, p := range list {
				out += p.DisplayName + ","
			}
			return out
		}
		if got := names(now, 10); got != "long ago,just now," {
			t.Errorf("now: %s", got)
		}
		if got := names(now, 1); got != "long ago," {
			t.Errorf("one: %s", got)
		}
		if got := names(now.Add(day), 10); got != "long ago,just now,in time,new," {
			t.Errorf("tomorrow: %s", got)
		}
		h.change(t, week, person.Update{LastContactedAt: opt.Some(now)})
		if got := names(now, 10); got != "long ago," {
			t.Errorf("after a call: %s", got)
		}
		h.undo(t)
		if got := names(now, 10); got != "long ago,just now," {
			t.Errorf("after undo: %s", got)
		}
	})
}
