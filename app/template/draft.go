package template

import (
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/recur"
)

// Draft is an event yet to be made: a template's fields, with its times as an
// event takes them.
type Draft struct {
	Template
	Title    string // never empty
	Start    string // an instant with offset, or a date for an all-day one
	End      string
	TimeZone string // empty for an all-day one
}

// draft puts a template on a day, or at a time of it.
func (t Template) draft(c caller.Caller, start string) (Draft, error) {
	d := Draft{Template: t, Title: t.Title}
	if d.Title == "" {
		d.Title = t.Name
	}
	zone := c.Location()
	if t.TimeZone != nil {
		if z, err := clock.Zone(*t.TimeZone); err == nil {
			zone = z
		}
	}
	at, dateOnly, err := parseStart(start, zone)
	if err != nil {
		return d, err
	}
	if at.Before(check.Earliest.Add(24*time.Hour)) || at.After(check.Latest.Add(-MaxMinutes*time.Minute)) {
		return d, fault.BadField("start", "range", "must lie between the years 1 and 9989")
	}
	day := clock.DateOf(at)
	if t.AllDay {
		d.Start, d.End = day.String(), day.AddDays(int(t.DurationMinutes/dayMinutes)).String()
		return d, nil
	}
	if dateOnly {
		if t.StartTime == nil {
			return d, fault.BadField("start", "needs_time", "must have a time of day, for the template has no start_time")
		}
		l, err := recur.ParseLocal(day.String() + "T" + *t.StartTime + ":00")
		if err != nil {
			return d, err
		}
		at = l.In(zone)
	}
	d.TimeZone = zone.String()
	d.Start = at.Format(time.RFC3339)
	d.End = at.Add(time.Duration(t.DurationMinutes) * time.Minute).Format(time.RFC3339)
	return d, nil
}

// parseStart reads a date, a local time or an instant, and answers it in zone.
func parseStart(s string, zone *time.Location) (at time.Time, dateOnly bool, err error) {
	if d, err := clock.ParseDate(s); err == nil {
		return recur.NewLocal(d.Year, d.Month, d.Day, 12, 0, 0).In(zone), true, nil
	}
	if at.UnmarshalText([]byte(s)) == nil {
		return at.Truncate(time.Second).In(zone), false, nil
	}
	if len(s) == len("2006-01-02T15:04") {
		s += ":00"
	}
	if l, err := recur.ParseLocal(s); err == nil && !l.Again() {
		return l.In(zone), false, nil
	}
	return at, false, fault.BadField("start", "format", "must be a date like 2025-01-31, a local time like 2025-01-31T19:00:00 or an instant like 2025-01-31T19:00:00+01:00")
}
