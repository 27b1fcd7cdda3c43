package recur

import "math/bits"

// The signed sets hold numbers counted from the beginning (1, 2, …) and from
// the end (-1, -2, …), as bits.

type signed31 struct{ pos, neg uint32 }

type signed53 struct{ pos, neg uint64 }

func (s *signed53) empty() bool { return s.pos|s.neg == 0 }

type signed366 struct{ pos, neg bits366 }

func (s *signed366) empty() bool { return *s == signed366{} }

type bits366 [6]uint64

func (b *bits366) set(n int)      { b[n>>6] |= 1 << (n & 63) }
func (b *bits366) has(n int) bool { return b[n>>6]>>(n&63)&1 != 0 }

// next is the smallest member that is at least n, or -1.
func (b *bits366) next(n int64) int64 {
	if n >= 384 {
		return -1
	}
	i := n >> 6
	w := b[i] >> (n & 63) << (n & 63)
	for w == 0 {
		if i++; i == 6 {
			return -1
		}
		w = b[i]
	}
	return i<<6 + int64(bits.TrailingZeros64(w))
}

// prev is the largest member that is at most n, or -1.
func (b *bits366) prev(n int64) int64 {
	if n < 0 {
		return -1
	}
	n = min(n, 383)
	i := n >> 6
	w := b[i] << (63 - n&63) >> (63 - n&63)
	for w == 0 {
		if i--; i < 0 {
			return -1
		}
		w = b[i]
	}
	return i<<6 + 63 - int64(bits.LeadingZeros64(w))
}

// after is the smallest index in a set of n that is at least i and that the
// positions choose, or -1. Position 1 is index 0, position -1 index n-1.
func (s *signed366) after(i, n int64) int64 {
	best := int64(-1)
	if p := s.pos.next(i + 1); p >= 0 && p <= n {
		best = p - 1
	}
	if p := s.neg.prev(n - i); p > 0 && (best < 0 || n-p < best) {
		best = n - p
	}
	return best
}

// times is a set of times of day: every hour with every minute with every second.
type times struct {
	hours            uint32
	minutes, seconds uint64
	first            int64
	n, perHour, perM int64
}

func makeTimes(hours uint32, minutes, seconds uint64) times {
	t := times{hours: hours, minutes: minutes, seconds: seconds}
	t.perM = int64(bits.OnesCount64(seconds))
	t.perHour = t.perM * int64(bits.OnesCount64(minutes))
	t.n = t.perHour * int64(bits.OnesCount32(hours))
	t.first = low64(uint64(hours))*3600 + low64(minutes)*60 + low64(seconds)
	return t
}

// from is the earliest time that is at least sec, or -1.
func (t *times) from(sec int64) int64 {
	if sec <= t.first {
		return t.first
	}
	if t.n == 1 || sec >= daySeconds {
		return -1
	}
	h, m, s := sec/3600, sec/60%60, sec%60
	if t.hours>>h&1 != 0 {
		if t.minutes>>m&1 != 0 {
			if rest := t.seconds >> s; rest != 0 {
				return sec + low64(rest)
			}
		}
		if rest := t.minutes >> m >> 1; rest != 0 {
			return h*3600 + (m+1+low64(rest))*60 + low64(t.seconds)
		}
	}
	if rest := t.hours >> h >> 1; rest != 0 {
		return (h+1+low64(uint64(rest)))*3600 + low64(t.minutes)*60 + low64(t.seconds)
	}
	return -1
}

// at is the i-th time, from 0.
func (t *times) at(i int64) int64 {
	if t.n == 1 {
		return t.first
	}
	return nth(uint64(t.hours), i/t.perHour)*3600 + nth(t.minutes, i%t.perHour/t.perM)*60 + nth(t.seconds, i%t.perM)
}

// low64 is the lowest member of a set that is not empty.
func low64(set uint64) int64 { return int64(bits.TrailingZeros64(set)) }

// nth is the n-th member, from 0, of a set that has so many.
func nth(set uint64, n int64) int64 {
	for ; n > 0; n-- {
		set &= set - 1
	}
	return low64(set)
}
