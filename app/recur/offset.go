package recur

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Offset is how far from a start something is (a DURATION of RFC 5545 section
// 3.3.6, in weeks, days, hours and minutes). Days are the calendar's: a day
// before nine o'clock is nine o'clock, also across a change of the clock. Hours
// and minutes are exact.
type Offset struct {
	days  int
	exact time.Duration
}

var errOffset = errors.New("must be an offset like -PT30M, P1D or -P1DT2H")

// ParseOffset reads an offset: "-PT30M" is half an hour before.
func ParseOffset(s string) (Offset, error) {
	rest, before := strings.CutPrefix(s, "-")
	rest, ok := strings.CutPrefix(rest, "P")
	if !ok || rest == "" || strings.HasSuffix(rest, "T") {
		return Offset{}, errOffset
	}
	var o Offset
	date, clock, _ := strings.Cut(rest, "T")
	for _, part := range []struct{ text, units string }{{date, "WD"}, {clock, "HM"}} {
		for part.text != "" {
			i := strings.IndexAny(part.text, part.units)
			if i < 1 || i > 5 {
				return Offset{}, errOffset
			}
			n, err := strconv.Atoi(part.text[:i])
			if err != nil || n < 0 {
				return Offset{}, errOffset
			}
			switch part.text[i] {
			case 'W':
				o.days += 7 * n
			case 'D':
				o.days += n
			case 'H':
				o.exact += time.Duration(n) * time.Hour
			case 'M':
				o.exact += time.Duration(n) * time.Minute
			}
			part.text = part.text[i+1:]
		}
	}
	if before {
		o.days, o.exact = -o.days, -o.exact
	}
	return o, nil
}

// From is the instant so far from a start on a clock in zone. Where onClock says
// that the start is a day, or has no zone of its own, hours are the clock's too:
// nine hours after a day's beginning is nine o'clock on every day.
func (o Offset) From(start Local, zone *time.Location, onClock bool) time.Time {
	if o.days != 0 {
		start = start.Add(time.Duration(o.days) * 24 * time.Hour)
	}
	if onClock {
		return start.Add(o.exact).In(zone)
	}
	return start.In(zone).Add(o.exact)
}

// About is its length where days have 24 hours.
func (o Offset) About() time.Duration { return time.Duration(o.days)*24*time.Hour + o.exact }
