package recur

import "strconv"

// String is the rule's canonical text, without "RRULE:": parts and values in a
// fixed order, INTERVAL=1 and WKST=MO left out. Parse reads it back as the same
// Rule. The zero Rule is "".
func (r Rule) String() string {
	if r.freq == 0 {
		return ""
	}
	w := writer{b: make([]byte, 0, 64)}
	w.b = append(append(w.b, "FREQ="...), r.freq.String()...)
	if r.interval > 1 {
		w.part("INTERVAL")
		w.number(r.interval)
	}
	if r.count > 0 {
		w.part("COUNT")
		w.number(r.count)
	}
	if r.until.Form != NoForm {
		w.part("UNTIL")
		w.text(r.until.At.Basic(r.until.Form))
	}
	w.set("BYMONTH", uint64(r.months))
	w.signed("BYWEEKNO", 53, func(n int) bool { return r.weeks.pos>>n&1 != 0 }, func(n int) bool { return r.weeks.neg>>n&1 != 0 })
	w.signed("BYYEARDAY", 366, r.yeardays.pos.has, r.yeardays.neg.has)
	w.signed("BYMONTHDAY", 31, func(n int) bool { return r.monthdays.pos>>n&1 != 0 }, func(n int) bool { return r.monthdays.neg>>n&1 != 0 })
	w.days(&r)
	w.set("BYHOUR", uint64(r.hours))
	w.set("BYMINUTE", r.minutes)
	w.set("BYSECOND", r.seconds)
	w.signed("BYSETPOS", 366, r.setpos.pos.has, r.setpos.neg.has)
	if r.wkst != 0 {
		w.part("WKST")
		w.text(dayNames[2*r.wkst : 2*r.wkst+2])
	}
	return string(w.b)
}

// writer builds the text; empty is what a part looks like before its first value.
type writer struct {
	b     []byte
	fresh bool
}

func (w *writer) part(name string) {
	w.b = append(append(append(w.b, ';'), name...), '=')
	w.fresh = true
}

func (w *writer) comma() {
	if !w.fresh {
		w.b = append(w.b, ',')
	}
	w.fresh = false
}

func (w *writer) number(n int) {
	w.comma()
	w.b = strconv.AppendInt(w.b, int64(n), 10)
}

func (w *writer) text(s string) {
	w.comma()
	w.b = append(w.b, s...)
}

func (w *writer) set(name string, set uint64) {
	if set == 0 {
		return
	}
	w.part(name)
	for n := range 64 {
		if set>>n&1 != 0 {
			w.number(n)
		}
	}
}

func (w *writer) signed(name string, top int, pos, neg func(int) bool) {
	begun := false
	for _, side := range []struct {
		sign int
		has  func(int) bool
	}{{1, pos}, {-1, neg}} {
		for n := 1; n <= top; n++ {
			if !side.has(n) {
				continue
			}
			if !begun {
				w.part(name)
				begun = true
			}
			w.number(side.sign * n)
		}
	}
}

func (w *writer) days(r *Rule) {
	if r.weekdays == 0 && !r.hasOrdinals() {
		return
	}
	w.part("BYDAY")
	for d := range 7 {
		name := dayNames[2*d : 2*d+2]
		if r.weekdays>>d&1 != 0 {
			w.text(name)
		}
		for _, sign := range []int{1, -1} {
			set := r.ordinals[d].pos
			if sign < 0 {
				set = r.ordinals[d].neg
			}
			for n := 1; n <= 53; n++ {
				if set>>n&1 != 0 {
					w.text(strconv.Itoa(sign*n) + name)
				}
			}
		}
	}
}
