package recur_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// spec is a rule in plain lists, from which a text, rrule-go's options and the
// slow reference below are made.
type spec struct {
	freq                                     rrule.Frequency
	interval, count, wkst                    int
	month, weekno, yearday, monthday, setpos []int
	hour, minute, second                     []int
	days                                     []ordinal
	start                                    time.Time
}

type ordinal struct{ n, day int }

var weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

func (s spec) text() string {
	b := []string{"FREQ=" + s.freq.String()}
	list := func(name string, v []int) {
		if len(v) > 0 {
			b = append(b, name+"="+strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", ","))
		}
	}
	list("INTERVAL", []int{s.interval})
	if s.count > 0 {
		list("COUNT", []int{s.count})
	}
	list("BYMONTH", s.month)
	list("BYWEEKNO", s.weekno)
	list("BYYEARDAY", s.yearday)
	list("BYMONTHDAY", s.monthday)
	var days []string
	for _, d := range s.days {
		if d.n == 0 {
			days = append(days, weekdays[d.day])
		} else {
			days = append(days, fmt.Sprint(d.n)+weekdays[d.day])
		}
	}
	if len(days) > 0 {
		b = append(b, "BYDAY="+strings.Join(days, ","))
	}
	list("BYHOUR", s.hour)
	list("BYMINUTE", s.minute)
	list("BYSECOND", s.second)
	list("BYSETPOS", s.setpos)
	return strings.Join(append(b, "WKST="+weekdays[s.wkst]), ";")
}

func (s spec) peer() (*rrule.RRule, error) {
	wd := []rrule.Weekday{rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU}
	o := rrule.ROption{
		Freq: s.freq, Dtstart: s.start, Interval: s.interval, Wkst: wd[s.wkst], Count: s.count,
		Bysetpos: s.setpos, Bymonth: s.month, Bymonthday: s.monthday, Byyearday: s.yearday, Byweekno: s.weekno,
		Byhour: s.hour, Byminute: s.minute, Bysecond: s.second,
	}
	for _, d := range s.days {
		o.Byweekday = append(o.Byweekday, wd[d.day].Nth(d.n))
	}
	return rrule.NewRRule(o)
}

func randomSpec(r *rand.Rand) spec {
	some := func(chance float64, most, lo, hi int, signed bool) (out []int) {
		if r.Float64() > chance {
			return nil
		}
		for range 1 + r.IntN(most) {
			n := lo + r.IntN(hi-lo+1)
			if signed && r.IntN(3) == 0 {
				n = -n
			}
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
		slices.Sort(out)
		return out
	}
	s := spec{
		freq: rrule.Frequency(r.IntN(7)), interval: 1 + r.IntN(3)*r.IntN(3), wkst: r.IntN(7),
		start: time.Date(1995+r.IntN(40), time.Month(1+r.IntN(12)), 1+r.IntN(31), r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC),
	}
	if s.freq > rrule.DAILY && r.IntN(3) == 0 {
		s.interval = 1 + r.IntN(100)
	}
	s.month = some(.3, 4, 1, 12, false)
	if s.freq == rrule.YEARLY {
		s.weekno = some(.25, 3, 1, 53, true)
	}
	if s.freq == rrule.YEARLY || s.freq > rrule.DAILY {
		s.yearday = some(.15, 20, 1, 366, true)
	}
	if s.freq != rrule.WEEKLY {
		s.monthday = some(.25, 6, 1, 31, true)
	}
	for _, d := range some(.4, 4, 0, 6, false) {
		o := ordinal{0, d}
		if s.freq <= rrule.MONTHLY && len(s.weekno) == 0 && r.IntN(2) == 0 {
			o.n = 1 + r.IntN(5)
			if s.freq == rrule.YEARLY && len(s.month) == 0 {
				o.n = 1 + r.IntN(53)
			}
			if r.IntN(2) == 0 {
				o.n = -o.n
			}
		}
		s.days = append(s.days, o)
	}
	s.hour = some(.25, 3, 0, 23, false)
	s.minute = some(.2, 3, 0, 59, false)
	s.second = some(.1, 3, 0, 59, false)
	if len(s.month)+len(s.weekno)+len(s.yearday)+len(s.monthday)+len(s.days)+len(s.hour)+len(s.minute)+len(s.second) > 0 {
		s.setpos = some(.25, 3, 1, 6, true)
	}
	if r.IntN(3) == 0 {
		s.count = 1 + r.IntN(30)
	}
	return s
}

// expand is the reference: it looks at every period up to end, and at every day
// of it, and asks each part in the words of the RFC. It is slow and short.
func (s spec) expand(end time.Time, most int) []time.Time {
	out := []time.Time{s.start}
	or := func(v []int, fallback int) []int {
		if len(v) == 0 {
			return []int{fallback}
		}
		return v
	}
	key0 := s.key(s.start)
	begin := s.start.AddDate(0, 0, -s.start.YearDay()-10) // before the start's period
	if s.freq > rrule.DAILY {
		begin = s.start.Add(-time.Hour)
	}
	begin = begin.Truncate(24 * time.Hour)
	step := map[rrule.Frequency]time.Duration{rrule.HOURLY: time.Hour, rrule.MINUTELY: time.Minute, rrule.SECONDLY: time.Second}[s.freq]
	hours, minutes, seconds := or(s.hour, s.start.Hour()), or(s.minute, s.start.Minute()), or(s.second, s.start.Second())
	var set []time.Time
	key := key0 - 1
	flush := func() {
		slices.SortFunc(set, time.Time.Compare)
		for i, t := range set {
			if len(s.setpos) > 0 && !slices.Contains(s.setpos, i+1) && !slices.Contains(s.setpos, i-len(set)) {
				continue
			}
			if t.After(s.start) && t.Before(end) {
				out = append(out, t)
			}
		}
		set = set[:0]
	}
	over := end.Add(max(400*24*time.Hour*time.Duration(1-min(1, step)), step)) // the last period whole
	for t := begin; t.Before(over) && len(out) < most; t = t.Add(cmp.Or(step, 24*time.Hour)) {
		if k := s.key(t); k != key {
			flush()
			key = k
		}
		if key < key0 || (key-key0)%s.interval != 0 || !s.day(t) {
			continue
		}
		in := func(v []int, n int) bool { return len(v) == 0 || slices.Contains(v, n) }
		if s.freq > rrule.DAILY && !in(s.hour, t.Hour()) || s.freq > rrule.HOURLY && !in(s.minute, t.Minute()) || s.freq > rrule.MINUTELY && !in(s.second, t.Second()) {
			continue
		}
		hs, ms, ss := hours, minutes, seconds
		if s.freq > rrule.DAILY {
			hs = []int{t.Hour()}
		}
		if s.freq > rrule.HOURLY {
			ms = []int{t.Minute()}
		}
		if s.freq > rrule.MINUTELY {
			ss = []int{t.Second()}
		}
		for _, h := range hs {
			for _, m := range ms {
				for _, sec := range ss {
					set = append(set, time.Date(t.Year(), t.Month(), t.Day(), h, m, sec, 0, time.UTC))
				}
			}
		}
	}
	flush()
	if s.count > 0 && len(out) > s.count {
		out = out[:s.count]
	}
	return out[:min(len(out), most)]
}

// key numbers the period that t lies in.
func (s spec) key(t time.Time) int {
	days := int(t.Unix() / 86400)
	switch s.freq {
	case rrule.YEARLY:
		if len(s.weekno) > 0 {
			return s.fourth(t).Year()
		}
		return t.Year()
	case rrule.MONTHLY:
		return t.Year()*12 + int(t.Month())
	case rrule.WEEKLY:
		return int(s.fourth(t).Unix()/86400) / 7
	case rrule.DAILY:
		return days
	case rrule.HOURLY:
		return int(t.Unix() / 3600)
	case rrule.MINUTELY:
		return int(t.Unix() / 60)
	}
	return int(t.Unix())
}

// fourth is the fourth day of t's week; its year is the week's year.
func (s spec) fourth(t time.Time) time.Time {
	into := (int(t.Weekday()) + 6 - s.wkst + 7) % 7
	return t.Truncate(24*time.Hour).AddDate(0, 0, 3-into)
}

func (s spec) day(t time.Time) bool {
	either := func(v []int, pos, length int) bool {
		return len(v) == 0 || slices.Contains(v, pos) || slices.Contains(v, pos-length-1)
	}
	yearLen := time.Date(t.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	monthLen := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	week := s.fourth(t)
	lastFourth := s.fourth(time.Date(week.Year(), 12, 31, 0, 0, 0, 0, time.UTC))
	if lastFourth.Year() != week.Year() {
		lastFourth = lastFourth.AddDate(0, 0, -7)
	}
	wd := (int(t.Weekday()) + 6) % 7
	startDay := (int(s.start.Weekday()) + 6) % 7
	byDay := len(s.days) == 0
	for _, d := range s.days {
		pos, length := t.Day(), monthLen
		if s.freq == rrule.YEARLY && len(s.month) == 0 {
			pos, length = t.YearDay(), yearLen
		}
		byDay = byDay || d.day == wd && (d.n == 0 || d.n == (pos-1)/7+1 || d.n == -((length-pos)/7+1))
	}
	if !byDay || len(s.month) > 0 && !slices.Contains(s.month, int(t.Month())) ||
		!either(s.weekno, (week.YearDay()-1)/7+1, (lastFourth.YearDay()-1)/7+1) ||
		!either(s.yearday, t.YearDay(), yearLen) || !either(s.monthday, t.Day(), monthLen) {
		return false
	}
	if len(s.yearday)+len(s.monthday)+len(s.days) > 0 || s.freq > rrule.WEEKLY {
		return true
	}
	switch {
	case s.freq == rrule.WEEKLY || len(s.weekno) > 0:
		return wd == startDay
	case s.freq == rrule.YEARLY && len(s.month) == 0 && t.Month() != s.start.Month():
		return false
	}
	return t.Day() == s.start.Day()
}
