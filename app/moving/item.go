package moving

import (
	"cmp"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/recur"
	"umbra/app/todo"
)

// item is a to-do as most applications have it.
type item struct {
	id       string // in that application; empty: it has none
	key      string // what others in the file call it; empty: its id
	line     int
	title    string
	notes    string
	priority string
	due      string // YYYY-MM-DD
	at       string // HH:MM
	done     bool
	doneAt   time.Time
	created  time.Time
	tags     []string
	category string
	rule     string
	ring     []string // reminders
	parent   string   // the id of what it is a part of
	project  string   // the id of its project
}

// uid is that of what an application calls so: the same in each import.
func uid(app, kind, id string) string {
	if id == "" {
		return ""
	}
	return journal.UIDOf(app + ":" + kind + ":" + id)
}

// todo adds a to-do of an application.
func (b *Batch) todo(app string, x item) error {
	title, notes := titled(x.title, x.notes)
	if title == "" {
		if title = oneLine(notes, 100); title == "" {
			b.refuse(x.line, "", "It has no title.")
			return nil
		}
	}
	if x.due != "" && !isDate(x.due) {
		b.change(x.line, title, "Its due date could not be read; it is kept in its text.")
		notes, x.due, x.at = paragraphs(notes, "Due: "+oneLine(x.due, 100)), "", ""
	}
	if x.rule != "" {
		rule, err := recur.Parse(strings.TrimPrefix(x.rule, "RRULE:"))
		switch {
		case err != nil || x.due == "" || len(x.rule) > 500:
			b.change(x.line, title, "How it repeats could not be read; it is kept in its text.")
			notes, x.rule = paragraphs(notes, "Repeats: "+oneLine(x.rule, 200)), ""
		default:
			x.rule = rule.String()
		}
	}
	u := todo.Update{Title: opt.Some(title), Description: opt.Some(long(notes)), Priority: opt.Some(cmp.Or(x.priority, "none")), Completed: opt.Some(x.done),
		Category: opt.Some(oneLine(x.category, check.MaxShort)), Tags: opt.Some(words(x.tags)), RecurrenceRule: opt.Some(x.rule)}
	if x.due != "" {
		u.DueDate = opt.Some(x.due)
		if isTime(x.at) {
			u.DueTime = opt.Some(x.at)
		}
	}
	if len(x.ring) > 0 && x.due != "" {
		u.Reminders = opt.Some(x.ring[:min(len(x.ring), 20)])
	}
	r := &Record{Kind: todo.KindName, UID: uid(app, "task", x.id), Key: cmp.Or(x.key, x.id), Place: Place{Line: x.line}, Created: x.created, Done: x.doneAt, Fields: u}
	if x.parent != "" {
		r.Links = append(r.Links, Link{"parent_id", todo.KindName, x.parent})
	}
	if x.project != "" {
		r.Links = append(r.Links, Link{"project_id", project.KindName, x.project})
	}
	return b.add(r)
}

// project adds a project of an application.
func (b *Batch) project(app, id, name, notes, color string, finished bool) error {
	title, notes := titled(name, notes)
	if title == "" {
		b.refuse(0, "", "A project has no name; its to-dos come without it.")
		return nil
	}
	u := project.Update{Name: opt.Some(title), Description: opt.Some(notes), Status: opt.Some("in_progress")}
	if finished {
		u.Status = opt.Some("completed")
	}
	if isColor(color) {
		u.Color = opt.Some(color)
	}
	return b.add(&Record{Kind: project.KindName, UID: uid(app, "project", id), Key: id, Fields: u})
}

func isDate(s string) bool {
	var c check.Check
	c.Date("", s)
	return c.Err() == nil
}

func isTime(s string) bool {
	var c check.Check
	c.Time("", s)
	return c.Err() == nil
}

func isColor(s string) bool {
	var c check.Check
	c.Color("", s)
	return s != "" && c.Err() == nil
}

// instants are the forms that exports write moments in.
var instants = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05Z0700"}

// instant reads a moment; zero where it is none, or the zero of its program.
func instant(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, form := range instants {
		if t, err := time.Parse(form, s); err == nil {
			if t.Year() < 1900 || t.Year() > 9000 {
				return time.Time{}
			}
			return t
		}
	}
	return time.Time{}
}

// local reads a date, a date with a time of day, or a moment, as the user's
// clock shows it; the text itself where it is none of these.
func (b *Batch) local(s string) (date, at string) {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasPrefix(s, "0001-01-01") {
		return "", ""
	}
	if t := instant(s); !t.IsZero() {
		t = t.In(b.Home)
		return t.Format(time.DateOnly), t.Format("15:04")
	}
	for _, form := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly), t.Format("15:04")
		}
	}
	return s, ""
}
