package moving

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"umbra/app/check"
)

// clean leaves out what no record takes: broken characters and those that do not
// show, but for new lines and tabs.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\r' {
			return '\n'
		}
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// oneLine makes text one line of at most max characters.
func oneLine(s string, max int) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if utf8.RuneCountInString(s) > max {
		s = strings.TrimSpace(string([]rune(s)[:max-1])) + "…"
	}
	return s
}

// long bounds a text of many lines.
func long(s string) string {
	s = strings.TrimSpace(clean(s))
	if utf8.RuneCountInString(s) > check.MaxText {
		s = string([]rune(s)[:check.MaxText-1]) + "…"
	}
	return s
}

// titled makes a title of a text, and what does not fit into it part of the notes.
func titled(title, notes string) (string, string) {
	short := oneLine(title, check.MaxTitle)
	if strings.TrimSpace(clean(title)) != short && len(short) > 0 && utf8.RuneCountInString(title) > check.MaxTitle {
		notes = strings.TrimSpace(title) + "\n\n" + notes
	}
	return short, long(notes)
}

// words is a list of tags: each once, none empty, at most 50.
func words(list []string) []string {
	out, seen := []string{}, map[string]bool{}
	for _, w := range list {
		w = oneLine(strings.TrimPrefix(strings.TrimSpace(w), "#"), 100)
		if w != "" && !seen[strings.ToLower(w)] && len(out) < 50 {
			seen[strings.ToLower(w)] = true
			out = append(out, w)
		}
	}
	return out
}

// further adds a paragraph to a text that many may be added to. One that is full
// already stays: a record takes no more.
func further(text, more string) string {
	if len(text) > check.MaxText {
		return text
	}
	return paragraphs(text, more)
}

// paragraphs joins the texts that are not empty.
func paragraphs(texts ...string) string {
	var out []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, "\n\n")
}
