package demo

import (
	"fmt"
	"time"

	"umbra/app/event"
	"umbra/app/opt"
	"umbra/app/todo"
)

func (h *household) addTodo() error {
	u := todo.Update{Priority: opt.Some([]string{"none", "none", "none", "low", "medium", "high"}[h.chance.IntN(6)])}
	repeats := false
	var what chore
	if len(h.parts) > 0 {
		what = chore{title: h.parts[0], category: h.partsIn}
		u.ParentID = opt.Some(h.partsOf)
		h.parts = h.parts[1:]
	} else {
		what = chores[h.chores%len(chores)]
		repeats = what.rule != "" && h.chores < len(chores)
		h.chores++
	}
	title, who := h.about(what.title)
	u.Title, u.Category = opt.Some(title), opt.Some(what.category)
	if who != 0 {
		u.PersonID = opt.Some(who)
	}
	if h.one(5) {
		name, _ := h.about("{name}")
		u.Description = opt.Some("Ask " + name + " first.\n\n- what it costs\n- how long it takes")
	}
	for range h.chance.IntN(3) {
		u.Tags = opt.Some(with(u.Tags.Value, pick(h, tags)))
	}
	if repeats || !h.one(4) {
		u.DueDate = opt.Some(h.day(h.chance.IntN(40) - 8).String())
		if h.one(3) {
			u.DueTime = opt.Some(fmt.Sprintf("%02d:%02d", 8+h.chance.IntN(12), 30*h.chance.IntN(2)))
			u.Reminders = opt.Some([]string{"-PT30M"})
		}
	}
	if repeats {
		u.RecurrenceRule = opt.Some(what.rule)
	}
	if h.one(6) {
		u.ProjectID = opt.Some(pick(h, h.projectIDs))
	}
	if h.one(8) {
		u.LocationID = opt.Some(pick(h, h.locationIDs))
	}
	t, err := h.todos.Create(h.ctx, h.c, u)
	if err != nil {
		return err
	}
	h.todoIDs = with(h.todoIDs, t.ID)
	if len(what.parts) > 0 {
		h.partsOf, h.partsIn, h.parts = t.ID, what.category, what.parts
	}
	if !repeats { // done repeating ones would make more than there should be
		h.openTodos = with(h.openTodos, t.ID)
	}
	return nil
}

func (h *household) addEvent() error {
	n := len(h.eventIDs)
	what := outings[n%len(outings)]
	offset := h.chance.IntN(300) - 120
	if n < Repeating {
		what = habits[n%len(habits)]
		offset = h.chance.IntN(60) - 2*days
	}
	title, who := h.about(what.title)
	u := event.Update{Title: opt.Some(title), CalendarID: opt.Some(h.calendarIDs[what.calendar]), RecurrenceRule: opt.Some(what.rule), Starred: opt.Some(h.one(25))}
	day := h.day(offset)
	for what.calendar >= work && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
		day = day.AddDays(1)
	}
	if u.Start = opt.Some(day.String()); what.minutes > 0 {
		begin, end := what.hour*60+what.minute, what.hour*60+what.minute+what.minutes
		u.Start = opt.Some(fmt.Sprintf("%sT%02d:%02d:00", day, begin/60, begin%60))
		u.End = opt.Some(fmt.Sprintf("%sT%02d:%02d:00", day, end/60, end%60))
		u.TimeZone = opt.Some(h.c.Location().String())
		if what.zone != "" {
			u.TimeZone = opt.Some(what.zone)
		}
		if h.one(3) {
			u.Reminders = opt.Some([]string{"-PT15M"})
		}
	} else if what.days > 1 {
		u.End = opt.Some(day.AddDays(what.days).String())
	}
	if h.one(3) {
		u.LocationID = opt.Some(pick(h, h.locationIDs))
	}
	switch {
	case who != 0:
		u.PersonIDs = opt.Some([]int64{who})
	case h.one(5):
		u.PersonIDs = opt.Some([]int64{pick(h, h.known).id, pick(h, h.known).id})
	}
	e, err := h.events.Create(h.ctx, h.c, u)
	if err != nil {
		return err
	}
	h.eventIDs = with(h.eventIDs, e.ID)
	return nil
}
