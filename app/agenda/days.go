package agenda

import (
	"strconv"
	"strings"

	"umbra/app/clock"
)

// yearly is the days from one to another, the end excluded and fewer than a
// year, as ranges of MM-DD, both ends included: two where a year ends between
// them. A range that is not needed holds nothing.
type yearly [2]struct{ low, high string }

func yearlyOf(from, end clock.Date) yearly {
	last := end.AddDays(-1)
	var y yearly
	y[0].low, y[0].high = monthDay(from), monthDay(last)
	y[1].low, y[1].high = "~", ""
	if last.Year > from.Year {
		y[1].low, y[1].high = "01-01", y[0].high
		y[0].high = "12-31"
	}
	for i, year := range []int{from.Year, last.Year} {
		if y[i].high == "02-28" && !leap(year) { // 29 February is kept on the 28th where there is none
			y[i].high = "02-29"
		}
	}
	return y
}

func monthDay(d clock.Date) string { return d.String()[5:] }

// keptOn is the first day, from one on, on which a birthday or anniversary is
// kept; ok is false where text is neither YYYY-MM-DD nor --MM-DD, and for a
// year that is still to come.
func keptOn(text string, from clock.Date) (day clock.Date, years *int, ok bool) {
	year, rest, found := strings.Cut(text, "-")
	md, err := clock.ParseDate("2000-" + strings.TrimPrefix(rest, "-"))
	if !found || err != nil {
		return day, nil, false
	}
	on := func(year int) clock.Date {
		if md.Month == 2 && md.Day == 29 && !leap(year) {
			return clock.Date{Year: year, Month: 2, Day: 28}
		}
		return clock.Date{Year: year, Month: md.Month, Day: md.Day}
	}
	if day = on(from.Year); day.Before(from) {
		day = on(from.Year + 1)
	}
	if n, err := strconv.Atoi(year); err == nil {
		n = day.Year - n
		years = &n
	}
	return day, years, years == nil || *years >= 0
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }
