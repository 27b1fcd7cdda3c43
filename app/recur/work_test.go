package recur_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"umbra/app/recur"
)

// A few periods of a year may be charged at once after the work has run out.
const overdraft = 1000

// Whatever a rule says and wherever one looks, a call looks at MaxWork periods
// and days at most, and holds little more than what it answers.
func TestWorkAndMemoryAreBounded(t *testing.T) {
	rules := append(slices.Clone(bombs), "FREQ=SECONDLY;BYSECOND="+numbers(60), "FREQ=SECONDLY;BYSECOND=59;BYMINUTE=59;BYHOUR=23;BYMONTHDAY=31;BYMONTH=12;BYDAY=MO",
		"FREQ=DAILY;BYMONTHDAY=-31;BYMONTH=2", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYDAY=MO;BYSETPOS=-1", "FREQ=MINUTELY;INTERVAL=1439;BYDAY=SU;BYYEARDAY=-366;BYSETPOS=1",
		"FREQ=HOURLY;INTERVAL=2147483647", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "FREQ=WEEKLY;INTERVAL=2147483647;BYDAY=SU", "FREQ=DAILY;UNTIL=19700101T000000Z")
	for _, text := range rules {
		for _, name := range []string{"UTC", "Pacific/Apia", "Australia/Lord_Howe"} {
			s := recur.Series{Start: local(t, "1970-01-31T00:00:00"), Zone: load(t, name), Rule: rule(t, text)}
			for _, from := range []time.Time{date(1970, 1, 1), date(2011, 12, 29), date(9000, 1, 1), date(9999, 12, 31)} {
				if work := s.Work(from, date(99999, 1, 1), 100); work > recur.MaxWork+overdraft {
					t.Errorf("%.60s in %s from %s takes %d", text, name, from, work)
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				found, _ := s.Between(from, date(99999, 1, 1), 0, nil, 100)
				runtime.ReadMemStats(&after)
				if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 256<<10 || len(found) > 100 {
					t.Errorf("%.60s in %s from %s takes %d bytes for %d occurrences", text, name, from, bytes, len(found))
				}
			}
		}
	}
}

// A month costs no more in the year 9000 than at the beginning: what lies
// before is not visited.
func TestFarWindowsCostWhatNearOnesDo(t *testing.T) {
	for _, text := range []string{"FREQ=SECONDLY;INTERVAL=7", "FREQ=MINUTELY;INTERVAL=13", "FREQ=HOURLY;INTERVAL=5;BYDAY=MO", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,FR",
		"FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"} {
		s := recur.Series{Start: local(t, "1970-01-05T00:00:00"), Zone: load(t, "Europe/Berlin"), Rule: rule(t, text)}
		near := s.Work(date(1975, 3, 1), date(1975, 4, 1), 50)
		if far := s.Work(date(9000, 3, 1), date(9000, 4, 1), 50); far > 2*near+300 {
			t.Errorf("%s: %d in the year 9000, %d in 1975", text, far, near)
		}
	}
}

// [a, b) and [b, c) are [a, c), and none of their occurrences is not of the
// whole: in every zone of the oracle's, with all kinds of rules.
func TestWindowsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(5545, 1))
	const most = 2000
	eachVector(t, func(line int, v vector) {
		s, floating := v.series(t)
		if s.AllDay {
			s.AllDay = false // days last into the next window; the midnights do not
		}
		a, c := time.Unix(v.From, 0), time.Unix(v.To, 0)
		if !a.Before(c) {
			return
		}
		b := a.Add(time.Duration(r.Float64() * float64(c.Sub(a)))).Truncate(time.Second)
		whole, more := s.Between(a, c, 0, floating, most)
		first, moreFirst := s.Between(a, b, 0, floating, most)
		second, moreSecond := s.Between(b, c, 0, floating, most)
		if more || moreFirst || moreSecond {
			return // it has its own test
		}
		if parts := slices.Concat(first, second); !slices.Equal(parts, whole) {
			t.Fatalf("line %d: %s from %s in %s, at %s\nparts %v\nwhole %v", line, v.Rule, v.Start, v.Zone, b, parts, whole)
		}
		for _, o := range whole {
			if at, ok := s.At(o.ID, floating); !ok || !at.Start.Equal(o.Start) {
				t.Fatalf("line %d: %s from %s in %s has no %s: %v", line, v.Rule, v.Start, v.Zone, o.ID, at)
			}
		}
	})
}
