package api

import (
	"context"
	"net/http"
	"time"

	"umbra/app/reminder"
)

// newReminder is what a new reminder is made from: the same fields, with a
// title and a time.
type newReminder reminder.Update

type reminderFilter struct {
	ListInput
	Active     string    `query:"active" enum:"true,false" doc:"Only those that will remind, or only the others." example:"true"`
	Dismissed  string    `query:"dismissed" enum:"true,false" doc:"Only those that were dismissed, or only the others." example:"false"`
	From       time.Time `query:"from" doc:"Only those due (due_at) at this moment or later." example:"2025-01-01T00:00:00Z"`
	To         time.Time `query:"to" doc:"Only those due (due_at) before this moment." example:"2025-02-01T00:00:00Z"`
	TodoID     int64     `query:"todo_id" minimum:"1" maximum:"9007199254740991" doc:"Only those about this to-do."`
	EventID    int64     `query:"event_id" minimum:"1" maximum:"9007199254740991" doc:"Only those about this event."`
	PersonID   int64     `query:"person_id" minimum:"1" maximum:"9007199254740991" doc:"Only those about this person."`
	LocationID int64     `query:"location_id" minimum:"1" maximum:"9007199254740991" doc:"Only those about this place."`
	Sort       string    `query:"sort" enum:"due_at,-due_at,created_at,-created_at,updated_at,-updated_at" default:"due_at" doc:"The order; - turns it round. due_at is snoozed_until, else remind_at."`
}

func (f reminderFilter) filter() reminder.Filter {
	return reminder.Filter{Active: yesNo(f.Active), Dismissed: yesNo(f.Dismissed), From: f.From, To: f.To,
		TodoID: f.TodoID, EventID: f.EventID, PersonID: f.PersonID, LocationID: f.LocationID, Query: f.Q, Sort: f.Sort}
}

func (a *API) registerReminders() {
	const tag, path = "Reminders", "/api/reminders"
	register(a, op{id: "listReminders", method: http.MethodGet, path: path, tag: tag, summary: "List reminders"},
		func(ctx context.Context, in *reminderFilter) (*many[reminder.Reminder], error) {
			p, err := a.Reminders.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Reminders.Count(ctx, who(ctx), in.filter()) })
		})
	key := func(r reminder.Reminder) (id, rev int64) { return r.ID, r.Rev }
	registerResource(a, resource[reminder.Reminder, reminder.Update, newReminder]{
		name: "Reminder", article: "a reminder", tag: tag, path: path, required: []string{"title", "remind_at"},
		create: a.Reminders.Create, find: a.Reminders.Find, update: a.Reminders.Update, remove: a.Reminders.Delete,
		from: func(n newReminder) reminder.Update { return reminder.Update(n) }, key: key,
	})
	registerAct(a, op{id: "dismissReminder", method: http.MethodPatch, path: path + "/{id}/dismiss", tag: tag, summary: "Dismiss a reminder",
		description: "A repeating one moves to its first time after both its present one and now; one that does not repeat, or has come to its end, is dismissed for good. One that is dismissed already stays as it is."},
		key, a.Reminders.Dismiss)
	register(a, op{id: "snoozeReminder", method: http.MethodPatch, path: path + "/{id}/snooze", tag: tag, summary: "Snooze a reminder",
		description: "Give either until or minutes. It wakes a reminder that was dismissed or turned off."},
		func(ctx context.Context, in *changeInput[reminder.Snooze]) (*record[reminder.Reminder], error) {
			m, err := in.match(who(ctx))
			if err != nil {
				return nil, err
			}
			r, err := a.Reminders.Snooze(ctx, who(ctx), in.ID, m, in.Body)
			return changed(who(ctx), r, key, err)
		})
}
