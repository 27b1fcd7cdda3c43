package todo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"umbra/app/clock"
	"umbra/app/journal"
	"umbra/app/recur"
)

// complete opens or completes t. Completing a repeating one makes the next,
// which takes the rule along: so completing it twice never makes two.
func (s *Service) complete(ctx context.Context, w *journal.Writer, t *Todo, done bool) error {
	if !done {
		t.Completed, t.CompletedAt, t.CompletedOn = false, nil, ""
		return nil
	}
	now := clock.FromMicros(w.At)
	t.finish(now, w.Caller.Location())
	if t.RecurrenceRule == "" {
		return nil
	}
	next, more := t.next(now.In(w.Caller.Location()))
	t.RecurrenceRule = ""
	if !more {
		return nil
	}
	next.CreatedAt = now
	var err error
	if next.Position, err = s.last(ctx, w); err != nil {
		return err
	}
	if err = s.save(ctx, w, &next, nil, journal.Create); err != nil || t.ID == 0 {
		return err
	}
	return s.repeatParts(ctx, w, t.ID, next.ID, daysBetween(*t.DueDate, *next.DueDate))
}

// repeatParts gives the next to-do the parts of the one before, open again and
// as many days later as it is. Those of the one before stay as they are: what
// was done there was done.
func (s *Service) repeatParts(ctx context.Context, w *journal.Writer, from, to int64, days int) error {
	parts, err := s.children(ctx, w.Caller.UserID, from)
	if err != nil {
		return err
	}
	goesOn := map[string]bool{} // parts that repeat by themselves: their past ones are not parts of the next
	for _, p := range parts {
		goesOn[p.Title] = goesOn[p.Title] || p.RecurrenceRule != ""
	}
	slices.SortStableFunc(parts, func(a, b Todo) int { return cmp.Compare(a.Position, b.Position) })
	for _, p := range parts {
		if p.Completed && goesOn[p.Title] {
			continue
		}
		n := p
		n.ID, n.UID, n.Completed, n.CompletedAt, n.CompletedOn = 0, journal.NewUID(), false, nil, ""
		n.ParentID, n.CreatedAt = &to, clock.FromMicros(w.At)
		n.shift(days, w.Caller.Location())
		if n.Position, err = s.last(ctx, w); err != nil {
			return err
		}
		if err := s.save(ctx, w, &n, nil, journal.Create); err != nil {
			return err
		}
		if err := s.repeatParts(ctx, w, p.ID, n.ID, days); err != nil {
			return err
		}
	}
	return nil
}

// shift moves the due date and the reminders at fixed instants by days of the
// user's calendar; reminders that are offsets follow the due date anyway.
func (t *Todo) shift(days int, zone *time.Location) {
	if t.DueDate != nil {
		if d, err := clock.ParseDate(*t.DueDate); err == nil && d.AddDays(days).Year <= 9999 {
			due := d.AddDays(days).String()
			t.DueDate = &due
		}
	}
	t.Reminders = slices.Clone(t.Reminders)
	for i, r := range t.Reminders {
		if at, err := time.Parse(time.RFC3339, r); err == nil {
			l := recur.LocalOf(at, zone).Add(time.Duration(days) * 24 * time.Hour)
			t.Reminders[i] = l.In(zone).Format(time.RFC3339)
		}
	}
}

// daysBetween counts the days from one date to another.
func daysBetween(from, to string) int {
	a, errA := clock.ParseDate(from)
	b, errB := clock.ParseDate(to)
	if errA != nil || errB != nil {
		return 0
	}
	return a.DaysUntil(b)
}

// finish marks t as done at a moment, on the user's day.
func (t *Todo) finish(at time.Time, zone *time.Location) {
	t.Completed, t.CompletedAt = true, &at
	t.CompletedOn = clock.DateOf(at.In(zone)).String()
}

// next is the to-do that follows t, false when the rule has come to its end.
// now is the moment of completion on the user's clock. Due times are the
// clock's, in no zone, so that a change of the clock cannot move one for good.
func (t *Todo) next(now time.Time) (Todo, bool) {
	rule, err := recur.Parse(t.RecurrenceRule)
	if err != nil || t.DueDate == nil || rule.Count() == 1 {
		return Todo{}, false
	}
	from := *t.DueDate
	if t.RepeatFrom == FromCompletion {
		from = clock.DateOf(now).String()
	}
	at := "00:00"
	if t.DueTime != nil {
		at = *t.DueTime
	}
	start, err := recur.ParseLocal(from + "T" + at + ":00")
	if err != nil {
		return Todo{}, false
	}
	s := recur.Series{Start: start, AllDay: t.DueTime == nil, Rule: &rule}
	if u := rule.Until(); u.Form == recur.UTCForm { // an instant, whose day is the user's
		local := rule.WithUntil(recur.Until{Form: recur.FloatingForm, At: recur.LocalOf(u.At.In(time.UTC), now.Location())})
		s.Rule = &local
	}
	o, found := s.After(start.In(time.UTC), time.UTC)
	if !found {
		return Todo{}, false
	}
	n := *t
	n.ID, n.UID, n.Completed, n.CompletedAt, n.CompletedOn = 0, journal.NewUID(), false, nil, ""
	if rule.Count() > 0 { // the next one has one less to go
		rule = rule.WithCount(rule.Count() - 1)
	}
	n.RecurrenceRule = rule.String()
	n.shift(daysBetween(*t.DueDate, o.ID.DateString()), now.Location())
	if t.DueTime != nil {
		hour, minute, _ := o.ID.Clock()
		tm := time.Date(2000, 1, 1, hour, minute, 0, 0, time.UTC).Format(clock.TimeLayout)
		n.DueTime = &tm
	}
	return n, true
}

// Counters that the dashboard reads instead of counting rows.
const (
	CountCompleted   = "todo.completed"
	CountCompletedOn = "todo.completed:" // and the day
)

func (s *Service) countCompletion(ctx context.Context, w *journal.Writer, before, after *Todo) error {
	was, is := "", ""
	if before != nil && before.Completed {
		was = before.CompletedOn
	}
	if after != nil && after.Completed {
		is = after.CompletedOn
	}
	if was == is {
		return nil
	}
	for day, by := range map[string]int64{was: -1, is: 1} {
		if day == "" {
			continue
		}
		if err := w.Count(ctx, CountCompletedOn+day, by); err != nil {
			return err
		}
		if err := w.Count(ctx, CountCompleted, by); err != nil {
			return err
		}
	}
	return nil
}
