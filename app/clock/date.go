package clock

import (
	"fmt"
	"time"
)

// Layouts of civil (zone-less) values as they are stored and sent.
const (
	DateLayout  = "2006-01-02"
	TimeLayout  = "15:04"
	LocalLayout = "2006-01-02T15:04:05"
)

// Date is a civil date: a day on the calendar, in no zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day that t falls on in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Today is the day it is in zone.
func Today(c Clock, zone *time.Location) Date { return DateOf(c.Now().In(zone)) }

// ParseDate reads YYYY-MM-DD and refuses days that do not exist (2025-02-30)
// and years outside 0001 to 9999.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(DateLayout, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fmt.Errorf("%q is not a date like 2025-01-31", s)
	}
	return DateOf(t), nil
}

func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// AddDays moves by n days, over months and years.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC))
}

// Start is the first instant of the day in zone. Where the day has no midnight
// (a change to summer time at 00:00) it is the first instant there is.
func (d Date) Start(zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	if DateOf(t) != d {
		// Midnight was skipped and Go fell back to the day before: walk to the change.
		for DateOf(t) != d {
			t = t.Add(15 * time.Minute)
		}
	}
	return t
}

// Before says whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.String() < e.String() }

// DaysUntil counts the days from d to e; negative when e is earlier.
func (d Date) DaysUntil(e Date) int {
	a := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	b := time.Date(e.Year, e.Month, e.Day, 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a).Hours() / 24)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}
