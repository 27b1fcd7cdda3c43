package check_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"umbra/app/check"
	"umbra/app/fault"
)

func TestRules(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(*check.Check)
		rule string // empty: allowed
	}{
		{"title", func(c *check.Check) { c.Title("f", "Milk") }, ""},
		{"blank title", func(c *check.Check) { c.Title("f", " \t ") }, "required"},
		{"long title", func(c *check.Check) { c.Title("f", strings.Repeat("ü", 501)) }, "too_long"},
		{"longest title", func(c *check.Check) { c.Title("f", strings.Repeat("ü", 500)) }, ""},
		{"newline in a line", func(c *check.Check) { c.Line("f", "a\nb", 9) }, "characters"},
		{"NUL", func(c *check.Check) { c.Text("f", "a\x00b", 9) }, "characters"},
		{"lines in text", func(c *check.Check) { c.Text("f", "a\r\n\tb", 9) }, ""},
		{"broken UTF-8", func(c *check.Check) { c.Text("f", "a\xffb", 9) }, "encoding"},
		{"choice", func(c *check.Check) { c.OneOf("f", "x", "a", "b") }, "choice"},
		{"range", func(c *check.Check) { c.Range("f", 8, 1, 7) }, "range"},
		{"count", func(c *check.Check) { c.Count("f", 8, 7) }, "too_many"},
		{"colour", func(c *check.Check) { c.Color("f", "#3366CC") }, ""},
		{"no colour", func(c *check.Check) { c.Color("f", "") }, ""},
		{"named colour", func(c *check.Check) { c.Color("f", "red") }, "format"},
		{"colour and newline", func(c *check.Check) { c.Color("f", "#3366cc\n") }, "format"},
		{"e-mail", func(c *check.Check) { c.Email("f", "a@example.org") }, ""},
		{"e-mail with a name", func(c *check.Check) { c.Email("f", "A <a@example.org>") }, "format"},
		{"e-mail, header injection", func(c *check.Check) { c.Email("f", "a@example.org\r\nBcc: b@c.d") }, "characters"},
		{"url", func(c *check.Check) { c.URL("f", "https://example.org/x?y#z") }, ""},
		{"script url", func(c *check.Check) { c.URL("f", "javascript:alert(1)") }, "format"},
		{"zone", func(c *check.Check) { c.Zone("f", new("Pacific/Apia")) }, ""},
		{"a zone of Windows", func(c *check.Check) { c.Zone("f", new("Samoa Standard Time")) }, ""},
		{"no such zone", func(c *check.Check) { c.Zone("f", new("Mars/Olympus")) }, "zone"},
		{"the machine's zone", func(c *check.Check) { c.Zone("f", new("Local")) }, "zone"},
		{"zone by path", func(c *check.Check) { c.Zone("f", new("../../etc/passwd")) }, "zone"},
		{"date", func(c *check.Check) { c.Date("f", "2024-02-29") }, ""},
		{"no such date", func(c *check.Check) { c.Date("f", "2025-02-30") }, "format"},
		{"time", func(c *check.Check) { c.Time("f", "23:59") }, ""},
		{"no such time", func(c *check.Check) { c.Time("f", "24:00") }, "format"},
		{"short time", func(c *check.Check) { c.Time("f", "9:30") }, "format"},
		{"offset", func(c *check.Check) { c.Alarm("f", "-P1DT2H30M") }, ""},
		{"weeks", func(c *check.Check) { c.Alarm("f", "-P2W") }, ""},
		{"alarm at an instant", func(c *check.Check) { c.Alarm("f", "2025-01-31T09:00:00+01:00") }, ""},
		{"empty offset", func(c *check.Check) { c.Alarm("f", "PT") }, "format"},
		{"offset of nothing", func(c *check.Check) { c.Alarm("f", "-P") }, "format"},
		{"offset in words", func(c *check.Check) { c.Alarm("f", "30 minutes") }, "format"},
		{"too many alarms", func(c *check.Check) { c.Alarms("f", make([]string, 21)) }, "too_many"},
		{"instant", func(c *check.Check) { c.Instant("f", time.Now()) }, ""},
		{"instant of year 10000", func(c *check.Check) { c.Instant("f", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) }, "range"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var c check.Check
			tc.do(&c)
			err := c.Err()
			if tc.rule == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Fields[0].Path != "f" || f.Fields[0].Rule != tc.rule {
				t.Fatalf("got %+v, want rule %q", err, tc.rule)
			}
		})
	}
}

func TestErrGathersAll(t *testing.T) {
	var c check.Check
	c.Title("title", "")
	c.Date("due_date", "x")
	var f *fault.Error
	if !errors.As(c.Err(), &f) || len(f.Fields) != 2 {
		t.Errorf("got %+v", c.Err())
	}
}
