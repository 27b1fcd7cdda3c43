package dav

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/ical"
	"umbra/app/recur"
	"umbra/app/vobject"
)

// collations are those that texts are compared by (RFC 4790).
var collations = []string{"i;ascii-casemap", "i;octet", "i;unicode-casemap"}

// period is [from, to).
type period struct{ from, to time.Time }

// always is a time without ends, as far as records reach.
func always() period {
	return period{check.Earliest, check.Latest.AddDate(-12, 0, 0)}
}

// readPeriod reads a time-range, expand or limit element; an end may be missing
// where open says so.
func readPeriod(e *element, open bool) (p period, err error) {
	p = always()
	bad := broken("<C:valid-filter/>", "A time-range must have a start before its end, in UTC, like 20250131T090000Z.")
	start, end := e.attr("start"), e.attr("end")
	if start == "" && end == "" || !open && (start == "" || end == "") {
		return p, bad
	}
	for _, x := range []struct {
		text string
		into *time.Time
	}{{start, &p.from}, {end, &p.to}} {
		if x.text == "" {
			continue
		}
		l, form, err := recur.ParseBasic(x.text)
		if err != nil || form != recur.UTCForm {
			return p, bad
		}
		*x.into = l.In(time.UTC)
	}
	if p.to.After(always().to) {
		p.to = always().to
	}
	if !p.from.Before(p.to) {
		if start != "" && end == "" { // it begins beyond all records
			p.from = p.to.Add(-time.Second)
			return p, nil
		}
		return p, bad
	}
	return p, nil
}

// compFilter is a C:comp-filter.
type compFilter struct {
	name  string
	not   bool
	time  *period
	props []propFilter
	comps []compFilter
}

// propFilter is a C:prop-filter or A:prop-filter.
type propFilter struct {
	name   string
	not    bool
	time   *period
	texts  []textMatch
	params []paramFilter
	allOf  bool
}

type paramFilter struct {
	name string
	not  bool
	text *textMatch
}

// textMatch is a text-match.
type textMatch struct {
	text      string
	collation string
	negate    bool
	how       string // equals, contains, starts-with, ends-with
}

func readComp(e *element) (f compFilter, err error) {
	f.name = strings.ToUpper(e.attr("name"))
	if e.kid(nsCal, "is-not-defined") != nil {
		f.not = true
		return f, nil
	}
	if t := e.kid(nsCal, "time-range"); t != nil {
		p, err := readPeriod(t, true)
		if err != nil {
			return f, err
		}
		f.time = &p
	}
	for _, k := range e.all(nsCal, "prop-filter") {
		p, err := readProp(k, nsCal)
		if err != nil {
			return f, err
		}
		f.props = append(f.props, p)
	}
	for _, k := range e.all(nsCal, "comp-filter") {
		c, err := readComp(k)
		if err != nil {
			return f, err
		}
		f.comps = append(f.comps, c)
	}
	return f, nil
}

func readProp(e *element, space string) (f propFilter, err error) {
	f.name, f.allOf = strings.ToUpper(e.attr("name")), space == nsCal || e.attr("test") == "allof"
	f.not = e.kid(space, "is-not-defined") != nil
	if t := e.kid(space, "time-range"); t != nil {
		p, err := readPeriod(t, true)
		if err != nil {
			return f, err
		}
		f.time = &p
	}
	for _, k := range e.all(space, "text-match") {
		t, err := readText(k)
		if err != nil {
			return f, err
		}
		f.texts = append(f.texts, t)
	}
	for _, k := range e.all(space, "param-filter") {
		p := paramFilter{name: strings.ToUpper(k.attr("name")), not: k.kid(space, "is-not-defined") != nil}
		if m := k.kid(space, "text-match"); m != nil {
			t, err := readText(m)
			if err != nil {
				return f, err
			}
			p.text = &t
		}
		f.params = append(f.params, p)
	}
	return f, nil
}

func readText(e *element) (t textMatch, err error) {
	t = textMatch{text: e.text, collation: e.attr("collation"), negate: e.attr("negate-condition") == "yes", how: e.attr("match-type")}
	if t.collation == "" || t.collation == "default" {
		t.collation = collations[0]
		if e.name.Space == nsCard {
			t.collation = collations[2]
		}
	}
	if !slices.Contains(collations, t.collation) {
		space := "C"
		if e.name.Space == nsCard {
			space = "A"
		}
		return t, refusal{http.StatusForbidden, "<" + space + ":supported-collation/>", "Texts are compared by " + strings.Join(collations, ", ") + "."}
	}
	t.text = t.fold(t.text)
	return t, nil
}

func (t textMatch) fold(s string) string {
	switch t.collation {
	case "i;octet":
		return s
	case "i;ascii-casemap":
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, s)
	}
	return strings.ToLower(s)
}

func (t textMatch) matches(s string) bool {
	s = t.fold(s)
	var ok bool
	switch t.how {
	case "equals":
		ok = s == t.text
	case "starts-with":
		ok = strings.HasPrefix(s, t.text)
	case "ends-with":
		ok = strings.HasSuffix(s, t.text)
	default:
		ok = strings.Contains(s, t.text)
	}
	return ok != t.negate
}

// matcher matches filters against one object.
type matcher struct {
	r *vobject.Reader
	// during says whether a component of the object takes place in a time; nil where
	// that was looked at already.
	during func(c *ical.Component, p period) bool
	alarms func(c, alarm *ical.Component, p period) bool
}

func (m *matcher) comp(parent *ical.Component, f compFilter) bool {
	parts := parent.Components(f.name)
	if f.not {
		return len(parts) == 0
	}
	return slices.ContainsFunc(parts, func(c *ical.Component) bool { return m.matches(parent, c, f) })
}

func (m *matcher) matches(parent, c *ical.Component, f compFilter) bool {
	if f.time != nil {
		switch {
		case c.Name == "VALARM" && m.alarms != nil:
			if !m.alarms(parent, c, *f.time) {
				return false
			}
		case m.during != nil && !m.during(c, *f.time):
			return false
		}
	}
	for _, p := range f.props {
		if !m.prop(c, p) {
			return false
		}
	}
	for _, k := range f.comps {
		if !m.comp(c, k) {
			return false
		}
	}
	return true
}

// lines are the properties of a name; one with a group names that group's alone.
func lines(c *ical.Component, name string) []*ical.Line {
	group, plain, grouped := strings.Cut(name, ".")
	if !grouped {
		return c.Lines(name)
	}
	return slices.DeleteFunc(c.Lines(plain), func(l *ical.Line) bool { return !strings.EqualFold(l.Group, group) })
}

func (m *matcher) prop(c *ical.Component, f propFilter) bool {
	all := lines(c, f.name)
	if f.not {
		return len(all) == 0
	}
	if len(all) == 0 {
		// A negated text is not found in what is not there either (RFC 6352, 10.5.4, wants the property).
		return false
	}
	if f.time == nil && len(f.texts) == 0 && len(f.params) == 0 {
		return true
	}
	return slices.ContainsFunc(all, func(l *ical.Line) bool { return m.line(l, f) })
}

func (m *matcher) line(l *ical.Line, f propFilter) bool {
	var results []bool
	if f.time != nil {
		t, err := l.Time()
		at := time.Time{}
		if err == nil {
			at = m.r.Instant(t)
		}
		results = append(results, err == nil && !at.Before(f.time.from) && at.Before(f.time.to))
	}
	for _, t := range f.texts {
		results = append(results, t.matches(ical.Unescape(l.Value)))
	}
	for _, p := range f.params {
		values := l.ParamValues(p.name)
		switch {
		case p.not:
			results = append(results, len(values) == 0)
		case p.text == nil:
			results = append(results, len(values) > 0)
		default:
			results = append(results, slices.ContainsFunc(values, p.text.matches))
		}
	}
	if f.allOf {
		return !slices.Contains(results, false)
	}
	return slices.Contains(results, true)
}
