package api

import (
	"context"
	"errors"
	"time"

	"umbra/app/agenda"
	"umbra/app/alarm"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/event"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// NewAlarms builds what makes records remind: features do not know each other,
// so what alarms ask of them is handed over here.
func (s Services) NewAlarms(d alarm.Deps) *alarm.Service {
	d.Events, d.Days, d.Answers = ringing{s.Events}, dayOf{s.Agenda}, answers{s, d.Clock}
	return alarm.New(d)
}

// ringing is the calendar as alarms ask for it.
type ringing struct{ *event.Service }

func (r ringing) Ringing(ctx context.Context, c caller.Caller, ids []int64, after int64, limit int) ([]alarm.Record, error) {
	all, err := r.Service.Ringing(ctx, c, ids, after, limit)
	out := make([]alarm.Record, len(all))
	for i := range all {
		e := &all[i]
		out[i] = alarm.Record{ID: e.ID, Title: e.Title, Updated: e.UpdatedAt, Rules: e.RingRules(), Next: func(rule string, after time.Time) (alarm.Ring, bool) {
			n, found := e.NextRing(rule, after, c.Location())
			return alarm.Ring{At: n.At, About: n.Start, Mark: n.Mark, Occurrence: n.Occurrence, AllDay: n.AllDay}, found
		}}
	}
	return out, err
}

// dayOf is a day of the agenda, for the digest.
type dayOf struct{ *agenda.Service }

// maxDay is how much of a day is read.
const maxDay = 100

func (d dayOf) Day(ctx context.Context, c caller.Caller, day clock.Date) ([]alarm.Item, error) {
	p, err := d.Upcoming(ctx, c, agenda.Days{From: day.String(), N: 1}, page.Request{Limit: maxDay})
	out := make([]alarm.Item, len(p.Items))
	for i, it := range p.Items {
		out[i] = alarm.Item{Kind: it.Kind, Title: it.Title, At: it.At, Years: it.Years}
	}
	return out, err
}

// answers carries out what people answer to messages.
type answers struct {
	Services
	clock clock.Clock
}

var errCannot = errors.New("api: this kind cannot be done")

func (a answers) Done(ctx context.Context, c caller.Caller, kind string, id int64) error {
	var err error
	switch kind {
	case alarm.Todo:
		_, err = a.Todos.Update(ctx, c, id, nil, todo.Update{Completed: opt.Some(true)})
	case alarm.Reminder:
		_, err = a.Reminders.Dismiss(ctx, c, id, nil)
	case alarm.Contact:
		_, err = a.People.Update(ctx, c, id, nil, person.Update{LastContactedAt: opt.Some(a.clock.Now().Truncate(time.Second))})
	default:
		err = errCannot
	}
	return err
}

func (a answers) Snooze(ctx context.Context, c caller.Caller, kind string, id int64, until time.Time) (bool, error) {
	if kind != alarm.Reminder {
		return false, nil
	}
	_, err := a.Reminders.Snooze(ctx, c, id, nil, reminder.Snooze{Until: opt.Some(until)})
	return true, err
}
