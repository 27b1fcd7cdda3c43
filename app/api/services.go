package api

import (
	"context"

	"umbra/app/account"
	"umbra/app/agenda"
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
	"umbra/app/search"
	"umbra/app/share"
	"umbra/app/template"
	"umbra/app/todo"
)

// Services are the features that the operations call.
type Services struct {
	Accounts  *account.Service
	Todos     *todo.Service
	Calendars *calendar.Service
	Events    *event.Service
	Templates *template.Service
	Reminders *reminder.Service
	Projects  *project.Service
	People    *person.Service
	Locations *location.Service
	Agenda    *agenda.Service
	Search    *search.Service
	Shares    *share.Service
}

// NewServices builds the features on a database. Each tells the journal of its kind.
func NewServices(d *db.DB, j *journal.Journal, c clock.Clock, accounts *account.Service) Services {
	events := event.New(d, j)
	return Services{
		Accounts:  accounts,
		Todos:     todo.New(d, j, c),
		Calendars: calendar.New(d, j, accounts),
		Events:    events,
		Templates: template.New(d, j),
		Reminders: reminder.New(d, j),
		Projects:  project.New(d, j),
		People:    person.New(d, j),
		Locations: location.New(d, j),
		Agenda:    agenda.New(d, c, agendaEvents{events}),
		Search:    search.New(d),
		Shares:    share.New(d, j),
	}
}

// Welcome gives a new user what everyone starts with, in the transaction that makes them.
func (s Services) Welcome(ctx context.Context, c caller.Caller) error {
	_, err := s.Calendars.CreateDefault(ctx, c)
	return err
}
