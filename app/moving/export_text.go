package moving

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"

	"umbra/app/event"
	"umbra/app/location"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// pagesOfText are the files for people to read.
var pagesOfText = []struct {
	name, title, kind string
}{
	{"todos.md", "To-dos", todo.KindName},
	{"calendar.md", "Calendar", event.KindName},
	{"reminders.md", "Reminders", reminder.KindName},
	{"people.md", "People", person.KindName},
	{"locations.md", "Locations", location.KindName},
}

func (x *exporter) markdown() error {
	for _, p := range pagesOfText {
		if err := x.page(p.name, p.title, func(w *bufio.Writer) error {
			return x.walk(x.ctx, x.c, p.kind, 0, func(e *entry) error { x.say(w, e); return nil })
		}); err != nil {
			return err
		}
	}
	return x.page("projects.md", "Projects", func(w *bufio.Writer) error {
		return x.walk(x.ctx, x.c, project.KindName, 0, func(e *entry) error {
			x.say(w, e)
			return x.walk(x.ctx, x.c, project.TaskKind, e.id, func(t *entry) error { x.say(w, t); return nil })
		})
	})
}

func (x *exporter) page(name, title string, write func(w *bufio.Writer) error) error {
	file, err := x.create("markdown/" + name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	fmt.Fprintf(w, "# %s\n\n", title)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// say writes a record for a person to read.
func (x *exporter) say(w *bufio.Writer, e *entry) {
	switch v := e.value.(type) {
	case *todo.Todo:
		v.Say(x.c)
		bullet(w, box(v.Completed)+v.Title, facts("due", join(text(v.DueDate), text(v.DueTime)), "repeats", v.RecurrenceText, "priority", but(v.Priority, "none"),
			"in", v.Category, "tags", strings.Join(v.Tags, ", ")), v.Description)
	case *project.Task:
		bullet(w, box(v.Status == project.Done)+v.Title, facts("", but(strings.ReplaceAll(v.Status, "_", " "), "todo"), "due", text(v.DueDate), "priority", but(v.Priority, "none")), v.Description)
	case *project.Project:
		fmt.Fprintf(w, "\n## %s\n\n", v.Name)
		if f := facts("", strings.ReplaceAll(v.Status, "_", " "), "due", text(v.DueDate)); f != "" {
			fmt.Fprintf(w, "%s\n\n", f)
		}
		if v.Description != "" {
			fmt.Fprintf(w, "%s\n\n", strings.TrimSpace(v.Description))
		}
	case *event.Event:
		v.Say(x.c)
		bullet(w, when(v)+" "+v.Title, facts("at", v.Location, "repeats", v.RecurrenceText, "", but(v.Status, "confirmed")), v.Description)
	case *reminder.Reminder:
		v.Say(x.c)
		bullet(w, box(v.Dismissed)+v.Title, facts("at", v.RemindAt.In(x.c.Location()).Format("2006-01-02 15:04"), "repeats", v.RecurrenceText), v.Description)
	case *person.Person:
		var reach []string
		for _, c := range append(v.Emails, v.Phones...) {
			reach = append(reach, strings.TrimSpace(c.Value+" "+inParentheses(c.Label)))
		}
		for _, a := range v.Addresses {
			reach = append(reach, oneLine(strings.Join([]string{a.Street, strings.TrimSpace(a.PostalCode + " " + a.City), a.Region, a.Country}, " "), 500))
		}
		bullet(w, "**"+v.DisplayName+"**", facts("", strings.Join(reach, "; "), "born", text(v.Birthday), "at", join(v.JobTitle, v.Company), "groups", strings.Join(v.Groups, ", ")), v.Notes)
	case *location.Location:
		bullet(w, "**"+v.Name+"**", facts("", oneLine(v.Address, 1000), "phone", v.Phone, "", v.Website), v.Notes)
	}
}

func when(e *event.Event) string {
	if e.AllDay {
		return e.Start
	}
	return strings.Replace(minute(e.Start), "T", " ", 1)
}

func box(done bool) string {
	if done {
		return "[x] "
	}
	return "[ ] "
}

func but(s, usual string) string {
	if s == usual {
		return ""
	}
	return s
}

func join(parts ...string) string { return strings.TrimSpace(strings.Join(parts, " ")) }

func inParentheses(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// facts are pairs of a word and a value, those without a value left out.
func facts(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, strings.TrimSpace(cmp.Or(pairs[i], "")+" "+pairs[i+1]))
		}
	}
	return strings.Join(out, ", ")
}

func bullet(w *bufio.Writer, head, facts, more string) {
	fmt.Fprintf(w, "- %s", oneLine(head, 600))
	if facts != "" {
		fmt.Fprintf(w, " — %s", facts)
	}
	fmt.Fprintln(w)
	for l := range strings.Lines(strings.TrimSpace(more)) {
		fmt.Fprintf(w, "  %s\n", strings.TrimRight(l, "\r\n"))
	}
}
