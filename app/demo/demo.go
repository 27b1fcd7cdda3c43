// Package demo fills an account with a believable household: something to look
// at, to take pictures of and to test against.
//
// It makes everything through the services that the API uses, and is therefore
// the one feature that may import the others. Its services run on a clock that
// it moves through the eight weeks before now, so that the history, the
// completions and the dates look lived in.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"umbra/app/account"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/template"
	"umbra/app/todo"
)

// How much there is of each.
const (
	Todos     = 300
	Events    = 500
	Repeating = 40 // of the events
	Reminders = 60
	Projects  = 12
	Tasks     = 200
	People    = 120
	Places    = 40
	Templates = 5
	Calendars = 4 // with the one that everyone starts with

	days = 56 // how far back it begins
)

// household is a run of Load.
type household struct {
	ctx    context.Context
	c      caller.Caller
	now    time.Time
	clock  *clock.Fake
	chance *rand.Rand

	todos     *todo.Service
	calendars *calendar.Service
	events    *event.Service
	templates *template.Service
	reminders *reminder.Service
	projects  *project.Service
	people    *person.Service
	locations *location.Service

	calendarIDs, projectIDs, peopleIDs, locationIDs, todoIDs, openTodos, eventIDs []int64
}

// Load fills the caller's account as of now. The same now makes the same
// household. It writes a change-set for each day that it pretends, not for each
// record, and leaves what was there before alone.
func Load(ctx context.Context, d *db.DB, c caller.Caller, now time.Time) error {
	k := clock.NewFake(now.Add(-days * 24 * time.Hour))
	j := journal.New(d, k)
	accounts := account.New(account.Deps{DB: d, Journal: j, Clock: k})
	h := &household{ctx: ctx, c: c.By(caller.Demo), now: now, clock: k, chance: rand.New(rand.NewPCG(20, 7)),
		todos: todo.New(d, j, k), calendars: calendar.New(d, j, accounts), events: event.New(d, j), templates: template.New(d, j),
		reminders: reminder.New(d, j), projects: project.New(d, j), people: person.New(d, j), locations: location.New(d, j)}
	parts := []func(*household) error{(*household).addPlaces, (*household).addPeople, (*household).addCalendars, (*household).addTemplates, (*household).addProjects}
	for _, part := range parts {
		if err := h.together(j, part); err != nil {
			return err
		}
	}
	for day := range days {
		if err := h.together(j, func(h *household) error { return h.liveADay(day) }); err != nil {
			return err
		}
		k.Advance(24 * time.Hour)
	}
	return h.together(j, (*household).addReminders)
}

// together makes one change-set of what part does.
func (h *household) together(j *journal.Journal, part func(*household) error) error {
	outer := h.ctx
	defer func() { h.ctx = outer }()
	// A closure may run again: what it remembers is set back first.
	before := *h
	return j.Write(outer, h.c, func(ctx context.Context, _ *journal.Writer) error {
		chance := *before.chance
		*h = before
		h.chance = &chance
		h.ctx = ctx
		return part(h)
	})
}

func pick[T any](h *household, from []T) T { return from[h.chance.IntN(len(from))] }

func (h *household) one(in int) bool { return h.chance.IntN(in) == 0 }

// share is how many of total fall on a part, so that all parts make the total.
func share(total, part, parts int) int { return total*(part+1)/parts - total*part/parts }

func (h *household) day(offset int) string {
	return clock.DateOf(h.now.In(h.c.Location())).AddDays(offset).String()
}

// liveADay adds a day's part of to-dos and events, and gets some to-dos done.
func (h *household) liveADay(day int) error {
	for range share(Todos, day, days) {
		if err := h.addTodo(); err != nil {
			return err
		}
	}
	for range share(Events, day, days) {
		if err := h.addEvent(); err != nil {
			return err
		}
	}
	for range h.chance.IntN(7) {
		if len(h.openTodos) == 0 {
			return nil
		}
		i := h.chance.IntN(len(h.openTodos))
		if _, err := h.todos.Toggle(h.ctx, h.c, h.openTodos[i], nil); err != nil {
			return err
		}
		h.openTodos = append(append([]int64(nil), h.openTodos[:i]...), h.openTodos[i+1:]...)
	}
	return nil
}

func (h *household) addTodo() error {
	n := len(h.todoIDs)
	u := todo.Update{Title: opt.Some(todoTitles[n%len(todoTitles)]), Category: opt.Some(pick(h, categories)),
		Priority: opt.Some([]string{"none", "none", "none", "low", "medium", "high"}[h.chance.IntN(6)])}
	if n >= len(todoTitles) && h.one(3) {
		u.Description = opt.Some("Ask " + pick(h, givenNames) + " first.\n\n- what it costs\n- how long it takes")
	}
	for range h.chance.IntN(3) {
		u.Tags = opt.Some(append(u.Tags.Value, pick(h, tags)))
	}
	repeats := n%20 == 0
	if repeats || !h.one(4) {
		u.DueDate = opt.Some(h.day(h.chance.IntN(40) - 8))
		if h.one(3) {
			u.DueTime = opt.Some(fmt.Sprintf("%02d:%02d", 7+h.chance.IntN(13), 15*h.chance.IntN(4)))
			u.Reminders = opt.Some([]string{"-PT30M"})
		}
	}
	if repeats {
		u.RecurrenceRule = opt.Some(pick(h, []string{"FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=WEEKLY;BYDAY=SA"}))
	}
	if h.one(6) {
		u.ProjectID = opt.Some(pick(h, h.projectIDs))
	}
	if h.one(8) {
		u.PersonID = opt.Some(pick(h, h.peopleIDs))
	}
	if h.one(8) {
		u.LocationID = opt.Some(pick(h, h.locationIDs))
	}
	if n > 20 && h.one(10) {
		u.ParentID = opt.Some(h.todoIDs[len(h.todoIDs)-1-h.chance.IntN(10)])
	}
	t, err := h.todos.Create(h.ctx, h.c, u)
	if err != nil {
		return err
	}
	h.todoIDs = append(h.todoIDs[:len(h.todoIDs):len(h.todoIDs)], t.ID)
	if !repeats { // done repeating ones would make more than there should be
		h.openTodos = append(h.openTodos[:len(h.openTodos):len(h.openTodos)], t.ID)
	}
	return nil
}

func (h *household) addEvent() error {
	n := len(h.eventIDs)
	u := event.Update{Title: opt.Some(eventTitles[n%len(eventTitles)]), CalendarID: opt.Some(pick(h, h.calendarIDs)), Starred: opt.Some(h.one(15))}
	day := h.day(h.chance.IntN(120) - days)
	if h.one(6) {
		u.Start = opt.Some(day)
	} else {
		hour := 8 + h.chance.IntN(12)
		u.Start = opt.Some(fmt.Sprintf("%sT%02d:%02d:00", day, hour, 30*h.chance.IntN(2)))
		u.End = opt.Some(fmt.Sprintf("%sT%02d:%02d:00", day, hour+1+h.chance.IntN(2), 30+15*h.chance.IntN(2)))
		u.TimeZone = opt.Some(h.c.Location().String())
		if h.one(12) {
			u.TimeZone = opt.Some(pick(h, []string{"America/Lima", "Asia/Tokyo", "Europe/Lisbon"}))
		}
	}
	if n < Repeating {
		u.RecurrenceRule = opt.Some(pick(h, []string{"FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=YEARLY", "FREQ=MONTHLY;BYDAY=2TU"}))
	}
	if h.one(3) {
		u.LocationID = opt.Some(pick(h, h.locationIDs))
	}
	if h.one(4) {
		a, b := pick(h, h.peopleIDs), pick(h, h.peopleIDs)
		u.PersonIDs = opt.Some([]int64{a})
		if a != b {
			u.PersonIDs = opt.Some([]int64{a, b})
		}
	}
	if h.one(3) {
		u.Reminders = opt.Some([]string{"-PT15M"})
	}
	e, err := h.events.Create(h.ctx, h.c, u)
	if err != nil {
		return err
	}
	h.eventIDs = append(h.eventIDs[:len(h.eventIDs):len(h.eventIDs)], e.ID)
	return nil
}
