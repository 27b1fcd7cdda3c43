package person

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/fold"
	"umbra/app/opt"
)

// Limits of the lists and of what is in them, in characters.
const (
	maxContacts  = 50
	maxAddresses = 20
	maxGroups    = 50
	maxLabel     = 100
	maxPhone     = 100
	maxStreet    = 1000
	maxEvery     = 3650 // days
)

// name decides on the display name: one that is given stays; one that is
// derived follows what it is made of. A derived one that comes back as it was
// read stays derived.
func (p *Person) name(given opt.Opt[string]) {
	if given.Set {
		name := strings.TrimSpace(given.Value)
		if given.Null || name == "" {
			p.NameGiven = false
		} else if p.NameGiven || name != p.DisplayName {
			p.NameGiven, p.DisplayName = true, name
		}
	}
	if p.NameGiven {
		return
	}
	p.DisplayName = ""
	for _, name := range []string{strings.TrimSpace(p.GivenName + " " + p.FamilyName), p.Nickname, p.Company} {
		if p.DisplayName == "" {
			p.DisplayName = name
		}
	}
}

// tidy trims what people type by accident and makes lists lists. It makes them
// anew: the record before the change may hold the same ones.
func (p *Person) tidy() {
	trim(&p.GivenName, &p.FamilyName, &p.Nickname, &p.Company, &p.JobTitle, &p.Category, &p.Relationship)
	p.Emails, p.Phones = tidyContacts(p.Emails), tidyContacts(p.Phones)
	addresses := []Address{}
	for _, a := range p.Addresses {
		trim(&a.Label, &a.Street, &a.City, &a.Region, &a.PostalCode, &a.Country)
		addresses = append(addresses, a)
	}
	p.Addresses = addresses
	groups, seen := []string{}, map[string]bool{}
	for _, g := range p.Groups {
		g = strings.TrimSpace(g)
		if key := fold.Text(g); key != "" && !seen[key] {
			seen[key] = true
			groups = append(groups, g)
		}
	}
	p.Groups = groups
	if p.LastContactedAt != nil {
		at := p.LastContactedAt.UTC().Truncate(time.Microsecond) // as it is stored
		p.LastContactedAt = &at
	}
}

func tidyContacts(list []Contact) []Contact {
	out := []Contact{}
	for _, c := range list {
		trim(&c.Label, &c.Value)
		out = append(out, c)
	}
	return out
}

func trim(texts ...*string) {
	for _, s := range texts {
		*s = strings.TrimSpace(*s)
	}
}

// validate notes every field at fault.
func (p *Person) validate(c *check.Check) {
	if p.DisplayName == "" {
		c.Add("given_name", "required", "must be given, or else family_name, display_name, nickname or company")
	}
	c.Line("given_name", p.GivenName, check.MaxShort)
	c.Line("family_name", p.FamilyName, check.MaxShort)
	if p.NameGiven { // else its parts are named
		c.Line("display_name", p.DisplayName, check.MaxTitle)
	}
	c.Line("nickname", p.Nickname, check.MaxShort)
	p.validateReach(c)
	c.Count("groups", len(p.Groups), maxGroups)
	for i, g := range p.Groups {
		c.Line(fmt.Sprintf("groups[%d]", i), g, maxLabel)
	}
	checkDay(c, "birthday", p.Birthday)
	checkDay(c, "anniversary", p.Anniversary)
	c.Line("company", p.Company, check.MaxShort)
	c.Line("job_title", p.JobTitle, check.MaxShort)
	c.Line("category", p.Category, check.MaxShort)
	c.Line("relationship", p.Relationship, check.MaxShort)
	c.Text("notes", p.Notes, check.MaxText)
	if p.LastContactedAt != nil {
		c.Instant("last_contacted_at", *p.LastContactedAt)
	}
	if p.ContactEveryDays != nil {
		c.Range("contact_every_days", *p.ContactEveryDays, 1, maxEvery)
	}
}

// validateReach checks how they are reached.
func (p *Person) validateReach(c *check.Check) {
	c.Count("emails", len(p.Emails), maxContacts)
	for i, e := range p.Emails {
		at := fmt.Sprintf("emails[%d].", i)
		c.Line(at+"label", e.Label, maxLabel)
		if e.Value == "" {
			c.Add(at+"value", "required", "must not be empty")
		}
		c.Email(at+"value", e.Value)
	}
	c.Count("phones", len(p.Phones), maxContacts)
	for i, e := range p.Phones {
		at := fmt.Sprintf("phones[%d].", i)
		c.Line(at+"label", e.Label, maxLabel)
		if e.Value == "" {
			c.Add(at+"value", "required", "must not be empty")
		}
		c.Line(at+"value", e.Value, maxPhone)
	}
	c.Count("addresses", len(p.Addresses), maxAddresses)
	for i, a := range p.Addresses {
		at := fmt.Sprintf("addresses[%d]", i)
		if a == (Address{Label: a.Label}) {
			c.Add(at, "required", "must hold more than a label")
		}
		c.Line(at+".label", a.Label, maxLabel)
		c.Text(at+".street", a.Street, maxStreet)
		c.Line(at+".city", a.City, check.MaxShort)
		c.Line(at+".region", a.Region, check.MaxShort)
		c.Line(at+".postal_code", a.PostalCode, check.MaxShort)
		c.Line(at+".country", a.Country, check.MaxShort)
	}
}

func checkDay(c *check.Check, path string, s *string) {
	if s == nil {
		return
	}
	if _, err := ParseDay(*s); err != nil {
		c.Add(path, "format", "must be a date that exists, like 1980-01-31, or --01-31 without its year")
	}
}

// contactDue is when the user should have been in touch again: counted from the
// last contact, or from when the person became known. Nil: never.
func (p *Person) contactDue() *int64 {
	if p.ContactEveryDays == nil {
		return nil
	}
	from := p.CreatedAt
	if p.LastContactedAt != nil {
		from = *p.LastContactedAt
	}
	due := clock.Micros(from.Add(time.Duration(*p.ContactEveryDays) * 24 * time.Hour))
	return &due
}

func (p *Person) search() string {
	parts := []string{p.DisplayName, p.GivenName + " " + p.FamilyName, p.Nickname, p.Company, p.JobTitle, p.Category, p.Relationship, p.Notes}
	for _, e := range p.Emails {
		parts = append(parts, e.Value)
	}
	for _, e := range p.Phones {
		parts = append(parts, e.Value, digits(e.Value))
	}
	for _, a := range p.Addresses {
		parts = append(parts, a.Street, a.PostalCode+" "+a.City, a.Region, a.Country)
	}
	return fold.Join(append(parts, p.Groups...)...)
}

// digits lets a number be found however it is spaced.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
