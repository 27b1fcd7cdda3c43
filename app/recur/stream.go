package recur

import (
	"cmp"
	"slices"
	"time"
)

// item is an occurrence: its instant in Unix seconds and its recurrence id.
type item struct {
	unix int64
	id   Local
}

// stream merges the start, the rule and the added dates, in order of their
// instants, each instant once, without the exceptions.
type stream struct {
	g     gen
	start item
	rule  bool  // g generates
	until int64 // no instant of the rule is later

	held     []item // what a gap moved; the rule may generate earlier instants after it
	peek     item
	peeked   bool
	extra    []item // start and added dates
	except   []item
	ruled    item
	hasRuled bool
}

const never = 1 << 61

// begin prepares the rule, but no window.
func (st *stream) begin(s *Series, floating *time.Location) {
	g := &st.g
	g.zone = zoneOf(s.zone(floating))
	start := s.Start
	if s.AllDay {
		start = start.Midnight()
	}
	st.start = item{g.zone.instantOf(start), start}
	st.until = never
	if s.Rule == nil || s.Rule.freq == 0 {
		return
	}
	st.rule = true
	r := s.Rule
	line := start.sec
	floats := s.AllDay || s.Zone == nil
	g.elapsed = r.freq >= Hourly && r.hours == 0 && !floats
	if g.elapsed {
		g.byClock = r.minutes|r.seconds != 0
		line = st.start.unix + g.zone.at(st.start.unix).off + unixEpoch
		g.shift = line - st.start.unix
	}
	g.plan = makePlan(r, line, s.AllDay, g.elapsed)
	g.work = MaxWork
	g.stop = maxSecond
	st.end(r.until, floats)
}

// end applies UNTIL.
func (st *stream) end(u Until, floats bool) {
	g := &st.g
	at := u.At.sec
	switch {
	case u.Form == NoForm:
		return
	case u.Form == DateForm:
		at = at/daySeconds*daySeconds + daySeconds - 1
	case u.Form == UTCForm && !floats:
		st.until = at - unixEpoch
		st.stopAt(st.until)
		return
	}
	if g.elapsed {
		st.until, _ = g.zone.instant(at)
		st.stopAt(st.until)
		return
	}
	g.stop = min(g.stop, at)
}

// stopAt lets the rule generate nothing that is later than an instant.
func (st *stream) stopAt(unix int64) {
	g := &st.g
	if g.elapsed {
		g.stop = min(g.stop, unix+g.shift)
		return
	}
	g.stop = min(g.stop, g.zone.ceil(unix))
}

// open prepares the occurrences that start between two instants, or lasting
// more seconds on the clock earlier, and maybe some around them.
func (st *stream) open(s *Series, floating *time.Location, lo, lasting, hi int64) {
	st.begin(s, floating)
	g := &st.g
	spare := int64(0)
	if lasting > 0 {
		spare = lasting + 2*daySeconds
	}
	st.extra = st.dates(s.RDates, s.AllDay, lo-spare, hi)
	if lo-spare <= st.start.unix && st.start.unix <= hi {
		st.extra = append(st.extra, st.start)
	}
	if len(st.extra) > 1 {
		sortItems(st.extra)
	}
	if st.except = st.dates(s.ExDates, s.AllDay, lo-spare, hi); len(st.except) > 1 {
		sortItems(st.except)
	}
	if !st.rule {
		return
	}
	st.stopAt(hi)
	if !st.count() {
		st.rule = false
		return
	}
	if g.elapsed {
		g.seek(lo + g.shift)
		return
	}
	g.seek(g.zone.floor(lo) - lasting)
}

// count turns COUNT into a line's end, when it comes before the window's. The
// start is the first occurrence, whether or not the rule generates it.
func (st *stream) count() bool {
	g := &st.g
	n := int64(g.rule.count)
	if n == 0 {
		return true
	}
	if n == 1 {
		g.stop = min(g.stop, g.start)
		return true
	}
	g.seek(g.start)
	sec, ok := g.next()
	n -= 2
	if ok && sec != g.start {
		n-- // the start took the first place, so the rule's first is the second
	}
	if ok && n >= 0 {
		if ok = g.skip(n); ok {
			sec, ok = g.next()
		}
	}
	if ok {
		g.stop = min(g.stop, sec)
	}
	return !g.spent
}

// last is a local time that no occurrence of the rule is later than, false when
// that is not known.
func (st *stream) last() (Local, bool) {
	g := &st.g
	if g.rule.count > 0 {
		if !st.count() || g.stop == maxSecond {
			return Local{}, false
		}
	}
	if st.until != never {
		return g.zone.local(st.until), true
	}
	if g.elapsed {
		return g.zone.local(g.stop - g.shift), true
	}
	last := localAt(g.stop)
	// A gap may move an earlier time past the last one.
	u, _ := g.zone.instant(last.sec)
	s := g.zone.at(u)
	if gap := s.off - s.prev; u-s.lo < gap && (g.times.n > 1 || gap >= daySeconds) {
		last = localAt(s.lo + gap + s.off + unixEpoch)
	}
	return last, true
}

func (st *stream) spent() bool { return st.g.spent }

// dates places local times and keeps those in [lo, hi].
func (st *stream) dates(locals []Local, allDay bool, lo, hi int64) (found []item) {
	for _, l := range locals {
		if allDay {
			l = l.Midnight()
		}
		if u := st.g.zone.instantOf(l); lo <= u && u <= hi {
			found = append(found, item{u, l})
		}
	}
	return found
}

func sortItems(items []item) {
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.unix, b.unix), a.id.Compare(b.id))
	})
}

// next is the next occurrence.
func (st *stream) next() (item, bool) {
	for {
		if st.rule && !st.hasRuled {
			st.ruled, st.hasRuled = st.generate()
			st.rule = st.hasRuled
		}
		var it item
		switch {
		case len(st.extra) > 0 && (!st.hasRuled || st.extra[0].unix <= st.ruled.unix):
			it = st.extra[0]
			for len(st.extra) > 0 && st.extra[0].unix == it.unix {
				st.extra = st.extra[1:]
			}
			if st.hasRuled && st.ruled.unix == it.unix {
				st.hasRuled = false
			}
		case st.hasRuled:
			it, st.hasRuled = st.ruled, false
		default:
			return item{}, false
		}
		for len(st.except) > 0 && st.except[0].unix < it.unix {
			st.except = st.except[1:]
		}
		if len(st.except) == 0 || st.except[0].unix != it.unix {
			return it, true
		}
	}
}

// generate is the rule's next item. Times that a gap moved wait until the rule
// has generated everything before them; one that falls on another is dropped.
func (st *stream) generate() (item, bool) {
	for {
		if !st.peeked {
			st.peek, st.peeked = st.place()
		}
		if len(st.held) == 0 || st.peeked && st.peek.unix < st.held[0].unix {
			it, ok := st.peek, st.peeked
			st.peeked = false
			return it, ok
		}
		it := st.held[0]
		st.held = st.held[1:]
		if !st.peeked || it.unix < st.peek.unix {
			return it, true
		}
	}
}

// place is the next generated time that no gap moves; it holds those that one does.
func (st *stream) place() (item, bool) {
	g := &st.g
	for {
		sec, ok := g.next()
		if !ok {
			return item{}, false
		}
		if g.elapsed {
			unix := sec - g.shift
			return item{unix, g.zone.local(unix)}, unix <= st.until
		}
		unix, gap := g.zone.instant(sec)
		it := item{unix, Local{sec: sec}}
		switch {
		case unix > st.until:
		case gap:
			st.held = append(st.held, it)
		default:
			return it, true
		}
	}
}

func (st *stream) occurrence(it item, dur time.Duration, allDay bool) Occurrence {
	z := &st.g.zone
	o := Occurrence{ID: it.id, Local: z.local(it.unix), Start: time.Unix(it.unix, 0).In(z.loc)}
	if allDay {
		end, _ := z.instant(it.id.sec + int64(dur/time.Second))
		o.End = time.Unix(end, 0).In(z.loc)
	} else {
		o.End = o.Start.Add(dur)
	}
	return o
}
