package dav

import (
	"errors"
	"reflect"

	"umbra/app/fault"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/resource"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// parent finds the record that another is a part of; nil where it has not arrived.
func (q *request) parent(uid string) (*int64, error) {
	if uid == "" {
		return nil, nil
	}
	i, found, err := q.Resources.FindUID(q.ctx, q.caller().UserID, q.at.col, uid)
	if err != nil || !found {
		return nil, err
	}
	return &i.ID, nil
}

// partOf says in an update which record the object is a part of, where that has
// changed; the object remembers a whole that has not arrived.
func (q *request) partOf(uid string, changed bool, id *opt.Opt[int64], o *resource.Object) error {
	whole, err := q.parent(uid)
	if err != nil {
		return err
	}
	if whole == nil {
		o.Parent = uid
	}
	switch {
	case !changed:
	case whole == nil:
		*id = opt.Null[int64]()
	default:
		*id = opt.Some(*whole)
	}
	return nil
}

// untangled writes a record that may be refused for being a part of itself: then
// it stays a part of what it was.
func untangled[T any](id *opt.Opt[int64], write func() (T, error)) (T, error) {
	t, err := write()
	if cycle(err) {
		*id = opt.Opt[int64]{}
		return write()
	}
	return t, err
}

// cycle says that a record was refused for being a part of itself.
func cycle(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && len(f.Fields) == 1 && f.Fields[0].Rule == "cycle"
}

func idList(id *int64) []int64 {
	if id == nil {
		return nil
	}
	return []int64{*id}
}

// adopt gives a new to-do the parts that arrived before it.
func (q *request) adopt(uid string, id int64) error {
	c := q.at.col
	if c.Kind != resource.Todos && c.Kind != resource.Project {
		return nil
	}
	waiting, err := q.Resources.Waiting(q.ctx, q.caller().UserID, c.Member(), uid)
	if err != nil {
		return err
	}
	for _, o := range waiting {
		var rev int64
		var marks vobject.Marks
		if c.Kind == resource.Todos {
			t, err := q.Todos.Update(q.ctx, q.caller(), o.ID, nil, todo.Update{ParentID: opt.Some(id)})
			if skip := fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid); skip {
				continue // it is in the trash, or this one is a part of it
			}
			if err != nil {
				return err
			}
			rev, marks = t.Rev, vobject.TodoMarks(&t, uid)
		} else {
			t, err := q.Projects.UpdateTask(q.ctx, q.caller(), c.ID, o.ID, nil, project.TaskUpdate{ParentTaskID: opt.Some(id)})
			if skip := fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid); skip {
				continue
			}
			if err != nil {
				return err
			}
			rev, marks = t.Rev, vobject.TaskMarks(&t, uid)
		}
		// Its bytes say so already: they stay as they came, but for what else changed since.
		known := vobject.ParseMarks(o.Marks)
		known["parent"] = marks["parent"]
		if o.Rev == rev {
			continue
		}
		o.Parent, o.Marks = "", known.String()
		if same(known, marks) {
			o.Rev = rev
		}
		if err := q.Resources.Save(q.ctx, q.caller().UserID, c.Member(), o); err != nil {
			return err
		}
	}
	return nil
}

func same(a, b vobject.Marks) bool { return reflect.DeepEqual(a, b) }
