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

func BenchmarkParse(b *testing.B) {
	const text = "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20301231T225959Z"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := recur.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
