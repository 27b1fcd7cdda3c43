package vobject

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/ical"
)

// maxAlarms is how many reminders a record may have.
const maxAlarms = 20

// alarmOf reads an alarm that a person is shown or hears; ok is false for others
// (mail, procedures) and for those that cannot be kept. shift is how far its
// anchor RELATED=START lies from the time that reminders count from, and end
// that of RELATED=END.
func (r *Reader) alarmOf(a *ical.Component, start, end time.Duration) (string, bool) {
	switch strings.ToUpper(strings.TrimSpace(a.Value("ACTION"))) {
	case "DISPLAY", "AUDIO", "":
	default:
		return "", false
	}
	trigger := a.Line("TRIGGER")
	if trigger == nil {
		return "", false
	}
	if t, err := trigger.Time(); err == nil {
		at := r.Instant(t).UTC()
		if at.Before(check.Earliest) || at.After(check.Latest) || at.Year() < 1977 { // 1976 is Apple's "no alarm"
			return "", false
		}
		return at.Format(time.RFC3339), true
	}
	d, err := ical.ParseDuration(trigger.Value)
	if err != nil {
		return "", false
	}
	shift := start
	if strings.EqualFold(trigger.Param("RELATED"), "END") {
		shift = end
	}
	return offset(d, shift)
}

// offset writes a duration as reminders have it, in whole minutes.
func offset(d ical.Duration, shift time.Duration) (string, bool) {
	if shift != 0 {
		total := time.Duration(d.Days)*24*time.Hour + d.Time + shift
		d = ical.Duration{Days: int(total / (24 * time.Hour)), Time: total % (24 * time.Hour)}
	}
	d.Time = d.Time.Truncate(time.Minute)
	if d.Time%(24*time.Hour) == 0 && d.Time != 0 {
		d.Days, d.Time = d.Days+int(d.Time/(24*time.Hour)), 0
	}
	s := d.String()
	return s, validOffset.MatchString(s)
}

// validOffset is what check.Alarm takes.
var validOffset = regexp.MustCompile(`^-?P(?:\d{1,3}W|(?:\d{1,3}D)?(?:T(?:\d{1,4}H)?(?:\d{1,5}M)?)?)$`)

// alarms reads all of a component.
func (r *Reader) alarms(c *ical.Component, start, end time.Duration) []string {
	out := []string{}
	for _, a := range c.Components("VALARM") {
		if s, ok := r.alarmOf(a, start, end); ok && len(out) < maxAlarms && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// alarmField writes reminders as alarms: those that are there already stay as
// they stand, with what else an application wrote into them.
func alarmField(r *Reader, reminders []string, related string, start, end func(c *ical.Component) time.Duration) Field {
	return Field{"reminders", strings.Join(reminders, " "), func(c *ical.Component) {
		left := slices.Clone(reminders)
		from, to := start(c), end(c)
		for _, a := range c.Components("VALARM") {
			s, ok := r.alarmOf(a, from, to)
			if !ok {
				continue
			}
			if i := slices.Index(left, s); i >= 0 {
				left = slices.Delete(left, i, i+1)
				continue
			}
			c.RemoveComponent(a)
		}
		for _, s := range left {
			c.AddComponent(newAlarm(s, related))
		}
	}}
}

// newAlarm writes an alarm that shows a text: RFC 5545, 3.6.6 wants a
// DESCRIPTION there, and applications break on a SUMMARY or ATTENDEE.
func newAlarm(s, related string) *ical.Component {
	a := ical.NewComponent("VALARM")
	a.Set("ACTION", "DISPLAY")
	a.Set("DESCRIPTION", "Reminder")
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		a.Set("TRIGGER", ical.UTC(at).Line("TRIGGER").Value, ical.P("VALUE", "DATE-TIME"))
		return a
	}
	if related != "" {
		a.Set("TRIGGER", s, ical.P("RELATED", related))
	} else {
		a.Set("TRIGGER", s)
	}
	return a
}
