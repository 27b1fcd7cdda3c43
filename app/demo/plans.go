package demo

import (
	"time"

	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/reminder"
)

func (h *household) addProjects() error {
	statuses := []string{"in_progress", "in_progress", "not_started", "on_hold", "completed", "in_progress"}
	for i := range Projects {
		u := project.Update{Name: opt.Some(plans[i%len(plans)].name), Status: opt.Some(statuses[i%len(statuses)]), Starred: opt.Some(i%5 == 0),
			Color: opt.Some(pick(h, []string{"#3a7d44", "#2f5d8a", "#b5651d", "#7a3b69"}))}
		if i%3 != 2 {
			u.DueDate = opt.Some(h.day(10 + h.chance.IntN(120)).String())
		}
		p, err := h.projects.Create(h.ctx, h.c, u)
		if err != nil {
			return err
		}
		h.projectIDs = with(h.projectIDs, p.ID)
		var first int64
		for n := range share(Tasks, i, Projects) {
			status := pick(h, []string{"todo", "todo", "in_progress", "blocked", "done", "done"})
			if statuses[i%len(statuses)] == "completed" {
				status = "done"
			}
			title := commonTasks[n%len(commonTasks)]
			if own := plans[i%len(plans)].tasks; n < len(own) {
				title = own[n]
			}
			tu := project.TaskUpdate{Title: opt.Some(title), Status: opt.Some(status),
				Priority: opt.Some(pick(h, []string{"none", "low", "medium", "high"}))}
			if h.one(2) {
				tu.DueDate = opt.Some(h.day(h.chance.IntN(60) - 10).String())
			}
			if h.one(4) {
				tu.PersonID = opt.Some(pick(h, h.known).id)
			}
			if first != 0 && h.one(6) {
				tu.ParentTaskID = opt.Some(first)
			}
			t, err := h.projects.CreateTask(h.ctx, h.c, p.ID, tu)
			if err != nil {
				return err
			}
			if first == 0 {
				first = t.ID
			}
		}
	}
	return nil
}

func (h *household) addReminders() error {
	for i := range Reminders {
		alert := alerts[i%len(alerts)]
		title, who := h.about(alert.title)
		day := h.day(h.chance.IntN(30) - 2)
		u := reminder.Update{Title: opt.Some(title), TimeZone: opt.Some(h.c.Location().String()),
			RemindAt: opt.Some(time.Date(day.Year, day.Month, day.Day, alert.hour, alert.minute, 0, 0, h.c.Location()))}
		if i < len(alerts) {
			u.RecurrenceRule = opt.Some(alert.rule)
		}
		switch {
		case who != 0:
			u.PersonID = opt.Some(who)
		case h.one(5):
			u.TodoID = opt.Some(pick(h, h.todoIDs))
		case h.one(5):
			u.EventID = opt.Some(pick(h, h.eventIDs))
		}
		if _, err := h.reminders.Create(h.ctx, h.c, u); err != nil {
			return err
		}
	}
	return nil
}
