package recur

import "math/bits"

// chunk is a run of up to 31 days of which bit i chooses day base+i.
type chunk struct {
	base int
	mask uint32
}

// days appends the days that a period of a day or longer chooses.
func (p *plan) days(unit int64, to []chunk) []chunk {
	switch p.freq {
	case Yearly:
		if !p.rule.weeks.empty() {
			return p.weeksOf(int(unit), to)
		}
		return p.yearDays(int(unit), to)
	case Monthly:
		y, m := int(unit/12), int(unit%12)+1
		if mask := p.month(y, m, nil); mask != 0 {
			to = append(to, chunk{monthStart(y, m), mask})
		}
	case Weekly:
		to = p.week(int(p.begin(unit)/daySeconds), to)
	default:
		day := int(unit)
		if !p.filtered || p.dayOK(day) {
			to = append(to, chunk{day, 1})
		}
	}
	return to
}

func (p *plan) yearDays(year int, to []chunk) []chunk {
	var ord *[12]uint32
	if p.yearOrd {
		ord = p.ordinalsOf(year)
	}
	months := p.months
	if months == 0 {
		months = 1<<13 - 2
	}
	for ; months != 0; months &= months - 1 {
		m := bits.TrailingZeros16(months)
		if mask := p.month(year, m, ord); mask != 0 {
			to = append(to, chunk{monthStart(year, m), mask})
		}
	}
	return to
}

// weeksOf are the chosen weeks of a week year, each with its chosen days.
func (p *plan) weeksOf(year int, to []chunk) []chunk {
	first := weekOne(year, int(p.rule.wkst))
	count := (weekOne(year+1, int(p.rule.wkst)) - first) / 7
	for n := 1; n <= count; n++ {
		if (p.rule.weeks.pos>>n|p.rule.weeks.neg>>(count+1-n))&1 != 0 {
			to = p.week(first+7*(n-1), to)
		}
	}
	return to
}

// week is the chosen days among the seven from base.
func (p *plan) week(base int, to []chunk) []chunk {
	mask := uint32(1<<7 - 1)
	if p.weekdays != 0 {
		mask = turn(p.weekdays, weekday(base))
	}
	if p.dated {
		for rest := mask; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros32(rest); !p.dayOK(base + i) {
				mask &^= 1 << i
			}
		}
	}
	if mask != 0 {
		to = append(to, chunk{base, mask})
	}
	return to
}

// turn is a set of weekdays seen from a first day: bit 0 is that weekday.
func turn(weekdays uint8, first int) uint32 {
	w := uint32(weekdays)
	return (w | w<<7) >> first & (1<<7 - 1)
}

// month is the chosen days of a month; bit 0 is the first. Ordinals count
// within the month unless those of the year are given.
func (p *plan) month(year, month int, ord *[12]uint32) uint32 {
	if p.months != 0 && p.months>>month&1 == 0 {
		return 0
	}
	length := monthLength(year, month)
	mask := uint32(1)<<length - 1
	if p.monthdays != (signed31{}) {
		mask &= p.monthdays.pos>>1 | bits.Reverse32(p.monthdays.neg)>>(31-length)
	}
	if !p.rule.yeardays.empty() {
		mask &= p.yeardaysIn(year, month)
	}
	counted := p.rule.hasOrdinals()
	if p.weekdays == 0 && !counted || mask == 0 {
		return mask
	}
	first := weekday(monthStart(year, month))
	var byDay uint32
	if p.weekdays != 0 {
		w := turn(p.weekdays, first)
		byDay = w | w<<7 | w<<14 | w<<21 | w<<28
	}
	switch {
	case ord != nil:
		byDay |= ord[month-1]
	case counted:
		p.eachOrdinal(first, length, func(i int) { byDay |= 1 << i })
	}
	return mask & byDay
}

func (p *plan) yeardaysIn(year, month int) (mask uint32) {
	y := leap(year)
	for n := daysBefore[y][month-1] + 1; n <= daysBefore[y][month]; n++ {
		if p.isYearday(n, 365+y) {
			mask |= 1 << (n - daysBefore[y][month-1] - 1)
		}
	}
	return mask
}

func (p *plan) isYearday(n, length int) bool {
	return p.rule.yeardays.pos.has(n) || p.rule.yeardays.neg.has(length+1-n)
}

// eachOrdinal calls back with each numbered weekday (2MO, -1FR) of a span of
// days that begins on weekday first.
func (p *plan) eachOrdinal(first, length int, do func(i int)) {
	for d := range p.rule.ordinals {
		set := &p.rule.ordinals[d]
		if set.empty() {
			continue
		}
		begin := (d - first + 7) % 7
		count := (length-1-begin)/7 + 1
		for n := 1; n <= count; n++ {
			if (set.pos>>n|set.neg>>(count+1-n))&1 != 0 {
				do(begin + 7*(n-1))
			}
		}
	}
}

func (p *plan) ordinalsOf(year int) *[12]uint32 {
	var masks [12]uint32
	before := &daysBefore[leap(year)]
	p.eachOrdinal(weekday(yearStart(year)), before[12], func(i int) {
		m := min(i/28, 11) // never too early
		for before[m] > i {
			m--
		}
		masks[m] |= 1 << (i - before[m])
	})
	return &masks
}

// dayOK says whether a single day passes BYMONTH, BYMONTHDAY, BYYEARDAY and a
// BYDAY without numbers.
func (p *plan) dayOK(day int) bool {
	if p.weekdays != 0 && p.weekdays>>weekday(day)&1 == 0 {
		return false
	}
	if !p.dated {
		return true
	}
	y, m, d := civil(day)
	if p.months != 0 && p.months>>m&1 == 0 {
		return false
	}
	if p.monthdays != (signed31{}) &&
		p.monthdays.pos>>d&1 == 0 && p.monthdays.neg>>(monthLength(y, m)+1-d)&1 == 0 {
		return false
	}
	l := leap(y)
	return p.rule.yeardays.empty() || p.isYearday(daysBefore[l][m-1]+d, 365+l)
}

// nextDay is the first day after one that dayOK passes, or the day after limit;
// each day looked at takes one from the work left.
func (p *plan) nextDay(day, limit int, work *int) int {
	for day++; day <= limit && *work > 0; day++ {
		*work--
		if p.dayOK(day) {
			return day
		}
		if p.months == 0 {
			continue
		}
		if y, m, _ := civil(day); p.months>>m&1 == 0 {
			day = monthStart(y, m) + monthLength(y, m) - 1
		}
	}
	return day
}
