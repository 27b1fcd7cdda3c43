package recur

import "time"

// farAway stands for "no change of offset on this side".
const farAway = 1 << 60

// stretch is a time during which a zone keeps one offset: [lo, hi) in Unix
// seconds. prev is the offset before lo.
type stretch struct{ lo, hi, off, prev int64 }

// zone is a location with the stretch that was asked for last, because
// neighbouring occurrences almost always share it.
type zone struct {
	loc *time.Location
	cur stretch
}

func zoneOf(loc *time.Location) zone {
	if loc == nil {
		loc = time.UTC
	}
	z := zone{loc: loc}
	if loc == time.UTC {
		z.cur = stretch{lo: -farAway, hi: farAway}
	}
	return z
}

// Clock tells what a clock in one zone shows, and remembers the offset it showed
// last. It is not for several goroutines at once.
type Clock struct{ zone }

// ClockOf is a clock in a zone; nil is UTC.
func ClockOf(loc *time.Location) *Clock { return &Clock{zoneOf(loc)} }

// Zone is where the clock hangs.
func (c *Clock) Zone() *time.Location { return c.loc }

// Local is LocalOf.
func (c *Clock) Local(t time.Time) Local { return c.local(clampUnix(t)) }

// at makes the stretch that holds an instant the current one.
func (z *zone) at(unix int64) *stretch {
	if z.cur.lo <= unix && unix < z.cur.hi {
		return &z.cur
	}
	t := time.Unix(unix, 0).In(z.loc)
	_, off := t.Zone()
	s := stretch{lo: -farAway, hi: farAway, off: int64(off), prev: int64(off)}
	lo, hi := t.ZoneBounds()
	if !lo.IsZero() {
		s.lo = lo.Unix()
		_, prev := lo.Add(-time.Second).Zone()
		s.prev = int64(prev)
	}
	if !hi.IsZero() {
		s.hi = hi.Unix()
	}
	z.cur = s
	return &z.cur
}

// instant places a wall-clock second and says whether the zone skips it.
func (z *zone) instant(sec int64) (unix int64, gap bool) {
	w := sec - unixEpoch
	s := z.at(w - z.cur.off)
	for range 8 {
		u := w - s.off
		switch {
		case u < s.lo && w-s.prev >= s.lo:
			return w - s.prev, true
		case u < s.lo:
			s = z.at(s.lo - 1)
		case u >= s.hi:
			s = z.at(s.hi)
		case w-s.prev < s.lo:
			return w - s.prev, false // it was already so late before the clock went back
		default:
			return u, false
		}
	}
	return w - s.off, false
}

// instantOf is instant, but the second pass when the zone has one and l is Again.
func (z *zone) instantOf(l Local) int64 {
	u, gap := z.instant(l.sec)
	if !l.again || gap {
		return u
	}
	s := z.at(u)
	if s.hi == farAway {
		return u
	}
	next := z.at(s.hi)
	if v := l.sec - unixEpoch - next.off; v >= next.lo && v < next.hi {
		return v
	}
	return u
}

// local is what the clock shows at an instant.
func (z *zone) local(unix int64) Local {
	s := z.at(unix)
	w := unix + s.off
	l := localAt(w + unixEpoch)
	l.again = w-s.prev < s.lo
	return l
}

// floor is the earliest wall-clock second that may be placed at unix or later:
// what a gap moves lands up to its length after it.
func (z *zone) floor(unix int64) int64 {
	s := z.at(unix)
	w := unix + s.off + unixEpoch
	if gap := s.off - s.prev; unix-s.lo < gap {
		w -= gap
	}
	return w
}

// ceil is the latest wall-clock second that may be placed at unix or earlier.
func (z *zone) ceil(unix int64) int64 {
	s := z.at(unix)
	w := unix + s.off + unixEpoch
	if back := s.prev - s.off; unix-s.lo < back {
		w += back
	}
	return w
}

// clampUnix keeps any time, however far, within the years that a Local knows,
// and a day to spare for offsets.
func clampUnix(t time.Time) int64 {
	return min(max(t.Unix(), -unixEpoch-daySeconds), maxSecond-unixEpoch+daySeconds)
}
