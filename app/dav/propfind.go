package dav

import (
	"encoding/xml"
	"net/http"

	"umbra/app/fault"
	"umbra/app/resource"
)

// wish is what a request asks of each resource.
type wish struct {
	names []xml.Name
	all   bool // every property there is
	only  bool // their names alone
	data  *element
}

// want reads a DAV:prop, allprop or propname.
func want(e *element) wish {
	if e == nil {
		return wish{all: true}
	}
	if e.kid(nsDAV, "propname") != nil {
		return wish{all: true, only: true}
	}
	p := e.kid(nsDAV, "prop")
	w := wish{all: e.kid(nsDAV, "allprop") != nil || p == nil}
	if p == nil {
		p = e.kid(nsDAV, "include")
	}
	if p == nil {
		return w
	}
	for _, k := range p.kids {
		if k.is(nsCal, "calendar-data") || k.is(nsCard, "address-data") {
			w.data = k
			continue
		}
		w.names = append(w.names, k.name)
	}
	return w
}

// has says whether a property is asked for by name.
func (w wish) has(n xml.Name) bool {
	for _, x := range w.names {
		if x == n {
			return true
		}
	}
	return false
}

// answer writes what is asked of a subject.
func (q *request) answer(s *stream, sub *subject, w wish) error {
	var found []property
	var missing []xml.Name
	list := w.names
	if w.all {
		list = append(q.names(sub), list...)
	}
	for i, n := range list {
		inner, ok, err := q.prop(sub, n)
		if err != nil {
			return err
		}
		switch {
		case ok && w.only:
			found = append(found, property{name: n})
		case ok:
			found = append(found, property{n, inner})
		case !w.all || i >= len(list)-len(w.names):
			missing = append(missing, n)
		}
	}
	if w.data != nil && sub.data != nil {
		found = append(found, property{w.data.name, esc(string(sub.data))})
	}
	s.response(sub.href, found, missing)
	return nil
}

func (q *request) propfind() error {
	if q.at.kind == atNothing {
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	depth, err := q.depth(1)
	if err != nil {
		return err
	}
	if depth == 2 {
		return broken("<D:propfind-finite-depth/>", "A Depth of infinity is not answered.")
	}
	body, err := q.body()
	if err != nil {
		return err
	}
	if body != nil && !body.is(nsDAV, "propfind") {
		return refusal{status: http.StatusBadRequest, text: "The body is no propfind."}
	}
	w := want(body)
	w.data = nil
	self := &subject{kind: q.at.kind, col: q.at.col, href: q.self(), other: q.at.other}
	if q.at.kind == atItem {
		i, err := q.item()
		if err != nil {
			return err
		}
		if !i.Verbatim() && (w.all || w.has(name(nsDAV, "getcontentlength"))) {
			if i, self.data, err = q.one(q.at.col, i); err != nil {
				return err
			}
		}
		self.item = &i
	}
	return q.multistatus(func(s *stream) error {
		if err := q.answer(s, self, w); err != nil || depth == 0 {
			return err
		}
		return q.children(s, w)
	})
}

// children answers what lies directly below the target.
func (q *request) children(s *stream, w wish) error {
	switch q.at.kind {
	case atRoot:
		for _, x := range []*subject{{kind: atPrincipals, href: Prefix + "principals/"}, {kind: atHome, href: q.home()}, {kind: atBooks, href: q.books()}} {
			if err := q.answer(s, x, w); err != nil {
				return err
			}
		}
	case atPrincipals:
		return q.answer(s, &subject{kind: atPrincipal, href: q.principal()}, w)
	case atHome, atBooks:
		for i := range q.cols {
			c := &q.cols[i]
			if c.Kind == resource.Home || (c.Kind == resource.People) != (q.at.kind == atBooks) {
				continue
			}
			if err := q.answer(s, &subject{kind: atCollection, col: c, href: q.href(c)}, w); err != nil {
				return err
			}
		}
	case atCollection:
		return q.Resources.Each(q.ctx, q.caller().UserID, q.at.col, func(items []resource.Item) error { return q.items(s, items, w) })
	}
	return nil
}

// items answers items of the target, with their data where it is asked for.
func (q *request) items(s *stream, items []resource.Item, w wish) error {
	data := make([][]byte, len(items))
	if w.data != nil {
		return q.withData(s, items, w)
	}
	if w.all || w.has(name(nsDAV, "getcontentlength")) {
		var other []int
		var part []resource.Item
		for n, i := range items {
			if !i.Verbatim() {
				other, part = append(other, n), append(part, i)
			}
		}
		texts, err := q.load(q.at.col, part)
		if err != nil {
			return err
		}
		for n, at := range other {
			data[at], items[at] = texts[n], part[n]
		}
	}
	prefix := q.href(q.at.col)
	for n := range items {
		sub := &subject{kind: atItem, col: q.at.col, item: &items[n], data: data[n], href: prefix + segment(items[n].Name)}
		if err := q.answer(s, sub, w); err != nil {
			return err
		}
	}
	return nil
}

// pieces are how many objects are held at a time.
const pieces = 100

// withData answers items with their objects, some at a time.
func (q *request) withData(s *stream, items []resource.Item, w wish) error {
	prefix := q.href(q.at.col)
	for len(items) > 0 {
		part := items[:min(pieces, len(items))]
		items = items[len(part):]
		data, err := q.load(q.at.col, part)
		if err != nil {
			return err
		}
		shaped, err := q.shape(part, data, w.data)
		if err != nil {
			return err
		}
		for n := range part {
			if shaped[n] == nil {
				continue
			}
			if err := q.answer(s, &subject{kind: atItem, col: q.at.col, item: &part[n], data: shaped[n], href: prefix + segment(part[n].Name)}, w); err != nil {
				return err
			}
		}
	}
	return nil
}
