package vobject

import (
	"strings"

	"umbra/app/ical"
	"umbra/app/person"
)

// day reads a birthday: 19800131, 1980-01-31, --0131, --01-31, with a time behind
// it, or in a year that Apple says is none (X-APPLE-OMIT-YEAR).
func day(l *ical.Line) *string {
	if l == nil {
		return nil
	}
	s, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(cardText(l))), "T")
	if len(s) == 8 && !strings.Contains(s, "-") {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	if len(s) == 6 && s[:2] == "--" {
		s = s[:4] + "-" + s[4:]
	}
	if y := l.Param("X-APPLE-OMIT-YEAR"); y != "" && strings.HasPrefix(s, y+"-") {
		s = "-" + s[len(y):]
	}
	if _, err := person.ParseDay(s); err != nil {
		return nil
	}
	return &s
}

// anniversaryLine is where a card has its anniversary: ANNIVERSARY (version 4),
// what Evolution and others write, or Apple's date with that label.
func anniversaryLine(c *ical.Component) *ical.Line {
	for _, name := range []string{"ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY"} {
		if l := c.Line(name); l != nil {
			return l
		}
	}
	for _, l := range c.Lines("X-ABDATE") {
		if strings.Contains(strings.ToLower(labelOf(c, l)), "anniversary") {
			return l
		}
	}
	return nil
}

func anniversary(c *ical.Component) *string { return day(anniversaryLine(c)) }

// dayValue writes a day in the way of a version; the third has no dates without a
// year, and Apple's way to write one is known to most.
func dayLine(name, s, version string) *ical.Line {
	if strings.HasPrefix(version, "4") {
		return ical.NewLine(name, strings.ReplaceAll(strings.Replace(s, "--", "\x00", 1), "-", ""))
	}
	if rest, ok := strings.CutPrefix(s, "--"); ok {
		return ical.NewLine(name, "1604-"+rest, ical.P("VALUE", "date"), ical.P("X-APPLE-OMIT-YEAR", "1604"))
	}
	return ical.NewLine(name, s, ical.P("VALUE", "date"))
}

func setBirthday(c *ical.Component, s *string, version string) {
	if s == nil {
		c.Remove("BDAY")
		return
	}
	c.SetAll("BDAY", []*ical.Line{fixDay(dayLine("BDAY", *s, version))})
}

func fixDay(l *ical.Line) *ical.Line {
	l.Value = strings.Replace(l.Value, "\x00", "--", 1)
	return l
}

func setAnniversary(c *ical.Component, s *string, version string) {
	was := anniversaryLine(c)
	switch {
	case s == nil && was != nil:
		c.RemoveLine(was)
	case s == nil:
	case was != nil && was.Name == "X-ABDATE":
		n := fixDay(dayLine("X-ABDATE", *s, version))
		was.SetParam("X-APPLE-OMIT-YEAR", n.ParamValues("X-APPLE-OMIT-YEAR")...)
		was.SetValue(n.Value)
	case was != nil:
		c.SetAll(was.Name, []*ical.Line{fixDay(dayLine(was.Name, *s, version))})
	case strings.HasPrefix(version, "4"):
		c.Insert(fixDay(dayLine("ANNIVERSARY", *s, version)))
	default: // Apple's and DAVx5's way; Evolution's and the rest's is X-ANNIVERSARY
		group := freeGroup(c)
		l := fixDay(dayLine("X-ABDATE", *s, version))
		l.Group = group
		c.Insert(l)
		label := ical.NewLine("X-ABLABEL", "_$!<Anniversary>!$_")
		label.Group = group
		c.Insert(label)
	}
}
