package vobject

import (
	"fmt"
	"slices"
	"strings"

	"umbra/app/db"
	"umbra/app/ical"
	"umbra/app/person"
)

// NewCardVersion is that of cards that are written anew: what every client reads.
const NewCardVersion = "3.0"

// Photos answers the photo of the person that is written, when it is needed.
type Photos func() (person.Photo, error)

// PersonMarks are the marks of a person as they are.
func PersonMarks(p *person.Person) Marks { return MarksOf(personFields(p, "", nil, nil)) }

// WritePerson writes a person into a document, as WriteEvent does.
func WritePerson(d *ical.Document, p *person.Person, marks Marks, photo Photos) error {
	c, _ := cardOf(d, p.UID)
	var failed error
	if patch(c, marks, personFields(p, Version(c), photo, &failed)) && (marks == nil || c.Line("REV") != nil) {
		c.Set("REV", ical.UTC(p.UpdatedAt).Line("REV").Value)
	}
	return failed
}

// cardOf is the card of a document, made where there is none.
func cardOf(d *ical.Document, uid string) (c *ical.Component, made bool) {
	if all := d.Components("VCARD"); len(all) > 0 {
		return all[0], false
	}
	c = ical.NewComponent("VCARD")
	c.Set("VERSION", NewCardVersion)
	c.Set("PRODID", ProductID)
	c.Set("UID", ical.Escape(uid))
	d.Add(c)
	return c, true
}

func personFields(p *person.Person, version string, photo Photos, failed *error) []Field {
	return []Field{
		{"name", p.GivenName + "\n" + p.FamilyName, func(c *ical.Component) {
			n := structured(c.Line("N"), 5)
			if l := c.Line("N"); l == nil || n[0] != p.FamilyName || n[1] != p.GivenName {
				setN(c, p)
			}
		}},
		{"display_name", p.DisplayName, func(c *ical.Component) { c.SetText("FN", p.DisplayName) }},
		text("nickname", "NICKNAME", p.Nickname),
		{"company", p.Company, func(c *ical.Component) { setOrg(c, p.Company) }},
		text("job_title", "TITLE", p.JobTitle),
		{"emails", db.JSON(p.Emails), func(c *ical.Component) { setContacts(c, "EMAIL", p.Emails, version) }},
		{"phones", db.JSON(p.Phones), func(c *ical.Component) { setContacts(c, "TEL", p.Phones, version) }},
		{"addresses", db.JSON(p.Addresses), func(c *ical.Component) { setAddresses(c, p.Addresses, version) }},
		tagsField("groups", p.Groups),
		{"birthday", deref(p.Birthday), func(c *ical.Component) { setBirthday(c, p.Birthday, version) }},
		{"anniversary", deref(p.Anniversary), func(c *ical.Component) { setAnniversary(c, p.Anniversary, version) }},
		{"notes", p.Notes, func(c *ical.Component) {
			if strings.TrimSpace(p.Notes) == "" {
				c.Remove("NOTE")
				return
			}
			c.SetText("NOTE", p.Notes)
			for _, l := range c.Lines("NOTE")[1:] { // they were read as one
				c.RemoveLine(l)
			}
		}},
		{"photo", fmt.Sprint(p.PhotoRev), func(c *ical.Component) {
			if p.PhotoRev == 0 {
				c.Remove("PHOTO")
				return
			}
			if photo == nil {
				return
			}
			x, err := photo()
			if err != nil {
				*failed = err
				return
			}
			c.SetAll("PHOTO", []*ical.Line{PhotoLine(x, version)})
		}},
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// setN changes family and given name and leaves the other parts of a name.
func setN(c *ical.Component, p *person.Person) {
	parts := []string{"", "", "", "", ""}
	if l := c.Line("N"); l != nil {
		copy(parts, ical.Split(l.Value, ';'))
	}
	parts[0], parts[1] = ical.Escape(p.FamilyName), ical.Escape(p.GivenName)
	if l := c.Line("N"); l != nil {
		l.SetParam("ENCODING")
		l.SetValue(strings.Join(parts, ";"))
		return
	}
	c.Set("N", strings.Join(parts, ";"))
}

// setOrg changes the company and leaves its departments.
func setOrg(c *ical.Component, company string) {
	l := c.Line("ORG")
	if l == nil {
		if company != "" {
			c.Set("ORG", ical.Escape(company))
		}
		return
	}
	parts := ical.Split(l.Value, ';')
	parts[0] = ical.Escape(company)
	if company == "" && len(parts) == 1 {
		c.Remove("ORG")
		return
	}
	l.SetParam("ENCODING")
	l.SetValue(strings.Join(parts, ";"))
}

// setContacts makes the addresses or numbers be these: a line that has one stays.
func setContacts(c *ical.Component, name string, wanted []person.Contact, version string) {
	left := slices.Clone(wanted)
	for _, l := range c.Lines(name) {
		max := 254
		if name == "TEL" {
			max = maxPhone
		}
		has, ok := contact(c, l, max, func(string) bool { return true })
		if !ok {
			continue
		}
		i := slices.IndexFunc(left, func(w person.Contact) bool { return w.Value == has.Value })
		if i < 0 {
			c.RemoveLine(l)
			continue
		}
		if left[i] != has {
			setLabel(c, l, left[i].Label, left[i].Preferred, version)
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, w := range left {
		l := ical.NewLine(name, ical.Escape(w.Value))
		c.Insert(l)
		setLabel(c, l, w.Label, w.Preferred, version)
	}
}

func setAddresses(c *ical.Component, wanted []person.Address, version string) {
	left := slices.Clone(wanted)
	for _, l := range c.Lines("ADR") {
		has, ok := address(c, l)
		if !ok {
			continue
		}
		i := slices.IndexFunc(left, func(w person.Address) bool { w.Label = has.Label; return w == has })
		if i < 0 {
			c.RemoveLine(l)
			continue
		}
		if left[i].Label != has.Label {
			setLabel(c, l, left[i].Label, preferred(l), version)
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, a := range left {
		l := ical.NewLine("ADR", ical.JoinStructured("", "", a.Street, a.City, a.Region, a.PostalCode, a.Country))
		c.Insert(l)
		setLabel(c, l, a.Label, false, version)
	}
}

// types are the TYPE values for what we say.
var types = map[string][]string{"home": {"home"}, "work": {"work"}, "mobile": {"cell"}, "fax": {"fax"}, "home fax": {"home", "fax"},
	"work fax": {"work", "fax"}, "pager": {"pager"}, "main": {"main"}, "other": {"other"}}

// setLabel says what kind a line is: by its type where there is one for it, else
// by Apple's label in a group, which DAVx5 and others read too.
func setLabel(c *ical.Component, l *ical.Line, label string, pref bool, version string) {
	var kept []string
	for _, t := range l.Types() {
		if _, ours := labels[t]; !ours && t != "pref" {
			kept = append(kept, t)
		}
	}
	own, known := types[strings.ToLower(label)]
	kept = append(kept, own...)
	if strings.HasPrefix(version, "4") {
		if pref {
			l.SetParam("PREF", "1")
		} else {
			l.SetParam("PREF")
		}
	} else if pref {
		kept = append(kept, "pref")
	}
	l.SetParam("TYPE", kept...)
	var tag *ical.Line
	for _, o := range c.InGroup(l.Group, l) {
		if o.Name == "X-ABLABEL" {
			tag = o
		}
	}
	switch {
	case known || label == "":
		if tag != nil {
			c.RemoveLine(tag)
		}
	case tag != nil:
		tag.SetValue(ical.Escape(label))
	default:
		if l.Group == "" {
			c.Regroup(l, freeGroup(c))
		}
		n := ical.NewLine("X-ABLABEL", ical.Escape(label))
		n.Group = l.Group
		c.Insert(n)
	}
}

// freeGroup is a group that nothing is in.
func freeGroup(c *ical.Component) string {
	for i := 1; ; i++ {
		if g := fmt.Sprintf("item%d", i); len(c.InGroup(g, nil)) == 0 {
			return g
		}
	}
}
