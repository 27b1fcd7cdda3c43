package config

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Source says where a value came from.
type Source string

// The sources, in order of precedence.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "environment"
	FromFile        Source = ".env"
	FromDefault     Source = "default"
)

// Setting is one setting as `umbra config` shows it. Secrets are masked.
type Setting struct {
	Name    string `json:"name"`
	Flag    string `json:"flag,omitempty"`
	Value   string `json:"value"`
	Source  Source `json:"source"`
	Default string `json:"default"`
	Help    string `json:"help"`
}

// Settings are all settings, in the order of the documentation.
func (c Config) Settings() []Setting { return c.settings }

func (l *loader) settings(c Config) []Setting {
	out := make([]Setting, 0, len(fields))
	for _, f := range fields {
		s := Setting{Name: f.env, Value: l.text[f.env], Source: l.from[f.env], Default: f.fallback(), Help: f.help}
		if f.flag != "" {
			s.Flag = "--" + f.flag
		}
		switch v := f.value(c).(type) {
		case masker:
			s.Value = v.Masked()
		case string:
			s.Value = v // paths are resolved
		}
		out = append(out, s)
	}
	return out
}

// WriteText writes the settings as a table for people.
func (c Config) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tFROM")
	for _, s := range c.settings {
		value := s.Value
		if value == "" {
			value = "(" + s.Default + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Name, value, s.Source)
	}
	return t.Flush()
}

// Problem is one thing wrong with the settings. It never holds a secret.
type Problem struct {
	Name    string // the setting, or the file
	Source  Source // "" when it has none
	Message string // "must be …"
}

// Error is everything wrong with the settings, at once.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("the settings are not right:")
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.Name)
		if p.Source != "" {
			b.WriteString(" (" + string(p.Source) + ")")
		}
		b.WriteString(" " + p.Message)
	}
	return b.String()
}
