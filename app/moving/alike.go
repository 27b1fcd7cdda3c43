package moving

import (
	"context"
	"strings"
	"time"
	"unicode"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/fold"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/template"
	"umbra/app/todo"
)

// titleOf is what a person calls a record of a file.
func titleOf(x *Record) string {
	switch u := x.Fields.(type) {
	case location.Update:
		return u.Name.Value
	case calendar.Update:
		return u.Name.Value
	case project.Update:
		return u.Name.Value
	case template.Update:
		return u.Name.Value
	case person.Update:
		return nameOf(u)
	case person.GroupUpdate:
		return u.Name
	case todo.Update:
		return u.Title.Value
	case project.TaskUpdate:
		return u.Title.Value
	case event.Update:
		return u.Title.Value
	case reminder.Update:
		return u.Title.Value
	}
	return ""
}

func nameOf(u person.Update) string {
	for _, s := range []string{u.DisplayName.Value, strings.TrimSpace(u.GivenName.Value + " " + u.FamilyName.Value), u.Nickname.Value, u.Company.Value} {
		if s != "" {
			return s
		}
	}
	return ""
}

func date(o opt.Opt[string]) string {
	if o.Has() {
		return o.Value
	}
	return ""
}

// said is one way to say what a record is; two that say the same are alike.
func said(parts ...string) string {
	for i, p := range parts {
		parts[i] = fold.Text(strings.TrimSpace(p))
	}
	return strings.Join(parts, "\n")
}

// minute is the beginning of a local time, whatever follows it.
func minute(s string) string { return s[:min(len(s), len("2006-01-02T15:04"))] }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// sayingPerson: a name with any one way to tell people of that name apart, or
// the name alone where there is none.
func sayingPerson(name string, emails, phones []person.Contact, birthday string) (out []string) {
	for _, e := range emails {
		out = append(out, said(name, e.Value))
	}
	for _, p := range phones {
		out = append(out, said(name, digits(p.Value)))
	}
	if birthday != "" {
		out = append(out, said(name, birthday))
	}
	if out == nil {
		out = []string{said(name)}
	}
	return out
}

// saying is what a record of a file says.
func saying(x *Record) []string {
	switch u := x.Fields.(type) {
	case person.Update:
		return sayingPerson(nameOf(u), u.Emails.Value, u.Phones.Value, date(u.Birthday))
	case todo.Update:
		return []string{said(u.Title.Value, date(u.DueDate), done(u.Completed.Value))}
	case event.Update:
		return []string{said(u.Title.Value, minute(u.Start.Value))}
	case reminder.Update:
		return []string{said(u.Title.Value, u.RemindAt.Value.UTC().Format(time.RFC3339))}
	case location.Update:
		return []string{said(u.Name.Value, u.Address.Value)}
	case project.TaskUpdate:
		return nil // many are called the same: uids tell
	}
	return []string{said(titleOf(x))}
}

func done(is bool) string {
	if is {
		return "done"
	}
	return ""
}

// alike answers the user's records of a kind by what they say.
func (h House) alike(ctx context.Context, c caller.Caller, kind string) (map[string]int64, error) {
	out := map[string]int64{}
	note := func(id int64, says ...string) {
		for _, s := range says {
			out[s] = id
		}
	}
	var err error
	switch kind {
	case location.KindName:
		err = each(func(q page.Request) (page.Page[location.Location], error) {
			return h.Locations.List(ctx, c, location.Filter{Sort: byID}, q)
		}, func(l location.Location) error { note(l.ID, said(l.Name, l.Address)); return nil })
	case calendar.KindName:
		err = each(func(q page.Request) (page.Page[calendar.Calendar], error) {
			return h.Calendars.List(ctx, c, calendar.Filter{Sort: byID}, q)
		}, func(x calendar.Calendar) error { note(x.ID, said(x.Name)); return nil })
	case project.KindName:
		err = each(func(q page.Request) (page.Page[project.Project], error) {
			return h.Projects.List(ctx, c, project.Filter{Sort: byID}, q)
		}, func(p project.Project) error { note(p.ID, said(p.Name)); return nil })
	case template.KindName:
		err = each(func(q page.Request) (page.Page[template.Template], error) {
			return h.Templates.List(ctx, c, template.Filter{Sort: byID}, q)
		}, func(t template.Template) error { note(t.ID, said(t.Name)); return nil })
	case person.KindName:
		err = each(func(q page.Request) (page.Page[person.Person], error) {
			return h.People.List(ctx, c, person.Filter{Sort: byID}, q)
		}, func(p person.Person) error {
			note(p.ID, sayingPerson(p.DisplayName, p.Emails, p.Phones, text(p.Birthday))...)
			return nil
		})
	case person.GroupKind:
		err = each(func(q page.Request) (page.Page[person.Group], error) { return h.People.ListGroups(ctx, c, q) },
			func(g person.Group) error { note(g.ID, said(g.Name)); return nil })
	case todo.KindName:
		err = each(func(q page.Request) (page.Page[todo.Todo], error) {
			return h.Todos.List(ctx, c, todo.Filter{Sort: byID}, q)
		}, func(t todo.Todo) error { note(t.ID, said(t.Title, text(t.DueDate), done(t.Completed))); return nil })
	case event.KindName:
		err = each(func(q page.Request) (page.Page[event.Event], error) {
			return h.Events.List(ctx, c, event.Filter{Sort: byID}, q)
		}, func(e event.Event) error { note(e.ID, said(e.Title, minute(e.Start))); return nil })
	case reminder.KindName:
		err = each(func(q page.Request) (page.Page[reminder.Reminder], error) {
			return h.Reminders.List(ctx, c, reminder.Filter{Sort: byID}, q)
		}, func(r reminder.Reminder) error {
			note(r.ID, said(r.Title, r.RemindAt.UTC().Format(time.RFC3339)))
			return nil
		})
	}
	return out, err
}

// byID is the order in which pages neither skip nor repeat what stays.
const byID = "created_at"

// each calls do with the items of all pages of a list.
func each[T any](list func(page.Request) (page.Page[T], error), do func(T) error) error {
	return eachPage(page.MaxLimit, list, func(items []T) error {
		for _, x := range items {
			if err := do(x); err != nil {
				return err
			}
		}
		return nil
	})
}

func eachPage[T any](limit int, list func(page.Request) (page.Page[T], error), do func([]T) error) error {
	for req := (page.Request{Limit: limit}); ; {
		p, err := list(req)
		if err != nil || len(p.Items) == 0 {
			return err
		}
		if err := do(p.Items); err != nil {
			return err
		}
		if req.Cursor = p.Next; p.Next == "" {
			return nil
		}
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
