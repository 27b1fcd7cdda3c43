package reminder

import (
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/recur"
)

// anchor notes what the clock in the reminder's zone shows at RemindAt: there
// the series starts. Only a new time or zone moves it.
func (r *Reminder) anchor(was Reminder) error {
	if r.RemindAt.Equal(was.RemindAt) && r.TimeZone == was.TimeZone {
		return nil
	}
	zone, err := clock.Zone(r.TimeZone)
	if err != nil {
		return err
	}
	r.Local = recur.LocalOf(r.RemindAt, zone).String()
	return nil
}

// advance moves a repeating reminder to its first occurrence after both its
// present one and now, so that what was missed does not come again one by one.
// It is false at the end of the rule, and for a reminder that does not repeat.
func (r *Reminder) advance(now time.Time) bool {
	if r.RecurrenceRule == "" {
		return false
	}
	rule, err := recur.Parse(r.RecurrenceRule)
	if err != nil {
		return false
	}
	zone, err := clock.Zone(r.TimeZone)
	if err != nil {
		return false
	}
	start, err := recur.ParseLocal(r.Local)
	if err != nil {
		return false
	}
	after := r.RemindAt
	if now.After(after) {
		after = now
	}
	s := recur.Series{Start: start, Zone: zone, Rule: &rule}
	o, found := s.After(after, nil)
	if !found || o.Start.After(check.Latest) {
		return false
	}
	if n := rule.Count(); n > 0 {
		past, _ := s.Between(r.RemindAt, o.Start, 0, nil, n)
		rule = rule.WithCount(n - len(past))
		r.RecurrenceRule = rule.String()
	}
	r.RemindAt, r.Local = o.Start.UTC(), o.ID.String()
	return true
}
