package dav

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/ical"
	"umbra/app/journal"
	"umbra/app/resource"
)

// subject is a resource whose properties are asked for.
type subject struct {
	kind int
	col  *resource.Collection
	item *resource.Item
	data []byte // of an item, where it was read
	href string

	other caller.Name // whose principal it is
}

// knows keeps what several properties of a request need.
type knows struct {
	heads map[int64]journal.Head // by the user
	last  map[string]int64       // by the name of the collection
}

// journalHead is where the journal stands that a caller's records are in.
func (q *request) journalHead(by caller.Caller) (journal.Head, error) {
	h, known := q.known.heads[by.UserID]
	if known {
		return h, nil
	}
	h, err := q.Journal.Head(q.ctx, by.UserID)
	if err != nil {
		return h, err
	}
	if q.known.heads == nil {
		q.known.heads = map[int64]journal.Head{}
	}
	q.known.heads[by.UserID] = h
	return h, nil
}

// ctag changes when the collection does. It is one of the collection alone, while
// the sync token counts for all of its owner's: a token that is new cannot be one
// that the journal has forgotten.
func (q *request) ctag(c *resource.Collection) (string, error) {
	if q.known.last == nil {
		last, err := q.Resources.LastChange(q.ctx, q.guest.Caller, q.cols)
		if err != nil {
			return "", err
		}
		q.known.last = last
	}
	return c.By(q.guest.Caller).Epoch + "-" + strconv.FormatInt(q.known.last[c.Name], 10), nil
}

func (q *request) syncToken(by caller.Caller) (string, error) {
	h, err := q.journalHead(by)
	return token{epoch: h.Epoch, since: h.Seq}.String(), err
}

func name(space, local string) xml.Name { return xml.Name{Space: space, Local: local} }

func href(s string) string { return "<D:href>" + esc(s) + "</D:href>" }

// prop answers a property of a subject as XML; ok is false where it has none.
func (q *request) prop(s *subject, n xml.Name) (inner string, ok bool, err error) {
	switch n {
	case name(nsDAV, "resourcetype"):
		return resourceType(s), true, nil
	case name(nsDAV, "current-user-principal"):
		return href(q.principal()), true, nil
	case name(nsDAV, "principal-collection-set"):
		return href(Prefix + "principals/"), true, nil
	case name(nsDAV, "owner"):
		if s.kind == atOther {
			return href(s.href), true, nil
		}
		if s.col != nil {
			return href(principalOf(s.col.By(q.guest.Caller).UserID)), true, nil
		}
		return href(q.principal()), s.kind != atRoot && s.kind != atPrincipals, nil
	case name(nsDAV, "current-user-privilege-set"):
		return q.privileges(s), true, nil
	case name(nsDAV, "supported-report-set"):
		return reports(s), s.kind != atItem, nil
	}
	switch s.kind {
	case atItem:
		return q.itemProp(s, n)
	case atOther: // who they are, and nothing of what they have
		switch n {
		case name(nsDAV, "displayname"):
			return esc(s.other.Name), true, nil
		case name(nsDAV, "principal-URL"):
			return href(s.href), true, nil
		case name(nsCal, "calendar-user-type"):
			return "INDIVIDUAL", true, nil
		}
		return "", false, nil
	case atCollection:
		if inner, ok, err = q.collectionProp(s.col, n); ok || err != nil {
			return inner, ok, err
		}
		return dead(s.col, n)
	}
	if inner, ok = q.principalProp(s, n); ok {
		return inner, ok, nil
	}
	if s.kind == atHome && n == name(nsDAV, "sync-token") {
		inner, err = q.syncToken(q.guest.Caller)
		return inner, true, err
	}
	if s.kind == atHome || s.kind == atPrincipal || s.kind == atBooks {
		return dead(q.homeCollection(), n)
	}
	return "", false, nil
}

// homeCollection keeps the properties that clients set on principal and homes.
func (q *request) homeCollection() *resource.Collection {
	for i := range q.cols {
		if q.cols[i].Kind == resource.Home {
			return &q.cols[i]
		}
	}
	return &resource.Collection{Kind: resource.Home, Name: resource.Home}
}

// dead answers a property as a client set it.
func dead(c *resource.Collection, n xml.Name) (string, bool, error) {
	inner, ok := c.Properties[key(n)]
	return inner, ok, nil
}

func key(n xml.Name) string { return "{" + n.Space + "}" + n.Local }

func unkey(s string) xml.Name {
	space, local, _ := strings.Cut(strings.TrimPrefix(s, "{"), "}")
	return xml.Name{Space: space, Local: local}
}

func resourceType(s *subject) string {
	switch s.kind {
	case atItem:
		return ""
	case atPrincipal, atOther:
		return "<D:collection/><D:principal/>"
	case atCollection:
		if s.col.Kind == resource.People {
			return "<D:collection/><A:addressbook/>"
		}
		return "<D:collection/><C:calendar/>"
	}
	return "<D:collection/>"
}

func (q *request) privileges(s *subject) string {
	list := []string{"read", "read-current-user-privilege-set"}
	if q.guest.Write {
		switch s.kind {
		case atCollection, atItem:
			if s.col.Fixed() {
				break
			}
			list = append(list, "write", "write-content", "write-properties", "bind", "unbind")
		case atHome:
			list = append(list, "bind", "unbind", "write-properties")
		}
	}
	var b strings.Builder
	for _, p := range list {
		b.WriteString("<D:privilege><D:" + p + "/></D:privilege>")
	}
	if s.kind == atCollection && s.col.Kind == resource.Calendar {
		b.WriteString("<D:privilege><C:read-free-busy/></D:privilege>")
	}
	return b.String()
}

func reports(s *subject) string {
	list := []string{"D:expand-property"}
	switch s.kind {
	case atCollection:
		list = append(list, "D:sync-collection")
		if s.col.Kind == resource.People {
			list = append(list, "A:addressbook-query", "A:addressbook-multiget")
		} else {
			list = append(list, "C:calendar-query", "C:calendar-multiget", "C:free-busy-query")
		}
	case atHome:
		list = append(list, "D:sync-collection") // macOS looks here whether calendars have it
	case atPrincipal, atPrincipals, atRoot:
		list = append(list, "D:principal-property-search", "D:principal-search-property-set")
	}
	var b strings.Builder
	for _, r := range list {
		b.WriteString("<D:supported-report><D:report><" + r + "/></D:report></D:supported-report>")
	}
	return b.String()
}

func (q *request) itemProp(s *subject, n xml.Name) (string, bool, error) {
	switch n {
	case name(nsDAV, "getetag"):
		return esc(q.etag(s.item.Rev)), true, nil
	case name(nsDAV, "getcontenttype"):
		return contentType(s.col), true, nil
	case name(nsDAV, "getlastmodified"):
		return lastModified(s.item.UpdatedAt), true, nil
	case name(nsDAV, "getcontentlength"):
		if s.data != nil {
			return strconv.Itoa(len(s.data)), true, nil
		}
		return strconv.FormatInt(s.item.Size, 10), s.item.Verbatim() && !hushed(s.col), nil
	}
	return "", false, nil
}

// principalProp answers what principal, homes and roots say.
func (q *request) principalProp(s *subject, n xml.Name) (string, bool) {
	switch n {
	case name(nsDAV, "displayname"):
		if s.kind == atPrincipal {
			return esc(q.guest.Name), true
		}
		return "Umbra", true
	case name(nsDAV, "principal-URL"):
		return href(q.principal()), s.kind == atPrincipal
	case name(nsCal, "calendar-home-set"):
		return href(q.home()), true
	case name(nsCard, "addressbook-home-set"):
		return href(q.books()), true
	case name(nsCal, "calendar-user-address-set"):
		out := href(q.principal())
		if q.guest.Email != "" {
			out = href("mailto:"+q.guest.Email) + out
		}
		return out, s.kind == atPrincipal
	case name(nsCal, "calendar-user-type"):
		return "INDIVIDUAL", s.kind == atPrincipal
	case name(nsDAV, "group-membership"), name(nsDAV, "group-member-set"), name(nsDAV, "alternate-URI-set"):
		return "", s.kind == atPrincipal
	}
	return "", false
}

// titles are the names of what has no record of its own.
var titles = map[string][2]string{resource.Todos: {"To-dos", "Aufgaben"}, resource.Reminders: {"Reminders", "Erinnerungen"}, resource.People: {"People", "Personen"}}

func (q *request) title(c *resource.Collection) string {
	t, set := c.Properties[key(name(nsDAV, "displayname"))]
	switch {
	case set && (c.Shared() || c.Title == ""):
		return t
	case c.Title != "":
		return esc(c.Title)
	}
	said := titles[c.Kind]
	if caller.German(q.guest.Language) {
		return said[1]
	}
	return said[0]
}

func (q *request) collectionProp(c *resource.Collection, n xml.Name) (string, bool, error) {
	calendar := c.Kind != resource.People
	switch n {
	case name(nsDAV, "displayname"):
		return q.title(c), true, nil
	case name(nsCS, "getctag"):
		t, err := q.ctag(c)
		return esc(t), true, err
	case name(nsDAV, "sync-token"):
		t, err := q.syncToken(c.By(q.guest.Caller))
		return t, true, err
	case name(nsCal, "supported-calendar-component-set"):
		return `<C:comp name="` + component(c) + `"/>`, calendar, nil
	case name(nsCal, "supported-calendar-data"):
		return `<C:calendar-data content-type="text/calendar" version="2.0"/>`, calendar, nil
	case name(nsCal, "supported-collation-set"), name(nsCard, "supported-collation-set"):
		p := "C"
		if !calendar {
			p = "A"
		}
		out := ""
		for _, x := range collations {
			out += "<" + p + ":supported-collation>" + x + "</" + p + ":supported-collation>"
		}
		return out, true, nil
	case name(nsCard, "supported-address-data"):
		return `<A:address-data-type content-type="text/vcard" version="3.0"/><A:address-data-type content-type="text/vcard" version="4.0"/>`, !calendar, nil
	case name(nsCal, "max-resource-size"):
		return strconv.Itoa(MaxSize), calendar, nil
	case name(nsCard, "max-resource-size"):
		return strconv.Itoa(MaxSize), !calendar, nil
	case name(nsCal, "calendar-description"):
		return esc(c.Text), calendar && c.Text != "", nil
	case name(nsApple, "calendar-color"):
		alpha := "FF"
		if s := c.Properties[key(n)]; len(s) == 9 {
			alpha = s[7:]
			if c.Color == "" || c.Shared() {
				return esc(s), true, nil
			}
		}
		return strings.ToUpper(c.Color) + alpha, calendar && c.Color != "", nil
	case name(nsApple, "calendar-order"):
		if s, set := c.Properties[key(n)]; set {
			return s, true, nil
		}
		return strconv.Itoa(slices.IndexFunc(q.cols, func(o resource.Collection) bool { return o.Name == c.Name }) + 1), calendar, nil
	case name(nsCal, "calendar-timezone"):
		if _, set := c.Properties[key(n)]; set {
			return "", false, nil
		}
		return esc(zoneText(q.guest.Location(), q.Clock.Now())), calendar, nil
	case name(nsCal, "calendar-timezone-id"):
		if _, set := c.Properties[key(n)]; set {
			return "", false, nil
		}
		return esc(q.guest.Location().String()), calendar, nil
	case name(nsCS, "source"): // the owner's alone: it may be a secret link
		return href(c.Source), c.Source != "" && !c.Shared(), nil
	case name(nsCal, "schedule-calendar-transp"):
		if _, set := c.Properties[key(n)]; set {
			return "", false, nil
		}
		return "<C:opaque/>", c.Kind == resource.Calendar, nil
	}
	return "", false, nil
}

// zoneText is the user's zone as an iCalendar object.
func zoneText(zone *time.Location, now time.Time) string {
	d := ical.New()
	cal := ical.NewComponent("VCALENDAR")
	cal.Set("VERSION", "2.0")
	cal.Set("PRODID", "-//Umbra//Umbra//EN")
	cal.AddComponent(ical.TimeZone(zone.String(), zone, now.Year()))
	d.Add(cal)
	return string(d.Bytes())
}

// everything is what DAV:allprop answers, beside what clients set.
var everything = []xml.Name{
	name(nsDAV, "resourcetype"), name(nsDAV, "displayname"), name(nsDAV, "getetag"), name(nsDAV, "getcontenttype"),
	name(nsDAV, "getlastmodified"), name(nsDAV, "getcontentlength"), name(nsDAV, "sync-token"), name(nsCS, "getctag"),
	name(nsCal, "supported-calendar-component-set"), name(nsApple, "calendar-color"), name(nsDAV, "owner"),
	name(nsDAV, "current-user-principal"), name(nsDAV, "current-user-privilege-set"), name(nsDAV, "supported-report-set"),
}

// names are the properties that a subject has, for allprop and propname.
func (q *request) names(s *subject) []xml.Name {
	out := slices.Clone(everything)
	c := s.col
	if s.kind == atHome || s.kind == atPrincipal || s.kind == atBooks {
		c = q.homeCollection()
	}
	if c != nil && s.kind != atItem {
		for k := range c.Properties {
			if n := unkey(k); !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}
