package api

import (
	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/event"
	"umbra/app/location"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// Services are the features that the operations call.
type Services struct {
	Accounts  *account.Service
	Todos     *todo.Service
	Calendars *calendar.Service
	Events    *event.Service
	Reminders *reminder.Service
	Projects  *project.Service
	People    *person.Service
	Locations *location.Service
}
