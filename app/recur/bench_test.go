package recur_test

import (
	"testing"
	"time"

	"github.com/teambition/rrule-go"

	"umbra/app/recur"
)

// Each run expands the same month with this package and with rrule-go, and
// reports how many times longer the latter takes.
func BenchmarkBetween(b *testing.B) {
	zone := load(b, "Europe/Berlin")
	for _, bm := range []struct{ name, rule, start string }{
		{"daily", "FREQ=DAILY", "2005-05-16"},
		{"workdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2005-05-16"},
		{"lastFriday", "FREQ=MONTHLY;BYDAY=-1FR", "2005-05-27"},
		{"lastWorkday", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2005-05-31"},
		{"birthday", "FREQ=YEARLY", "2005-05-16"},
		{"week20", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2005-05-16"},
		{"hourly", "FREQ=HOURLY;INTERVAL=6", "2005-05-16"},
		{"count", "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5000", "2005-05-16"},
		{"fridays13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=500", "2005-05-13"},
	} {
		for _, far := range []struct {
			name  string
			years int
		}{{"near", 0}, {"far", 20}} {
			b.Run(bm.name+"/"+far.name, func(b *testing.B) {
				start := local(b, bm.start+"T09:00:00").In(zone)
				from := start.AddDate(far.years, 0, -5)
				to := from.AddDate(0, 1, 0)
				s := recur.Series{Start: recur.LocalOf(start, zone), Zone: zone, Rule: rule(b, bm.rule)}
				o, err := rrule.StrToROption(bm.rule)
				if err != nil {
					b.Fatal(err)
				}
				o.Dtstart = start
				peer, err := rrule.NewRRule(*o)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				ours := 0
				for b.Loop() {
					found, _ := s.Between(from, to, 0, nil, 1000)
					ours = len(found)
				}
				each := b.Elapsed() / time.Duration(b.N)
				b.StopTimer()
				rounds := min(max(b.N/100, 5), 300)
				began, theirs := time.Now(), 0
				for range rounds {
					theirs = len(peer.Between(from, to.Add(-time.Second), true))
				}
				b.ReportMetric(float64(time.Since(began)/time.Duration(rounds))/float64(max(each, 1)), "x_rrule-go")
				if ours != theirs {
					b.Errorf("%d occurrences, rrule-go has %d", ours, theirs)
				}
			})
		}
	}
}

// BenchmarkMonth expands March 2026 of 20,000 series, of which 1,000 touch it
// and 1,000 more come in another month of each year; an index of Bounds leaves
// out the rest, as a store does. rrule-go expands the 1,000 alone.
func BenchmarkMonth(b *testing.B) {
	zone := load(b, "Europe/Berlin")
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, zone)
	to := from.AddDate(0, 1, 0)
	type stored struct {
		recur.Series
		first, last time.Time
	}
	var all []stored
	var peers []*rrule.RRule
	for _, s := range []struct {
		start, rule string
		copies      int
		touches     bool
	}{
		{"2024-01-08T09:00:00", "FREQ=DAILY", 50, true},
		{"2024-01-08T09:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 50, true},
		{"2019-05-06T18:00:00", "FREQ=WEEKLY", 200, true},
		{"2022-09-07T07:30:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR", 150, true},
		{"2025-01-09T20:00:00", "FREQ=WEEKLY;COUNT=100", 50, true},
		{"2021-03-14T10:00:00", "FREQ=MONTHLY;BYDAY=2SU", 150, true},
		{"2020-01-31T17:00:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 50, true},
		{"2018-06-15T12:00:00", "FREQ=MONTHLY", 100, true},
		{"1985-03-17T08:00:00", "FREQ=YEARLY", 200, true},
		{"1990-11-20T08:00:00", "FREQ=YEARLY", 1000, false},
		{"2015-01-05T09:00:00", "FREQ=WEEKLY;UNTIL=20191231T225959Z", 8000, false},
		{"2016-02-01T09:00:00", "FREQ=MONTHLY;COUNT=24", 6000, false},
		{"2027-01-05T09:00:00", "FREQ=WEEKLY;BYDAY=TU", 4000, false},
	} {
		for range s.copies {
			series := recur.Series{Start: local(b, s.start), Zone: zone, Rule: rule(b, s.rule)}
			first, last, _ := series.Bounds()
			all = append(all, stored{series, first.In(zone), last.In(zone)})
			if !s.touches {
				continue
			}
			o, err := rrule.StrToROption(s.rule)
			if err != nil {
				b.Fatal(err)
			}
			o.Dtstart = series.Start.In(zone)
			peer, err := rrule.NewRRule(*o)
			if err != nil {
				b.Fatal(err)
			}
			peers = append(peers, peer)
		}
	}
	b.ReportAllocs()
	ours, touched := 0, 0
	for b.Loop() {
		ours, touched = 0, 0
		for i := range all {
			if s := &all[i]; s.first.Before(to) && !s.last.Before(from) {
				found, _ := s.Between(from, to, 0, nil, 1000)
				if ours += len(found); len(found) > 0 {
					touched++
				}
			}
		}
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.StopTimer()
	began, theirs := time.Now(), 0
	for _, peer := range peers {
		theirs += len(peer.Between(from, to.Add(-time.Second), true))
	}
	b.ReportMetric(float64(time.Since(began))/float64(each), "x_rrule-go")
	if len(all) != 20_000 || touched != 1000 || ours != theirs {
		b.Errorf("%d series, %d touch, %d occurrences, rrule-go has %d", len(all), touched, ours, theirs)
	}
}

func BenchmarkParse(b *testing.B) {
	const text = "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20301231T225959Z"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := recur.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
