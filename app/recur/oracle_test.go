package recur_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/teambition/rrule-go"

	"umbra/app/recur"
)

// peerErrs says why rrule-go may answer otherwise than the RFC; empty where it
// may not. In each case the reference, which is independent, sides with us.
func peerErrs(s spec) string {
	plain, numbered := false, false
	for _, d := range s.days {
		plain, numbered = plain || d.n == 0, numbered || d.n != 0
	}
	switch {
	case plain && numbered:
		return "BYDAY=MO,2TU is taken as days that are a Monday and a second Tuesday"
	case len(s.weekno) > 0 && len(s.days)+len(s.monthday)+len(s.yearday) == 0:
		return "BYWEEKNO alone gives all seven days, not the start's weekday (3.3.10: taken from DTSTART)"
	case slices.ContainsFunc(s.weekno, func(n int) bool { return n < 0 || n >= 52 }):
		// BYWEEKNO=52;BYDAY=FR;WKST=SU lacks 1999-01-01.
		return "a week that crosses the year's end loses its days in the other year"
	case len(s.weekno) > 0 && (s.interval > 1 || len(s.setpos) > 0):
		return "a week that crosses the year's end is put into two periods"
	case s.freq == rrule.WEEKLY && len(s.setpos) > 0:
		return "BYSETPOS counts from the start, not over the whole first week"
	}
	return ""
}

func TestAgainstReferenceAndPeer(t *testing.T) {
	r := rand.New(rand.NewPCG(5545, 2026))
	const most = 40
	excused := map[string]int{}
	compared := 0
	for range 1500 {
		s := randomSpec(r)
		if len(s.yearday) > 0 && s.freq == rrule.YEARLY && len(s.setpos) > 0 && r.IntN(2) == 0 {
			s.setpos = nil
		}
		// A rule has to be followed for long enough to see something.
		end := s.start.AddDate(12, 0, 0)
		switch s.freq {
		case rrule.HOURLY:
			end = s.start.AddDate(0, 2, 0)
		case rrule.MINUTELY:
			end = s.start.AddDate(0, 0, 3)
		case rrule.SECONDLY:
			end = s.start.Add(3 * time.Hour)
		}
		want := s.expand(end, most)
		series := recur.Series{Start: recur.LocalOf(s.start, nil), Rule: rule(t, s.text()), Zone: time.UTC}
		got, _ := series.Between(s.start, end, 0, nil, most)
		var times []time.Time
		for _, o := range got {
			times = append(times, o.Start)
		}
		if !slices.EqualFunc(times, want, time.Time.Equal) {
			t.Fatalf("%s from %s\n got %v\nwant %v", s.text(), s.start, times, want)
		}
		if len(want) == 1 {
			continue // a rule that never matches holds rrule-go up to the year 9999, or for ever
		}
		peer, err := s.peer()
		if err != nil {
			t.Fatal(err)
		}
		var theirs []time.Time
		next := peer.Iterator()
		// Asked for more than there is, it would look until the year 9999.
		for len(theirs) < len(want) {
			o, ok := next()
			if !ok || !o.Before(end) {
				break
			}
			theirs = append(theirs, o)
			if len(theirs) == len(want)-1 && !theirs[0].Equal(s.start) {
				break
			}
		}
		// It leaves out a start that the rule does not generate.
		if len(theirs) == 0 || !theirs[0].Equal(s.start) {
			theirs = slices.Insert(theirs, 0, s.start)
			if s.count > 0 {
				theirs = theirs[:min(len(theirs), s.count)]
			}
			theirs = theirs[:min(len(theirs), most)]
		}
		if slices.EqualFunc(times, theirs, time.Time.Equal) {
			compared++
			continue
		}
		why := peerErrs(s)
		if why == "" {
			t.Fatalf("%s from %s\n    got %v\nrrule-go %v", s.text(), s.start, times, theirs)
		}
		excused[why]++
	}
	t.Logf("%d rules agree with rrule-go; it errs on %v", compared, excused)
	if compared < 900 || len(excused) < 3 {
		t.Errorf("only %d rules agree, %d known errors were met: the oracle has lost its teeth", compared, len(excused))
	}
}
