package ical

import (
	"strings"
	"unicode"
)

// Escape writes a text value (RFC 5545, 3.3.11; RFC 6350, 3.4): control
// characters but tabs are left out.
func Escape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for _, r := range s {
		switch {
		case r == '\n', r == '\r':
			b.WriteString(`\n`)
		case r == '\\', r == ',', r == ';':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r != '\t' && unicode.IsControl(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Unescape reads a text value. A backslash before anything else stays one, for
// many write paths so. What is no UTF-8 is replaced, control characters but tab
// and line feed are left out.
func Unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			switch s[i] {
			case 'n', 'N':
				b.WriteByte('\n')
			case '\\', ',', ';', ':', '"':
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				i--
			}
			continue
		}
		b.WriteByte(s[i])
	}
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(b.String(), "\uFFFD"))
}

// Split cuts a value at separators that are not escaped; the pieces stay escaped.
func Split(s string, sep byte) (out []string) {
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// List reads a list of texts, as CATEGORIES has it; blank ones are left out.
func List(s string) (out []string) {
	for _, p := range Split(s, ',') {
		if p = strings.TrimSpace(Unescape(p)); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// JoinList writes a list of texts.
func JoinList(list []string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = Escape(s)
	}
	return strings.Join(parts, ",")
}

// Structured reads a value of n fields (N, ADR, ORG): each a list of texts that
// is joined with a comma and a blank. Fields that are missing are empty.
func Structured(s string, n int) []string {
	out := make([]string, n)
	for i, field := range Split(s, ';') {
		if i == n {
			break
		}
		parts := Split(field, ',')
		for j, p := range parts {
			parts[j] = Unescape(p)
		}
		out[i] = strings.Join(parts, ", ")
	}
	return out
}

// JoinStructured writes such a value.
func JoinStructured(fields ...string) string {
	parts := make([]string, len(fields))
	for i, s := range fields {
		parts[i] = Escape(s)
	}
	return strings.Join(parts, ";")
}
