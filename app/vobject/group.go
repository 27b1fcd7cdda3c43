package vobject

import (
	"slices"
	"strings"

	"umbra/app/ical"
	"umbra/app/person"
)

// GroupForm is what a vCard says of a group of people.
type GroupForm struct {
	UID     string
	Name    string
	Members []string // their uids, each once
}

// IsGroup says that a vCard is no person but a list of members: KIND:group
// (RFC 6350, 6.1.4), or what Apple has called it since before that.
func IsGroup(c *ical.Component) bool {
	for _, name := range []string{"KIND", appleKind} {
		if strings.EqualFold(strings.TrimSpace(c.Value(name)), "group") {
			return true
		}
	}
	return false
}

const (
	appleKind   = "X-ADDRESSBOOKSERVER-KIND"
	appleMember = "X-ADDRESSBOOKSERVER-MEMBER"
)

const (
	maxMembers   = 10_000
	maxMemberUID = 1000 // bytes
)

// Group reads the vCard of a group.
func Group(c *ical.Component) (f GroupForm, err error) {
	f.UID = strings.TrimSpace(cardText(c.Line("UID")))
	f.Name = groupName(c)
	seen := map[string]bool{}
	for _, l := range c.Lines("MEMBER", appleMember) {
		uid, ok := member(l)
		if !ok || seen[uid] {
			continue
		}
		if len(f.Members) == maxMembers {
			return f, refuse("It names more than 10000 members.")
		}
		seen[uid] = true
		f.Members = append(f.Members, uid)
	}
	return f, nil
}

func groupName(c *ical.Component) string {
	name := line(cardText(c.Line("FN")), maxLabel)
	if name == "" {
		name = line(structured(c.Line("N"), 1)[0], maxLabel)
	}
	if strings.Trim(name, " .,;:-_/") == "" {
		name = Untitled
	}
	return name
}

// member reads the uid of one; ok is false for what can be nobody's, such as an
// e-mail address.
func member(l *ical.Line) (uid string, ok bool) {
	uid = person.MemberUID(ical.Unescape(l.Value))
	for _, scheme := range []string{"mailto:", "tel:", "http:", "https:", "xmpp:", "sip:"} {
		if len(uid) >= len(scheme) && strings.EqualFold(uid[:len(scheme)], scheme) {
			return uid, false
		}
	}
	return uid, uid != "" && len(uid) <= maxMemberUID
}

// WriteGroup writes a group into a document: its name, and lines for its members.
// Lines of members that have not arrived stay, and so do those that name nobody's
// uid.
func WriteGroup(d *ical.Document, g *person.Group, members, awaited []string) {
	c, made := cardOf(d, g.UID)
	if made {
		c.Set("N", ical.JoinStructured(g.Name, "", "", "", ""))
		c.Set(appleKind, "group")
	}
	touched := false
	if was := groupName(c); was != g.Name {
		if n := structured(c.Line("N"), 5); n[0] == was {
			n[0] = g.Name
			c.Set("N", ical.JoinStructured(n...))
		}
		c.SetText("FN", g.Name)
		touched = true
	}
	if setMembers(c, members, awaited) {
		touched = true
	}
	if touched && c.Line("REV") != nil {
		c.Set("REV", ical.UTC(g.UpdatedAt).Line("REV").Value)
	}
}

func setMembers(c *ical.Component, members, awaited []string) (touched bool) {
	wanted, waiting := map[string]bool{}, map[string]bool{}
	for _, uid := range members {
		wanted[person.MemberUID(uid)] = true
	}
	for _, uid := range awaited {
		waiting[uid] = true
	}
	for _, l := range c.Lines("MEMBER", appleMember) {
		uid, ok := member(l)
		if ok && !waiting[uid] && !wanted[uid] {
			c.RemoveLine(l)
			touched = true
		}
	}
	has := map[string]bool{}
	for _, l := range c.Lines("MEMBER", appleMember) {
		uid, _ := member(l)
		has[uid] = true
	}
	name := appleMember
	if strings.EqualFold(strings.TrimSpace(c.Value("KIND")), "group") || strings.HasPrefix(Version(c), "4") {
		name = "MEMBER"
	}
	for _, uid := range slices.Sorted(slices.Values(members)) {
		if uid = person.MemberUID(uid); !has[uid] {
			has[uid] = true
			c.Insert(ical.NewLine(name, ical.Escape("urn:uuid:"+uid)))
			touched = true
		}
	}
	return touched
}
