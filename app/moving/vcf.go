package moving

import (
	"crypto/sha256"
	"slices"
	"strings"

	"umbra/app/check"
	"umbra/app/ical"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/vobject"
)

// vcfFile is vCard (RFC 2426, RFC 6350, and version 2.1): people.
var vcfFile = Format{Name: "vcf", Recognise: func(f *File) bool {
	return strings.Contains(f.head(4096), "begin:vcard") || f.ext() == ".vcf" && f.zip == nil
},
	Read: func(f *File, b *Batch) error { return readVCF(f.Data, b) }}

func readVCF(data []byte, b *Batch) error {
	d, err := ical.ParseAll(data)
	if err != nil {
		return invalid("The address book " + err.Error() + ".")
	}
	cards := d.Components("VCARD")
	if len(cards) == 0 {
		return invalid("It is no address book: it holds no VCARD.")
	}
	for _, p := range d.Problems {
		b.change(p.Line, "", "Something odd that was passed over: "+p.Text+".")
	}
	var groups []*ical.Component
	people := map[string]*ical.Component{}
	for _, c := range cards {
		if b.seen(c) {
			continue // an address book for each group holds its people again
		}
		if vobject.IsGroup(c) {
			groups = append(groups, c)
			continue
		}
		f, err := vobject.Person(c)
		if err != nil {
			b.refuse(c.At(), c.Text("FN"), err.Error())
			continue
		}
		r := &Record{Kind: person.KindName, UID: bare(f.UID), Place: Place{Line: c.At()}, Fields: f.Update}
		if r.UID != "" && r.UID == f.UID && slices.Contains([]string{"3.0", "4.0"}, vobject.Version(c)) {
			people[r.UID] = c
			r.Object = &Object{Data: func() ([]byte, error) {
				one := ical.New()
				one.Add(c)
				return one.Bytes(), nil
			}}
		}
		if err := b.add(r); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if err := b.group(g, people); err != nil {
			return err
		}
	}
	return nil
}

// seen says whether the same card was read before, byte for byte.
func (b *Batch) seen(c *ical.Component) bool {
	one := ical.New()
	one.Add(c)
	sum := sha256.Sum256(one.Bytes())
	was := b.cards[sum]
	b.cards[sum] = true
	return was
}

// bare is a UID without the scheme that members of groups are named with.
func bare(uid string) string { return person.MemberUID(uid) }

// group reads a group that is a card of its own: it stays one, and the people whom
// it names are in it.
func (b *Batch) group(c *ical.Component, people map[string]*ical.Component) error {
	f, err := vobject.Group(c)
	if err != nil {
		b.refuse(c.At(), c.Text("FN"), err.Error())
		return nil
	}
	for _, member := range f.Members {
		r := b.by[person.KindName+" "+member]
		if r == nil {
			continue
		}
		u := r.Fields.(person.Update) //nolint:forcetypeassert // people are made of nothing else
		if len(u.Groups.Value) < 50 && !slices.Contains(u.Groups.Value, f.Name) {
			u.Groups = opt.Some(append(slices.Clone(u.Groups.Value), f.Name))
			r.Fields = u
			if card := people[member]; card != nil {
				card.Set("CATEGORIES", ical.JoinList(u.Groups.Value))
			}
		}
	}
	if f.UID != bare(f.UID) || f.UID == "" || !slices.Contains([]string{"3.0", "4.0"}, vobject.Version(c)) {
		return nil // devices could not be shown it
	}
	return b.add(&Record{Kind: person.GroupKind, UID: f.UID, Place: Place{Line: c.At()}, Fields: person.GroupUpdate{Name: f.Name},
		Object: &Object{Data: func() ([]byte, error) {
			one := ical.New()
			one.Add(c)
			return one.Bytes(), nil
		}}})
}

// personal is a person as tables and other applications have one.
type personal struct {
	id, given, family, display, nick, company, job, notes, birthday, anniversary string

	line           int
	emails, phones []person.Contact
	addresses      []person.Address
	groups         []string
}

// person adds a person of an application.
func (b *Batch) person(app string, x personal) error {
	short := func(s string) opt.Opt[string] { return opt.Some(oneLine(s, check.MaxShort)) }
	u := person.Update{GivenName: short(x.given), FamilyName: short(x.family), Nickname: short(x.nick), Company: short(x.company), JobTitle: short(x.job),
		Notes: opt.Some(long(x.notes)), Groups: opt.Some(words(x.groups)), Emails: opt.Some([]person.Contact{}), Phones: opt.Some([]person.Contact{}), Addresses: opt.Some([]person.Address{})}
	if name := oneLine(x.display, check.MaxTitle); name != "" && name != strings.TrimSpace(u.GivenName.Value+" "+u.FamilyName.Value) {
		u.DisplayName = opt.Some(name)
	}
	name := nameOf(u)
	for _, e := range x.emails {
		var c check.Check
		if e.Value = oneLine(e.Value, 254); e.Value == "" {
			continue
		}
		if c.Email("", e.Value); c.Err() != nil {
			b.change(x.line, name, "An e-mail address could not be read; it is kept in the notes.")
			u.Notes = opt.Some(long(paragraphs(u.Notes.Value, "E-mail: "+e.Value)))
			continue
		}
		u.Emails.Value = append(u.Emails.Value, e)
	}
	for _, p := range x.phones {
		if p.Value = oneLine(p.Value, 100); p.Value != "" {
			u.Phones.Value = append(u.Phones.Value, p)
		}
	}
	for _, a := range x.addresses {
		if a != (person.Address{Label: a.Label}) {
			u.Addresses.Value = append(u.Addresses.Value, a)
		}
	}
	for _, day := range []struct {
		said string
		to   *opt.Opt[string]
	}{{x.birthday, &u.Birthday}, {x.anniversary, &u.Anniversary}} {
		said, to := day.said, day.to
		switch {
		case said == "":
		case isDate(said), strings.HasPrefix(said, "--") && isDate("2000-"+strings.TrimPrefix(said, "--")):
			*to = opt.Some(said)
		default:
			b.change(x.line, name, "A date could not be read; it is kept in the notes.")
			u.Notes = opt.Some(long(paragraphs(u.Notes.Value, "Date: "+oneLine(said, 100))))
		}
	}
	if name == "" {
		if len(u.Emails.Value)+len(u.Phones.Value) == 0 {
			b.refuse(x.line, "", "It has no name.")
			return nil
		}
		u.DisplayName = opt.Some(append(u.Emails.Value, u.Phones.Value...)[0].Value)
	}
	return b.add(&Record{Kind: person.KindName, UID: uid(app, "person", x.id), Key: x.id, Place: Place{Line: x.line}, Fields: u})
}
