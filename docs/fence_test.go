//go:build unix

package docs_test

import (
	"fmt"
	"regexp"
	"strings"
)

// A fence is a block of a page between ``` lines. Its info string says what it is:
//
//	sh               commands that must succeed, in the order of the page, in one shell
//	console          the same with what they print: "$ command", then its output, in which … is anything
//	sh norun=REASON  commands that cannot run here; REASON is one of reasons
//	env              settings, which `umbra config` must take
//	python, json     are run, and parsed
//	… file=NAME      is written to that file, for commands to come
//
// and the others of data are there to be read. Before the first fence, or between
// two, <!-- before: … --> names something of preparations that is done first.
type fence struct {
	line   int
	lang   string
	attrs  map[string]string
	text   string
	before string // this instead: a preparation
}

// reasons are why a block of commands cannot run in a test.
var reasons = map[string]string{
	"docker":    "needs a container engine",
	"packages":  "installs packages, as root",
	"systemctl": "needs systemd",
	"internet":  "asks the internet",
	"postgres":  "needs a PostgreSQL server of one's own",
	"terminal":  "asks at a terminal",
	"source":    "builds or runs the source, which other tests do",
	"elsewhere": "runs on another machine, or with another program",
}

// data are languages of blocks that are no commands.
var data = map[string]bool{"yaml": true, "nginx": true, "caddyfile": true, "ini": true, "text": true, "css": true, "http": true}

var (
	opening   = regexp.MustCompile("^( *)```([^`]*)$")
	directive = regexp.MustCompile(`^<!-- before: (.+) -->$`)
)

// fences reads a page.
func fences(page string) (out []fence, err error) {
	var open *fence
	indent := ""
	for i, line := range strings.Split(page, "\n") {
		m := opening.FindStringSubmatch(line)
		switch {
		case open == nil && m != nil:
			words := strings.Fields(m[2])
			open = &fence{line: i + 1, attrs: map[string]string{}}
			indent = m[1]
			if len(words) > 0 {
				open.lang, words = words[0], words[1:]
			}
			for _, w := range words {
				name, value, _ := strings.Cut(w, "=")
				open.attrs[name] = value
			}
		case open == nil:
			if d := directive.FindStringSubmatch(line); d != nil {
				out = append(out, fence{line: i + 1, before: d[1]})
			}
		case m != nil && strings.TrimSpace(m[2]) == "":
			out, open = append(out, *open), nil
		default:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: a block that does not end", open.line)
	}
	return out, nil
}

// check says what is wrong with a fence before anything is run.
func (f fence) check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("line %d: "+format, append([]any{f.line}, args...)...)
	}
	if f.before != "" {
		if preparations[f.before] == "" {
			return wrong("there is no preparation %q", f.before)
		}
		return nil
	}
	for name, value := range f.attrs {
		switch {
		case name == "norun" && reasons[value] == "":
			return wrong("norun=%s is not one of the reasons there are", value)
		case name != "norun" && name != "file" && name != "exit":
			return wrong("there is no %q for a block", name)
		}
	}
	switch {
	case f.lang == "":
		return wrong("a block says what it is: ```sh, console, env, … or text")
	case f.lang != "sh" && f.lang != "console" && f.lang != "env" && f.lang != "python" && f.lang != "json" && !data[f.lang]:
		return wrong("nobody knows what a block of %q is", f.lang)
	}
	return nil
}

// command is one of a console block, and what the page says that it prints.
type command struct{ text, want string }

// commands takes a console block apart.
func (f fence) commands() (out []command, err error) {
	going := false
	for line := range strings.Lines(f.text) {
		text, is := strings.CutPrefix(line, "$ ")
		switch {
		case going:
			out[len(out)-1].text += line
		case is:
			out = append(out, command{text: text})
		case len(out) == 0:
			return nil, fmt.Errorf("line %d: a console block begins with \"$ \"", f.line)
		default:
			out[len(out)-1].want += line
			continue
		}
		going = strings.HasSuffix(strings.TrimRight(line, " \n"), "\\")
	}
	return out, nil
}

// prints says whether an output is what a page shows: … in a line is anything
// within it, and … on a line of its own is any lines, or none.
func (c command) prints(got string) bool {
	pattern := "^"
	for line := range strings.Lines(c.want) {
		line = strings.TrimRight(line, " \n")
		if line == "…" {
			pattern += `(?:.*\n)*?`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*?") + ` *\n`
	}
	return regexp.MustCompile(pattern + `$`).MatchString(strings.TrimRight(got, "\n") + strings.Repeat("\n", min(1, len(got))))
}
