package moving

import (
	"errors"
	"path"
	"strings"
	"time"

	"umbra/app/calendar"
	"umbra/app/check"
	"umbra/app/event"
	"umbra/app/ical"
	"umbra/app/opt"
	"umbra/app/todo"
	"umbra/app/vobject"
)

// icsFile is iCalendar (RFC 5545): events and to-dos.
var icsFile = Format{Name: "ics", Recognise: func(f *File) bool {
	return strings.Contains(f.head(4096), "begin:vcalendar") || f.ext() == ".ics" && f.zip == nil
},
	Read: func(f *File, b *Batch) error { return readICS(f.Name, f.Data, b) }}

// readICS reads one file. Its events go to the calendar that it names, which is
// made where there is none of that name; else to the default one.
func readICS(name string, data []byte, b *Batch) error {
	d, err := ical.ParseAll(data)
	if err != nil {
		return invalid("The calendar file " + err.Error() + ".")
	}
	all := d.Components("VCALENDAR")
	if len(all) == 0 {
		return invalid("It is no calendar file: it holds no VCALENDAR.")
	}
	for _, p := range d.Problems {
		b.change(p.Line, "", "Something odd that was passed over: "+p.Text+".")
	}
	x := &icsReader{b: b, r: vobject.NewReader(d, b.Home), uids: map[string]*icsGroup{}, zones: map[string]*ical.Component{}}
	for _, c := range all {
		if x.calendar == "" {
			x.name(c, name)
		}
		for _, z := range c.Components("VTIMEZONE") {
			if id := strings.TrimSpace(z.Text("TZID")); x.zones[id] == nil {
				x.zones[id] = z
			}
		}
		x.collect(c)
	}
	for _, g := range x.groups {
		if err := x.add(g); err != nil {
			return err
		}
	}
	return nil
}

type icsReader struct {
	b        *Batch
	r        *vobject.Reader
	calendar string // its key; empty: the default one
	made     bool
	title    string
	color    string
	zones    map[string]*ical.Component // by their TZID
	groups   []*icsGroup
	uids     map[string]*icsGroup
}

// icsGroup is the components of one record: a series and its changed occurrences.
type icsGroup struct {
	kind, uid string
	parts     []*ical.Component
}

// name takes over what the file calls its calendar.
func (x *icsReader) name(c *ical.Component, file string) {
	for _, property := range []string{"X-WR-CALNAME", "NAME"} {
		if x.title = oneLine(c.Text(property), check.MaxShort); x.title != "" {
			break
		}
	}
	for _, property := range []string{"X-APPLE-CALENDAR-COLOR", "COLOR"} {
		if s := strings.TrimSpace(c.Value(property)); len(s) >= 7 && isColor(s[:7]) {
			x.color = s[:7]
		}
	}
	if x.title == "" && x.b.file != "" { // in a zip with several, the file's name tells them apart
		x.title = oneLine(strings.TrimSuffix(path.Base(file), path.Ext(file)), check.MaxShort)
	}
	if x.title != "" {
		x.calendar = "calendar " + x.title
	}
}

func (x *icsReader) collect(c *ical.Component) {
	for _, p := range c.Components() {
		switch {
		case p.Name == "VEVENT" || p.Name == "VTODO":
		case p.Name == "VTIMEZONE" || strings.HasPrefix(p.Name, "X-"):
			continue
		case p.Name == "VJOURNAL":
			x.b.refuse(p.At(), p.Text("SUMMARY"), "Journal entries have no place in Umbra.")
			continue
		default:
			x.b.refuse(p.At(), "", "It is no event and no to-do: "+oneLine(p.Name, 30)+".")
			continue
		}
		uid := strings.TrimSpace(p.Text("UID"))
		key := p.Name + " " + uid
		g := x.uids[key]
		if g == nil || uid == "" {
			g = &icsGroup{kind: p.Name, uid: uid}
			x.groups = append(x.groups, g)
			x.uids[key] = g
		}
		g.parts = append(g.parts, p)
	}
}

func (x *icsReader) add(g *icsGroup) error {
	at := g.parts[0].At()
	title := g.parts[0].Text("SUMMARY")
	if g.kind == "VTODO" {
		f, err := x.r.Todo(g.parts)
		if err != nil {
			return x.refuse(at, title, err)
		}
		r := &Record{Kind: todo.KindName, UID: g.uid, Place: Place{Line: at}, Created: created(x.r, g.parts[0]), Done: f.DoneAt, Fields: f.Update, Object: x.object(g)}
		if f.Parent != "" {
			r.Links = []Link{{"parent_id", todo.KindName, f.Parent}}
		}
		return x.b.add(r)
	}
	f, err := x.r.Event(g.parts)
	if err != nil {
		return x.refuse(at, title, err)
	}
	r := &Record{Kind: event.KindName, UID: g.uid, Place: Place{Line: at}, Created: created(x.r, g.parts[0]), Fields: f.Update, Changed: f.Changed, Object: x.object(g)}
	if x.calendar != "" {
		if !x.made && !x.b.has(calendar.KindName, x.calendar) {
			u := calendar.Update{Name: opt.Some(x.title)}
			if x.color != "" {
				u.Color = opt.Some(strings.ToLower(x.color))
			}
			if err := x.b.add(&Record{Kind: calendar.KindName, Key: x.calendar, Fields: u}); err != nil {
				return err
			}
		}
		x.made = true
		r.Links = []Link{{"calendar_id", calendar.KindName, x.calendar}}
	}
	return x.b.add(r)
}

func (x *icsReader) refuse(at int, title string, err error) error {
	var form *vobject.Error
	if errors.As(err, &form) {
		x.b.refuse(at, title, form.Message)
		return nil
	}
	return err
}

// object is the group as a phone would store it: by itself, with the zones that
// it names.
func (x *icsReader) object(g *icsGroup) *Object {
	if g.uid == "" {
		return nil
	}
	return &Object{Data: func() ([]byte, error) {
		c := ical.NewComponent("VCALENDAR")
		c.Set("VERSION", "2.0")
		c.Set("PRODID", vobject.ProductID)
		named := map[string]bool{}
		for _, p := range g.parts {
			for _, l := range p.All() {
				id := l.Param("TZID")
				if z := x.zones[id]; z != nil && !named[id] {
					named[id] = true
					c.AddComponent(z)
				}
			}
		}
		for _, p := range g.parts {
			c.AddComponent(p)
		}
		d := ical.New()
		d.Add(c)
		return d.Bytes(), nil
	}}
}

// created is when a component was made, as it says.
func created(r *vobject.Reader, c *ical.Component) (at time.Time) {
	l := c.Line("CREATED")
	if l == nil {
		return at
	}
	t, err := l.Time()
	if err != nil {
		return at
	}
	if at = r.Instant(t); at.Year() < 1900 || at.Year() > 9000 {
		return time.Time{}
	}
	return at
}
