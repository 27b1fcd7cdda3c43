package dav

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"umbra/app/caller"
	"umbra/app/fault"
	"umbra/app/resource"
)

// Kinds of place in the tree.
const (
	atRoot       = iota // /dav/
	atPrincipals        // /dav/principals/
	atPrincipal         // /dav/principals/7/
	atOther             // /dav/principals/8/, of somebody who shares with the user
	atHome              // /dav/calendars/7/
	atBooks             // /dav/addressbooks/7/
	atCollection        // /dav/calendars/7/calendar-3/
	atItem              // /dav/calendars/7/calendar-3/x.ics
	atNothing           // a collection that is not there: it may be made
)

// target is what a path means.
type target struct {
	kind  int
	col   *resource.Collection
	name  string // of an item, or of a collection that is not there
	other caller.Name
	books bool // below addressbooks
}

// maxName bounds the last part of an address, in bytes.
const maxName = 255

// locate reads a path. Paths of other users are not there.
func (q *request) locate(path string) (target, error) {
	gone := fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(Prefix, "/"))
	if !ok {
		if path == "/" || path == "/principals/" || path == "/principals" { // where iOS looks too
			return target{kind: atRoot}, nil
		}
		return target{}, gone
	}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	for _, p := range parts {
		if p == "." || p == ".." || len(p) > maxName || strings.ContainsAny(p, "\x00\r\n") {
			return target{}, gone
		}
	}
	own := strconv.FormatInt(q.guest.UserID, 10)
	switch {
	case len(parts) == 1 && parts[0] == "":
		return target{kind: atRoot}, nil
	case len(parts) == 1 && parts[0] == "principals":
		return target{kind: atPrincipals}, nil
	case len(parts) == 2 && parts[0] == "principals" && parts[1] != own:
		for i := range q.cols {
			if o := q.cols[i].Share.Owner; q.cols[i].Shared() && strconv.FormatInt(o.ID, 10) == parts[1] {
				return target{kind: atOther, other: o}, nil
			}
		}
		return target{}, gone
	case len(parts) < 2 || parts[1] != own:
		return target{}, gone
	case len(parts) == 2 && parts[0] == "principals":
		return target{kind: atPrincipal}, nil
	}
	t := target{books: parts[0] == "addressbooks"}
	if !t.books && parts[0] != "calendars" {
		return target{}, gone
	}
	switch len(parts) {
	case 2:
		if t.kind = atHome; t.books {
			t.kind = atBooks
		}
		return t, nil
	case 3, 4:
	default:
		return target{}, gone
	}
	for i := range q.cols {
		if c := &q.cols[i]; c.Name == parts[2] && c.Kind != resource.Home && (c.Kind == resource.People) == t.books {
			t.col = c
		}
	}
	switch {
	case t.col == nil && len(parts) == 3:
		t.kind, t.name = atNothing, parts[2]
	case t.col == nil:
		return target{}, fault.New(fault.Conflict, "no_collection", "There is no such collection.")
	case len(parts) == 3:
		t.kind = atCollection
	default:
		t.kind, t.name = atItem, parts[3]
	}
	return t, nil
}

func (q *request) user() string { return strconv.FormatInt(q.guest.UserID, 10) }

func (q *request) principal() string { return principalOf(q.guest.UserID) }

func principalOf(user int64) string {
	return Prefix + "principals/" + strconv.FormatInt(user, 10) + "/"
}

func (q *request) home() string  { return Prefix + "calendars/" + q.user() + "/" }
func (q *request) books() string { return Prefix + "addressbooks/" + q.user() + "/" }

func (q *request) href(c *resource.Collection) string {
	if c.Kind == resource.People {
		return q.books() + segment(c.Name) + "/"
	}
	return q.home() + segment(c.Name) + "/"
}

func (q *request) itemHref(c *resource.Collection, name string) string {
	return q.href(c) + segment(name)
}

// segment escapes a name within a path.
func segment(s string) string { return url.PathEscape(s) }

// self is the address of the target.
func (q *request) self() string {
	switch q.at.kind {
	case atRoot:
		return Prefix
	case atPrincipals:
		return Prefix + "principals/"
	case atPrincipal:
		return q.principal()
	case atOther:
		return principalOf(q.at.other.ID)
	case atHome:
		return q.home()
	case atBooks:
		return q.books()
	case atCollection:
		return q.href(q.at.col)
	case atItem:
		return q.itemHref(q.at.col, q.at.name)
	}
	return q.r.URL.EscapedPath()
}

// hrefName reads the name of an item of a collection from an address that a
// client sent: a path, or a whole URL; ok is false where it lies elsewhere.
func (q *request) hrefName(c *resource.Collection, href string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil {
		return "", false
	}
	t, err := q.locate(u.Path)
	if err != nil || t.kind != atItem || t.col.Name != c.Name {
		return "", false
	}
	return t.name, true
}

// destination reads where COPY and MOVE lead: within this server alone.
func (q *request) destination() (target, error) {
	u, err := url.Parse(q.r.Header.Get("Destination"))
	if err != nil || u.Path == "" {
		return target{}, refusal{status: http.StatusBadRequest, text: "The Destination header names no address."}
	}
	if u.Host != "" && !strings.EqualFold(u.Host, q.r.Host) {
		return target{}, refusal{status: http.StatusBadGateway, text: "The Destination lies on another server."}
	}
	return q.locate(u.Path)
}
