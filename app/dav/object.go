package dav

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/ical"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// contentType is that of a member of a collection.
func contentType(c *resource.Collection) string {
	if c.Kind == resource.People {
		return "text/vcard; charset=utf-8"
	}
	return "text/calendar; charset=utf-8; component=" + component(c)
}

// component is the one that a collection holds.
func component(c *resource.Collection) string {
	if c.Kind == resource.Calendar {
		return "VEVENT"
	}
	return "VTODO"
}

// load answers the objects of items: as they were stored where the record is
// still what it was then, else patched. An item whose record has gone meanwhile
// has none. The items' revisions become those of what is answered.
func (q *request) load(c *resource.Collection, items []resource.Item) ([][]byte, error) {
	out := make([][]byte, len(items))
	for _, kind := range c.Kinds() {
		if err := q.loadKind(c, kind, items, out); err != nil {
			return nil, err
		}
	}
	if hushed(c) {
		for n := range out {
			var err error
			if out[n], err = silent(out[n]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// loadKind is load of the items of one kind.
func (q *request) loadKind(c *resource.Collection, kind string, items []resource.Item, out [][]byte) error {
	var stored, other []int64
	for _, i := range items {
		if i.Kind != kind {
			continue
		}
		if i.Stored > 0 && i.Object == nil {
			stored = append(stored, i.ID)
		}
		if !i.Verbatim() {
			other = append(other, i.ID)
		}
	}
	objects, err := q.Resources.Objects(q.ctx, c.By(q.guest.Caller).UserID, kind, stored)
	if err != nil {
		return err
	}
	write, err := q.writer(c, kind, other)
	if err != nil {
		return err
	}
	for n := range items {
		i := &items[n]
		if i.Kind != kind {
			continue
		}
		if i.Object != nil {
			out[n], i.Object = i.Object.Data, nil // which lets go of it
			continue
		}
		o, has := objects[i.ID]
		if i.Verbatim() && has {
			i.Rev, out[n] = o.Rev, o.Data
			continue
		}
		var marks vobject.Marks
		d := ical.New()
		if has && len(o.Data) > 0 {
			if d, err = ical.Parse(o.Data); err != nil { // it was read when it was stored
				return err
			}
			marks = vobject.ParseMarks(o.Marks)
		}
		rev, err := write(i.ID, d, marks)
		if err != nil {
			return err
		}
		if rev > 0 {
			i.Rev, out[n] = rev, d.Bytes()
		}
	}
	return nil
}

// writer reads records and answers a function that writes one into its document;
// it answers 0 where the record is not there.
type writer func(id int64, d *ical.Document, marks vobject.Marks) (rev int64, err error)

func (q *request) writer(c *resource.Collection, kind string, ids []int64) (writer, error) {
	home, by := q.guest.Location(), c.By(q.guest.Caller)
	switch kind {
	case resource.Event:
		all, err := byID(q.ctx, by, q.Events.FindAll, ids, func(e event.Event) int64 { return e.ID })
		return func(id int64, d *ical.Document, marks vobject.Marks) (int64, error) {
			e, ok := all[id]
			if ok {
				vobject.WriteEvent(d, &e, marks, home)
			}
			return e.Rev, nil
		}, err
	case resource.Todo:
		all, err := byID(q.ctx, by, q.Todos.FindAll, ids, func(t todo.Todo) int64 { return t.ID })
		if err != nil {
			return nil, err
		}
		parents, err := parentsOf(q, c, all, func(t todo.Todo) *int64 { return t.ParentID })
		return func(id int64, d *ical.Document, marks vobject.Marks) (int64, error) {
			t, ok := all[id]
			if ok {
				vobject.WriteTodo(d, &t, uidOf(parents, t.ParentID), marks, home)
			}
			return t.Rev, nil
		}, err
	case resource.Task:
		all, err := byID(q.ctx, by, q.Projects.FindTasks, ids, func(t project.Task) int64 { return t.ID })
		if err != nil {
			return nil, err
		}
		parents, err := parentsOf(q, c, all, func(t project.Task) *int64 { return t.ParentTaskID })
		return func(id int64, d *ical.Document, marks vobject.Marks) (int64, error) {
			t, ok := all[id]
			if ok {
				vobject.WriteTask(d, &t, uidOf(parents, t.ParentTaskID), marks, home)
			}
			return t.Rev, nil
		}, err
	case resource.Reminder:
		all, err := byID(q.ctx, by, q.Reminders.FindAll, ids, func(r reminder.Reminder) int64 { return r.ID })
		return func(id int64, d *ical.Document, marks vobject.Marks) (int64, error) {
			r, ok := all[id]
			if ok {
				vobject.WriteReminder(d, &r, marks, home)
			}
			return r.Rev, nil
		}, err
	}
	if kind == resource.Group {
		return q.groupWriter(by, ids)
	}
	all, err := byID(q.ctx, by, q.People.FindAll, ids, func(p person.Person) int64 { return p.ID })
	return func(id int64, d *ical.Document, marks vobject.Marks) (int64, error) {
		p, ok := all[id]
		if !ok {
			return 0, nil
		}
		return p.Rev, vobject.WritePerson(d, &p, marks, func() (person.Photo, error) { return q.People.FindPhoto(q.ctx, by, id) })
	}, err
}

func byID[T any](ctx context.Context, by caller.Caller, find func(ctx context.Context, c caller.Caller, ids []int64) ([]T, error), ids []int64, id func(T) int64) (map[int64]T, error) {
	out := make(map[int64]T, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	all, err := find(ctx, by, ids)
	for _, x := range all {
		out[id(x)] = x
	}
	return out, err
}

// parentsOf are the UIDs of the records that others are parts of.
func parentsOf[T any](q *request, c *resource.Collection, all map[int64]T, parent func(T) *int64) (map[int64]string, error) {
	seen := map[int64]bool{}
	var ids []int64
	for _, x := range all {
		if p := parent(x); p != nil && !seen[*p] {
			seen[*p] = true
			ids = append(ids, *p)
		}
	}
	return q.Resources.UIDs(q.ctx, c.By(q.guest.Caller).UserID, c, ids)
}

func uidOf(uids map[int64]string, id *int64) string {
	if id == nil {
		return ""
	}
	return uids[*id]
}

// item is the item of the target; NotFound.
func (q *request) item() (resource.Item, error) {
	i, found, err := q.Resources.Find(q.ctx, q.caller().UserID, q.at.col, q.at.name)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	return i, err
}

// one is the object of an item.
func (q *request) one(c *resource.Collection, i resource.Item) (resource.Item, []byte, error) {
	items := []resource.Item{i}
	data, err := q.load(c, items)
	if err == nil && data[0] == nil {
		err = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	if err != nil {
		return i, nil, err
	}
	return items[0], data[0], nil
}

// get answers an object; a collection has no content but a word for a person who
// looks at it with a browser.
func (q *request) get() error {
	if q.at.kind == atNothing {
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	if q.at.kind != atItem {
		q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := q.w.Write([]byte("This address is for applications that speak CalDAV and CardDAV.\n"))
		return err
	}
	i, err := q.item()
	if err != nil {
		return err
	}
	i, data, err := q.one(q.at.col, i)
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", contentType(q.at.col))
	h.Set("ETag", q.etag(i.Rev))
	h.Set("Last-Modified", lastModified(i.UpdatedAt))
	if m := q.r.Header.Get("If-None-Match"); m != "" && q.holds(m, i.Rev, true) {
		q.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	if q.r.Method == http.MethodGet {
		_, err = q.w.Write(data)
	}
	return err
}

func lastModified(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
