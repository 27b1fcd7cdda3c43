package recur_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/recur"
)

var zones = []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Africa/Casablanca", ""}

// Any window holds what the whole holds there; order, ids, COUNT, EXDATE and
// the bounds are right, in every zone and at every frequency.
func TestWindowsAreViewsOfTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const most = 400
	for range 1500 {
		sp := randomSpec(r)
		sp.start = sp.start.AddDate(2011-sp.start.Year(), 0, 0)
		s := recur.Series{Start: recur.LocalOf(sp.start, nil), Rule: rule(t, sp.text())}
		var floating *time.Location
		if name := zones[r.IntN(len(zones))]; name == "" {
			floating = load(t, "Europe/Berlin")
			s.AllDay = r.IntN(2) == 0
			s.Start = map[bool]recur.Local{true: s.Start.Midnight(), false: s.Start}[s.AllDay]
		} else {
			s.Zone = load(t, name)
		}
		begin := s.Start.Add(-48 * time.Hour).In(nil)
		for range r.IntN(3) {
			s.RDates = append(s.RDates, s.Start.Add(time.Duration(r.IntN(400))*7*time.Hour))
		}
		whole, more := s.Between(begin, date(2020, 1, 1), 0, floating, most)
		if len(whole) == 0 {
			t.Fatalf("%s has no start", sp.text())
		}
		if n := sp.count + len(s.RDates); sp.count > 0 && len(whole) > n || !more && sp.count > most {
			t.Fatalf("%s has %d occurrences", sp.text(), len(whole))
		}
		end := date(2020, 1, 1)
		if more {
			end = whole[len(whole)-1].Start
		}
		first, last, _ := s.Bounds()
		for i, o := range whole {
			if i > 0 && !whole[i-1].Start.Before(o.Start) {
				t.Fatalf("%s: %s does not follow %s", sp.text(), o.ID, whole[i-1].ID)
			}
			zone := s.Zone
			if zone == nil {
				zone = floating
			}
			if o.Start.Before(first.In(zone)) || o.Start.After(last.In(zone)) {
				t.Fatalf("%s in %v: %s is not between %s and %s", sp.text(), zone, o.Start, first, last)
			}
			if !o.ID.In(zone).Equal(o.Start) {
				t.Fatalf("%s: the id %s is not at %s", sp.text(), o.ID, o.Start)
			}
		}
		// A window, and a length, anywhere.
		span := max(int64(end.Sub(begin)/time.Second), 1)
		from := begin.Add(time.Duration(r.Int64N(span)) * time.Second)
		to := from.Add(time.Duration(1+r.Int64N(span)) * time.Second)
		to = map[bool]time.Time{true: end, false: to}[to.After(end)]
		dur := time.Duration(r.IntN(3)*r.IntN(100000)) * time.Second
		got, _ := s.Between(from, to, dur, floating, most)
		var want []recur.Occurrence
		all, _ := s.Between(begin, end, dur, floating, most)
		for _, o := range all {
			if o.Start.Before(to) && (o.End.After(from) || !o.Start.Before(from)) && from.Before(to) {
				want = append(want, o)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s in %v from %s\nwindow %s to %s, %s\n got %v\nwant %v", sp.text(), s.Zone, s.Start, from, to, dur, got, want)
		}
		// After walks the same way.
		i := r.IntN(len(whole))
		if next, ok := s.After(whole[i].Start, floating); i+1 < len(whole) && (!ok || next.ID != whole[i+1].ID) {
			t.Fatalf("%s: after %s comes %v", sp.text(), whole[i].ID, next)
		}
		// One exception takes one away.
		s.ExDates = []recur.Local{whole[i].ID}
		less, _ := s.Between(begin, end, 0, floating, most)
		rest, _ := recur.Series{Start: s.Start, AllDay: s.AllDay, Zone: s.Zone, Rule: s.Rule, RDates: s.RDates}.Between(begin, end, 0, floating, most)
		rest = slices.DeleteFunc(rest, func(o recur.Occurrence) bool { return o.ID == whole[i].ID })
		if !slices.Equal(less, rest) {
			t.Fatalf("%s without %s", sp.text(), whole[i].ID)
		}
	}
}

// Elapsed time neither doubles nor loses an hour.
func TestEveryHourIsAnHourLater(t *testing.T) {
	for _, name := range zones[:7] {
		for text, step := range map[string]time.Duration{
			"FREQ=HOURLY": time.Hour, "FREQ=HOURLY;INTERVAL=5": 5 * time.Hour, "FREQ=MINUTELY;INTERVAL=7": 7 * time.Minute,
		} {
			s := recur.Series{Start: local(t, "2011-02-01T00:17:00"), Zone: load(t, name), Rule: rule(t, text)}
			all, _ := s.Between(date(2011, 3, 1), date(2012, 3, 1), 0, nil, 1<<20)
			for i := 1; i < len(all); i++ {
				if d := all[i].Start.Sub(all[i-1].Start); d != step {
					t.Fatalf("%s in %s: %s after %s", text, name, d, all[i-1].Start)
				}
			}
			if len(all) != int((366*24*time.Hour+step-1)/step) && len(all) != int(366*24*time.Hour/step) {
				t.Errorf("%s in %s: %d occurrences", text, name, len(all))
			}
		}
	}
}

var bombs = []string{
	"FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=2147483647", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
	"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=SECONDLY;INTERVAL=60;BYSECOND=30", "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=1;BYMINUTE=1;BYSECOND=1",
	"FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30", "FREQ=YEARLY;BYWEEKNO=53,-53;BYMONTH=6", "FREQ=YEARLY;BYWEEKNO=1,2,3,4,5,6;BYYEARDAY=366",
	"FREQ=MONTHLY;BYDAY=53MO;COUNT=2147483647", "FREQ=SECONDLY;INTERVAL=2147483647;COUNT=2147483647", "FREQ=DAILY;INTERVAL=7;BYDAY=SA;COUNT=99999999",
	"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=" + numbers(24) + ";BYMINUTE=" + numbers(60) + ";BYSECOND=" + numbers(60) + ";COUNT=1999999999",
	"FREQ=YEARLY;BYHOUR=" + numbers(24) + ";BYMINUTE=" + numbers(60) + ";BYSECOND=" + numbers(60) + ";BYYEARDAY=-1,1;BYSETPOS=-366,-1,1,366",
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(string(rune('0'+i/10)) + string(rune('0'+i%10)) + ",")
	}
	return strings.TrimSuffix(b.String(), ",")
}

func TestBombsAreDefused(t *testing.T) {
	for _, text := range bombs {
		t.Run(text[:min(len(text), 50)], func(t *testing.T) {
			for _, zone := range []*time.Location{nil, load(t, "Pacific/Apia")} {
				s := recur.Series{Start: local(t, "1970-01-01T00:00:00"), Zone: zone, Rule: rule(t, text)}
				for _, from := range []time.Time{date(1970, 1, 1), date(2011, 12, 29), date(9990, 1, 1), {}} {
					if got, more := s.Between(from, date(99999, 1, 1), 30*365*24*time.Hour, zone, 100); len(got) == 100 && !more {
						t.Error("there is more")
					}
					s.After(from, zone)
				}
				s.Bounds()
			}
		})
	}
}
