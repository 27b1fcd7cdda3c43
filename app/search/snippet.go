package search

import (
	"strings"
	"unicode"

	"umbra/app/fold"
)

// around is how many characters a snippet shows on each side of what was found.
const around = 40

// snippet cuts the place where the folded words stand out of a text, as it was
// written and on one line; empty where they do not stand in it.
func snippet(text, folded string) string {
	runes := []rune(text)
	var b strings.Builder
	from := make([]int, 0, len(text)+1) // for each byte of the folded text, which rune it came of
	space := true
	for i, r := range runes {
		part := ""
		switch {
		case !unicode.IsSpace(r):
			part, space = fold.Text(string(r)), false
		case !space: // folding runs white space together
			part, space = " ", true
		}
		b.WriteString(part)
		for range len(part) {
			from = append(from, i)
		}
	}
	at := strings.Index(b.String(), folded)
	if at < 0 {
		return ""
	}
	first, last := from[at], from[at+len(folded)-1]+1
	low, high := max(first-around, 0), min(last+around, len(runes))
	if low > 0 { // not in the middle of a word, where there is a gap between
		for i := low; i < first; i++ {
			if unicode.IsSpace(runes[i]) {
				low = i
				break
			}
		}
	}
	if high < len(runes) {
		for i := high; i > last; i-- {
			if unicode.IsSpace(runes[i]) {
				high = i
				break
			}
		}
	}
	out := strings.Join(strings.Fields(string(runes[low:high])), " ")
	if low > 0 {
		out = "…" + out
	}
	if high < len(runes) {
		out += "…"
	}
	return out
}
