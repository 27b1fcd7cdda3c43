package notify

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxTitle = 250    // characters
	maxBody  = 20_000 // characters, of what any channel carries
	maxURL   = 2000   // bytes
	maxTags  = 5
	maxTag   = 50 // characters
)

var (
	idForm  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	tagForm = regexp.MustCompile(`^[\pL\pN_+-]+$`) // {1,50} would repeat all of Unicode fifty times, 2 MB
)

// prepared is a message that every channel can carry: text is valid UTF-8, the
// title one line, and what cannot be sent at all is an *Error.
func prepared(m Message) (Message, error) {
	if !idForm.MatchString(m.ID) {
		return m, permanent(CodeInvalid, "the message has no usable id")
	}
	m.Title = line(m.Title, maxTitle)
	m.Body = shorten(lines(m.Body), maxBody)
	if m.Title == "" && m.Body == "" {
		return m, permanent(CodeInvalid, "the message is empty")
	}
	if m.Title == "" {
		m.Title, m.Body = m.Body, ""
		m.Title = line(m.Title, maxTitle)
	}
	if m.Priority < Min || m.Priority > Max {
		m.Priority = Default
	}
	if m.URL != "" && !webAddress(m.URL) {
		return m, permanent(CodeInvalid, "the message's address is none that can be opened")
	}
	m.Tags = slices.DeleteFunc(slices.Clone(m.Tags), func(t string) bool { return utf8.RuneCountInString(t) > maxTag || !tagForm.MatchString(t) })
	m.Tags = m.Tags[:min(len(m.Tags), maxTags)]
	if len(m.Actions) > MaxActions {
		return m, permanent(CodeInvalid, "the message has too many buttons")
	}
	m.Actions = slices.Clone(m.Actions)
	for i, a := range m.Actions {
		if a.Method == "" {
			a.Method = http.MethodGet
		}
		a.Label = line(a.Label, 40)
		if !webAddress(a.URL) || a.Label == "" || a.Method != http.MethodGet && a.Method != http.MethodPost {
			return m, permanent(CodeInvalid, "a button of the message cannot be sent")
		}
		m.Actions[i] = a
	}
	return m, nil
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxURL && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// line makes one line of any text: no control characters, at most most characters.
func line(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return shorten(strings.Join(strings.Fields(s), " "), most)
}

// lines keeps line ends and tabs, and drops other control characters.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
}

// shorten cuts text to a number of characters, with an ellipsis as the last.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}

// shortenBytes cuts text to a number of bytes, at the end of a character.
func shortenBytes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const dots = "…"
	cut := max(most-len(dots), 0)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimSpace(s[:cut]) + dots
}
