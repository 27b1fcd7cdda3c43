package transfer

import (
	"context"
	"time"

	"umbra/app/event"
	"umbra/app/location"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// table says how the rows of one older table become records. Their columns were
// never written down: each field lists the names it may go by, the likeliest first.
type table struct {
	name   string
	kind   string // of the journal
	title  string // the field that must not be empty
	text   string // the field that takes what fits nowhere else
	parent string // the field that refers to the same table
	owner  string // the table whose row, named by a column, says whose it is; else ""
	column string // that column

	fields []field
	finish func(r *record)
	create func(ctx context.Context, t *Target, r *record) (int64, error)
}

// field is one field of a record.
type field struct {
	names []string
	take  take
	many  bool // all of these columns count, not the first alone
}

func f(t take, names ...string) field    { return field{names: names, take: t} }
func many(t take, names ...string) field { return field{names: names, take: t, many: true} }

var (
	priorityWords = words("none=0,no,normal_none", "low=1,minor", "medium=2,normal,mid", "high=3,urgent,critical,important")
	taskWords     = words("todo=to_do,open,pending,not_started,new,backlog", "in_progress=doing,active,started", "blocked=waiting,on_hold", "done=completed,complete,finished,closed")
	projectWords  = words("not_started=planned,planning,new,todo,idea", "in_progress=active,started,doing,open", "on_hold=paused,waiting,blocked",
		"completed=done,complete,finished,closed,archived", "cancelled=canceled,abandoned,dropped")
	eventWords = words("confirmed=scheduled,active,busy", "tentative=maybe,proposed", "cancelled=canceled")
)

var (
	createdAt = f(bookkeeping(func(r *record, t time.Time) { r.origin.CreatedAt = t }), "created_at", "created", "date_created", "created_on")
	doneAt    = bookkeeping(func(r *record, t time.Time) { r.origin.DoneAt = t })
)

// tables, in the order in which they refer to each other.
var tables = []table{
	{name: "locations", kind: location.KindName, title: "name", text: "notes", create: makeLocation, fields: []field{
		createdAt,
		f(text("name"), "name", "title", "label"),
		f(text("address"), "address", "full_address", "street"),
		f(text("category"), "category", "type", "kind"),
		f(number("latitude"), "latitude", "lat"),
		f(number("longitude"), "longitude", "lng", "lon", "long"),
		f(text("phone"), "phone", "phone_number", "telephone"),
		f(text("email"), "email"),
		f(text("website"), "website", "url", "link"),
		f(text("notes"), "notes", "description", "comment", "details"),
		f(flag("favourite"), "favourite", "favorite", "is_favourite", "is_favorite", "starred", "is_starred"),
	}},
	{name: "people", kind: person.KindName, title: "display_name", text: "notes", create: makePerson, fields: []field{
		createdAt,
		f(text("given_name"), "given_name", "first_name", "firstname"),
		f(text("family_name"), "family_name", "last_name", "lastname", "surname"),
		f(text("display_name"), "display_name", "name", "full_name"),
		f(text("nickname"), "nickname", "nick"),
		many(contacts("emails"), "emails", "email", "email_address"),
		many(contacts("phones"), "phones", "phone", "phone_number", "mobile", "telephone"),
		f(addresses, "addresses", "address"),
		f(addressPart("street"), "street"),
		f(addressPart("city"), "city", "town"),
		f(addressPart("region"), "region", "state"),
		f(addressPart("postal_code"), "postal_code", "zip", "zip_code", "postcode"),
		f(addressPart("country"), "country"),
		f(texts("groups"), "groups", "tags", "labels"),
		f(day("birthday"), "birthday", "birth_date", "birthdate", "date_of_birth", "dob"),
		f(day("anniversary"), "anniversary", "anniversary_date"),
		f(text("company"), "company", "organization", "organisation", "employer"),
		f(text("job_title"), "job_title", "title", "position", "role"),
		f(text("category"), "category", "type"),
		f(text("relationship"), "relationship", "relation"),
		f(flag("favourite"), "favourite", "favorite", "is_favourite", "is_favorite", "starred", "is_starred"),
		f(text("notes"), "notes", "description", "comment", "bio"),
		f(instant("last_contacted_at"), "last_contacted_at", "last_contacted", "last_contact", "last_contact_date"),
		f(whole("contact_every_days"), "contact_every_days", "contact_frequency", "contact_frequency_days", "contact_interval_days"),
	}},
	{name: "projects", kind: project.KindName, title: "name", text: "description", create: makeProject, fields: []field{
		createdAt,
		f(text("name"), "name", "title"),
		f(text("description"), "description", "notes", "details"),
		f(word("status", projectWords), "status", "state"),
		f(text("color"), "color", "colour"),
		f(day("due_date"), "due_date", "deadline", "end_date", "target_date", "due_at"),
		f(flag("starred"), "starred", "is_starred", "favourite", "favorite", "is_favorite", "pinned"),
		f(whole("position"), "position", "sort_order", "order_index", "order"),
	}},
	{name: "project_tasks", kind: project.TaskKind, title: "title", text: "description", parent: "parent_task_id", owner: "projects", column: "project_id",
		create: makeTask, fields: []field{
			createdAt,
			f(takeProject, "project_id"),
			f(text("title"), "title", "name", "text"),
			f(text("description"), "description", "notes", "details"),
			f(word("status", taskWords), "status", "state"),
			f(doneStatus, "completed", "is_completed", "done", "is_done"),
			f(word("priority", priorityWords), "priority"),
			f(day("due_date"), "due_date", "deadline", "due_at", "due"),
			f(ref("person_id", "people"), "person_id", "assignee_id", "assigned_to", "assigned_to_id"),
			f(ref("parent_task_id", "project_tasks"), "parent_task_id", "parent_id"),
			f(whole("position"), "position", "sort_order", "order_index", "order"),
			f(doneAt, "completed_at", "done_at", "finished_at"),
		}},
	{name: "calendar_events", kind: event.KindName, title: "title", text: "description", finish: finishEvent, create: makeEvent, fields: []field{
		createdAt,
		f(text("title"), "title", "name", "summary"),
		f(text("description"), "description", "notes", "details"),
		many(whenPart("start"), "start", "start_at", "starts_at", "start_time", "start_datetime", "start_date", "date", "event_date"),
		many(whenPart("end"), "end", "end_at", "ends_at", "end_time", "end_datetime", "end_date"),
		f(flag("all_day"), "all_day", "is_all_day"),
		f(text("time_zone"), "time_zone", "timezone", "tz"),
		f(ref("location_id", "locations"), "location_id"),
		f(text("location"), "location", "place", "venue"),
		f(refs("person_ids", "people"), "person_ids", "people_ids", "attendee_ids", "person_id"),
		f(text("color"), "color", "colour"),
		f(flag("starred"), "starred", "is_starred", "favourite", "favorite", "important", "is_important"),
		f(rule, "recurrence_rule", "rrule", "recurrence", "repeat", "recurring", "recurrence_pattern"),
		f(texts("exceptions"), "exceptions", "exdates"),
		f(texts("reminders"), "reminders"),
		f(before, "reminder_minutes", "remind_before_minutes", "reminder_minutes_before"),
		f(word("status", eventWords), "status"),
		f(text("url"), "url", "link"),
	}},
	{name: "todos", kind: todo.KindName, title: "title", text: "description", parent: "parent_id", create: makeTodo, fields: []field{
		createdAt,
		f(text("title"), "title", "name", "text", "task"),
		f(text("description"), "description", "notes", "details", "content", "body"),
		f(word("priority", priorityWords), "priority"),
		f(due, "due_date", "due_at", "due", "deadline"),
		f(clockTime("due_time"), "due_time"),
		f(flag("completed"), "completed", "is_completed", "done", "is_done", "status"),
		f(doneAt, "completed_at", "done_at", "finished_at"),
		f(text("category"), "category", "list", "list_name"),
		f(texts("tags"), "tags", "labels"),
		f(rule, "recurrence_rule", "rrule", "recurrence", "repeat", "recurring", "recurrence_pattern"),
		f(word("repeat_from", words("due=due_date", "completion=completed,completion_date")), "repeat_from"),
		f(ref("project_id", "projects"), "project_id"),
		f(ref("person_id", "people"), "person_id", "assigned_to", "assignee_id"),
		f(ref("location_id", "locations"), "location_id"),
		f(ref("parent_id", "todos"), "parent_id", "parent_todo_id"),
		f(whole("position"), "position", "sort_order", "order_index", "order"),
		f(texts("reminders"), "reminders"),
		f(before, "reminder_minutes", "remind_before_minutes", "reminder_minutes_before"),
	}},
	{name: "reminders", kind: reminder.KindName, title: "title", text: "description", finish: finishReminder, create: makeReminder, fields: []field{
		createdAt,
		f(text("title"), "title", "name", "text", "message"),
		f(text("description"), "description", "notes", "details", "body"),
		many(whenPart("remind_at"), "remind_at", "reminder_at", "remind_time", "reminder_time", "reminder_datetime", "due_at", "remind_date", "reminder_date", "date", "time"),
		f(text("time_zone"), "time_zone", "timezone", "tz"),
		f(rule, "recurrence_rule", "rrule", "recurrence", "repeat", "recurring", "recurrence_pattern"),
		f(flag("dismissed"), "dismissed", "is_dismissed", "completed", "is_completed", "done"),
		f(flag("active"), "active", "is_active", "enabled"),
		f(doneAt, "dismissed_at", "completed_at"),
		f(later("snoozed_until"), "snoozed_until", "snooze_until"),
		f(ref("todo_id", "todos"), "todo_id"),
		f(ref("event_id", "calendar_events"), "event_id", "calendar_event_id"),
		f(ref("person_id", "people"), "person_id"),
		f(ref("location_id", "locations"), "location_id"),
	}},
}

// doneStatus makes the status of a flag that says whether it is done.
func doneStatus(r *record, column string, v any) error {
	done, err := truth(v)
	if err == nil && done {
		r.set("status", column, project.Done)
	}
	return err
}

// making decodes a record's fields into the update that its package takes, and
// creates it there.
func making[U, R any](create func(ctx context.Context, t *Target, r *record, u U) (R, error), id func(R) int64) func(context.Context, *Target, *record) (int64, error) {
	return func(ctx context.Context, t *Target, r *record) (int64, error) {
		var u U
		if err := r.decode(&u); err != nil {
			return 0, err
		}
		made, err := create(ctx, t, r, u)
		return id(made), err
	}
}

var (
	makeLocation = making(func(ctx context.Context, t *Target, r *record, u location.Update) (location.Location, error) {
		return t.Locations.Import(ctx, r.caller, r.origin, u)
	}, func(l location.Location) int64 { return l.ID })
	makePerson = making(func(ctx context.Context, t *Target, r *record, u person.Update) (person.Person, error) {
		return t.People.Import(ctx, r.caller, r.origin, u)
	}, func(p person.Person) int64 { return p.ID })
	makeProject = making(func(ctx context.Context, t *Target, r *record, u project.Update) (project.Project, error) {
		return t.Projects.Import(ctx, r.caller, r.origin, u)
	}, func(p project.Project) int64 { return p.ID })
	makeTask = making(func(ctx context.Context, t *Target, r *record, u project.TaskUpdate) (project.Task, error) {
		return t.Projects.ImportTask(ctx, r.caller, r.project, r.origin, u)
	}, func(k project.Task) int64 { return k.ID })
	makeEvent = making(func(ctx context.Context, t *Target, r *record, u event.Update) (event.Event, error) {
		return t.Events.Import(ctx, r.caller, r.origin, u)
	}, func(e event.Event) int64 { return e.ID })
	makeTodo = making(func(ctx context.Context, t *Target, r *record, u todo.Update) (todo.Todo, error) {
		return t.Todos.Import(ctx, r.caller, r.origin, u)
	}, func(d todo.Todo) int64 { return d.ID })
	makeReminder = making(func(ctx context.Context, t *Target, r *record, u reminder.Update) (reminder.Reminder, error) {
		return t.Reminders.Import(ctx, r.caller, r.origin, u)
	}, func(m reminder.Reminder) int64 { return m.ID })
)
