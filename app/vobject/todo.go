package vobject

import (
	"time"

	"umbra/app/ical"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// TodoForm is what an object says of a to-do.
type TodoForm struct {
	UID    string
	Parent string // the UID of what it is a part of; it may not be known yet
	DoneAt time.Time
	Update todo.Update
}

// Todo reads a to-do.
func (r *Reader) Todo(parts []*ical.Component) (f TodoForm, err error) {
	v, err := r.vtodo(parts)
	if err != nil {
		return f, err
	}
	f.UID, f.Parent, f.DoneAt = v.uid, v.parent, v.completedAt
	u := &f.Update
	u.Title, u.Description, u.Priority = opt.Some(v.title), opt.Some(v.description), opt.Some(v.priority)
	date, at := r.home(v.due)
	u.DueDate, u.DueTime = orNull(date), orNull(at)
	u.Completed, u.Tags, u.Reminders = opt.Some(v.completed), opt.Some(v.tags), opt.Some(v.alarms)
	u.RecurrenceRule = opt.Some("")
	if date != nil && len(v.rule) <= 500 {
		u.RecurrenceRule = opt.Some(v.rule)
	}
	return f, nil
}

func orNull[T any](v *T) opt.Opt[T] {
	if v == nil {
		return opt.Null[T]()
	}
	return opt.Some(*v)
}

func todoFields(r *Reader, t *todo.Todo, parent string) []Field {
	due := localDue(t.DueDate, t.DueTime)
	zero := func(*ical.Component) time.Duration { return 0 }
	return []Field{
		{"title", t.Title, func(c *ical.Component) { c.SetText("SUMMARY", t.Title) }},
		text("description", "DESCRIPTION", t.Description),
		priorityField(t.Priority), dueField(r, due, t.RecurrenceRule != ""), ruleField(t.RecurrenceRule, due),
		doneField(t.Completed, t.CompletedAt), tagsField("tags", t.Tags), parentField(parent),
		alarmField(r, t.Reminders, "END", r.beforeDue, zero),
	}
}

// TodoMarks are the marks of a to-do as it is; parent is the UID of what it is a part of.
func TodoMarks(t *todo.Todo, parent string) Marks {
	return MarksOf(todoFields(&Reader{Home: time.UTC}, t, parent))
}

// WriteTodo writes a to-do into its document, as WriteEvent does.
func WriteTodo(d *ical.Document, t *todo.Todo, parent string, marks Marks, home *time.Location) {
	writeTodo(d, t.UID, t.CreatedAt, t.UpdatedAt, marks, todoFields(NewReader(d, home), t, parent))
}

// TaskForm is what an object says of a project's task.
type TaskForm struct {
	UID    string
	Parent string
	DoneAt time.Time
	Update project.TaskUpdate
}

// Task reads a task.
func (r *Reader) Task(parts []*ical.Component) (f TaskForm, err error) {
	v, err := r.vtodo(parts)
	if err != nil {
		return f, err
	}
	f.UID, f.Parent, f.DoneAt = v.uid, v.parent, v.completedAt
	u := &f.Update
	u.Title, u.Description, u.Priority = opt.Some(v.title), opt.Some(v.description), opt.Some(v.priority)
	date, _ := r.home(v.due)
	u.DueDate = orNull(date)
	switch {
	case v.completed:
		u.Status = opt.Some(project.Done)
	case v.inProgress:
		u.Status = opt.Some("in_progress")
	default:
		u.Status = opt.Some("todo")
	}
	return f, nil
}

func taskFields(r *Reader, t *project.Task, parent string) []Field {
	status := Field{"completed", t.Status, func(c *ical.Component) {
		open := "NEEDS-ACTION"
		if t.Status == "in_progress" {
			open = "IN-PROCESS"
		}
		setDone(c, t.Status == project.Done, t.CompletedAt, open)
	}}
	return []Field{
		{"title", t.Title, func(c *ical.Component) { c.SetText("SUMMARY", t.Title) }},
		text("description", "DESCRIPTION", t.Description),
		priorityField(t.Priority), dueField(r, localDue(t.DueDate, nil), false), status, parentField(parent),
	}
}

// TaskMarks are the marks of a task as it is.
func TaskMarks(t *project.Task, parent string) Marks {
	return MarksOf(taskFields(&Reader{Home: time.UTC}, t, parent))
}

// WriteTask writes a task into its document.
func WriteTask(d *ical.Document, t *project.Task, parent string, marks Marks, home *time.Location) {
	writeTodo(d, t.UID, t.CreatedAt, t.UpdatedAt, marks, taskFields(NewReader(d, home), t, parent))
}

// ReminderForm is what an object says of a reminder.
type ReminderForm struct {
	UID    string
	DoneAt time.Time
	Update reminder.Update
}

// allDayHour is when a reminder for a day reminds, on the user's clock.
const allDayHour = 9 * time.Hour

// Reminder reads a reminder: a VTODO that reminds at its alarm, else when it is
// due. One without any time is taken at a moment of now and keeps still.
func (r *Reader) Reminder(parts []*ical.Component, now time.Time) (f ReminderForm, err error) {
	v, err := r.vtodo(parts)
	if err != nil {
		return f, err
	}
	f.UID, f.DoneAt = v.uid, v.completedAt
	u := &f.Update
	u.Title, u.Description = opt.Some(v.title), opt.Some(v.description)
	u.RecurrenceRule = opt.Some("")
	if len(v.rule) <= 500 {
		u.RecurrenceRule = opt.Some(v.rule)
	}
	u.Dismissed = opt.Some(v.completed)
	at, zone := now.UTC().Truncate(time.Second), r.Home
	when := v.due
	if when == nil {
		when = v.start
	}
	switch {
	case when != nil:
		if z := r.zone(*when); z != nil && z != time.UTC && !when.Date() {
			zone = z
		}
		at = r.Instant(*when)
		if when.Date() {
			at = when.At.In(zone).Add(allDayHour)
		}
		if !v.completed {
			u.Active = opt.Some(true)
		}
	case !v.completed:
		u.Active = opt.Some(false)
	}
	for _, a := range v.alarms {
		if t, err := time.Parse(time.RFC3339, a); err == nil {
			if when == nil {
				at = t
				if !v.completed {
					u.Active = opt.Some(true)
				}
			} else if v.rule == "" {
				at = t
			}
			break
		}
		if d, err := ical.ParseDuration(a); err == nil && when != nil && v.rule == "" && !when.Date() {
			at = at.Add(time.Duration(d.Days)*24*time.Hour + d.Time)
			break
		}
	}
	u.RemindAt, u.TimeZone = opt.Some(at.UTC().Truncate(time.Second)), opt.Some(zone.String())
	return f, nil
}

func reminderFields(r *Reader, m *reminder.Reminder) []Field {
	zone := zoneNamed(m.TimeZone)
	due := writing{zone: zone}.time(localOf(m, zone))
	alarm := "PT0M"
	switch {
	case m.SnoozedUntil != nil:
		alarm = m.SnoozedUntil.UTC().Format(time.RFC3339)
	case !m.Active:
		alarm = ""
	}
	return []Field{
		{"title", m.Title, func(c *ical.Component) { c.SetText("SUMMARY", m.Title) }},
		text("description", "DESCRIPTION", m.Description),
		dueField(r, &due, m.RecurrenceRule != ""), ruleField(m.RecurrenceRule, &due), doneField(m.Dismissed, m.DismissedAt),
		{"alarm", due.At.String() + alarm, func(c *ical.Component) {
			for _, a := range c.Components("VALARM") {
				if _, ours := r.alarmOf(a, 0, 0); ours {
					c.RemoveComponent(a)
				}
			}
			if alarm != "" {
				c.AddComponent(newAlarm(alarm, "END"))
			}
		}},
	}
}

// ReminderMarks are the marks of a reminder as it is.
func ReminderMarks(m *reminder.Reminder) Marks {
	return MarksOf(reminderFields(&Reader{Home: time.UTC}, m))
}

// WriteReminder writes a reminder into its document.
func WriteReminder(d *ical.Document, m *reminder.Reminder, marks Marks, home *time.Location) {
	zone := zoneNamed(m.TimeZone)
	had := names(calendarOf(d), zone)
	writeTodo(d, m.UID, m.CreatedAt, m.UpdatedAt, marks, reminderFields(NewReader(d, home), m))
	addZone(calendarOf(d), zone, localOf(m, zone), had)
}
