package vobject

import (
	"time"

	"umbra/app/clock"
	"umbra/app/recur"
	"umbra/app/reminder"
)

// zoneNamed is a zone by the name that a record keeps.
func zoneNamed(name string) *time.Location {
	z, err := clock.Zone(name)
	if err != nil { // a zone that a later release of the zone data dropped
		return time.UTC
	}
	return z
}

// localOf is what the clock shows when a reminder reminds.
func localOf(m *reminder.Reminder, zone *time.Location) recur.Local {
	return recur.LocalOf(m.RemindAt, zone)
}
