package todo

import (
	"context"
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
	return s.save(ctx, w, &next, nil, journal.Create)
}

// finish marks t as done at a moment, on the user's day.
func (t *Todo) finish(at time.Time, zone *time.Location) {
	t.Completed, t.CompletedAt = true, &at
	t.CompletedOn = clock.DateOf(at.In(zone)).String()
}

// next is the to-do that follows t, false when the rule has come to its end.
func (t *Todo) next(now time.Time) (Todo, bool) {
	rule, err := recur.Parse(t.RecurrenceRule)
	if err != nil || t.DueDate == nil {
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
	if rule.Count() == 1 {
		return Todo{}, false
	}
	o, found := recur.Series{Start: start, Rule: &rule}.After(start.In(time.UTC), time.UTC)
	if !found {
		return Todo{}, false
	}
	n := *t
	n.ID, n.UID, n.Completed, n.CompletedAt, n.CompletedOn = 0, journal.NewUID(), false, nil, ""
	if rule.Count() > 0 { // the next one has one less to go
		rule = rule.WithCount(rule.Count() - 1)
	}
	n.RecurrenceRule = rule.String()
	due := o.Local.DateString()
	n.DueDate = &due
	if t.DueTime != nil {
		hour, minute, _ := o.Local.Clock()
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
