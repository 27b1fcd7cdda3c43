package ical

import (
	"fmt"
	"time"

	"umbra/app/recur"
)

// change is one change of a zone's offset.
type change struct {
	wall     recur.Local // what the clock showed
	from, to int
	name     string
	summer   bool
}

// yearsAhead is how far changes are looked at to find their rule.
const yearsAhead = 12

// TimeZone writes a zone of IANA as a VTIMEZONE that holds from a year on: by
// rules where its changes follow one, else by date for twelve years.
func TimeZone(name string, loc *time.Location, year int) *Component {
	tz := NewComponent("VTIMEZONE")
	tz.Set("TZID", Escape(name))
	begin := time.Date(max(year-1, 1), 1, 1, 0, 0, 0, 0, time.UTC)
	abbr, offset := begin.In(loc).Zone()
	if !looksLikeName(abbr) {
		abbr = ""
	}
	tz.AddComponent(observance([]change{{wall: recur.LocalOf(begin, loc), from: offset, to: offset, name: abbr, summer: begin.In(loc).IsDST()}}, ""))
	for _, group := range groups(changes(loc, begin)) {
		tz.AddComponent(observance(group, group[0].rule(group)))
	}
	return tz
}

func looksLikeName(s string) bool { return s != "" && s[0] != '+' && s[0] != '-' }

func changes(loc *time.Location, begin time.Time) (out []change) {
	end := begin.AddDate(yearsAhead, 0, 0)
	for t := begin; ; {
		_, next := t.In(loc).ZoneBounds()
		if next.IsZero() || next.After(end) || len(out) > 200 {
			return out
		}
		_, from := next.Add(-time.Second).Zone()
		name, to := next.Zone()
		if !looksLikeName(name) {
			name = ""
		}
		wall := recur.LocalOf(next.UTC().Add(time.Duration(from)*time.Second), time.UTC)
		out = append(out, change{wall, from, to, name, next.IsDST()})
		t = next
	}
}

// groups puts together what comes back at the same time of a year.
func groups(all []change) (out [][]change) {
	type key struct {
		month    time.Month
		weekday  time.Weekday
		h, m, s  int
		from, to int
	}
	at := map[key]int{}
	for _, c := range all {
		_, month, _ := c.wall.Date()
		h, m, s := c.wall.Clock()
		k := key{month, c.wall.Weekday(), h, m, s, c.from, c.to}
		i, known := at[k]
		if !known {
			i = len(out)
			at[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], c)
	}
	return out
}

// rule is how a group comes back, empty where it does not in a way that a rule
// says, to the end of what was looked at.
func (c change) rule(group []change) string {
	first, month, _ := c.wall.Date()
	nth, last := 0, true
	for i, g := range group {
		year, _, day := g.wall.Date()
		if year != first+i {
			return ""
		}
		n := (day-1)/7 + 1
		if i == 0 {
			nth = n
		}
		if n != nth {
			nth = 0
		}
		last = last && day+7 > time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	if last {
		nth = -1
	}
	if len(group) < yearsAhead-2 || nth == 0 {
		return ""
	}
	day := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[c.wall.Weekday()]
	return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", month, nth, day)
}

// observance writes changes of one kind: by a rule, or by their dates.
func observance(group []change, rule string) *Component {
	c := group[0]
	name := "STANDARD"
	if c.summer {
		name = "DAYLIGHT"
	}
	o := NewComponent(name)
	o.Set("DTSTART", c.wall.Basic(recur.FloatingForm))
	if rule != "" {
		o.Set("RRULE", rule)
	} else {
		for _, g := range group[1:] {
			o.Insert(NewLine("RDATE", g.wall.Basic(recur.FloatingForm)))
		}
	}
	o.Set("TZOFFSETFROM", writeOffset(c.from))
	o.Set("TZOFFSETTO", writeOffset(c.to))
	if c.name != "" {
		o.Set("TZNAME", Escape(c.name))
	}
	return o
}

func writeOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}
