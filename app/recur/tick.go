package recur

// nextTick generates the frequencies below a day. It reads the clock at the
// beginning of each period, and leaps where the parts that limit it allow.
func (g *gen) nextTick() (int64, bool) {
	for {
		for g.idx < g.n {
			i := g.idx
			if !g.rule.setpos.empty() {
				if i = g.rule.setpos.after(i, g.n); i < 0 {
					g.idx = g.n
					break
				}
			}
			g.idx = i + 1
			if sec := g.begin0 + g.offset(i); !g.elapsed || g.shows(sec) {
				return sec, true
			}
		}
		unit, ok := g.load()
		if !ok {
			return 0, false
		}
		g.begin0 = g.begin(unit)
		if wait := g.wait(g.begin0); wait > 0 {
			g.leap(wait)
			continue
		}
		g.idx, g.n = 0, g.set.n
	}
}

// offset is where in the period its i-th time lies. In elapsed time, after a
// change that is no whole period (Lord Howe's half hours), a period begins in
// the middle of what the clock calls one: times that the rule names begin there
// and wrap; those taken from the start stay where they are.
func (g *gen) offset(i int64) int64 {
	if !g.byClock {
		return g.set.at(i)
	}
	into := g.clock(g.begin0) % g.unit
	if into == 0 {
		return g.set.at(i)
	}
	passed := int64(0)
	for passed < g.n && g.set.at(passed) < into {
		passed++
	}
	if i += passed; i < g.n {
		return g.set.at(i) - into
	}
	return g.set.at(i-g.n) - into + g.unit
}

// shows says whether the clock of elapsed time really passes the limits there.
func (g *gen) shows(sec int64) bool {
	w := g.clock(sec)
	return (!g.filtered || g.dayOK(int(w/daySeconds))) && (!g.byClock || g.times.from(w%daySeconds) == w%daySeconds)
}

// clock is what the clock on the wall shows at a second of the line.
func (g *gen) clock(sec int64) int64 {
	if !g.elapsed {
		return sec
	}
	unix := sec - g.shift
	return unix + g.zone.at(unix).off + unixEpoch
}

// wait is how long after the beginning of a period the limits may first pass,
// by the clock; 0 when they may pass in the period itself.
func (g *gen) wait(sec int64) int64 {
	if !g.filtered && !g.limit {
		return 0
	}
	w := g.clock(sec)
	day, tod := w/daySeconds, w%daySeconds
	// The period may reach into the next day, hour or minute when it is not aligned.
	last := w + g.unit - 1
	if g.filtered && !g.dayOK(int(day)) && (last/daySeconds == day || !g.dayOK(int(last/daySeconds))) {
		next := g.nextDay(int(day), int(g.stop/daySeconds)+2, &g.work)
		return int64(next)*daySeconds - w
	}
	if !g.limit {
		return 0
	}
	switch from := g.times.from(tod); {
	case from < 0 && last/daySeconds == day:
		return daySeconds - tod
	case from >= 0 && from >= tod+g.unit:
		return from - tod
	}
	return 0
}

// leap goes to the period that holds the time wait after begin0, or to the one
// before it when the clock may change meanwhile, but never over a change of the clock, which would make the wait another one.
func (g *gen) leap(wait int64) {
	to := g.begin0 + wait
	if g.elapsed {
		to = min(to, g.zone.at(g.begin0-g.shift).hi+g.shift)
	}
	k := (to - g.start + g.start%g.unit) / g.unit // units from the start's
	if !g.elapsed {
		// On the clock the unit that holds the time is the only one: a period
		// that begins earlier has nothing.
		k += g.every - 1
	}
	g.k = max(g.k, k/g.every)
}
