package moving

import (
	"html"
	"regexp"
	"strings"
)

// marked are the tags of HTML that end a line, or begin one in a list.
var (
	lineEnds = regexp.MustCompile(`(?i)<(br|/p|/div|/li|/h[1-6]|/ul|/ol|/tr)[^>]*>`)
	ticked   = regexp.MustCompile(`(?i)<li[^>]*data-checked="true"[^>]*>`)
	open     = regexp.MustCompile(`(?i)<li[^>]*data-checked="false"[^>]*>`)
	points   = regexp.MustCompile(`(?i)<li[^>]*>`)
	bold     = regexp.MustCompile(`(?i)</?(strong|b)>`)
	hidden   = regexp.MustCompile(`(?is)<(script|style|head)[^>]*>.*?</(script|style|head)>`)
	tags     = regexp.MustCompile(`<[a-zA-Z/!][^<>]*>`)
	gaps     = regexp.MustCompile(`\n{3,}`)
)

// unmarked is the text of HTML as Markdown: what other applications keep as
// description. Text that is no HTML stays as it is.
func unmarked(s string) string {
	if !strings.Contains(s, "</") && !strings.Contains(strings.ToLower(s), "<br") {
		return s
	}
	for _, x := range []struct {
		tag *regexp.Regexp
		by  string
	}{{hidden, ""}, {lineEnds, "\n"}, {ticked, "- [x] "}, {open, "- [ ] "}, {points, "- "}, {bold, "**"}, {tags, ""}} {
		s = x.tag.ReplaceAllString(s, x.by)
	}
	return strings.TrimSpace(gaps.ReplaceAllString(html.UnescapeString(s), "\n\n"))
}
