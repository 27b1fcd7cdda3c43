// Package fold makes text comparable without regard to case and accents:
// "Ängström" and "angstrom" fold to the same. Databases disagree about LOWER
// and know no accents, so folded text is kept in a column of its own.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Text folds s: compatibility decomposition (NFKD), marks dropped, full case
// folding, white space run together and trimmed.
func Text(s string) string {
	if plain(s) {
		return strings.Join(strings.Fields(strings.ToLower(s)), " ")
	}
	d := norm.NFKD.String(s)
	d = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, d)
	d = norm.NFKD.String(cases.Fold().String(d))
	return strings.Join(strings.Fields(d), " ")
}

// plain text needs no tables.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Join folds several texts into one to search in, each on a line of its own so
// that no match runs over the edge.
func Join(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if f := Text(p); f != "" {
			b.WriteString(f)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Key is folded text to sort by, cut to a length an index can hold.
func Key(s string) string {
	k := []rune(Text(s))
	if len(k) > 100 {
		k = k[:100]
	}
	return string(k)
}
