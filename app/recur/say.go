package recur

import (
	"fmt"
	"math/bits"
	"time"
)

// Say is the rule in plain words, as part of a sentence: "every 2nd Tuesday
// until 30 Jun 2026". language is a tag (RFC 5646): German for de, else English.
// start names the day where the rule leaves it to the start; the zero Local
// leaves it out. zone (nil: UTC) says on which day an UNTIL in UTC falls. A rule
// for which there are no short words is "by a rule of its own"; the zero Rule is "".
func (r Rule) Say(language string, start Local, zone *time.Location) string {
	if r.freq == 0 {
		return ""
	}
	s := saying{r, wordsOf(language), start}
	when, ok := s.when()
	if !ok {
		return s.w.own
	}
	at, ok := s.at()
	if !ok {
		return s.w.own
	}
	return when + at + s.end(zone)
}

type saying struct {
	Rule
	w     *words
	start Local
}

func (s *saying) every() string {
	one := s.w.every[s.freq]
	if s.interval == 1 {
		return one[0]
	}
	return fmt.Sprintf(one[1], s.interval)
}

func (s *saying) when() (string, bool) {
	switch s.freq {
	case Yearly:
		return s.yearly()
	case Monthly:
		on, ok := s.onMonthDay(s.start)
		if s.plainWeekdays() && s.interval == 1 {
			return s.weekOn(1) + s.inMonths(), ok
		}
		return s.every() + on + s.inMonths(), ok
	case Weekly:
		return s.weekly()
	case Daily:
		if s.plainWeekdays() && s.interval == 1 {
			return s.weekOn(1) + s.inMonths(), true
		}
		return s.every() + s.inMonths(), !s.choosesDays() && s.setpos.empty()
	default:
		return s.every(), !s.hasBy()
	}
}

// plainWeekdays says that the days are weekdays and nothing else.
func (s *saying) plainWeekdays() bool {
	return s.weekdays != 0 && !s.hasOrdinals() && s.monthdays == signed31{} && s.weeks.empty() && s.yeardays.empty() && s.setpos.empty()
}

func (s *saying) weekly() (string, bool) {
	if !s.setpos.empty() {
		return "", false
	}
	if s.weekdays == 0 {
		if s.start.IsZero() {
			return s.every() + s.inMonths(), true
		}
		s.weekdays = 1 << weekday(int(s.start.sec/daySeconds))
	}
	return s.weekOn(s.interval) + s.inMonths(), true
}

func (s *saying) weekOn(n int) string {
	const workdays, all = 1<<5 - 1, 1<<7 - 1
	switch {
	case n == 1 && s.weekdays == all:
		return s.w.every[Daily][0]
	case n == 1 && s.weekdays == workdays:
		return s.w.workdays
	}
	days := s.weekdayNames()
	return s.w.weekOn(n, s.w.list(days), len(days) == 1)
}

func (s *saying) weekdayNames() (names []string) {
	for d := range 7 {
		if s.weekdays>>d&1 != 0 {
			names = append(names, s.w.weekdays[d])
		}
	}
	return names
}

// onMonthDay says which days of a month; those of start where the rule names none.
func (s *saying) onMonthDay(start Local) (string, bool) {
	days := s.monthdays != signed31{}
	switch {
	case !s.yeardays.empty() || !s.weeks.empty():
		return "", false
	case s.hasOrdinals():
		return s.w.on + s.w.list(s.ordinalNames()), !days && s.weekdays == 0 && s.setpos.empty()
	case s.weekdays != 0 && days:
		on, one := s.onNumbers()
		names := s.weekdayNames()
		return on + s.w.onlyIf(names[0]), one && len(names) == 1 && s.setpos.empty()
	case s.weekdays != 0 && s.setpos.empty():
		return s.w.eachOf + s.w.list(s.weekdayNames()), true
	case s.weekdays != 0:
		return s.onPositions()
	case !s.setpos.empty():
		return "", false
	case days:
		on, _ := s.onNumbers()
		return on, true
	case start.IsZero():
		return "", true
	}
	_, _, day := start.Date()
	return s.w.onDays(s.w.nth(day), false), true
}

// onNumbers says BYMONTHDAY, and whether it is one day.
func (s *saying) onNumbers() (string, bool) {
	var names []string
	for n := 1; n <= 31; n++ {
		if s.monthdays.pos>>n&1 != 0 {
			names = append(names, s.w.nth(n))
		}
	}
	for n := 31; n >= 1; n-- {
		if s.monthdays.neg>>n&1 != 0 {
			names = append(names, s.w.nth(-n))
		}
	}
	return s.w.onDays(s.w.list(names), s.monthdays.neg != 0), len(names) == 1
}

func (s *saying) ordinalNames() (names []string) {
	for n := 1; n <= 53; n++ {
		for d := range 7 {
			if s.ordinals[d].pos>>n&1 != 0 {
				names = append(names, s.w.nth(n)+" "+s.w.weekdays[d])
			}
		}
	}
	for n := 53; n >= 1; n-- {
		for d := range 7 {
			if s.ordinals[d].neg>>n&1 != 0 {
				names = append(names, s.w.nth(-n)+" "+s.w.weekdays[d])
			}
		}
	}
	return names
}

// onPositions says BYSETPOS of weekdays: the last working day.
func (s *saying) onPositions() (string, bool) {
	const workdays, all = 1<<5 - 1, 1<<7 - 1
	var what string
	switch names := s.weekdayNames(); {
	case s.weekdays == workdays:
		what = s.w.working
	case s.weekdays == all:
		what = s.w.day
	case len(names) == 1:
		what = names[0]
	default:
		return "", false
	}
	if bits.OnesCount32(s.hours)+bits.OnesCount64(s.minutes)+bits.OnesCount64(s.seconds) > 0 {
		return "", false // then it is times that are chosen
	}
	var names []string
	for n := 1; n <= 366; n++ {
		if s.setpos.pos.has(n) {
			names = append(names, s.w.nth(n))
		}
	}
	for n := 366; n >= 1; n-- {
		if s.setpos.neg.has(n) {
			names = append(names, s.w.nth(-n))
		}
	}
	return s.w.on + s.w.list(names) + " " + what, true
}

func (s *saying) yearly() (string, bool) {
	switch {
	case !s.weeks.empty():
		return s.inWeek()
	case s.months == 0 && s.hasOrdinals():
		return s.every() + s.w.on + s.w.list(s.ordinalNames()) + s.w.ofYear,
			s.weekdays == 0 && s.monthdays == signed31{} && s.yeardays.empty() && s.setpos.empty()
	case s.months == 0 && s.choosesDays(), !s.yeardays.empty():
		return "", false
	case s.months == 0 && s.start.IsZero():
		return s.every(), s.setpos.empty()
	}
	months := s.monthNames()
	_, month, day := s.start.Date()
	if len(months) == 0 {
		months = []string{s.w.months[month-1]}
	}
	if len(months) > 1 {
		on, ok := s.onMonthDay(s.start)
		return s.every() + on + s.w.in + s.w.list(months), ok
	}
	only := s.monthdays.pos
	if !s.choosesDays() && !s.start.IsZero() {
		only = 1 << day
	}
	on, ok := s.onMonthDay(s.start)
	if bits.OnesCount32(only) == 1 && s.monthdays.neg == 0 && s.weekdays == 0 && !s.hasOrdinals() {
		return s.every() + s.w.date(fmt.Sprint(bits.TrailingZeros32(only)), months[0]), ok
	}
	if on == "" {
		return s.every() + s.w.in + months[0], ok
	}
	return s.every() + on + s.w.of + months[0], ok
}

// inWeek says one BYWEEKNO with weekdays.
func (s *saying) inWeek() (string, bool) {
	n := bits.TrailingZeros64(s.weeks.pos)
	ok := s.weeks.neg == 0 && bits.OnesCount64(s.weeks.pos) == 1 && s.months == 0 && s.monthdays == signed31{} && s.yeardays.empty() && s.setpos.empty()
	if s.weekdays == 0 && !s.start.IsZero() {
		s.weekdays = 1 << weekday(int(s.start.sec/daySeconds))
	}
	text := s.every() + s.w.week + fmt.Sprint(n)
	if days := s.weekdayNames(); len(days) > 0 {
		text = s.w.list(days) + ", " + text
	}
	return text, ok
}

func (s *saying) monthNames() (names []string) {
	for m := range 12 {
		if s.months>>(m+1)&1 != 0 {
			names = append(names, s.w.months[m])
		}
	}
	return names
}

// inMonths says BYMONTH where it limits.
func (s *saying) inMonths() string {
	if s.months == 0 {
		return ""
	}
	return s.w.in + s.w.list(s.monthNames())
}

// at says the times of day that the rule names, when they are few whole minutes.
func (s *saying) at() (string, bool) {
	if s.freq >= Hourly || s.hours == 0 && s.minutes == 0 && s.seconds == 0 {
		return "", true
	}
	hour, minute, second := s.start.Clock()
	hours, minutes := s.hours, s.minutes
	if s.start.IsZero() && (hours == 0 || minutes == 0) {
		return "", false
	}
	if hours == 0 {
		hours = 1 << hour
	}
	if minutes == 0 {
		minutes = 1 << minute
	}
	if s.seconds > 1 || s.seconds == 0 && second != 0 || bits.OnesCount32(hours)*bits.OnesCount64(minutes) > 6 {
		return "", false
	}
	t := makeTimes(hours, minutes, 1)
	var names []string
	for i := range t.n {
		at := t.at(i)
		names = append(names, fmt.Sprintf("%02d:%02d", at/3600, at/60%60))
	}
	return fmt.Sprintf(s.w.at, s.w.list(names)), true
}

func (s *saying) end(zone *time.Location) string {
	if s.count > 0 {
		return s.w.times(s.count)
	}
	at := s.until.At
	switch s.until.Form {
	case NoForm:
		return ""
	case UTCForm:
		at = LocalOf(at.In(time.UTC), zoneOf(zone).loc)
	}
	year, month, day := at.Date()
	return fmt.Sprintf(s.w.until, day, s.w.short[month-1], year)
}
