package dav

import (
	"reflect"

	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/resource"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// record writes the record of an object, and says in o which it is.
func (q *request) record(in incoming, before *incoming, origin journal.Origin, o *resource.Object) (err error) {
	r := vobject.NewReader(in.doc, q.guest.Location())
	var old *vobject.Reader
	if before != nil {
		old = vobject.NewReader(before.doc, q.guest.Location())
	}
	switch in.kind {
	case resource.Event:
		return q.putEvent(r, old, in, before, origin, o)
	case resource.Todo:
		return q.putTodo(r, old, in, before, origin, o)
	case resource.Task:
		return q.putTask(r, old, in, before, origin, o)
	case resource.Reminder:
		return q.putReminder(r, old, in, before, origin, o)
	}
	if in.kind == resource.Group {
		return q.putGroup(in, before, origin, o)
	}
	return q.putPerson(in, before, origin, o)
}

// keep leaves out of an update what the object said before, too: the record may
// hold it otherwise, and the client has not changed it.
func keep[U any](u, was *U) {
	a, b := reflect.ValueOf(u).Elem(), reflect.ValueOf(was).Elem()
	for i := range a.NumField() {
		if reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			a.Field(i).SetZero()
		}
	}
}

func (q *request) putEvent(r, old *vobject.Reader, in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	f, err := r.Event(in.parts)
	if err != nil {
		return err
	}
	u := f.Update
	if before != nil {
		if was, err := old.Event(before.parts); err == nil {
			keep(&u, &was.Update)
		}
		// When it takes place is said whole.
		u.Start, u.End, u.AllDay, u.TimeZone = f.Update.Start, f.Update.End, f.Update.AllDay, f.Update.TimeZone
		u.RecurrenceRule, u.RDates, u.Exceptions = f.Update.RecurrenceRule, f.Update.RDates, f.Update.Exceptions
	} else {
		u.CalendarID = opt.Some(q.at.col.ID)
	}
	e, err := q.Events.Put(q.ctx, q.caller(), o.ID, origin, nil, u, f.Changed)
	if err != nil {
		return err
	}
	o.ID, o.Rev, o.Marks = e.ID, e.Rev, vobject.EventMarks(&e).String()
	return nil
}

func (q *request) putTodo(r, old *vobject.Reader, in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	f, err := r.Todo(in.parts)
	if err != nil {
		return err
	}
	u, changed := f.Update, true
	if before != nil {
		if was, err := old.Todo(before.parts); err == nil {
			keep(&u, &was.Update)
			changed = was.Parent != f.Parent
			if u.DueDate.Set || u.DueTime.Set { // a time needs its date
				u.DueDate, u.DueTime = f.Update.DueDate, f.Update.DueTime
			}
		}
	}
	if err := q.partOf(f.Parent, changed, &u.ParentID, o); err != nil {
		return err
	}
	origin.DoneAt = f.DoneAt
	t, err := untangled(&u.ParentID, func() (todo.Todo, error) {
		if o.ID == 0 {
			return q.Todos.Import(q.ctx, q.caller(), origin, u)
		}
		return q.Todos.Update(q.ctx, q.caller(), o.ID, nil, u)
	})
	if err != nil {
		return err
	}
	uids, err := q.Resources.UIDs(q.ctx, q.caller().UserID, q.at.col, idList(t.ParentID))
	o.ID, o.Rev, o.Marks = t.ID, t.Rev, vobject.TodoMarks(&t, uidOf(uids, t.ParentID)).String()
	return err
}

func (q *request) putTask(r, old *vobject.Reader, in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	f, err := r.Task(in.parts)
	if err != nil {
		return err
	}
	u, changed := f.Update, true
	if before != nil {
		if was, err := old.Task(before.parts); err == nil {
			keep(&u, &was.Update)
			changed = was.Parent != f.Parent
		}
	}
	if err := q.partOf(f.Parent, changed, &u.ParentTaskID, o); err != nil {
		return err
	}
	origin.DoneAt = f.DoneAt
	t, err := untangled(&u.ParentTaskID, func() (project.Task, error) {
		if o.ID == 0 {
			return q.Projects.ImportTask(q.ctx, q.caller(), q.at.col.ID, origin, u)
		}
		return q.Projects.UpdateTask(q.ctx, q.caller(), q.at.col.ID, o.ID, nil, u)
	})
	if err != nil {
		return err
	}
	uids, err := q.Resources.UIDs(q.ctx, q.caller().UserID, q.at.col, idList(t.ParentTaskID))
	o.ID, o.Rev, o.Marks = t.ID, t.Rev, vobject.TaskMarks(&t, uidOf(uids, t.ParentTaskID)).String()
	return err
}

func (q *request) putReminder(r, old *vobject.Reader, in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	now := q.Clock.Now()
	f, err := r.Reminder(in.parts, now)
	if err != nil {
		return err
	}
	u := f.Update
	if before != nil {
		if was, err := old.Reminder(before.parts, now); err == nil {
			keep(&u, &was.Update)
		}
	}
	if u.Dismissed.Has() && u.Dismissed.Value {
		u.Active = opt.Opt[bool]{}
	}
	origin.DoneAt = f.DoneAt
	if o.ID == 0 {
		m, err := q.Reminders.Import(q.ctx, q.caller(), origin, u)
		o.ID, o.Rev, o.Marks = m.ID, m.Rev, vobject.ReminderMarks(&m).String()
		return err
	}
	m, err := q.Reminders.Update(q.ctx, q.caller(), o.ID, nil, u)
	o.Rev, o.Marks = m.Rev, vobject.ReminderMarks(&m).String()
	return err
}
