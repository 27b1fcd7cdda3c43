// Package ical reads, patches and writes content lines: iCalendar (RFC 5545)
// and vCard (RFC 2426, RFC 6350). It keeps order and bytes: what is not touched
// is written exactly as it was read, folds, line endings and oddities included.
//
// Reading is lenient. A line that is none, or a component that is never closed,
// stays where it stands and is noted in Problems; only what would cost too much
// is an error.
package ical

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Bounds of what is read.
const (
	MaxSize  = 10 << 20 // bytes of a document
	MaxDepth = 16       // components within each other
	maxNoted = 20       // problems that are noted
)

// What makes a document be refused.
var (
	ErrSize  = fmt.Errorf("is larger than %d MB", MaxSize>>20)
	ErrDepth = fmt.Errorf("has components more than %d deep in each other", MaxDepth)
	ErrNUL   = errors.New("holds bytes of zero: it is no text")
)

// Problem is something odd in a document that was read all the same.
type Problem struct {
	Line int    // of the text, from 1
	Text string // what is odd, without what was written there
}

// Document is a text of content lines: components, mostly one.
type Document struct {
	root     Component // without a name; its nodes are those of the document
	bom      bool
	eol      string
	Problems []Problem
}

// Component is what stands between BEGIN and END.
type Component struct {
	Name string // in upper case

	begin, end *Line
	at         int
	nodes      []node
}

// At is the line of the text at which it begins, from 1; 0 for one that was not read.
func (c *Component) At() int { return c.at }

// node is a line or a component: one of the two.
type node struct {
	line *Line
	part *Component
}

var bom = []byte("\xef\xbb\xbf")

// Parse reads a document; ErrSize, ErrDepth, ErrNUL.
func Parse(data []byte) (*Document, error) {
	if len(data) > MaxSize {
		return nil, ErrSize
	}
	return ParseAll(data)
}

// ParseAll is Parse of a text of any size, which its caller bounds: a file with
// many objects in it; ErrDepth, ErrNUL.
func ParseAll(data []byte) (*Document, error) {
	d := &Document{eol: "\r\n"}
	data, d.bom = bytes.CutPrefix(data, bom)
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, ErrNUL
	}
	text := string(data) // one copy; lines are slices of it
	if i := strings.IndexByte(text, '\n'); i == 0 || i > 0 && text[i-1] != '\r' {
		d.eol = "\n"
	}
	stack := []*Component{&d.root}
	number := 1
	for len(text) > 0 {
		var l *Line
		l, text = cutLine(text)
		at := number
		number += physical(l.raw)
		top := stack[len(stack)-1]
		switch {
		case l.Name == "BEGIN" && l.value() != "":
			if len(stack) > MaxDepth {
				return nil, ErrDepth
			}
			c := &Component{Name: strings.ToUpper(strings.TrimSpace(l.Value)), begin: l, at: at}
			top.nodes = append(top.nodes, node{part: c})
			stack = append(stack, c)
		case l.Name == "END":
			if n := closes(stack, strings.ToUpper(strings.TrimSpace(l.Value))); n > 0 {
				if n < len(stack)-1 {
					d.note(at, "a component ends before one inside it does")
				}
				stack[n].end = l
				stack = stack[:n]
				continue
			}
			d.note(at, "an END has no BEGIN")
			top.nodes = append(top.nodes, node{line: l})
		default:
			if l.Name == "" && strings.TrimSpace(l.raw) != "" {
				d.note(at, "a line is no property: it has no name and colon")
			}
			top.nodes = append(top.nodes, node{line: l})
		}
	}
	if len(stack) > 1 {
		d.note(number, "a component is not ended")
	}
	return d, nil
}

func (d *Document) note(line int, text string) {
	if len(d.Problems) < maxNoted {
		d.Problems = append(d.Problems, Problem{line, text})
	}
}

// closes is the place in the stack of the component that an END means, 0 for none.
func closes(stack []*Component, name string) int {
	for i := len(stack) - 1; i > 0; i-- {
		if stack[i].Name == name {
			return i
		}
	}
	return 0
}

// New makes an empty document, with CRLF at the ends of its lines.
func New() *Document { return &Document{eol: "\r\n"} }

// Bytes writes the document.
func (d *Document) Bytes() []byte {
	w := &writer{eol: d.eol}
	if d.bom {
		w.Write(bom)
	}
	d.root.writeNodes(w)
	return w.Bytes()
}

// Components are those at the top with one of the names.
func (d *Document) Components(names ...string) []*Component { return d.root.Components(names...) }

// Add puts a component at the end.
func (d *Document) Add(c *Component) { d.root.AddComponent(c) }

// Lines are the lines outside any component, blank ones left out.
func (d *Document) Lines() (out []*Line) {
	for _, n := range d.root.nodes {
		if n.line != nil && strings.TrimSpace(n.line.raw) != "" {
			out = append(out, n.line)
		}
	}
	return out
}

// Closed says whether the component has its END.
func (c *Component) Closed() bool { return c.end != nil }

// writer knows whether a line is open that the next one must not run into.
type writer struct {
	bytes.Buffer
	eol string
}

func (w *writer) line(l *Line) {
	if l == nil {
		return
	}
	if b := w.Bytes(); len(b) > 0 && b[len(b)-1] != '\n' && b[len(b)-1] != '\r' && !bytes.Equal(b, bom) {
		w.WriteString(w.eol) // what was the last line has none
	}
	if l.raw != "" {
		w.WriteString(l.raw)
		return
	}
	w.WriteString(fold(l.text(), w.eol))
}

func (c *Component) write(w *writer) {
	w.line(c.begin)
	c.writeNodes(w)
	w.line(c.end)
}

func (c *Component) writeNodes(w *writer) {
	for _, n := range c.nodes {
		if n.line != nil {
			w.line(n.line)
		} else {
			n.part.write(w)
		}
	}
}
