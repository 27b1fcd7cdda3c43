package recur

import "math/bits"

// MaxWork bounds one call: it is how many periods and single days are looked
// at, at most, before the call gives up and says that there may be more. It is
// some milliseconds, and far more than any window that a person looks at needs.
const MaxWork = 200_000

// gen generates a rule's occurrences on its line, ascending, from low to stop.
// It does not know COUNT or zones, but for the clock of elapsed time.
type gen struct {
	plan
	zone    zone // used when elapsed
	elapsed bool
	byClock bool  // elapsed, but the rule names minutes or seconds of the clock
	shift   int64 // line minus Unix time, when elapsed

	low, stop int64
	k         int64 // the next period
	work      int
	spent     bool // work ran out

	// What is left of the period before k.
	begin0   int64 // its first second, when shorter than a day
	set      times // the times that one begin0 or day has
	buf      [54]chunk
	nc, ci   int
	base     int
	mask     uint32
	day, tod int64 // the next time on a day; tod is -1 when there is none
	idx, n   int64 // the next index among n, for BYSETPOS and within a day
}

// seek makes low the first second of interest and goes to its period without
// visiting those before.
func (g *gen) seek(low int64) {
	g.low = max(low, g.start)
	g.k = 0
	if d := g.unitOf(g.low) - g.unit0; d > 0 {
		g.k = (d + g.every - 1) / g.every
	}
	g.nc, g.ci, g.mask, g.tod, g.idx, g.n = 0, 0, 0, -1, 0, 0
	g.set = g.within()
}

// next is the next occurrence, false at the end or when the work is used up.
func (g *gen) next() (int64, bool) {
	for {
		var sec int64
		var ok bool
		switch {
		case g.freq >= Hourly:
			sec, ok = g.nextTick()
		case !g.rule.setpos.empty():
			sec, ok = g.nextPosition()
		default:
			sec, ok = g.nextInDay()
		}
		if !ok || sec > g.stop {
			return 0, false
		}
		if sec >= g.low {
			return sec, true
		}
	}
}

// load begins the next period and says whether there is one.
func (g *gen) load() (unit int64, ok bool) {
	if g.work <= 0 {
		g.spent = true
		return 0, false
	}
	g.work--
	const lastUnit = maxSecond + 1 // more than any frequency has
	if g.k > (lastUnit-g.unit0)/g.every {
		return 0, false
	}
	unit = g.unit0 + g.k*g.every
	if g.begin(unit) > g.stop {
		return 0, false
	}
	g.k++
	return unit, true
}

// loadDays fills the chunks of the next period.
func (g *gen) loadDays() bool {
	unit, ok := g.load()
	if !ok {
		return false
	}
	g.nc, g.ci = len(g.days(unit, g.buf[:0])), 0
	g.work -= g.nc
	if !g.rule.weeks.empty() {
		g.work -= 50 // each day of each week was looked at
	}
	return true
}

func (g *gen) nextInDay() (int64, bool) {
	for g.tod < 0 {
		for g.mask == 0 {
			if g.ci == g.nc {
				if !g.loadDays() {
					return 0, false
				}
				continue
			}
			c := g.buf[g.ci]
			g.ci++
			g.base, g.mask = c.base, c.mask
			// Days before low are not worth a look at their times.
			if before := int(g.low/daySeconds) - c.base; before > 0 {
				g.mask = uint32(uint64(c.mask) >> min(before, 63) << min(before, 63))
			}
		}
		g.day = int64(g.base+bits.TrailingZeros32(g.mask)) * daySeconds
		g.mask &= g.mask - 1
		g.tod = g.times.from(g.low - g.day)
	}
	sec := g.day + g.tod
	g.tod = g.times.from(g.tod + 1)
	return sec, true
}

// nextPosition chooses by BYSETPOS among all times of all days of a period,
// without listing them.
func (g *gen) nextPosition() (int64, bool) {
	for {
		i := int64(-1)
		if g.n > 0 {
			i = g.rule.setpos.after(g.idx, g.n)
		}
		if i >= 0 {
			g.idx = i + 1
			day := i / g.times.n
			for _, c := range g.buf[:g.nc] {
				size := int64(bits.OnesCount32(c.mask))
				if day < size {
					return (int64(c.base)+nth(uint64(c.mask), day))*daySeconds + g.times.at(i%g.times.n), true
				}
				day -= size
			}
		}
		if !g.loadDays() {
			return 0, false
		}
		g.idx, g.n = 0, 0
		for _, c := range g.buf[:g.nc] {
			g.n += int64(bits.OnesCount32(c.mask)) * g.times.n
		}
	}
}

// skip passes over n occurrences, whole periods at once where each has as many.
func (g *gen) skip(n int64) bool {
	for n > 0 {
		fresh := g.mask == 0 && g.ci == g.nc && g.tod < 0 && g.idx >= g.n
		if fresh && g.perPeriod > 0 && n >= g.perPeriod {
			g.k += n / g.perPeriod
			if n %= g.perPeriod; n == 0 {
				break
			}
		}
		if g.work--; g.work <= 0 {
			g.spent = true
			return false
		}
		if _, ok := g.next(); !ok {
			return false
		}
		n--
	}
	return true
}
