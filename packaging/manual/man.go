package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"umbra/app/config"
	"umbra/cmd"
)

//go:embed umbra-service.8.md
var servicePage string

// pages writes a page of section 1 for each command, and those of sections 5 and 8.
func pages(dir string, date time.Time) error {
	errs := []error{
		page(dir, "umbra.env", "5", config.Manual(), date),
		page(dir, "umbra-service", "8", servicePage, date),
	}
	var each func(c *cobra.Command)
	each = func(c *cobra.Command) {
		errs = append(errs, page(dir, pageName(c), "1", command(c), date))
		for _, sub := range c.Commands() {
			if !sub.Hidden {
				each(sub)
			}
		}
	}
	each(cmd.Commands())
	return errors.Join(errs...)
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// command is its page in Markdown.
func command(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# NAME\n\n%s - %s\n\n# SYNOPSIS\n\n**%s**\n\n# DESCRIPTION\n\n", pageName(c), plain(c.Short), plain(c.UseLine()))
	for paragraph := range strings.SplitSeq(c.Long, "\n\n") {
		b.WriteString(prose(paragraph) + "\n\n")
	}
	if c.LocalFlags().HasAvailableFlags() {
		b.WriteString("# OPTIONS\n\n")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { b.WriteString(option(f)) })
	}
	if c.HasParent() {
		b.WriteString("Each command takes the options of **umbra**(1) as well.\n\n")
	} else {
		b.WriteString("# EXIT STATUS\n\n`0`\n: it went well\n\n`1`\n: it failed\n\n`2`\n: wrong use, or wrong settings: starting again does not help\n\n")
	}
	b.WriteString("# EXAMPLES\n\n```\n" + c.Example + "\n```\n\n# SEE ALSO\n\n")
	also := []string{}
	if c.HasParent() {
		also = append(also, "**"+pageName(c.Parent())+"**(1)")
	}
	for _, sub := range c.Commands() {
		if !sub.Hidden && sub.Name() != "help" {
			also = append(also, "**"+pageName(sub)+"**(1)")
		}
	}
	b.WriteString(strings.Join(append(also, "**umbra.env**(5)", "**umbra-service**(8)"), ", ") + "\n")
	return b.String()
}

func option(f *pflag.Flag) string {
	if f.Hidden || f.Deprecated != "" {
		return ""
	}
	what, usage := pflag.UnquoteUsage(f)
	name := "`--" + f.Name + "`"
	if f.Shorthand != "" {
		name = "`-" + f.Shorthand + "`, " + name
	}
	if what != "" {
		name += " *" + plain(what) + "*"
	}
	return name + "\n: " + plain(usage) + "\n\n"
}

// prose is a paragraph of a command's help, whose lines that begin with spaces, and
// whose lists, stay as they are.
func prose(text string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, " ") {
			return "```\n" + text + "\n```"
		}
	}
	return plain(text)
}

// plain is text that Markdown takes for nothing else.
func plain(text string) string {
	return strings.NewReplacer("`", "", `\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "]", `\]`, "#", `\#`).Replace(text)
}

// page writes one that is written in Markdown.
func page(dir, name, section, markdown string, date time.Time) error {
	source := strings.TrimSpace("Umbra " + os.Getenv("RELEASE_VERSION"))
	head := fmt.Sprintf("%% %q %q %q %q %q\n\n", strings.ToUpper(name), section, date.Format(time.DateOnly), source, "Umbra")
	return compressed(filepath.Join(dir, name+"."+section+".gz"), md2man.Render([]byte(head+markdown)))
}
