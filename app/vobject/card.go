package vobject

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"

	"umbra/app/check"
	"umbra/app/ical"
	"umbra/app/opt"
	"umbra/app/person"
)

// Bounds of a person; see package person.
const (
	maxContacts  = 50
	maxAddresses = 20
	maxLabel     = 100
	maxPhone     = 100
	maxStreet    = 1000
)

// PersonForm is what a vCard says of a person.
type PersonForm struct {
	UID    string
	Update person.Update
}

// Version is the version that a vCard says it has.
func Version(c *ical.Component) string { return strings.TrimSpace(c.Value("VERSION")) }

// Person reads a vCard of version 2.1, 3.0 or 4.0.
func Person(c *ical.Component) (f PersonForm, err error) {
	f.UID = strings.TrimSpace(cardText(c.Line("UID")))
	u := &f.Update
	n := structured(c.Line("N"), 5)
	u.FamilyName, u.GivenName = opt.Some(line(n[0], check.MaxShort)), opt.Some(line(n[1], check.MaxShort))
	u.Nickname = opt.Some(line(cardText(c.Line("NICKNAME")), check.MaxShort))
	u.Company = opt.Some(line(structured(c.Line("ORG"), 1)[0], check.MaxShort))
	u.JobTitle = opt.Some(line(cardText(c.Line("TITLE")), check.MaxShort))
	name := line(cardText(c.Line("FN")), check.MaxTitle)
	u.Emails, u.Phones, u.Addresses = opt.Some(emails(c)), opt.Some(phones(c)), opt.Some(addresses(c))
	if name == "" && u.FamilyName.Value+u.GivenName.Value+u.Nickname.Value+u.Company.Value == "" {
		switch {
		case len(u.Emails.Value) > 0:
			name = u.Emails.Value[0].Value
		case len(u.Phones.Value) > 0:
			name = u.Phones.Value[0].Value
		default:
			name = Untitled
		}
	}
	u.DisplayName = opt.Some(name)
	u.Groups = opt.Some(tagsOf(c))
	u.Birthday = orNull(day(c.Line("BDAY")))
	u.Anniversary = orNull(anniversary(c))
	u.Notes = opt.Some(notes(c))
	if photo := c.Line("PHOTO"); photo != nil {
		if uri, ok := photoURI(photo); ok {
			u.Photo = opt.Some(uri)
		}
	} else {
		u.Photo = opt.Null[string]()
	}
	return f, nil
}

// cardText is a text as vCards of each version write it.
func cardText(l *ical.Line) string {
	if l == nil {
		return ""
	}
	return ical.Unescape(plainValue(l))
}

// plainValue undoes the encoding of version 2.1; its texts may be in Latin-1.
func plainValue(l *ical.Line) string {
	if !strings.EqualFold(l.Param("ENCODING"), "QUOTED-PRINTABLE") {
		return l.Value
	}
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Value)))
	if err != nil {
		return l.Value
	}
	s := string(b)
	switch strings.ToUpper(l.Param("CHARSET")) {
	case "ISO-8859-1", "WINDOWS-1252", "LATIN1":
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		s = string(r)
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

func structured(l *ical.Line, n int) []string {
	if l == nil {
		return make([]string, n)
	}
	return ical.Structured(plainValue(l), n)
}

func notes(c *ical.Component) string {
	var all []string
	for _, l := range c.Lines("NOTE") {
		if s := strings.TrimSpace(cardText(l)); s != "" {
			all = append(all, s)
		}
	}
	return short(strings.Join(all, "\n\n"), check.MaxText)
}

// labels are the TYPE values that say what kind it is, and what we say for them.
var labels = map[string]string{"home": "home", "work": "work", "cell": "mobile", "iphone": "mobile", "fax": "fax", "pager": "pager", "main": "main", "other": "other"}

// labelOf is what kind an address or number is: the label of its group (Apple's
// item1.X-ABLabel), else its type.
func labelOf(c *ical.Component, l *ical.Line) string {
	for _, o := range c.InGroup(l.Group, l) {
		if o.Name == "X-ABLABEL" {
			s := strings.TrimSpace(ical.Unescape(o.Value))
			if inner, ok := strings.CutPrefix(s, "_$!<"); ok {
				s = strings.ToLower(strings.TrimSuffix(inner, ">!$_"))
			}
			return line(s, maxLabel)
		}
	}
	types := l.Types()
	for _, t := range []string{"cell", "iphone", "fax", "pager", "home", "work", "main", "other"} {
		if slices.Contains(types, t) {
			label := labels[t]
			if t == "fax" && slices.Contains(types, "work") {
				return "work fax"
			}
			if t == "fax" && slices.Contains(types, "home") {
				return "home fax"
			}
			return label
		}
	}
	return ""
}

func preferred(l *ical.Line) bool {
	return slices.Contains(l.Types(), "pref") || strings.TrimSpace(l.Param("PREF")) == "1"
}

func emails(c *ical.Component) []person.Contact {
	return contacts(c, "EMAIL", 254, func(s string) bool {
		var k check.Check
		k.Email("", s)
		return k.Err() == nil
	})
}

func phones(c *ical.Component) []person.Contact {
	return contacts(c, "TEL", maxPhone, func(string) bool { return true })
}

func contacts(c *ical.Component, name string, max int, valid func(string) bool) []person.Contact {
	out := []person.Contact{}
	for _, l := range c.Lines(name) {
		if x, ok := contact(c, l, max, valid); ok && len(out) < maxContacts {
			out = append(out, x)
		}
	}
	return out
}

func contact(c *ical.Component, l *ical.Line, max int, valid func(string) bool) (person.Contact, bool) {
	value := line(cardText(l), max)
	if strings.EqualFold(l.Param("VALUE"), "uri") || strings.HasPrefix(value, "tel:") || strings.HasPrefix(value, "mailto:") {
		value = strings.TrimPrefix(strings.TrimPrefix(value, "tel:"), "mailto:")
	}
	return person.Contact{Label: labelOf(c, l), Value: value, Preferred: preferred(l)}, value != "" && valid(value)
}

func addresses(c *ical.Component) []person.Address {
	out := []person.Address{}
	for _, l := range c.Lines("ADR") {
		if a, ok := address(c, l); ok && len(out) < maxAddresses {
			out = append(out, a)
		}
	}
	return out
}

func address(c *ical.Component, l *ical.Line) (a person.Address, ok bool) {
	f := structured(l, 7)
	street := strings.TrimSpace(strings.Join(slices.DeleteFunc([]string{f[0], f[1], f[2]}, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n"))
	a = person.Address{Street: short(street, maxStreet), City: line(f[3], check.MaxShort), Region: line(f[4], check.MaxShort),
		PostalCode: line(f[5], check.MaxShort), Country: line(f[6], check.MaxShort)}
	if a == (person.Address{}) {
		return a, false
	}
	a.Label = labelOf(c, l)
	return a, true
}

// photoURI reads a photo as a data: URI; ok is false where it lies elsewhere or
// is none that can be kept.
func photoURI(l *ical.Line) (string, bool) {
	value := strings.TrimSpace(l.Value)
	if !strings.HasPrefix(strings.ToLower(value), "data:") {
		switch strings.ToUpper(l.Param("ENCODING")) {
		case "B", "BASE64":
		default:
			return "", false
		}
		value = "data:image/x;base64," + strings.Join(strings.Fields(value), "")
	} else {
		value = strings.ReplaceAll(value, `\,`, ",")
	}
	if _, err := person.ParsePhoto(value); err != nil {
		return "", false
	}
	return value, true
}

// PhotoLine writes a photo in the way of a version.
func PhotoLine(p person.Photo, version string) *ical.Line {
	data := base64.StdEncoding.EncodeToString(p.Data)
	if strings.HasPrefix(version, "4") {
		return ical.NewLine("PHOTO", "data:"+p.Type+";base64,"+data)
	}
	kind := strings.ToUpper(strings.TrimPrefix(p.Type, "image/"))
	return ical.NewLine("PHOTO", data, ical.P("ENCODING", "b"), ical.P("TYPE", kind))
}
