package recur_test

import (
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"umbra/app/recur"
)

// The file holds every example of RFC 5545, 3.8.5.3, with the dates it prints.
func TestExamplesOfTheRFC(t *testing.T) {
	text, err := os.ReadFile("testdata/rfc5545.txt")
	if err != nil {
		t.Fatal(err)
	}
	zone := load(t, "America/New_York")
	cases := 0
	for block := range strings.SplitSeq(string(text), "\n\n") {
		var title string
		var series recur.Series
		var rules []*recur.Rule
		var want []string
		endless := false
		for line := range strings.SplitSeq(strings.TrimSpace(block), "\n") {
			switch name, value, _ := strings.Cut(line, ":"); {
			case strings.HasPrefix(line, "#"):
				title += strings.TrimSpace(line[1:]) + " "
			case name == "DTSTART":
				series.Start = basic(t, value)
			case name == "EXDATE":
				series.ExDates = append(series.ExDates, basic(t, value))
			case name == "RRULE":
				rules = append(rules, rule(t, value))
			case line == "...":
				endless = true
			case line != "":
				want = append(want, expandLine(line)...)
			}
		}
		if len(rules) == 0 {
			continue
		}
		for _, r := range rules {
			cases++
			t.Run(title+r.String(), func(t *testing.T) {
				s := series
				s.Zone, s.Rule = zone, r
				got, more := s.Between(s.Start.In(zone).Add(-time.Hour), date(2200, 1, 1), 0, nil, len(want))
				if more != endless {
					t.Errorf("more = %v, want %v", more, endless)
				}
				var text []string
				for _, o := range got {
					text = append(text, o.Start.Format("2006-01-02T15:04:05 MST"))
				}
				same(t, text, want)
			})
		}
	}
	if cases < 40 {
		t.Errorf("only %d examples were found", cases)
	}
}

// expandLine reads "1997-09-02,03 09:00,10:00 EDT" as every day with every time.
func expandLine(line string) (out []string) {
	f := strings.Fields(line)
	for _, day := range strings.Split(f[0][8:], ",") {
		for _, tod := range strings.Split(f[1], ",") {
			out = append(out, f[0][:8]+day+"T"+tod+":00 "+f[2])
		}
	}
	return out
}

func rule(t testing.TB, s string) *recur.Rule {
	t.Helper()
	r, err := recur.Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return &r
}

func basic(t testing.TB, s string) recur.Local {
	t.Helper()
	l, _, err := recur.ParseBasic(s)
	if err != nil {
		t.Fatalf("ParseBasic(%q): %v", s, err)
	}
	return l
}

func local(t testing.TB, s string) recur.Local {
	t.Helper()
	l, err := recur.ParseLocal(s)
	if err != nil {
		t.Fatalf("ParseLocal(%q): %v", s, err)
	}
	return l
}

func load(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func same(t testing.TB, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("ends after %d, wants %s", i, want[i])
		case i >= len(want):
			t.Fatalf("goes on with %s after %d", got[i], i)
		case got[i] != want[i]:
			t.Fatalf("[%d] = %s, want %s", i, got[i], want[i])
		}
	}
}
