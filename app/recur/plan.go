package recur

import "math/bits"

// plan is a rule made ready for one start: what the rule leaves out is taken
// from the start, and the period's unit is fixed.
//
// Seconds run on a line. For rules that step on the clock the line is the
// clock; for those that step in elapsed time it is elapsed time, shifted so
// that it reads like the clock at the start.
type plan struct {
	rule  *Rule
	freq  Freq
	every int64 // units between periods
	start int64 // on the line
	unit0 int64 // the start's unit

	months    uint16
	monthdays signed31
	weekdays  uint8
	filtered  bool // days are limited by something
	dated     bool // and by more than their weekday
	yearOrd   bool // ordinals count within the year
	times     times
	limit     bool  // periods within a day are limited by BYHOUR, BYMINUTE, BYSECOND
	unit      int64 // seconds in a period shorter than a day
	perPeriod int64 // how many occurrences each whole period has; 0: it differs
}

func makePlan(r *Rule, start int64, allDay, elapsed bool) plan {
	p := plan{
		rule: r, freq: r.freq, every: int64(r.interval), start: start,
		months: r.months, monthdays: r.monthdays, weekdays: r.weekdays,
	}
	hours, minutes, seconds := r.hours, r.minutes, r.seconds
	if seconds>>60&1 != 0 {
		seconds = seconds&^(1<<60) | 1<<59
	}
	if allDay {
		// These parts must be ignored with a date (RFC 5545, 3.3.10); a rule
		// that steps within the day keeps the steps that begin one.
		hours, minutes, seconds = 1, 1, 1
	}
	tod := start % daySeconds
	if r.freq < Hourly && hours == 0 {
		hours = 1 << (tod / 3600)
	}
	if r.freq < Minutely && minutes == 0 {
		minutes = 1 << (tod / 60 % 60)
	}
	if r.freq < Secondly && seconds == 0 {
		seconds = 1 << (tod % 60)
	}
	p.takeDays(start)
	p.dated = p.months != 0 || p.monthdays != signed31{} || !r.yeardays.empty()
	p.filtered = p.dated || p.weekdays != 0
	p.yearOrd = p.freq == Yearly && r.months == 0 && r.hasOrdinals()
	if p.freq == Daily && p.every == 1 && p.filtered && r.setpos.empty() {
		p.freq = Monthly // the same days, looked up a month at a time
	}
	p.takeTimes(hours, minutes, seconds)
	p.unit0 = p.unitOf(start)
	p.countPeriod(elapsed)
	return p
}

// takeDays fills in the day that the rule does not name.
func (p *plan) takeDays(start int64) {
	r := p.rule
	day := int(start / daySeconds)
	_, month, dom := civil(day)
	switch {
	case r.freq == Yearly && !r.choosesDays():
		p.monthdays.add(dom)
		if p.months == 0 {
			p.months = 1 << month
		}
	case r.freq == Yearly && !r.weeks.empty() && r.weekdays == 0 && r.yeardays.empty() && r.monthdays == signed31{},
		r.freq == Weekly && r.weekdays == 0:
		p.weekdays = 1 << weekday(day)
	case r.freq == Monthly && !r.choosesDays():
		p.monthdays.add(dom)
	}
}

// takeTimes says which times a period has: of the day, or within the hour,
// minute or second that the period is; then the parts above it limit it.
func (p *plan) takeTimes(hours uint32, minutes, seconds uint64) {
	const anyHour, any60 = 1<<24 - 1, 1<<60 - 1
	p.unit = daySeconds
	if p.freq < Hourly {
		p.times = makeTimes(hours, minutes, seconds)
		return
	}
	all := func(set uint64) uint64 {
		if set == 0 {
			return any60
		}
		return set
	}
	if hours == 0 {
		hours = anyHour
	}
	p.limit = hours != anyHour
	switch p.freq {
	case Hourly:
		p.unit = 3600
	case Minutely:
		p.unit = 60
		minutes = all(minutes)
		p.limit = p.limit || minutes != any60
	default:
		p.unit = 1
		minutes, seconds = all(minutes), all(seconds)
		p.limit = p.limit || minutes != any60 || seconds != any60
	}
	p.times = makeTimes(hours, minutes, seconds)
}

// within is the set of times inside one period, counted from its beginning.
func (p *plan) within() times {
	switch p.freq {
	case Hourly:
		return makeTimes(1, p.times.minutes, p.times.seconds)
	case Minutely:
		return makeTimes(1, 1, p.times.seconds)
	case Secondly:
		return makeTimes(1, 1, 1)
	default:
		return p.times
	}
}

func (p *plan) countPeriod(elapsed bool) {
	r := p.rule
	n := p.within().n
	switch {
	case p.freq == Daily && !p.filtered:
	case p.freq == Weekly && !p.dated:
		n *= int64(bits.OnesCount8(p.weekdays))
	case p.freq >= Hourly && !p.filtered && !p.limit && (!elapsed || r.minutes|r.seconds == 0):
	default:
		return
	}
	if r.setpos.empty() {
		p.perPeriod = n
		return
	}
	for i := r.setpos.after(0, n); i >= 0; i = r.setpos.after(i+1, n) {
		p.perPeriod++
	}
}

// unitOf is the number of the unit (year, month, week, …) that a second lies in.
func (p *plan) unitOf(sec int64) int64 {
	day := int(sec / daySeconds)
	switch p.freq {
	case Yearly:
		if !p.rule.weeks.empty() {
			return int64(weekYear(day, int(p.rule.wkst)))
		}
		y, _, _ := civil(day)
		return int64(y)
	case Monthly:
		y, m, _ := civil(day)
		return int64(y*12 + m - 1)
	case Weekly:
		return int64((day + 7 - int(p.rule.wkst)) / 7)
	default:
		return sec / p.unit
	}
}

// begin is the first second of a unit.
func (p *plan) begin(unit int64) int64 {
	switch p.freq {
	case Yearly:
		if !p.rule.weeks.empty() {
			return int64(weekOne(int(unit), int(p.rule.wkst))) * daySeconds
		}
		return int64(yearStart(int(unit))) * daySeconds
	case Monthly:
		return int64(monthStart(int(unit/12), int(unit%12)+1)) * daySeconds
	case Weekly:
		return (unit*7 - 7 + int64(p.rule.wkst)) * daySeconds
	default:
		return unit * p.unit
	}
}
