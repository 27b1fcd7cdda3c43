package dav

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Namespaces.
const (
	nsDAV   = "DAV:"
	nsCal   = "urn:ietf:params:xml:ns:caldav"
	nsCard  = "urn:ietf:params:xml:ns:carddav"
	nsCS    = "http://calendarserver.org/ns/"
	nsApple = "http://apple.com/ns/ical/"
)

// prefixes are declared at the root of every answer.
var prefixes = map[string]string{nsDAV: "D", nsCal: "C", nsCard: "A", nsCS: "CS", nsApple: "I"}

// element is a part of a request's XML.
type element struct {
	name  xml.Name
	attrs []xml.Attr
	text  string
	kids  []*element
}

// Bounds of a request's XML.
const (
	maxXML      = 4 << 20 // bytes
	maxXMLDepth = 32
	maxElements = 50_000
)

var errXML = errors.New("the body is no XML, or too large or deep")

// readXML reads a body; nil where it is empty. Entities but XML's own are not
// known, so that none can grow.
func readXML(r io.Reader) (*element, error) {
	d := xml.NewDecoder(io.LimitReader(r, maxXML+1))
	root := &element{}
	stack := []*element{root}
	count := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || d.InputOffset() > maxXML {
			return nil, errXML
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if count++; count > maxElements || len(stack) > maxXMLDepth {
				return nil, errXML
			}
			e := &element{name: t.Name, attrs: t.Attr}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			stack[len(stack)-1].text += string(t)
		case xml.Directive:
			return nil, errXML // a document type: nobody needs one
		}
	}
	if len(root.kids) == 0 && strings.TrimSpace(root.text) == "" {
		return nil, nil
	}
	if len(root.kids) != 1 || len(stack) != 1 {
		return nil, errXML
	}
	return root.kids[0], nil
}

func (e *element) is(space, local string) bool {
	return e != nil && e.name.Space == space && e.name.Local == local
}

// kid is the first child of a name; nil where there is none, and of nil.
func (e *element) kid(space, local string) *element {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.is(space, local) {
			return k
		}
	}
	return nil
}

func (e *element) all(space, local string) (out []*element) {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.is(space, local) {
			out = append(out, k)
		}
	}
	return out
}

func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (e *element) trimmed() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.text)
}

// inner writes what is in an element, for keeping: every name with its namespace.
func (e *element) inner() string {
	var b strings.Builder
	for _, k := range e.kids {
		k.write(&b)
	}
	if len(e.kids) == 0 {
		b.WriteString(esc(e.text))
	}
	return b.String()
}

func (e *element) write(b *strings.Builder) {
	b.WriteString("<" + e.name.Local + ` xmlns="` + esc(e.name.Space) + `"`)
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local != "xmlns" {
			b.WriteString(" " + a.Name.Local + `="` + esc(a.Value) + `"`)
		}
	}
	b.WriteString(">" + e.inner() + "</" + e.name.Local + ">")
}

// esc makes text safe within XML; what XML cannot hold is replaced.
func esc(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return r == '<' || r == '>' || r == '&' || r == '"' || r == '\'' || r == '\r' || r < ' ' || r > 0x7e
	}) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '"':
			b.WriteString("&#34;")
		case r == '\r':
			b.WriteString("&#13;") // else it would be read back as nothing
		case r < ' ' && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF:
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// openTag and closeTag write an element of any namespace.
func openTag(n xml.Name) string {
	if p, known := prefixes[n.Space]; known {
		return "<" + p + ":" + n.Local + ">"
	}
	return "<" + n.Local + ` xmlns="` + esc(n.Space) + `">`
}

func closeTag(n xml.Name) string {
	if p, known := prefixes[n.Space]; known {
		return "</" + p + ":" + n.Local + ">"
	}
	return "</" + n.Local + ">"
}

func wrapped(n xml.Name, inner string) string {
	if inner == "" {
		o := openTag(n)
		return o[:len(o)-1] + "/>"
	}
	return openTag(n) + inner + closeTag(n)
}

// declarations stand at the root of an answer.
const declarations = ` xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/"`

const xmlHeader = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

// stream writes a multistatus piece by piece.
type stream struct {
	w     *bufio.Writer
	err   error
	brief bool // leave out what was not found
}

func (s *stream) str(parts ...string) {
	for _, p := range parts {
		if s.err == nil {
			_, s.err = s.w.WriteString(p)
		}
	}
}

// property is one as it is answered.
type property struct {
	name  xml.Name
	inner string // as XML
}

// statuses as RFC 4918 writes them; clients compare the text.
const (
	status200 = "HTTP/1.1 200 OK"
	status403 = "HTTP/1.1 403 Forbidden"
	status404 = "HTTP/1.1 404 Not Found"
	status424 = "HTTP/1.1 424 Failed Dependency"
	status507 = "HTTP/1.1 507 Insufficient Storage"
)

// response writes what was found of a resource, which comes first, and what was not.
func (s *stream) response(href string, found []property, missing []xml.Name) {
	s.str("<D:response><D:href>", esc(href), "</D:href>")
	if len(found) > 0 || len(missing) == 0 || s.brief {
		s.str("<D:propstat><D:prop>")
		for _, p := range found {
			s.str(wrapped(p.name, p.inner))
		}
		s.str("</D:prop><D:status>", status200, "</D:status></D:propstat>")
	}
	if len(missing) > 0 && !s.brief {
		s.str("<D:propstat><D:prop>")
		for _, n := range missing {
			s.str(wrapped(n, ""))
		}
		s.str("</D:prop><D:status>", status404, "</D:status></D:propstat>")
	}
	s.str("</D:response>\n")
}

// status writes a resource of which there is nothing but a status.
func (s *stream) status(href, status, problem string) {
	s.str("<D:response><D:href>", esc(href), "</D:href><D:status>", status, "</D:status>")
	if problem != "" {
		s.str("<D:error>", problem, "</D:error>")
	}
	s.str("</D:response>\n")
}
