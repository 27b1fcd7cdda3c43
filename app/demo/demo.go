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
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"umbra/app/account"
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

	calendarIDs, projectIDs, locationIDs, todoIDs, openTodos, eventIDs []int64

	known   []known  // the people
	chores  int      // how many were taken from the list
	partsOf int64    // the to-do whose parts come next
	partsIn string   // its category
	parts   []string // those parts
}

// known is a person as texts speak of them.
type known struct {
	id   int64
	name string // the given name
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

// day is a day some days from now.
func (h *household) day(offset int) clock.Date {
	return clock.DateOf(h.now.In(h.c.Location())).AddDays(offset)
}

// about names someone known in a text that holds {name}; who is 0 where it does not.
func (h *household) about(text string) (named string, who int64) {
	if !strings.Contains(text, "{name}") {
		return text, 0
	}
	p := pick(h, h.known)
	return strings.ReplaceAll(text, "{name}", p.name), p.id
}

// with is a list with one more, which leaves what shares its memory alone.
func with[T any](list []T, one T) []T { return append(list[:len(list):len(list)], one) }

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
		h.openTodos = slices.Concat(h.openTodos[:i], h.openTodos[i+1:])
	}
	return nil
}
