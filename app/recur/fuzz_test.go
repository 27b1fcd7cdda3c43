package recur_test

import (
	"testing"
	"time"

	"umbra/app/recur"
)

func FuzzParse(f *testing.F) {
	for _, s := range append(bombs, "RRULE:FREQ=MONTHLY;BYDAY=-1FR,2MO;BYSETPOS=-1;WKST=SU", "FREQ=WEEKLY;UNTIL=20250131T093060Z") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := recur.Parse(s)
		if err != nil {
			return
		}
		if again, err := recur.Parse(r.String()); err != nil || again != r {
			t.Errorf("%q is %s, which reads back as %s, %v", s, r, again, err)
		}
	})
}

func FuzzBetween(f *testing.F) {
	for i, s := range bombs {
		f.Add(s, int64(i)*1e9, int64(1e9), int64(i)*3600, uint8(i), i%5 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, start, window, dur int64, zone uint8, allDay bool) {
		r, err := recur.Parse(text)
		if err != nil {
			return
		}
		loc := load(t, zones[int(zone)%len(zones)])
		at := time.Unix(start, 0)
		s := recur.Series{Start: recur.LocalOf(at, loc), AllDay: allDay, Zone: loc, Rule: &r}
		from := at.Add(time.Duration(window))
		got, _ := s.Between(from, from.AddDate(1, 0, 0), time.Duration(dur)*time.Second, loc, 50)
		for i := 1; i < len(got); i++ {
			if !got[i-1].Start.Before(got[i].Start) {
				t.Errorf("%s: %v before %v", r, got[i-1], got[i])
			}
		}
		if len(got) > 50 {
			t.Error("the limit does not hold")
		}
		s.After(from, loc)
		s.Bounds()
		if work := s.Work(from, from.AddDate(1, 0, 0), 50); work > recur.MaxWork+overdraft {
			t.Errorf("%s takes %d", r, work)
		}
	})
}
