// Package agenda is a read model: the dashboard and the list of what is coming.
//
// It reads the tables of several features, with one statement a view, and asks
// Events for what only their own feature can work out. Nothing it does grows
// with how much is stored: lists are cut by an index, totals are counters.
package agenda

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
)

// Events expands calendar events.
type Events interface {
	// Between lists the occurrences that touch [from, to), in the order of
	// their starts, at most limit; more says that there may be others.
	Between(ctx context.Context, c caller.Caller, from, to time.Time, limit int) (found []Event, more bool, err error)
	// Starred lists the next occurrences of starred events that end after from,
	// one an event, in the order of their starts, at most limit.
	Starred(ctx context.Context, c caller.Caller, from time.Time, limit int) ([]Event, error)
}

// Service reads the agenda.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	events Events
}

// New makes the service.
func New(d *db.DB, c clock.Clock, e Events) *Service { return &Service{db: d, clock: c, events: e} }

// Event is an event, or one occurrence of a repeating one.
type Event struct {
	ID         int64   `json:"id" doc:"Number of the event." example:"42"`
	Occurrence *string `json:"occurrence" doc:"Which occurrence of a repeating event this is: its recurrence id. Null for one that does not repeat." example:"2025-01-31T19:00:00"`
	CalendarID int64   `json:"calendar_id" doc:"The calendar it lies in." example:"1"`
	Title      string  `json:"title" doc:"What it is called." example:"Choir"`
	Start      string  `json:"start" doc:"When it begins: an instant, a local time where it is floating, a date where it is all-day." example:"2025-01-31T19:00:00+01:00"`
	End        string  `json:"end" doc:"When it ends, exclusive, in the form of start." example:"2025-01-31T20:30:00+01:00"`
	AllDay     bool    `json:"all_day" doc:"Whether it takes whole days." example:"false"`
	Location   string  `json:"location" doc:"Where it is, as free text." example:"Town hall, room 2"`
	Color      string  `json:"color" doc:"Its own colour; empty for its calendar's." example:"#3366cc"`
	Starred    bool    `json:"starred" doc:"Whether it is marked as important." example:"false"`
	Status     string  `json:"status" enum:"confirmed,tentative,cancelled" doc:"Whether it takes place." example:"confirmed"`

	StartsAt time.Time `json:"-"` // an all-day one's midnights are the caller's
	EndsAt   time.Time `json:"-"`
}

// Todo is an open to-do.
type Todo struct {
	ID        int64   `json:"id" doc:"Number of the to-do." example:"42"`
	Title     string  `json:"title" doc:"What is to be done." example:"Water the plants"`
	Priority  string  `json:"priority" enum:"none,low,medium,high" doc:"How important it is." example:"medium"`
	DueDate   string  `json:"due_date" format:"date" doc:"The day it is due." example:"2025-01-31"`
	DueTime   *string `json:"due_time" doc:"The time of day it is due, HH:MM in the user's zone." example:"09:30"`
	ProjectID *int64  `json:"project_id" doc:"The project it belongs to." example:"3"`
}

// Reminder is a reminder that is still to come.
type Reminder struct {
	ID    int64     `json:"id" doc:"Number of the reminder." example:"7"`
	Title string    `json:"title" doc:"What it reminds of." example:"Take the pills"`
	DueAt time.Time `json:"due_at" doc:"When it reminds next; where it was snoozed, the end of that." example:"2025-01-31T08:00:00Z"`
}

// Project is a project that is being worked on.
type Project struct {
	ID         int64   `json:"id" doc:"Number of the project." example:"3"`
	Name       string  `json:"name" doc:"What it is called." example:"Garden"`
	Color      string  `json:"color" doc:"Its colour; empty for none." example:"#3366cc"`
	DueDate    *string `json:"due_date" format:"date" doc:"The day it is due." example:"2025-06-30"`
	Progress   int64   `json:"progress" doc:"How much of it is done, in percent of its tasks, rounded down; 0 without tasks." example:"40"`
	TasksTotal int64   `json:"tasks_total" doc:"How many tasks it has." example:"5"`
	TasksDone  int64   `json:"tasks_done" doc:"How many of them are done." example:"2"`
}

// ProjectCounts says how many projects stand where.
type ProjectCounts struct {
	NotStarted int64 `json:"not_started" doc:"Not begun." example:"2"`
	InProgress int64 `json:"in_progress" doc:"Being worked on." example:"3"`
	OnHold     int64 `json:"on_hold" doc:"Put off." example:"1"`
	Completed  int64 `json:"completed" doc:"Done." example:"8"`
	Cancelled  int64 `json:"cancelled" doc:"Given up." example:"0"`
}

// Occasion is a birthday or an anniversary to come.
type Occasion struct {
	PersonID int64  `json:"person_id" doc:"Whose it is." example:"5"`
	Name     string `json:"name" doc:"What the person is called." example:"Ada Lovelace"`
	Date     string `json:"date" format:"date" doc:"The day it is kept on; one of 29 February on the 28th in years without it." example:"2025-12-10"`
	Years    *int   `json:"years" doc:"How many years it makes; null where the first is not known." example:"37"`
}

// Contact is a person who has not been heard from for longer than wanted.
type Contact struct {
	PersonID        int64      `json:"person_id" doc:"Who it is." example:"5"`
	Name            string     `json:"name" doc:"What the person is called." example:"Ada Lovelace"`
	DueAt           time.Time  `json:"due_at" doc:"Since when it is time to get in touch." example:"2025-01-15T10:00:00Z"`
	LastContactedAt *time.Time `json:"last_contacted_at" doc:"When there was contact last; null where none is known." example:"2024-12-15T10:00:00Z"`
}

// Totals are how many records there are of each kind.
type Totals struct {
	Todos          int64 `json:"todos" doc:"To-dos, open and done." example:"300"`
	TodosCompleted int64 `json:"todos_completed" doc:"To-dos that are done." example:"120"`
	Events         int64 `json:"events" doc:"Events; a repeating one counts once." example:"500"`
	Calendars      int64 `json:"calendars" doc:"Calendars." example:"4"`
	EventTemplates int64 `json:"event_templates" doc:"Event templates." example:"6"`
	Reminders      int64 `json:"reminders" doc:"Reminders." example:"60"`
	Projects       int64 `json:"projects" doc:"Projects." example:"12"`
	Tasks          int64 `json:"tasks" doc:"Project tasks." example:"200"`
	People         int64 `json:"people" doc:"People." example:"120"`
	Locations      int64 `json:"locations" doc:"Places." example:"40"`
}

// Day is how many to-dos were done on a day of the user's.
type Day struct {
	Date  string `json:"date" format:"date" doc:"The day." example:"2025-01-31"`
	Count int64  `json:"count" doc:"How many to-dos were done on it." example:"4"`
}
