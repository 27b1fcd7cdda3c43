package ical

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Line is one property. Its Value is unfolded but not unescaped, because that
// depends on its type.
type Line struct {
	Group  string // "item1" of item1.EMAIL
	Name   string // in upper case; empty where the line is no property
	Params []Param
	Value  string

	raw  string // as it was read, with folds and line ending; empty when it is to be written anew
	head string // what stood before the colon, unfolded; empty where it is to be written anew
}

// Param is a parameter, its values decoded (RFC 6868) and without quotes.
type Param struct {
	Name   string // in upper case
	Values []string
}

// P is a parameter.
func P(name string, values ...string) Param { return Param{name, values} }

// NewLine makes a line.
func NewLine(name, value string, params ...Param) *Line {
	return &Line{Name: strings.ToUpper(name), Value: value, Params: params}
}

func (l *Line) value() string { return strings.TrimSpace(l.Value) }

// Param is the first value of a parameter; empty where there is none.
func (l *Line) Param(name string) string {
	if v := l.ParamValues(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// ParamValues are all values of a parameter, however often it is there.
func (l *Line) ParamValues(name string) (out []string) {
	for _, p := range l.Params {
		if p.Name == name {
			out = append(out, p.Values...)
		}
	}
	return out
}

// Types are the TYPE values in lower case, as vCards have them: TYPE=home,work,
// TYPE=home;TYPE=work and, in version 2.1, HOME;WORK.
func (l *Line) Types() (out []string) {
	for _, v := range l.ParamValues("TYPE") {
		for t := range strings.SplitSeq(v, ",") { // a quoted list
			if t = strings.ToLower(strings.TrimSpace(t)); t != "" && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// SetValue changes the value and leaves the parameters as they stand.
func (l *Line) SetValue(v string) {
	if v != l.Value {
		l.Value, l.raw = v, ""
	}
}

// SetParam changes a parameter; without values it goes.
func (l *Line) SetParam(name string, values ...string) {
	if slices.Equal(l.ParamValues(name), values) {
		return
	}
	l.raw, l.head = "", ""
	at := slices.IndexFunc(l.Params, func(p Param) bool { return p.Name == name })
	l.Params = slices.DeleteFunc(slices.Clone(l.Params), func(p Param) bool { return p.Name == name })
	if len(values) == 0 {
		return
	}
	if at < 0 {
		at = len(l.Params)
	}
	l.Params = slices.Insert(l.Params, min(at, len(l.Params)), Param{name, values})
}

// become makes the line say the same as another, in its place; where it does
// already nothing is touched.
func (l *Line) become(n *Line) {
	if !slices.EqualFunc(l.Params, n.Params, func(a, b Param) bool { return a.Name == b.Name && slices.Equal(a.Values, b.Values) }) {
		l.Params, l.raw, l.head = n.Params, "", ""
	}
	l.SetValue(n.Value)
}

// same says whether two lines say the same.
func (l *Line) same(n *Line) bool {
	c := *l
	c.become(n)
	return l.Name == n.Name && c.raw == l.raw && c.raw != "" || l.raw == "" && l.text() == n.text()
}

// text is the line without folds and line ending.
func (l *Line) text() string {
	if l.Name == "" {
		return l.Value
	}
	if l.head != "" {
		return l.head + ":" + l.Value
	}
	var b strings.Builder
	if l.Group != "" {
		b.WriteString(l.Group + ".")
	}
	b.WriteString(l.Name)
	for _, p := range l.Params {
		b.WriteString(";" + p.Name + "=")
		for i, v := range p.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(writeParam(v))
		}
	}
	b.WriteString(":" + l.Value)
	return b.String()
}

var caret = strings.NewReplacer("^", "^^", "\n", "^n", `"`, "^'")

// writeParam encodes a parameter's value (RFC 6868), in quotes where it needs them.
func writeParam(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if s = caret.Replace(s); strings.ContainsAny(s, ",;:") {
		return `"` + s + `"`
	}
	return s
}

// readParam decodes RFC 6868; a caret before anything else stays.
func readParam(s string) string {
	if !strings.Contains(s, "^") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '^' && i+1 < len(s) {
			if j := strings.IndexByte("^n'", s[i+1]); j >= 0 {
				b.WriteByte("^\n\""[j])
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// cutLine reads the first property of a text, with its folds.
func cutLine(text string) (*Line, string) {
	end := lineEnd(text)
	for end < len(text) && (text[end] == ' ' || text[end] == '\t') {
		end += lineEnd(text[end:])
	}
	l := &Line{raw: text[:end]}
	l.parse(unfold(l.raw))
	if strings.Contains(l.head, "QUOTED-PRINTABLE") || strings.Contains(l.head, "quoted-printable") {
		// vCard 2.1: a line goes on after a = at its end.
		for strings.HasSuffix(l.Value, "=") && end < len(text) {
			more := lineEnd(text[end:])
			l.Value = strings.TrimSuffix(l.Value, "=") + unfold(text[end:end+more])
			end += more
		}
		l.raw = text[:end]
	}
	return l, text[end:]
}

// lineEnd is where the first physical line ends, behind its CRLF, LF or CR.
func lineEnd(s string) int {
	i := strings.IndexAny(s, "\r\n")
	switch {
	case i < 0:
		return len(s)
	case s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n':
		return i + 2
	}
	return i + 1
}

// physical counts the lines of a text as an editor does.
func physical(s string) (n int) {
	for len(s) > 0 {
		s = s[lineEnd(s):]
		n++
	}
	return n
}

// unfold takes line endings and the blank after them away (RFC 5545, 3.1); a
// fold may lie within a character.
func unfold(s string) string {
	end := lineEnd(s)
	if end == len(s) {
		return strings.TrimRight(s, "\r\n")
	}
	var b strings.Builder
	b.Grow(len(s))
	for first := true; len(s) > 0; first = false {
		end = lineEnd(s)
		part := strings.TrimRight(s[:end], "\r\n")
		if !first && part != "" {
			part = part[1:]
		}
		b.WriteString(part)
		s = s[end:]
	}
	return b.String()
}

// maxLine is how many bytes a line may have before it is folded.
const maxLine = 75

// fold writes a line in pieces of at most maxLine bytes, never within a character.
func fold(s, eol string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/maxLine*3 + 2)
	room := maxLine
	for len(s) > room {
		n := room
		for n > room-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		b.WriteString(s[:n] + eol + " ")
		s, room = s[n:], maxLine-1
	}
	b.WriteString(s + eol)
	return b.String()
}

// parse reads a line that is unfolded.
func (l *Line) parse(s string) {
	head, value, ok := splitHead(s)
	if !ok {
		l.Value = s
		return
	}
	name, rest, _ := strings.Cut(head, ";")
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		l.Group, name = name[:i], name[i+1:]
	}
	if name == "" || strings.ContainsAny(name, " \t\"") {
		l.Value = s
		return
	}
	l.Name, l.Value, l.head = strings.ToUpper(name), value, head
	if len(head) > len(name) {
		l.Params = readParams(rest)
	}
}

// splitHead finds the colon that ends the parameters: the first one outside of
// quotes, or the first one at all where a quote is not closed.
func splitHead(s string) (head, value string, ok bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				return s[:i], s[i+1:], true
			}
		}
	}
	return strings.Cut(s, ":")
}

// readParams reads what stands between the name and the colon.
func readParams(s string) (out []Param) {
	for s != "" {
		var piece string
		piece, s = cutQuoted(s, ';')
		if strings.TrimSpace(piece) == "" {
			continue
		}
		name, list, found := strings.Cut(piece, "=")
		p := Param{Name: strings.ToUpper(strings.TrimSpace(name))}
		if !found { // vCard 2.1: TEL;HOME;VOICE, NOTE;QUOTED-PRINTABLE
			p.Values = []string{p.Name}
			p.Name = "TYPE"
			switch p.Values[0] {
			case "QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT":
				p.Name = "ENCODING"
			}
			out = append(out, p)
			continue
		}
		for more := true; more; {
			var v string
			rest := ""
			v, rest = cutQuoted(list, ',')
			more = len(v) < len(list)
			list = rest
			v = strings.TrimSpace(v)
			if len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"' {
				v = v[1 : len(v)-1]
			}
			p.Values = append(p.Values, readParam(v))
		}
		out = append(out, p)
	}
	return out
}

// cutQuoted cuts at the first separator outside of quotes.
func cutQuoted(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case sep:
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}
