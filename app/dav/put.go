package dav

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"umbra/app/fault"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/resource"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// holds says whether one of a list of ETags is that of a revision. Weak ones are
// taken for strong ones: they were made from ours by a proxy.
func (q *request) holds(list string, rev int64, exists bool) bool {
	for t := range strings.SplitSeq(list, ",") {
		t = strings.TrimSpace(t)
		if t == "*" && exists || strings.TrimPrefix(t, "W/") == q.etag(rev) && exists {
			return true
		}
	}
	return false
}

// conditions checks If-Match and If-None-Match (RFC 9110, 13.1).
func (q *request) conditions(rev int64, exists bool) error {
	stale := fault.New(fault.Stale, "changed", "It was changed in the meantime.")
	if m := q.r.Header.Get("If-Match"); m != "" && !q.holds(m, rev, exists) {
		return stale
	}
	if m := q.r.Header.Get("If-None-Match"); m != "" && q.holds(m, rev, exists) {
		return stale
	}
	return nil
}

// put stores an object and makes its record say the same.
func (q *request) put() error {
	if q.at.kind != atItem {
		return refusal{status: http.StatusMethodNotAllowed, text: "Only what is in a collection can be stored."}
	}
	data, err := io.ReadAll(io.LimitReader(q.r.Body, MaxSize+1))
	if err != nil {
		return refusal{status: http.StatusBadRequest, text: "The body ended too early."}
	}
	if len(data) > MaxSize {
		return q.tooLarge()
	}
	in, err := q.read(q.at.col, data)
	if err != nil {
		return err
	}
	var made bool
	var rev int64
	err = q.Journal.Write(q.ctx, q.guest.Caller, func(ctx context.Context, _ *journal.Writer) error {
		t := *q
		t.ctx = ctx
		made, rev, err = t.store(in)
		return err
	})
	if err != nil {
		return err
	}
	q.w.Header().Set("ETag", q.etag(rev))
	if made {
		q.w.Header().Set("Location", q.self())
		q.w.WriteHeader(http.StatusCreated)
	} else {
		q.w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

func (q *request) tooLarge() error {
	space := "C"
	if q.at.col.Kind == resource.People {
		space = "A"
	}
	return broken("<"+space+":max-resource-size/>", "It is larger than 10 MB.")
}

// incoming is an object as it came.
type incoming struct {
	data  []byte
	doc   *ical.Document
	parts []*ical.Component
	uid   string
}

// read checks what RFC 4791 (5.3.2.1) and RFC 6352 (6.3.2.1) ask of an object.
func (q *request) read(c *resource.Collection, data []byte) (in incoming, err error) {
	in.data = data
	if in.doc, err = ical.Parse(data); err != nil {
		return in, broken(q.invalidData(), "It "+err.Error()+".")
	}
	if c.Kind == resource.People {
		return in, q.readCard(&in)
	}
	all := in.doc.Components("VCALENDAR")
	if len(all) == 0 {
		return in, broken("<C:valid-calendar-data/>", "It is no iCalendar object: there is no VCALENDAR.")
	}
	if len(all) > 1 || len(in.doc.Components()) > 1 {
		return in, broken("<C:valid-calendar-object-resource/>", "It holds more than one VCALENDAR.")
	}
	uids := map[string]bool{}
	for _, p := range all[0].Components() {
		switch p.Name {
		case "VTIMEZONE":
			continue
		case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "VPOLL":
		default:
			if strings.HasPrefix(p.Name, "X-") {
				continue
			}
		}
		if p.Name != component(c) {
			return in, broken("<C:supported-calendar-component/>", "This collection holds "+component(c)+" components alone.")
		}
		in.parts = append(in.parts, p)
		in.uid = strings.TrimSpace(p.Text("UID"))
		uids[in.uid] = true
	}
	switch {
	case len(in.parts) == 0:
		return in, broken("<C:valid-calendar-object-resource/>", "It holds no "+component(c)+".")
	case len(uids) > 1:
		return in, broken("<C:valid-calendar-object-resource/>", "It holds components with different UIDs.")
	case in.uid == "" || len(in.uid) > maxUID:
		return in, broken("<C:valid-calendar-object-resource/>", "It has no UID, or one that is longer than 1000 bytes.")
	}
	return in, nil
}

// maxUID bounds a UID, in bytes.
const maxUID = 1000

func (q *request) readCard(in *incoming) error {
	in.parts = in.doc.Components("VCARD")
	if len(in.parts) != 1 || len(in.doc.Components()) > 1 {
		return broken("<A:valid-address-data/>", "It must hold one VCARD.")
	}
	switch vobject.Version(in.parts[0]) {
	case "3.0", "4.0":
	default:
		return broken("<A:supported-address-data/>", "It must be a vCard of version 3.0 or 4.0.")
	}
	f, err := vobject.Person(in.parts[0])
	if err != nil {
		return broken("<A:valid-address-data/>", err.Error())
	}
	if in.uid = f.UID; in.uid == "" || len(in.uid) > maxUID {
		return broken("<A:valid-address-data/>", "It has no UID, or one that is longer than 1000 bytes.")
	}
	if f.Group {
		return broken("<A:valid-address-data/>", "Groups are kept in the people themselves, as categories: set the application to do so.")
	}
	return nil
}

// store writes the record and the object within a transaction.
func (q *request) store(in incoming) (made bool, rev int64, err error) {
	c, user := q.at.col, q.guest.UserID
	was, exists, err := q.Resources.Find(q.ctx, user, c, q.at.name)
	if err != nil {
		return false, 0, err
	}
	if err := q.conditions(was.Rev, exists); err != nil {
		return false, 0, err
	}
	same, found, err := q.Resources.FindUID(q.ctx, user, c, in.uid)
	if err != nil {
		return false, 0, err
	}
	if found && (!exists || same.ID != was.ID) || exists && was.UID != in.uid {
		where := q.at.name
		if found {
			where = same.Name
		}
		space := "C"
		if c.Kind == resource.People {
			space = "A"
		}
		return false, 0, broken("<"+space+":no-uid-conflict><D:href>"+esc(q.itemHref(c, where))+"</D:href></"+space+":no-uid-conflict>",
			"Another object of the collection has this UID, or this one had another.")
	}
	o := resource.Object{Name: q.at.name, UID: in.uid, Data: in.data}
	origin := journal.Origin{UID: in.uid}
	var before *incoming
	if exists {
		o.ID = was.ID
		_, data, err := q.one(c, was)
		if err != nil {
			return false, 0, err
		}
		old, err := q.read(c, data)
		if err == nil { // else everything counts as changed
			before = &old
		}
	} else {
		taken, err := q.Resources.UIDTaken(q.ctx, user, c, in.uid)
		if err != nil {
			return false, 0, err
		}
		if taken { // by a record of another collection: a copy
			origin.UID = journal.NewUID()
		}
	}
	if err := q.record(in, before, origin, &o); err != nil {
		return false, 0, q.explain(err)
	}
	if err := q.Resources.Save(q.ctx, user, c.Member(), o); err != nil {
		return false, 0, err
	}
	if !exists {
		err = q.adopt(in.uid, o.ID)
	}
	return !exists, o.Rev, err
}

// explain makes what a form refuses a precondition.
func (q *request) explain(err error) error {
	var form *vobject.Error
	if errors.As(err, &form) {
		return broken(q.invalidData(), form.Message)
	}
	return err
}

// record writes the record of an object, and says in o which it is.
func (q *request) record(in incoming, before *incoming, origin journal.Origin, o *resource.Object) (err error) {
	r := vobject.NewReader(in.doc, q.guest.Location())
	var old *vobject.Reader
	if before != nil {
		old = vobject.NewReader(before.doc, q.guest.Location())
	}
	switch q.at.col.Member() {
	case resource.Event:
		return q.putEvent(r, old, in, before, origin, o)
	case resource.Todo:
		return q.putTodo(r, old, in, before, origin, o)
	case resource.Task:
		return q.putTask(r, old, in, before, origin, o)
	case resource.Reminder:
		return q.putReminder(r, old, in, before, origin, o)
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
	e, err := q.Events.Put(q.ctx, q.guest.Caller, o.ID, origin, nil, u, f.Changed)
	if err != nil {
		return err
	}
	o.ID, o.Rev, o.Marks = e.ID, e.Rev, vobject.EventMarks(&e).String()
	return nil
}

// parent finds the record that another is a part of; nil where it has not arrived.
func (q *request) parent(uid string) (*int64, error) {
	if uid == "" {
		return nil, nil
	}
	i, found, err := q.Resources.FindUID(q.ctx, q.guest.UserID, q.at.col, uid)
	if err != nil || !found {
		return nil, err
	}
	return &i.ID, nil
}

func orNull(id *int64) opt.Opt[int64] {
	if id == nil {
		return opt.Null[int64]()
	}
	return opt.Some(*id)
}

// cycle says that a record was refused for being a part of itself.
func cycle(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && len(f.Fields) == 1 && f.Fields[0].Rule == "cycle"
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
	parent, err := q.parent(f.Parent)
	if err != nil {
		return err
	}
	if parent == nil {
		o.Parent = f.Parent
	}
	if changed {
		u.ParentID = orNull(parent)
	}
	origin.DoneAt = f.DoneAt
	write := func() (t todo.Todo, err error) {
		if before == nil && o.ID == 0 {
			return q.Todos.Import(q.ctx, q.guest.Caller, origin, u)
		}
		return q.Todos.Update(q.ctx, q.guest.Caller, o.ID, nil, u)
	}
	t, err := write()
	if cycle(err) {
		u.ParentID = opt.Opt[int64]{}
		t, err = write()
	}
	if err != nil {
		return err
	}
	uids, err := q.Resources.UIDs(q.ctx, q.guest.UserID, q.at.col, idList(t.ParentID))
	o.ID, o.Rev, o.Marks = t.ID, t.Rev, vobject.TodoMarks(&t, uidOf(uids, t.ParentID)).String()
	return err
}

func idList(id *int64) []int64 {
	if id == nil {
		return nil
	}
	return []int64{*id}
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
	parent, err := q.parent(f.Parent)
	if err != nil {
		return err
	}
	if parent == nil {
		o.Parent = f.Parent
	}
	if changed {
		u.ParentTaskID = orNull(parent)
	}
	origin.DoneAt = f.DoneAt
	project1 := q.at.col.ID
	write := func() (t project.Task, err error) {
		if o.ID == 0 {
			return q.Projects.ImportTask(q.ctx, q.guest.Caller, project1, origin, u)
		}
		return q.Projects.UpdateTask(q.ctx, q.guest.Caller, project1, o.ID, nil, u)
	}
	t, err := write()
	if cycle(err) {
		u.ParentTaskID = opt.Opt[int64]{}
		t, err = write()
	}
	if err != nil {
		return err
	}
	uids, err := q.Resources.UIDs(q.ctx, q.guest.UserID, q.at.col, idList(t.ParentTaskID))
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
		m, err := q.Reminders.Import(q.ctx, q.guest.Caller, origin, u)
		o.ID, o.Rev, o.Marks = m.ID, m.Rev, vobject.ReminderMarks(&m).String()
		return err
	}
	m, err := q.Reminders.Update(q.ctx, q.guest.Caller, o.ID, nil, u)
	o.Rev, o.Marks = m.Rev, vobject.ReminderMarks(&m).String()
	return err
}

func (q *request) putPerson(in incoming, before *incoming, origin journal.Origin, o *resource.Object) error {
	f, err := vobject.Person(in.parts[0])
	if err != nil {
		return err
	}
	u := f.Update
	if before != nil {
		if was, err := vobject.Person(before.parts[0]); err == nil {
			keep(&u, &was.Update)
		}
	}
	if o.ID == 0 {
		p, err := q.People.Import(q.ctx, q.guest.Caller, origin, u)
		o.ID, o.Rev, o.Marks = p.ID, p.Rev, vobject.PersonMarks(&p).String()
		return err
	}
	p, err := q.People.Update(q.ctx, q.guest.Caller, o.ID, nil, u)
	o.Rev, o.Marks = p.Rev, vobject.PersonMarks(&p).String()
	return err
}

// adopt gives a new to-do the parts that arrived before it.
func (q *request) adopt(uid string, id int64) error {
	c := q.at.col
	if c.Kind != resource.Todos && c.Kind != resource.Project {
		return nil
	}
	waiting, err := q.Resources.Waiting(q.ctx, q.guest.UserID, c.Member(), uid)
	if err != nil {
		return err
	}
	for _, o := range waiting {
		var rev int64
		var marks vobject.Marks
		if c.Kind == resource.Todos {
			t, err := q.Todos.Update(q.ctx, q.guest.Caller, o.ID, nil, todo.Update{ParentID: opt.Some(id)})
			if skip := fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid); skip {
				continue // it is in the trash, or this one is a part of it
			}
			if err != nil {
				return err
			}
			rev, marks = t.Rev, vobject.TodoMarks(&t, uid)
		} else {
			t, err := q.Projects.UpdateTask(q.ctx, q.guest.Caller, c.ID, o.ID, nil, project.TaskUpdate{ParentTaskID: opt.Some(id)})
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
		if err := q.Resources.Save(q.ctx, q.guest.UserID, c.Member(), o); err != nil {
			return err
		}
	}
	return nil
}

func same(a, b vobject.Marks) bool { return reflect.DeepEqual(a, b) }
