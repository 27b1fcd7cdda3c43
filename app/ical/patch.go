package ical

import (
	"slices"
	"strings"
)

// NewComponent makes an empty component.
func NewComponent(name string) *Component {
	name = strings.ToUpper(name)
	return &Component{Name: name, begin: NewLine("BEGIN", name), end: NewLine("END", name)}
}

// Components are the parts with one of the names; all of them where none is given.
func (c *Component) Components(names ...string) (out []*Component) {
	for _, n := range c.nodes {
		if n.part != nil && (len(names) == 0 || slices.Contains(names, n.part.Name)) {
			out = append(out, n.part)
		}
	}
	return out
}

// All are its lines, in order; what is no property is left out.
func (c *Component) All() (out []*Line) {
	for _, n := range c.nodes {
		if n.line != nil && n.line.Name != "" {
			out = append(out, n.line)
		}
	}
	return out
}

// Lines are the properties with one of the names, in order.
func (c *Component) Lines(names ...string) (out []*Line) {
	for _, n := range c.nodes {
		if n.line != nil && slices.Contains(names, n.line.Name) {
			out = append(out, n.line)
		}
	}
	return out
}

// Line is the first property of a name, nil where there is none.
func (c *Component) Line(name string) *Line {
	for _, n := range c.nodes {
		if n.line != nil && n.line.Name == name {
			return n.line
		}
	}
	return nil
}

// Value is the value of a property; empty where there is none.
func (c *Component) Value(name string) string {
	if l := c.Line(name); l != nil {
		return l.Value
	}
	return ""
}

// Text is a property of text, unescaped, as valid UTF-8.
func (c *Component) Text(name string) string { return Unescape(c.Value(name)) }

// InGroup are the lines of a group, other than one.
func (c *Component) InGroup(group string, but *Line) (out []*Line) {
	for _, n := range c.nodes {
		if n.line != nil && group != "" && strings.EqualFold(n.line.Group, group) && n.line != but {
			out = append(out, n.line)
		}
	}
	return out
}

// Set makes a property, once there, be so: in its place where it is there
// already, else in the usual one. Further ones of the name go.
func (c *Component) Set(name, value string, params ...Param) *Line {
	l := NewLine(name, value, params...)
	c.SetAll(name, []*Line{l})
	return c.Line(l.Name)
}

// SetText is Set of a text; an empty one removes the property. Parameters that
// are there (LANGUAGE, ALTREP of another value aside) stay.
func (c *Component) SetText(name, text string) {
	if text == "" {
		c.Remove(name)
		return
	}
	if l := c.Line(name); l != nil {
		if Unescape(l.Value) != text {
			l.SetParam("ALTREP") // it says the text that was
			l.SetParam("ENCODING")
			l.SetValue(Escape(text))
		}
		return
	}
	c.Set(name, Escape(text))
}

// SetAll makes the properties of a name be these. Those that say the same stay
// as they stand; others are changed in their place, added, or go.
func (c *Component) SetAll(name string, lines []*Line) {
	var free []*Line
	wanted := slices.Clone(lines)
	for _, l := range c.Lines(name) {
		i := slices.IndexFunc(wanted, func(n *Line) bool { return n != nil && l.same(n) })
		if i < 0 {
			free = append(free, l)
			continue
		}
		wanted[i] = nil
	}
	for _, n := range wanted {
		switch {
		case n == nil:
		case len(free) > 0:
			free[0].become(n)
			free = free[1:]
		default:
			c.Insert(n)
		}
	}
	for _, l := range free {
		c.RemoveLine(l)
	}
}

// Remove takes away every property of the names.
func (c *Component) Remove(names ...string) {
	c.nodes = slices.DeleteFunc(c.nodes, func(n node) bool { return n.line != nil && slices.Contains(names, n.line.Name) })
}

// RemoveLine takes one line away, with the labels of its group where nothing
// else is in that.
func (c *Component) RemoveLine(l *Line) {
	drop := []*Line{l}
	if rest := c.InGroup(l.Group, l); !slices.ContainsFunc(rest, func(o *Line) bool { return !strings.HasPrefix(o.Name, "X-AB") }) {
		drop = append(drop, rest...)
	}
	c.nodes = slices.DeleteFunc(c.nodes, func(n node) bool { return n.line != nil && slices.Contains(drop, n.line) })
}

// AddComponent puts a part at the end.
func (c *Component) AddComponent(p *Component) { c.nodes = append(c.nodes, node{part: p}) }

// AddBefore puts a part before the first of another name, else at the end.
func (c *Component) AddBefore(p *Component, names ...string) {
	at := slices.IndexFunc(c.nodes, func(n node) bool { return n.part != nil && slices.Contains(names, n.part.Name) })
	if at < 0 {
		at = len(c.nodes)
	}
	c.nodes = slices.Insert(c.nodes, at, node{part: p})
}

// RemoveComponent takes a part away.
func (c *Component) RemoveComponent(p *Component) {
	c.nodes = slices.DeleteFunc(c.nodes, func(n node) bool { return n.part == p })
}

// Clone is a copy that can be changed by itself.
func (c *Component) Clone() *Component {
	n := &Component{Name: c.Name, begin: c.begin, end: c.end, nodes: make([]node, len(c.nodes))}
	for i, x := range c.nodes {
		if x.part != nil {
			n.nodes[i].part = x.part.Clone()
			continue
		}
		l := *x.line
		n.nodes[i].line = &l
	}
	return n
}

// usual is the order in which properties are written that were not there before.
var usual = func() map[string]int {
	names := strings.Fields(`VERSION PRODID CALSCALE METHOD X-WR-CALNAME KIND UID DTSTAMP CREATED LAST-MODIFIED SEQUENCE RECURRENCE-ID
FN N NICKNAME SUMMARY DESCRIPTION LOCATION GEO DTSTART DTEND DUE DURATION COMPLETED PERCENT-COMPLETE PRIORITY STATUS CLASS TRANSP
RRULE RDATE EXDATE CATEGORIES RELATED-TO COLOR ORGANIZER ATTENDEE URL
ORG TITLE ROLE TEL EMAIL ADR BDAY ANNIVERSARY X-ANNIVERSARY NOTE PHOTO REV
ACTION TRIGGER REPEAT ACKNOWLEDGED
TZID TZOFFSETFROM TZOFFSETTO TZNAME`)
	out := make(map[string]int, len(names))
	for i, n := range names {
		out[n] = i + 1
	}
	return out
}()

// Insert puts a line where its kind usually stands: behind its own, else behind
// the last that usually comes before it; one of no usual place behind all lines.
func (c *Component) Insert(l *Line) {
	at, end := -1, 0
	rank := usual[l.Name]
	for i, n := range c.nodes {
		if n.line == nil {
			continue
		}
		if n.line.Name != "" {
			end = i + 1
		}
		if r := usual[n.line.Name]; r > 0 && r <= rank {
			at = i + 1
		}
	}
	if rank == 0 {
		at = end
	}
	c.nodes = slices.Insert(c.nodes, max(at, 0), node{line: l})
}

// Regroup puts a line into a group.
func (c *Component) Regroup(l *Line, group string) { l.Group, l.raw, l.head = group, "", "" }
