package dav

import (
	"context"
	"net/http"

	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/resource"
)

// remove deletes an object's record, or a calendar or project, into the trash.
func (q *request) remove() error {
	var err error
	switch q.at.kind {
	case atNothing:
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	case atCollection:
		err = q.removeCollection()
	case atItem:
		err = q.Journal.Write(q.ctx, q.caller(), func(ctx context.Context, _ *journal.Writer) error {
			t := *q
			t.ctx = ctx
			i, err := t.item()
			if err != nil {
				return err
			}
			if err := t.conditions(i, true); err != nil {
				return err
			}
			return t.removeItem(t.at.col, i)
		})
	default:
		return refusal{status: http.StatusForbidden, text: "This cannot be deleted."}
	}
	if err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (q *request) removeItem(c *resource.Collection, i resource.Item) error {
	by, id := c.By(q.guest.Caller), i.ID
	switch i.Kind {
	case resource.Event:
		return q.Events.Delete(q.ctx, by, id, event.Part{}, nil)
	case resource.Todo:
		return q.Todos.Delete(q.ctx, by, id, nil)
	case resource.Task:
		return q.Projects.DeleteTask(q.ctx, by, c.ID, id, nil)
	case resource.Reminder:
		return q.Reminders.Delete(q.ctx, by, id, nil)
	case resource.Group:
		return q.People.DeleteGroup(q.ctx, by, id)
	}
	return q.People.Delete(q.ctx, by, id, nil)
}

func (q *request) removeCollection() error {
	c := q.at.col
	switch {
	case c.Shared():
		return refusal{status: http.StatusForbidden, text: "It is " + c.Share.Owner.Name + "'s, who alone can delete it. Hide it in this application, or ask for the share to end."}
	case c.Kind == resource.Calendar && c.Default:
		return refusal{status: http.StatusForbidden, text: "The default calendar cannot be deleted. Make another one the default in Umbra first."}
	case c.Kind == resource.Calendar:
		return q.Calendars.Delete(q.ctx, q.guest.Caller, c.ID, nil)
	case c.Kind == resource.Project:
		return q.Projects.Delete(q.ctx, q.guest.Caller, c.ID, nil)
	}
	return refusal{status: http.StatusForbidden, text: "This list is a part of Umbra and cannot be deleted."}
}

// copyOrMove brings an object to another name or collection of the same kind.
func (q *request) copyOrMove() error {
	to, err := q.destination()
	if err != nil {
		return err
	}
	switch {
	case q.at.kind != atItem || to.kind != atItem:
		return refusal{status: http.StatusForbidden, text: "Only what is in a collection can be copied or moved, into a collection."}
	case to.col.Member() != q.at.col.Member() && (component(to.col) != component(q.at.col) || (to.col.Kind == resource.People) != (q.at.col.Kind == resource.People)):
		return broken("<C:supported-calendar-component/>", "The other collection holds something else.")
	case to.col.Name == q.at.col.Name && to.name == q.at.name:
		return refusal{status: http.StatusForbidden, text: "It is there already."}
	}
	if err := q.mayChange(to); err != nil {
		return err
	}
	made := false
	err = q.Journal.Write(q.ctx, q.guest.Caller, func(ctx context.Context, _ *journal.Writer) error {
		t := *q
		t.ctx = ctx
		made, err = t.transfer(to)
		return err
	})
	if err != nil {
		return err
	}
	if made {
		q.w.WriteHeader(http.StatusCreated)
	} else {
		q.w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

func (q *request) transfer(to target) (made bool, err error) {
	i, err := q.item()
	if err != nil {
		return false, err
	}
	if err := q.conditions(i, true); err != nil {
		return false, err
	}
	there, exists, err := q.Resources.Find(q.ctx, to.col.By(q.guest.Caller).UserID, to.col, to.name)
	if err != nil {
		return false, err
	}
	if exists && q.r.Header.Get("Overwrite") == "F" {
		return false, fault.New(fault.Stale, "exists", "There is something at the destination.")
	}
	_, data, err := q.one(q.at.col, i)
	if err != nil {
		return false, err
	}
	if exists {
		if err := q.removeItem(to.col, there); err != nil {
			return false, err
		}
	}
	if q.r.Method == "MOVE" {
		if to.name == i.Name && to.col.Kind == q.at.col.Kind && to.col.Share == q.at.col.Share {
			moved, err := q.refile(to.col, i)
			if moved || err != nil {
				return !exists, err
			}
		}
		// Under another name it is another resource: clients are told of both.
		if err := q.removeItem(q.at.col, i); err != nil {
			return false, err
		}
	}
	at := *q
	at.at, at.r = to, q.r.Clone(q.ctx)
	at.r.Header.Del("If-Match")
	at.r.Header.Del("If-None-Match")
	in, err := at.read(to.col, data)
	if err != nil {
		return false, err
	}
	_, _, err = at.store(in)
	return !exists, err
}

// refile moves a record to another calendar or project, where it stays the same.
func (q *request) refile(to *resource.Collection, i resource.Item) (moved bool, err error) {
	if _, clash, err := q.Resources.FindUID(q.ctx, to.By(q.guest.Caller).UserID, to, i.UID); clash || err != nil {
		return false, err
	}
	switch to.Kind {
	case resource.Calendar:
		_, err = q.Events.Update(q.ctx, q.caller(), i.ID, event.Part{}, nil, event.Update{CalendarID: opt.Some(to.ID)})
	case resource.Project:
		_, err = q.Projects.UpdateTask(q.ctx, q.caller(), q.at.col.ID, i.ID, nil, project.TaskUpdate{ProjectID: opt.Some(to.ID)})
	default:
		return false, nil
	}
	return err == nil, err
}
