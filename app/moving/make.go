package moving

import (
	"context"
	"encoding/base64"
	"fmt"

	"umbra/app/calendar"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/template"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// maxUID bounds a uid that is taken over, in bytes, as in app/dav.
const maxUID = 1000

// link finds what a record names by a field; nil where it is not there, which is noted.
func (r *run) link(x *Record, field string) (opt.Opt[int64], string) {
	for _, l := range x.Links {
		if l.Field != field {
			continue
		}
		if id, ok := r.ids[l.Kind+" "+l.Key]; ok {
			return opt.Some(id), l.Key
		}
		r.note(&r.b.Changed, x, "What it names as "+field+" is not there; it comes without it.")
	}
	return opt.Opt[int64]{}, ""
}

// links are all that it names by a field.
func (r *run) links(x *Record, field string) (ids []int64) {
	for _, l := range x.Links {
		if l.Field != field {
			continue
		}
		if id, ok := r.ids[l.Kind+" "+l.Key]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// set is link into a field of an update, which stays as it is without one.
func (r *run) set(x *Record, field string, to *opt.Opt[int64]) {
	if id, _ := r.link(x, field); id.Has() {
		*to = id
	}
}

// make creates a record through its package.
func (r *run) make(ctx context.Context, x *Record) (id int64, err error) {
	o := journal.Origin{UID: x.UID, CreatedAt: x.Created, DoneAt: x.Done}
	if len(o.UID) > maxUID || clean(o.UID) != o.UID {
		o.UID = journal.UIDOf(o.UID)
	}
	if o == (journal.Origin{}) {
		o.UID = journal.NewUID() // it was made elsewhere all the same
	}
	switch u := x.Fields.(type) {
	case location.Update:
		l, err := r.Locations.Import(ctx, r.c, o, u)
		return l.ID, err
	case calendar.Update:
		c, err := r.Calendars.Import(ctx, r.c, o, u)
		r.made[c.ID] = true
		return c.ID, err
	case project.Update:
		p, err := r.Projects.Import(ctx, r.c, o, u)
		return p.ID, err
	case person.Update:
		return r.person(ctx, x, o, u)
	case person.GroupUpdate:
		return r.group(ctx, x, o, u)
	case todo.Update:
		r.set(x, "project_id", &u.ProjectID)
		r.set(x, "person_id", &u.PersonID)
		r.set(x, "location_id", &u.LocationID)
		var parent string
		if u.ParentID, parent = r.link(x, "parent_id"); u.ParentID.Has() {
			parent = r.uidOf(x.Kind, parent)
		}
		t, err := r.Todos.Import(ctx, r.c, o, u)
		if err != nil {
			return 0, err
		}
		return t.ID, r.keep(ctx, x, resource.Object{ID: t.ID, Name: t.UID + ".ics", UID: t.UID, Rev: t.Rev, Marks: vobject.TodoMarks(&t, parent).String()})
	case project.TaskUpdate:
		return r.task(ctx, x, o, u)
	case event.Update:
		r.set(x, "calendar_id", &u.CalendarID)
		r.set(x, "location_id", &u.LocationID)
		if who := r.links(x, "person_ids"); len(who) > 0 {
			u.PersonIDs = opt.Some(who)
		}
		if err := r.takes(ctx, u.CalendarID); err != nil {
			return 0, err
		}
		e, err := r.Events.Put(ctx, r.c, 0, o, nil, u, x.Changed)
		if err != nil {
			return 0, err
		}
		return e.ID, r.keep(ctx, x, resource.Object{ID: e.ID, Name: e.UID + ".ics", UID: e.UID, Rev: e.Rev, Marks: vobject.EventMarks(&e).String()})
	case template.Update:
		r.set(x, "calendar_id", &u.CalendarID)
		r.set(x, "location_id", &u.LocationID)
		if who := r.links(x, "person_ids"); len(who) > 0 {
			u.PersonIDs = opt.Some(who)
		}
		t, err := r.Templates.Import(ctx, r.c, o, u)
		return t.ID, err
	case reminder.Update:
		r.set(x, "todo_id", &u.TodoID)
		r.set(x, "event_id", &u.EventID)
		r.set(x, "person_id", &u.PersonID)
		r.set(x, "location_id", &u.LocationID)
		m, err := r.Reminders.Import(ctx, r.c, o, u)
		if err != nil {
			return 0, err
		}
		return m.ID, r.keep(ctx, x, resource.Object{ID: m.ID, Name: m.UID + ".ics", UID: m.UID, Rev: m.Rev, Marks: vobject.ReminderMarks(&m).String()})
	}
	return 0, fmt.Errorf("moving: no way to make %T", x.Fields)
}

// takes refuses events for a calendar that was there before and is filled from
// an address: the next fetch would take them away. One that comes along in an
// export of our own brings what it held.
func (r *run) takes(ctx context.Context, id opt.Opt[int64]) error {
	if !id.Has() || r.made[id.Value] {
		return nil
	}
	c, err := r.Calendars.Find(ctx, r.c, id.Value)
	if err == nil && c.Source != "" {
		err = invalid("The calendar " + oneLine(c.Name, 100) + " is filled from an address, and takes no other events.")
	}
	return err
}

func (r *run) task(ctx context.Context, x *Record, o journal.Origin, u project.TaskUpdate) (int64, error) {
	in, _ := r.link(x, "project_id")
	if !in.Has() {
		return 0, invalid("Its project could not be imported.")
	}
	r.set(x, "person_id", &u.PersonID)
	var parent string
	if u.ParentTaskID, parent = r.link(x, "parent_task_id"); u.ParentTaskID.Has() {
		parent = r.uidOf(x.Kind, parent)
	}
	t, err := r.Projects.ImportTask(ctx, r.c, in.Value, o, u)
	if err != nil {
		return 0, err
	}
	return t.ID, r.keep(ctx, x, resource.Object{ID: t.ID, Name: t.UID + ".ics", UID: t.UID, Rev: t.Rev, Marks: vobject.TaskMarks(&t, parent).String()})
}

func (r *run) person(ctx context.Context, x *Record, o journal.Origin, u person.Update) (int64, error) {
	if x.Photo != nil {
		photo, err := x.Photo()
		if err != nil {
			r.note(&r.b.Changed, x, "Its photo could not be read; it comes without one.")
		} else {
			u.Photo = opt.Some("data:" + photo.Type + ";base64," + base64.StdEncoding.EncodeToString(photo.Data))
		}
	}
	p, err := r.People.Import(ctx, r.c, o, u)
	if err != nil {
		return 0, err
	}
	return p.ID, r.keep(ctx, x, resource.Object{ID: p.ID, Name: p.UID + ".vcf", UID: p.UID, Rev: p.Rev, Marks: vobject.PersonMarks(&p).String()})
}

// group makes a group that comes as a card, with the people that it names.
func (r *run) group(ctx context.Context, x *Record, o journal.Origin, u person.GroupUpdate) (int64, error) {
	if x.Object != nil {
		data, err := x.Object.Data()
		if err != nil {
			return 0, err
		}
		d, err := ical.Parse(data)
		if err != nil || len(d.Components("VCARD")) == 0 {
			return 0, invalid("Its card could not be read.")
		}
		f, err := vobject.Group(d.Components("VCARD")[0])
		if err != nil {
			return 0, invalid(err.Error())
		}
		here, err := r.Resources.FindPeople(ctx, r.c.UserID, f.Members)
		if err != nil {
			return 0, err
		}
		for _, uid := range f.Members {
			id, made := r.ids[person.KindName+" "+uid]
			if !made {
				id, made = here[uid]
			}
			if made {
				u.Joined = append(u.Joined, id)
			} else {
				u.Awaited = append(u.Awaited, uid)
			}
		}
	}
	g, err := r.People.PutGroup(ctx, r.c, 0, o, u)
	if err != nil {
		return 0, err
	}
	// Its lines follow the people in it whenever it is read.
	return g.ID, r.keep(ctx, x, resource.Object{ID: g.ID, Name: g.UID + ".vcf", UID: g.UID, Rev: g.Rev - 1})
}

// uidOf is the uid of a record that the file calls by a key.
func (r *run) uidOf(kind, key string) string {
	if x := r.b.by[kind+" "+key]; x != nil {
		return x.UID
	}
	return ""
}

// keep stores what phones are shown of a record, as the file has it, so that what
// Umbra does not know of stays.
func (r *run) keep(ctx context.Context, x *Record, o resource.Object) (err error) {
	if x.Object == nil {
		return nil
	}
	o.Data, err = x.Object.Data()
	if unread := err != nil || len(o.Data) == 0 || len(o.Data) > ical.MaxSize; unread { // the record itself is whole
		r.note(&r.b.Changed, x, "What its application keeps beside it could not be read.")
		return nil
	}
	if x.Object.UID != "" {
		o.UID = x.Object.UID
	}
	if x.Object.Marks != "" && o.Rev > 1 { // the record has changed since: a client is shown both together
		o.Marks, o.Rev = x.Object.Marks, o.Rev-1
	}
	return r.Resources.Save(ctx, r.c.UserID, x.Kind, o)
}
