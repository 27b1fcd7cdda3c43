package clock_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"umbra/app/clock"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "UTC": "UTC", "Etc/GMT+12": "Etc/GMT+12", "Pacific/Kiritimati": "Pacific/Kiritimati",
		// Names that IANA replaced, and one that it took away (US/Pacific-New).
		"US/Eastern": "America/New_York", "Asia/Calcutta": "Asia/Kolkata", "Europe/Kiev": "Europe/Kyiv", "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
		"US/Pacific-New": "America/Los_Angeles", "Zulu": "UTC", "Etc/UTC": "UTC", "Asia/Katmandu": "Asia/Kathmandu", "America/Godthab": "America/Nuuk",
		// A zone of its own is not swallowed by the one that it has agreed with since.
		"Europe/Oslo": "Europe/Oslo", "Europe/Amsterdam": "Europe/Amsterdam", "Atlantic/Reykjavik": "Atlantic/Reykjavik",
		// What Windows says.
		"W. Europe Standard Time": "Europe/Berlin", "GMT Standard Time": "Europe/London", "India Standard Time": "Asia/Kolkata",
		"Nepal Standard Time": "Asia/Kathmandu", "Dateline Standard Time": "Etc/GMT+12", "Line Islands Standard Time": "Pacific/Kiritimati",
		"Lord Howe Standard Time": "Australia/Lord_Howe", "UTC-02": "Etc/GMT+2",
		// Letters of any case, blanks around.
		"europe/paris": "Europe/Paris", " W. EUROPE Standard Time ": "Europe/Berlin", "utc": "UTC",
		"": "", "Local": "", "Mars/Olympus": "", "../../etc/passwd": "", "Standard Time": "", "W. Europe Summer Time": "",
		strings.Repeat("x", 65): "", "Etc/Unknown": "", "#": "", "Europe/Berlin\x00": "", "|": "",
	} {
		got, err := clock.Canonical(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, want %q, %v", in, got, want, err)
		}
		if want == "" {
			continue
		}
		// Zone finds what may be stored under the name, and the same time there.
		z, err := clock.Zone(strings.TrimSpace(in))
		if err != nil {
			t.Errorf("no zone %q: %v", in, err)
			continue
		}
		usual, _ := clock.Zone(want)
		for _, month := range []time.Month{1, 7} {
			at := time.Date(2024, month, 1, 12, 0, 0, 0, time.UTC)
			if a, b := at.In(z).Format(time.DateTime), at.In(usual).Format(time.DateTime); a != b {
				t.Errorf("in %s it is %s, in %s %s", in, a, want, b)
			}
		}
	}
}

// Each line of the table names a zone that this build has, and other names of
// the same time today.
func TestTheTableOfNames(t *testing.T) {
	text, err := os.ReadFile("zones/aliases.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines, names := 0, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		all := strings.Split(strings.TrimSpace(line), "|")
		usual, err := time.LoadLocation(all[0])
		if err != nil {
			t.Errorf("%s: %v", all[0], err)
			continue
		}
		for _, name := range all {
			if key := strings.ToLower(name); names[key] {
				t.Errorf("%s is there twice", name)
			} else {
				names[key] = true
			}
			if got, err := clock.Canonical(name); got != all[0] || err != nil {
				t.Errorf("%s is %s, want %s, %v", name, got, all[0], err)
			}
			z, err := time.LoadLocation(name)
			if err != nil {
				continue // Windows' names, and those that were taken away
			}
			for day := range 24 {
				at := time.Date(2024, 1, 1+15*day, 0, 0, 0, 0, time.UTC)
				_, a := at.In(z).Zone()
				if _, b := at.In(usual).Zone(); a != b {
					t.Errorf("%s and %s differ at %s", name, all[0], at)
					break
				}
			}
		}
	}
	if lines < 400 || len(names) < 700 {
		t.Errorf("%d lines, %d names", lines, len(names))
	}
}
