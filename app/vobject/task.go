package vobject

import (
	"slices"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/ical"
	"umbra/app/recur"
)

// vtodo is what to-dos, tasks and reminders share in an object.
type vtodo struct {
	uid, title, description string
	priority                string // none, low, medium, high
	due, start              *ical.Time
	completed               bool
	completedAt             time.Time // zero where it is not said
	inProgress              bool
	tags                    []string
	rule                    string
	parent                  string // its UID
	alarms                  []string
}

// master is the component that stands for a whole object: the one without a
// RECURRENCE-ID, else the first.
func master(parts []*ical.Component) (*ical.Component, error) {
	var found *ical.Component
	for _, p := range parts {
		if p.Line("RECURRENCE-ID") != nil {
			continue
		}
		if found != nil {
			return nil, refuse("It holds two to-dos with the same UID and no RECURRENCE-ID.")
		}
		found = p
	}
	if found == nil && len(parts) > 0 {
		found = parts[0]
	}
	if found == nil {
		return nil, refuse("It holds no to-do.")
	}
	return found, nil
}

func (r *Reader) vtodo(parts []*ical.Component) (v vtodo, err error) {
	c, err := master(parts)
	if err != nil {
		return v, err
	}
	v.uid = strings.TrimSpace(c.Text("UID"))
	v.title = title(c)
	v.description = short(c.Text("DESCRIPTION"), check.MaxText)
	v.priority = priorityOf(c.Value("PRIORITY"))
	v.due, v.start = r.due(c), timeOf(c, "DTSTART")
	status := strings.ToUpper(strings.TrimSpace(c.Value("STATUS")))
	v.inProgress = status == "IN-PROCESS"
	done := timeOf(c, "COMPLETED")
	v.completed = status == "COMPLETED" || status == "CANCELLED" ||
		status == "" && (done != nil || strings.TrimSpace(c.Value("PERCENT-COMPLETE")) == "100")
	if done != nil && v.completed {
		v.completedAt = r.Instant(*done)
	}
	v.tags = tagsOf(c)
	v.rule = rule(c)
	for _, l := range c.Lines("RELATED-TO") {
		if t := l.Param("RELTYPE"); v.parent == "" && (t == "" || strings.EqualFold(t, "PARENT")) {
			v.parent = strings.TrimSpace(ical.Unescape(l.Value))
		}
	}
	v.alarms = r.alarms(c, r.beforeDue(c), 0)
	return v, nil
}

// due is when it is due: its DUE, or its start and duration. One that repeats
// and has neither is due at its start.
func (r *Reader) due(c *ical.Component) *ical.Time {
	if t := timeOf(c, "DUE"); t != nil {
		return t
	}
	start := timeOf(c, "DTSTART")
	if start == nil {
		return nil
	}
	if d, err := ical.ParseDuration(c.Value("DURATION")); err == nil {
		zone := r.zone(*start)
		if zone == nil {
			zone = time.UTC
		}
		t := *start
		t.At = d.After(t.At, zone)
		return &t
	}
	if rule(c) != "" {
		return start
	}
	return nil
}

// beforeDue is how far DTSTART lies from the time that reminders count from,
// which is DUE where there is one.
func (r *Reader) beforeDue(c *ical.Component) time.Duration {
	due, begin := r.due(c), timeOf(c, "DTSTART")
	if due == nil || begin == nil {
		return 0
	}
	return r.Instant(*begin).Sub(r.Instant(*due))
}

func timeOf(c *ical.Component, name string) *ical.Time {
	l := c.Line(name)
	if l == nil {
		return nil
	}
	t, err := l.Time()
	if err != nil {
		return nil
	}
	return &t
}

// priorityOf reads PRIORITY (RFC 5545, 3.8.1.9): 1 to 4 is high, 5 medium.
func priorityOf(s string) string {
	switch s = strings.TrimSpace(s); s {
	case "1", "2", "3", "4":
		return "high"
	case "5":
		return "medium"
	case "6", "7", "8", "9":
		return "low"
	}
	return "none"
}

func priorityField(p string) Field {
	return Field{"priority", p, func(c *ical.Component) {
		setOrRemove(c, "PRIORITY", map[string]string{"high": "1", "medium": "5", "low": "9"}[p])
	}}
}

const (
	maxTags = 50
	maxTag  = 100
)

// tagsOf reads CATEGORIES; a group of people is called so too.
func tagsOf(c *ical.Component) []string {
	out := []string{}
	for _, l := range c.Lines("CATEGORIES") {
		for _, t := range ical.List(l.Value) {
			if t = line(t, maxTag); t != "" && len(out) < maxTags && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

func tagsField(name string, tags []string) Field {
	return Field{name, strings.Join(tags, "\n"), func(c *ical.Component) {
		if slices.Equal(tagsOf(c), tags) {
			return
		}
		setOrRemove(c, "CATEGORIES", ical.JoinList(tags))
	}}
}

// dueField writes when it is due. A DTSTART that is there keeps its distance, for
// it may not lie behind.
func dueField(r *Reader, due *ical.Time, repeats bool) Field {
	mark := ""
	if due != nil {
		mark = due.At.Basic(due.Form) + " " + due.TZID
	}
	return Field{"due", mark, func(c *ical.Component) {
		was, start := r.due(c), timeOf(c, "DTSTART")
		c.Remove("DURATION")
		if due == nil {
			c.Remove("DUE")
			return
		}
		setTime(c, due.Line("DUE"))
		switch {
		case start == nil && repeats:
			setTime(c, due.Line("DTSTART"))
		case start != nil:
			moved := *due
			if was != nil && was.Form == start.Form && was.TZID == start.TZID {
				if before := was.At.Sub(start.At); before > 0 && due.Form == was.Form {
					moved.At = due.At.Add(-before)
				}
			}
			setTime(c, moved.Line("DTSTART"))
		}
	}}
}

func ruleField(rule string, due *ical.Time) Field {
	return Field{"rule", rule, func(c *ical.Component) {
		setOrRemove(c, "RRULE", rule)
		if rule == "" {
			c.Remove("RDATE", "EXDATE")
			return
		}
		if c.Line("DTSTART") == nil && due != nil { // it repeats from there
			setTime(c, due.Line("DTSTART"))
		}
	}}
}

func doneField(done bool, at *time.Time) Field {
	mark := "open"
	if done {
		mark = "done"
		if at != nil {
			mark += at.UTC().Format(time.RFC3339)
		}
	}
	return Field{"completed", mark, func(c *ical.Component) { setDone(c, done, at, "NEEDS-ACTION") }}
}

// setDone writes the three properties that say whether it is done.
func setDone(c *ical.Component, done bool, at *time.Time, open string) {
	if done {
		c.Set("STATUS", "COMPLETED")
		c.Set("PERCENT-COMPLETE", "100")
		if at != nil {
			setTime(c, ical.UTC(*at).Line("COMPLETED"))
		}
		return
	}
	c.Remove("COMPLETED")
	if l := c.Line("PERCENT-COMPLETE"); l != nil && strings.TrimSpace(l.Value) == "100" {
		c.Remove("PERCENT-COMPLETE")
	}
	c.Set("STATUS", open)
}

func parentField(uid string) Field {
	return Field{"parent", uid, func(c *ical.Component) {
		for _, l := range c.Lines("RELATED-TO") {
			if t := l.Param("RELTYPE"); t != "" && !strings.EqualFold(t, "PARENT") {
				continue
			}
			if uid != "" && strings.TrimSpace(ical.Unescape(l.Value)) == uid {
				return
			}
			c.RemoveLine(l)
		}
		if uid != "" {
			c.Insert(ical.NewLine("RELATED-TO", ical.Escape(uid)))
		}
	}}
}

// localDue is a date with a time of day or none, which belongs to no zone.
func localDue(date, at *string) *ical.Time {
	if date == nil {
		return nil
	}
	if at == nil {
		return &ical.Time{At: local(*date), Form: recur.DateForm}
	}
	return &ical.Time{At: local(*date + "T" + *at + ":00"), Form: recur.FloatingForm}
}

// home is a due time on the user's clock: its date, and its time of day where it
// has one.
func (r *Reader) home(t *ical.Time) (date, at *string) {
	if t == nil {
		return nil, nil
	}
	l := r.in(*t, nil)
	day := l.DateString()
	if y := year(l); y < 1 || y > 9999 {
		return nil, nil
	}
	if t.Date() {
		return &day, nil
	}
	h, m, _ := l.Clock()
	clockTime := time.Date(2000, 1, 1, h, m, 0, 0, time.UTC).Format(clock.TimeLayout)
	return &day, &clockTime
}

// newTodo is the component of a new object.
func newTodo(d *ical.Document, uid string, created, updated time.Time) *ical.Component {
	c := ical.NewComponent("VTODO")
	c.Set("UID", ical.Escape(uid))
	c.Set("DTSTAMP", ical.UTC(updated).Line("DTSTAMP").Value)
	c.Set("CREATED", ical.UTC(created).Line("CREATED").Value)
	calendarOf(d).AddComponent(c)
	return c
}

// writeTodo patches the component of an object.
func writeTodo(d *ical.Document, uid string, created, updated time.Time, marks Marks, fields []Field) {
	c, err := master(calendarOf(d).Components("VTODO"))
	if err != nil {
		c, marks = newTodo(d, uid, created, updated), nil
	}
	if patch(c, marks, fields) {
		stamp(c, updated)
	}
}
