package moving

import (
	"bufio"
	"context"
	"io"
	"strings"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/ical"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
	"umbra/app/vobject"
)

func (x *exporter) calendars() error {
	return each(func(q page.Request) (page.Page[calendar.Calendar], error) {
		return x.Calendars.List(x.ctx, x.c, calendar.Filter{Sort: byID}, q)
	}, func(c calendar.Calendar) error {
		return x.objects(x.free("calendars/", c.Name), c.Name, c.Color, "event", c.ID)
	})
}

func (x *exporter) todoLists() error {
	if err := x.objects(x.free("lists/", "To-dos"), "To-dos", "", todo.KindName, 0); err != nil {
		return err
	}
	err := each(func(q page.Request) (page.Page[project.Project], error) {
		return x.Projects.List(x.ctx, x.c, project.Filter{Sort: byID}, q)
	}, func(p project.Project) error {
		return x.objects(x.free("lists/", p.Name), p.Name, p.Color, project.TaskKind, p.ID)
	})
	if err != nil {
		return err
	}
	return x.objects(x.free("lists/", "Reminders"), "Reminders", "", reminder.KindName, 0)
}

func (x *exporter) objects(name, title, color, kind string, within int64) error {
	file, err := x.create(name)
	if err != nil {
		return err
	}
	return x.writeObjects(x.ctx, x.c, file, objects{title: title, color: color, kind: kind, within: within})
}

// objects are the records of a kind as one iCalendar object.
type objects struct {
	title, color string
	kind         string
	within       int64                                      // the calendar or project
	shape        func(part *ical.Component) *ical.Component // what is shown of each; nil leaves it out
}

// writeObjects writes records as phones are shown them. A zone that several of
// them bring along is written once.
func (h House) writeObjects(ctx context.Context, c caller.Caller, file io.Writer, o objects) error {
	w := bufio.NewWriter(file)
	head := ical.NewComponent("VCALENDAR")
	head.Set("VERSION", "2.0")
	head.Set("PRODID", vobject.ProductID)
	head.Set("X-WR-CALNAME", ical.Escape(o.title))
	if o.color != "" {
		head.Set("X-APPLE-CALENDAR-COLOR", o.color)
	}
	d := ical.New()
	d.Add(head)
	begin, end, _ := strings.Cut(string(d.Bytes()), "END:VCALENDAR")
	_, _ = w.WriteString(begin)
	zones := map[string]bool{}
	err := h.walk(ctx, c, o.kind, o.within, func(e *entry) error {
		d, err := e.object()
		if err != nil {
			return err
		}
		for _, c := range d.Components("VCALENDAR") {
			for _, part := range c.Components() {
				if part.Name == "VTIMEZONE" {
					if zones[part.Value("TZID")] {
						continue
					}
					zones[part.Value("TZID")] = true
				} else if o.shape != nil {
					if part = o.shape(part); part == nil {
						continue
					}
				}
				if err := writePart(w, part); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, _ = w.WriteString("END:VCALENDAR" + end)
	return w.Flush()
}

// writePart writes a component by itself, with an end to its last line.
func writePart(w io.Writer, part *ical.Component) error {
	one := ical.New()
	one.Add(part)
	b := one.Bytes()
	if _, err := w.Write(b); err != nil {
		return err
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		_, err := io.WriteString(w, "\r\n")
		return err
	}
	return nil
}

func (x *exporter) people() error {
	file, err := x.create("people.vcf")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	for _, kind := range []string{person.KindName, person.GroupKind} {
		err := x.walk(x.ctx, x.c, kind, 0, func(e *entry) error {
			d, err := e.object()
			if err != nil {
				return err
			}
			for _, c := range d.Components("VCARD") {
				if err := writePart(w, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return w.Flush()
}
