package recur

import "strings"

const dayNames = "MOTUWETHFRSASU"

func (s *signed31) add(n int) {
	if n > 0 {
		s.pos |= 1 << n
	} else {
		s.neg |= 1 << -n
	}
}

func (s *signed53) add(n int) {
	if n > 0 {
		s.pos |= 1 << n
	} else {
		s.neg |= 1 << -n
	}
}

func (s *signed366) add(n int) {
	if n > 0 {
		s.pos.set(n)
	} else {
		s.neg.set(-n)
	}
}

func readFreq(r *Rule, v string) error {
	for i, name := range freqNames {
		if i > 0 && name == v {
			r.freq = Freq(i)
			return nil
		}
	}
	return bad("FREQ", "must be one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY")
}

func readUntil(r *Rule, v string) error {
	at, form, err := ParseBasic(v)
	if err != nil {
		return bad("UNTIL", "%v", err)
	}
	r.until = Until{At: at, Form: form}
	return nil
}

func readNumber(part, v string, into *int) error {
	n, ok := number(v, 10)
	if !ok || n < 1 || n > maxNumber {
		return bad(part, "must be a number from 1 to %d", maxNumber)
	}
	*into = n
	return nil
}

func readWkst(r *Rule, v string) error {
	d := dayIndex(v)
	if d < 0 {
		return bad("WKST", "must be one of MO, TU, WE, TH, FR, SA, SU")
	}
	r.wkst = uint8(d)
	return nil
}

func readByDay(r *Rule, v string) error {
	for item := range strings.SplitSeq(v, ",") {
		cut := max(len(item)-2, 0)
		d := dayIndex(item[cut:])
		if d < 0 {
			return bad("BYDAY", "must hold days like MO, 2MO or -1FR")
		}
		if cut == 0 {
			r.weekdays |= 1 << d
			continue
		}
		n, ok := signedNumber(item[:cut], 2)
		if !ok || n == 0 || n < -53 || n > 53 {
			return bad("BYDAY", "may number its days from 1 to 53 and from -1 to -53")
		}
		r.ordinals[d].add(n)
	}
	return nil
}

func eachNumber(part, v string, lo, hi int, negative bool, add func(int)) error {
	for item := range strings.SplitSeq(v, ",") {
		n, ok := 0, false
		if negative {
			n, ok = signedNumber(item, 3)
		} else {
			n, ok = number(item, 2)
		}
		if size := max(n, -n); !ok || size < lo || size > hi {
			if negative {
				return bad(part, "must hold numbers from %d to %d and from -%d to -%d", lo, hi, lo, hi)
			}
			return bad(part, "must hold numbers from %d to %d", lo, hi)
		}
		add(n)
	}
	return nil
}

func signedNumber(s string, digits int) (int, bool) {
	if strings.HasPrefix(s, "-") {
		n, ok := number(s[1:], digits)
		return -n, ok
	}
	return number(strings.TrimPrefix(s, "+"), digits)
}

// number reads a run of at most so many digits and nothing else.
func number(s string, digits int) (n int, ok bool) {
	if s == "" || len(s) > digits {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func dayIndex(s string) int {
	if len(s) != 2 {
		return -1
	}
	for i := 0; i < len(dayNames); i += 2 {
		if dayNames[i:i+2] == s {
			return i / 2
		}
	}
	return -1
}
