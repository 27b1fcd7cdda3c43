package dav

import (
	"encoding/xml"
	"net/http"
	"strings"

	"umbra/app/fault"
	"umbra/app/resource"
)

// report answers a REPORT.
func (q *request) report() error {
	if q.at.kind == atNothing {
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	body, err := q.body()
	if err != nil {
		return err
	}
	if body == nil {
		return refusal{status: http.StatusBadRequest, text: "A REPORT needs a body."}
	}
	calendar := q.at.kind == atCollection && q.at.col.Kind != resource.People
	book := q.at.kind == atCollection && q.at.col.Kind == resource.People
	switch {
	case body.is(nsDAV, "sync-collection") && q.at.kind == atCollection:
		return q.sync(body)
	case body.is(nsDAV, "sync-collection") && q.at.kind == atHome:
		return q.syncHome(body)
	case body.is(nsCal, "calendar-query") && calendar, body.is(nsCard, "addressbook-query") && book:
		return q.query(body)
	case body.is(nsCal, "calendar-multiget") && (calendar || q.at.kind == atItem), body.is(nsCard, "addressbook-multiget") && (book || q.at.kind == atItem):
		return q.multiget(body)
	case body.is(nsCal, "free-busy-query") && calendar:
		return q.freeBusy(body)
	case body.is(nsDAV, "expand-property"):
		return q.expandProperty(body)
	case body.is(nsDAV, "principal-property-search"):
		return q.searchPrincipals(body)
	case body.is(nsDAV, "principal-search-property-set"):
		q.w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		_, err := q.w.Write([]byte(xmlHeader + "<D:principal-search-property-set" + declarations + "><D:principal-search-property><D:prop><D:displayname/></D:prop>" +
			`<D:description xml:lang="en">Name</D:description></D:principal-search-property></D:principal-search-property-set>`))
		return err
	}
	return broken("<D:supported-report/>", "This report is not answered here.")
}

// maxMultiget bounds how many objects one request names.
const maxMultiget = 20_000

// multiget answers objects by their addresses.
func (q *request) multiget(body *element) error {
	hrefs := body.all(nsDAV, "href")
	if len(hrefs) > maxMultiget {
		return broken("<D:number-of-matches-within-limits/>", "It names too many objects.")
	}
	w := want(body)
	c := q.at.col
	names := make([]string, 0, len(hrefs))
	var elsewhere []string
	for _, h := range hrefs {
		n, ok := q.hrefName(c, h.trimmed())
		if !ok {
			elsewhere = append(elsewhere, h.trimmed())
			continue
		}
		names = append(names, n)
	}
	found, err := q.Resources.FindNamed(q.ctx, q.caller().UserID, c, names)
	if err != nil {
		return err
	}
	var items []resource.Item
	for _, n := range names {
		if i, ok := found[n]; ok {
			items = append(items, i)
			delete(found, n)
			continue
		}
		elsewhere = append(elsewhere, q.itemHref(c, n))
	}
	return q.multistatus(func(s *stream) error {
		if err := q.items(s, items, w); err != nil {
			return err
		}
		for _, h := range elsewhere {
			s.status(h, status404, "")
		}
		return nil
	})
}

// expandProperty answers properties and, of those that hold addresses, what is
// asked of what lies there (RFC 3253, 3.8).
func (q *request) expandProperty(body *element) error {
	var propOf func(sub *subject, e *element, deep int) ([]property, []xml.Name, error)
	propOf = func(sub *subject, e *element, deep int) (found []property, missing []xml.Name, err error) {
		for _, p := range e.all(nsDAV, "property") {
			n := xml.Name{Space: nsDAV, Local: p.attr("name")}
			if ns := p.attr("namespace"); ns != "" {
				n.Space = ns
			}
			inner, ok, err := q.prop(sub, n)
			if err != nil {
				return nil, nil, err
			}
			if !ok {
				missing = append(missing, n)
				continue
			}
			if below := p.all(nsDAV, "property"); len(below) > 0 && deep < 3 {
				if inner, err = q.expanded(inner, p, func(sub *subject) ([]property, []xml.Name, error) { return propOf(sub, p, deep+1) }); err != nil {
					return nil, nil, err
				}
			}
			found = append(found, property{n, inner})
		}
		return found, missing, nil
	}
	self := &subject{kind: q.at.kind, col: q.at.col, href: q.self(), other: q.at.other}
	if q.at.kind == atItem {
		i, err := q.item()
		if err != nil {
			return err
		}
		self.item = &i
	}
	found, missing, err := propOf(self, body, 0)
	if err != nil {
		return err
	}
	return q.multistatus(func(s *stream) error {
		s.response(self.href, found, missing)
		return nil
	})
}

// expanded replaces the addresses in a property by responses.
func (q *request) expanded(inner string, _ *element, propOf func(*subject) ([]property, []xml.Name, error)) (string, error) {
	e, err := readXML(strings.NewReader("<x" + declarations + ">" + inner + "</x>"))
	if err != nil {
		return inner, nil //nolint:nilerr // what a client kept there is answered as it is
	}
	var b strings.Builder
	s := &stream{w: bufioOf(&b)}
	for _, h := range e.all(nsDAV, "href") {
		t, err := q.locate(h.trimmed())
		if err != nil || t.kind == atItem || t.kind == atNothing {
			s.str(href(h.trimmed()))
			continue
		}
		found, missing, err := propOf(&subject{kind: t.kind, col: t.col, href: h.trimmed(), other: t.other})
		if err != nil {
			return "", err
		}
		s.response(h.trimmed(), found, missing)
	}
	_ = s.w.Flush() // into memory
	return b.String(), nil
}

// searchPrincipals finds the user, who is the only one to be seen.
func (q *request) searchPrincipals(body *element) error {
	matches := false
	for _, p := range body.all(nsDAV, "property-search") {
		text := strings.ToLower(p.kid(nsDAV, "match").trimmed())
		matches = matches || text != "" && (strings.Contains(strings.ToLower(q.guest.Name), text) || strings.Contains(strings.ToLower(q.guest.Email), text))
	}
	w := want(body)
	return q.multistatus(func(s *stream) error {
		if !matches {
			return nil
		}
		return q.answer(s, &subject{kind: atPrincipal, href: q.principal()}, w)
	})
}
