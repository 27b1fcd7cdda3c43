package moving

import (
	"context"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/location"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/template"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// entry is one record on its way out.
type entry struct {
	kind  string
	id    int64
	rev   int64
	value any // the record
	links map[string]any
	photo bool

	stored resource.Object
	has    bool // there is one
	write  func(d *ical.Document, marks vobject.Marks) error
}

// object is what a phone is shown of the record.
func (e *entry) object() (*ical.Document, error) {
	if !e.has {
		d := ical.New()
		return d, e.write(d, nil)
	}
	d, err := ical.Parse(e.stored.Data)
	if err != nil || e.stored.Rev == e.rev {
		return d, err
	}
	return d, e.write(d, vobject.ParseMarks(e.stored.Marks))
}

// peoplePage is small: a person may come with a photo.
const peoplePage = 20

// walk calls do with the user's own records of a kind, in the order they were
// made, a page at a time; within is the calendar or project to keep to, 0 for all.
func (h House) walk(ctx context.Context, c caller.Caller, kind string, within int64, do func(*entry) error) error {
	c.Shared = nil
	switch kind {
	case location.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[location.Location], error) {
			return h.Locations.List(ctx, c, location.Filter{Sort: byID}, q)
		}, func(l *location.Location) *entry { return &entry{id: l.ID, value: l} }, do)
	case person.KindName:
		return pages(ctx, h, c, kind, peoplePage, func(q page.Request) (page.Page[person.Person], error) {
			return h.People.List(ctx, c, person.Filter{Sort: byID}, q)
		}, func(p *person.Person) *entry {
			return &entry{id: p.ID, rev: p.Rev, value: p, photo: p.PhotoRev > 0, write: func(d *ical.Document, marks vobject.Marks) error {
				return vobject.WritePerson(d, p, marks, func() (person.Photo, error) { return h.People.FindPhoto(ctx, c, p.ID) })
			}}
		}, do)
	case person.GroupKind:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[person.Group], error) {
			return h.People.ListGroups(ctx, c, q)
		}, func(g *person.Group) *entry {
			return &entry{id: g.ID, rev: g.Rev, value: g, write: func(d *ical.Document, _ vobject.Marks) error {
				members, awaited, err := h.Resources.Members(ctx, c.UserID, g.ID)
				if err == nil {
					vobject.WriteGroup(d, g, members, awaited)
				}
				return err
			}}
		}, do)
	case calendar.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[calendar.Calendar], error) {
			return h.Calendars.List(ctx, c, calendar.Filter{Sort: byID}, q)
		}, func(x *calendar.Calendar) *entry { return &entry{id: x.ID, value: x} }, do)
	case project.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[project.Project], error) {
			return h.Projects.List(ctx, c, project.Filter{Sort: byID}, q)
		}, func(p *project.Project) *entry { return &entry{id: p.ID, value: p} }, do)
	case todo.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[todo.Todo], error) {
			return h.Todos.List(ctx, c, todo.Filter{Sort: byID}, q)
		}, func(t *todo.Todo) *entry {
			e := &entry{id: t.ID, rev: t.Rev, value: t, links: map[string]any{"parent_id": t.ParentID, "project_id": t.ProjectID, "person_id": t.PersonID, "location_id": t.LocationID}}
			e.write = func(d *ical.Document, marks vobject.Marks) error {
				vobject.WriteTodo(d, t, asString(e.links["parent_id"]), marks, c.Location())
				return nil
			}
			return e
		}, do)
	case event.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[event.Event], error) {
			return h.Events.List(ctx, c, event.Filter{CalendarID: within, Sort: byID}, q)
		}, func(x *event.Event) *entry {
			return &entry{id: x.ID, rev: x.Rev, value: x, links: map[string]any{"calendar_id": &x.CalendarID, "location_id": x.LocationID, "person_ids": x.PersonIDs},
				write: func(d *ical.Document, marks vobject.Marks) error {
					vobject.WriteEvent(d, x, marks, c.Location())
					return nil
				}}
		}, do)
	case template.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[template.Template], error) {
			return h.Templates.List(ctx, c, template.Filter{Sort: byID}, q)
		}, func(t *template.Template) *entry {
			return &entry{id: t.ID, value: t, links: map[string]any{"calendar_id": t.CalendarID, "location_id": t.LocationID, "person_ids": t.PersonIDs}}
		}, do)
	case reminder.KindName:
		return pages(ctx, h, c, kind, page.MaxLimit, func(q page.Request) (page.Page[reminder.Reminder], error) {
			return h.Reminders.List(ctx, c, reminder.Filter{Sort: byID}, q)
		}, func(m *reminder.Reminder) *entry {
			return &entry{id: m.ID, rev: m.Rev, value: m, links: map[string]any{"todo_id": m.TodoID, "event_id": m.EventID, "person_id": m.PersonID, "location_id": m.LocationID},
				write: func(d *ical.Document, marks vobject.Marks) error {
					vobject.WriteReminder(d, m, marks, c.Location())
					return nil
				}}
		}, do)
	case project.TaskKind:
		if within != 0 {
			return h.walkTasks(ctx, c, within, do)
		}
		return each(func(q page.Request) (page.Page[project.Project], error) {
			return h.Projects.List(ctx, c, project.Filter{Sort: byID}, q)
		}, func(p project.Project) error { return h.walkTasks(ctx, c, p.ID, do) })
	}
	return nil
}

func (h House) walkTasks(ctx context.Context, c caller.Caller, in int64, do func(*entry) error) error {
	return pages(ctx, h, c, project.TaskKind, page.MaxLimit, func(q page.Request) (page.Page[project.Task], error) {
		return h.Projects.ListTasks(ctx, c, in, project.TaskFilter{Sort: byID}, q)
	}, func(t *project.Task) *entry {
		e := &entry{id: t.ID, rev: t.Rev, value: t, links: map[string]any{"project_id": &t.ProjectID, "parent_task_id": t.ParentTaskID, "person_id": t.PersonID}}
		e.write = func(d *ical.Document, marks vobject.Marks) error {
			vobject.WriteTask(d, t, asString(e.links["parent_task_id"]), marks, c.Location())
			return nil
		}
		return e
	}, do)
}

// pages makes entries of the records of a list, with what phones stored of them,
// and uids in place of the ids in their links.
func pages[T any](ctx context.Context, h House, c caller.Caller, kind string, limit int, list func(page.Request) (page.Page[T], error), of func(*T) *entry, do func(*entry) error) error {
	return eachPage(limit, list, func(items []T) error {
		entries := make([]*entry, len(items))
		ids := make([]int64, len(items))
		for i := range items {
			entries[i] = of(&items[i])
			entries[i].kind, ids[i] = kind, entries[i].id
		}
		if entries[0].write != nil {
			stored, err := h.Resources.Objects(ctx, c.UserID, kind, ids)
			if err != nil {
				return err
			}
			for _, e := range entries {
				e.stored, e.has = stored[e.id]
				e.has = e.has && len(e.stored.Data) > 0 && e.stored.Rev > 0
			}
		}
		if err := h.name(ctx, c, kind, entries); err != nil {
			return err
		}
		for _, e := range entries {
			if err := do(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// name puts uids in place of ids.
func (h House) name(ctx context.Context, c caller.Caller, kind string, entries []*entry) error {
	for field, to := range linked[kind] {
		var ids []int64
		for _, e := range entries {
			ids = append(ids, idsOf(e.links[field])...)
		}
		uids := map[int64]string{}
		if len(ids) > 0 {
			_, err := db.QueryIn(ctx, h.DB, func(s db.Scanner) (none struct{}, err error) {
				var id int64
				var uid string
				err = s.Scan(&id, &uid)
				uids[id] = uid
				return none, err
			}, "SELECT id, uid FROM "+tables[to]+" WHERE user_id = ? AND id IN ", c.UserID, ids)
			if err != nil {
				return err
			}
		}
		for _, e := range entries {
			was := e.links[field]
			delete(e.links, field)
			list, many := was.([]int64)
			named := []string{}
			for _, id := range idsOf(was) {
				if uid := uids[id]; uid != "" {
					named = append(named, uid)
				}
			}
			switch {
			case len(named) == 0:
			case many && len(list) > 0:
				e.links[field] = named
			default:
				e.links[field] = named[0]
			}
		}
	}
	return nil
}

func idsOf(v any) []int64 {
	switch v := v.(type) {
	case []int64:
		return v
	case *int64:
		if v != nil {
			return []int64{*v}
		}
	}
	return nil
}
