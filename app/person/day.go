package person

import (
	"fmt"
	"time"

	"umbra/app/clock"
)

// Day is a day that comes every year: of a birth, of a wedding. Year is 0 where
// it is not known.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDay reads YYYY-MM-DD, or --MM-DD where the year is not known (a
// truncated date as RFC 6350 section 4.3.1 has it, with hyphens). The day must
// exist; --02-29 does.
func ParseDay(s string) (Day, error) {
	if len(s) == len("--01-31") && s[:2] == "--" {
		d, err := clock.ParseDate("2000-" + s[2:]) // a leap year
		if err != nil {
			return Day{}, fmt.Errorf("%q is not a day like --01-31", s)
		}
		return Day{0, d.Month, d.Day}, nil
	}
	d, err := clock.ParseDate(s)
	return Day(d), err
}

// String writes what ParseDay reads.
func (d Day) String() string {
	if d.Year == 0 {
		return "--" + d.key()
	}
	return clock.Date(d).String()
}

// key is MM-DD: what the days of a year are found by.
func (d Day) key() string { return fmt.Sprintf("%02d-%02d", d.Month, d.Day) }

// In is the day on which it is celebrated in a year: 29 February on the 28th
// where the year has none.
func (d Day) In(year int) clock.Date {
	if d.Month == time.February && d.Day == 29 && !leap(year) {
		return clock.Date{Year: year, Month: time.February, Day: 28}
	}
	return clock.Date{Year: year, Month: d.Month, Day: d.Day}
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }
