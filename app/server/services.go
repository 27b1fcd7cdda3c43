package server

import (
	"context"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// newServices builds the features. Each tells the journal of its kind.
func newServices(d *db.DB, j *journal.Journal, c clock.Clock, accounts *account.Service) api.Services {
	return api.Services{
		Accounts:  accounts,
		Todos:     todo.New(d, j, c),
		Calendars: calendar.New(d, j, accounts),
		Events:    event.New(d, j),
		Reminders: reminder.New(d, j),
		Projects:  project.New(d, j),
		People:    person.New(d, j),
		Locations: location.New(d, j),
	}
}

// newUser gives a new user what everyone starts with, in the transaction that makes them.
func (a *App) newUser(ctx context.Context, c caller.Caller) error {
	_, err := a.Services.Calendars.CreateDefault(ctx, c)
	return err
}
