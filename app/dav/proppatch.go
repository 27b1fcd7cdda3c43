package dav

import (
	"context"
	"encoding/xml"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"umbra/app/calendar"
	"umbra/app/check"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/project"
	"umbra/app/resource"
)

// Bounds of what clients set.
const (
	maxProperty   = 64 << 10 // bytes of one
	maxProperties = 100
)

// guarded are properties that follow from elsewhere.
var guarded = map[xml.Name]bool{}

func init() {
	for _, n := range []string{"resourcetype", "getetag", "getcontenttype", "getcontentlength", "getlastmodified", "creationdate", "sync-token", "owner",
		"current-user-principal", "current-user-privilege-set", "supported-report-set", "principal-URL", "principal-collection-set", "lockdiscovery", "supportedlock", "acl"} {
		guarded[name(nsDAV, n)] = true
	}
	guarded[name(nsCS, "getctag")], guarded[name(nsCS, "source")] = true, true
	for _, n := range []string{"supported-calendar-data", "max-resource-size", "calendar-home-set", "supported-collation-set", "calendar-user-address-set"} {
		guarded[name(nsCal, n)] = true
	}
	guarded[name(nsCard, "supported-address-data")] = true
	guarded[name(nsCard, "addressbook-home-set")] = true
}

// patchOf reads the properties that a PROPPATCH, MKCALENDAR or MKCOL sets; nil is
// one to remove. They come in order.
type setting struct {
	name  xml.Name
	inner *string
	plain string
}

func settings(e *element) (out []setting) {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if !k.is(nsDAV, "set") && !k.is(nsDAV, "remove") {
			continue
		}
		for _, p := range k.all(nsDAV, "prop") {
			for _, x := range p.kids {
				s := setting{name: x.name}
				if k.is(nsDAV, "set") {
					inner := x.inner()
					s.inner, s.plain = &inner, x.trimmed()
				}
				out = append(out, s)
			}
		}
	}
	return out
}

func (q *request) proppatch() error {
	var c *resource.Collection
	switch q.at.kind {
	case atCollection:
		c = q.at.col
	case atPrincipal, atHome, atBooks:
		c = q.homeCollection()
	case atNothing:
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	case atItem:
		if _, err := q.item(); err != nil {
			return err
		}
	}
	body, err := q.body()
	if err != nil {
		return err
	}
	if !body.is(nsDAV, "propertyupdate") {
		return refusal{status: http.StatusBadRequest, text: "The body is no propertyupdate."}
	}
	list := settings(body)
	bad := map[xml.Name]bool{}
	for _, s := range list {
		if c == nil || guarded[s.name] || s.name == name(nsCal, "supported-calendar-component-set") || s.inner != nil && len(*s.inner) > maxProperty {
			bad[s.name] = true
		}
	}
	if len(bad) == 0 {
		err = q.Journal.Write(q.ctx, q.guest.Caller, func(ctx context.Context, _ *journal.Writer) error {
			t := *q
			t.ctx = ctx
			cc := *c
			cc.Properties = map[string]string{}
			for k, v := range c.Properties {
				cc.Properties[k] = v
			}
			return t.set(&cc, list)
		})
		if err != nil {
			return err
		}
	}
	return q.multistatus(func(s *stream) error {
		s.str("<D:response>", href(q.self()))
		for _, s2 := range []struct {
			bad    bool
			status string
		}{{true, status403}, {false, map[bool]string{true: status200, false: status424}[len(bad) == 0]}} {
			inner := ""
			for _, x := range list {
				if bad[x.name] == s2.bad {
					inner += wrapped(x.name, "")
				}
			}
			if inner == "" {
				continue
			}
			s.str("<D:propstat><D:prop>", inner, "</D:prop><D:status>", s2.status, "</D:status>")
			if s2.bad {
				s.str("<D:error><D:cannot-modify-protected-property/></D:error>")
			}
			s.str("</D:propstat>")
		}
		s.str("</D:response>\n")
		return nil
	})
}

var colorValue = regexp.MustCompile(`^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$`)

// set changes properties of a collection: those that are fields of a record there,
// the others as they came. What somebody else shares looks to each as they like.
func (q *request) set(c *resource.Collection, list []setting) error {
	var title, color, text *string
	kept := false
	for _, s := range list {
		switch {
		case s.name == name(nsDAV, "displayname") && c.ID != 0 && !c.Shared():
			if t := oneLine(s.plain); s.inner != nil && t != "" {
				title = &t
			}
			continue
		case s.name == name(nsApple, "calendar-color") && c.ID != 0 && !c.Shared():
			v := ""
			if s.inner != nil && colorValue.MatchString(s.plain) {
				v = strings.ToLower(s.plain[:7])
			}
			color = &v
		case s.name == name(nsCal, "calendar-description") && c.Kind == resource.Project && !c.Shared():
			v := ""
			if s.inner != nil {
				v = s.plain
			}
			text = &v
			continue
		}
		kept = true
		if s.inner == nil {
			delete(c.Properties, key(s.name))
			continue
		}
		c.Properties[key(s.name)] = *s.inner
		if s.name == name(nsApple, "calendar-color") {
			c.Properties[key(s.name)] = s.plain
		}
	}
	if len(c.Properties) > maxProperties {
		return fault.New(fault.Full, "properties", "There are too many properties on this collection.")
	}
	if title != nil || color != nil || text != nil {
		var err error
		switch c.Kind {
		case resource.Calendar:
			_, err = q.Calendars.Update(q.ctx, q.guest.Caller, c.ID, nil, calendar.Update{Name: some(title), Color: some(color)})
		case resource.Project:
			_, err = q.Projects.Update(q.ctx, q.guest.Caller, c.ID, nil, project.Update{Name: some(title), Color: some(color), Description: some(text)})
		}
		if err != nil {
			return err
		}
	}
	if !kept {
		return nil
	}
	return q.Resources.SetCollection(q.ctx, q.guest.UserID, c)
}

func some(s *string) opt.Opt[string] {
	if s == nil {
		return opt.Opt[string]{}
	}
	return opt.Some(*s)
}

// oneLine makes a name that a record takes.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > check.MaxShort {
		s = string([]rune(s)[:check.MaxShort])
	}
	return s
}

// makeCollection makes a calendar, or a project for a list of to-dos.
func (q *request) makeCollection() error {
	if q.at.kind != atNothing {
		if q.at.kind == atCollection {
			q.w.Header().Set("Allow", allowed)
			return refusal{http.StatusMethodNotAllowed, "<D:resource-must-be-null/>", "There is a collection at this address already."}
		}
		return refusal{status: http.StatusForbidden, text: "A collection cannot be made here."}
	}
	body, err := q.body()
	if err != nil {
		return err
	}
	if q.at.books {
		return refusal{http.StatusForbidden, "<D:valid-resourcetype/>", "There is one address book for all people."}
	}
	list := settings(body)
	components, plainCollection := []string{}, q.r.Method == "MKCOL"
	kept := list[:0]
	for _, s := range list {
		switch s.name {
		case name(nsDAV, "resourcetype"):
			plainCollection = !strings.Contains(*orEmpty(s.inner), `<calendar xmlns="`+nsCal+`"`)
			continue
		case name(nsCal, "supported-calendar-component-set"):
			for _, k := range []string{"VEVENT", "VTODO", "VJOURNAL"} {
				if strings.Contains(strings.ToUpper(*orEmpty(s.inner)), `"`+k+`"`) {
					components = append(components, k)
				}
			}
			continue
		}
		if !guarded[s.name] && (s.inner == nil || len(*s.inner) <= maxProperty) {
			kept = append(kept, s)
		}
	}
	if plainCollection {
		return refusal{http.StatusForbidden, "<D:valid-resourcetype/>", "Only calendars and lists of to-dos can be made here."}
	}
	c := resource.Collection{Kind: resource.Calendar, Name: q.at.name, Properties: map[string]string{}}
	if len(components) > 0 && components[0] != "VEVENT" {
		if components[0] != "VTODO" {
			return broken("<C:supported-calendar-component/>", "A collection holds events or to-dos.")
		}
		c.Kind = resource.Project
	}
	err = q.Journal.Write(q.ctx, q.guest.Caller, func(ctx context.Context, _ *journal.Writer) error {
		t := *q
		t.ctx = ctx
		return t.make(c, kept)
	})
	if err != nil {
		return err
	}
	q.w.Header().Set("Cache-Control", "no-cache")
	q.w.WriteHeader(http.StatusCreated)
	return nil
}

func orEmpty(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
}

func (q *request) make(c resource.Collection, list []setting) error {
	title := q.at.name
	for _, s := range list {
		if t := oneLine(s.plain); s.name == name(nsDAV, "displayname") && t != "" {
			title = t
		}
	}
	title = oneLine(title)
	if c.Kind == resource.Calendar {
		made, err := q.Calendars.Create(q.ctx, q.guest.Caller, calendar.Update{Name: opt.Some(title)})
		if err != nil {
			return err
		}
		c.ID = made.ID
	} else {
		made, err := q.Projects.Create(q.ctx, q.guest.Caller, project.Update{Name: opt.Some(title)})
		if err != nil {
			return err
		}
		c.ID = made.ID
	}
	if err := q.Resources.SetCollection(q.ctx, q.guest.UserID, &c); err != nil {
		return err
	}
	return q.set(&c, list)
}
