package clock

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones are inside the binary: a small system has none, or old ones
)

var zones sync.Map // name -> *time.Location; only names that exist, so it stays small

// maxZoneName is the length of the longest name that is looked for.
const maxZoneName = 64

// Zone finds a zone by its IANA name ("Europe/Berlin", "UTC"), or by another
// name that means one (Canonical). "Local" and the empty name are refused:
// nothing here depends on the machine's own zone.
func Zone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if name == "" || name == "Local" || len(name) > maxZoneName || strings.ContainsAny(name, "\x00\\") {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		// A name that the zone data no longer has. It is not kept: it may be in letters of any case.
		if usual, known := otherNames()[strings.ToLower(name)]; known && usual != name {
			return Zone(usual)
		}
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	zones.Store(name, z)
	return z, nil
}

// Canonical is the name to keep for a zone that goes by several: today's IANA
// name for an old one ("US/Eastern", "Asia/Calcutta") or for what Windows calls
// it ("W. Europe Standard Time"), in letters of any case. A zone that no other
// name is known for keeps its own. An error means that there is no such zone.
func Canonical(name string) (string, error) {
	name = strings.TrimSpace(name)
	if len(name) <= maxZoneName {
		if usual, known := otherNames()[strings.ToLower(name)]; known {
			name = usual
		}
	}
	if _, err := Zone(name); err != nil {
		return "", err
	}
	return name, nil
}

//go:embed zones/aliases.txt
var aliases string

// otherNames leads from every name in lower case to the one to use.
var otherNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string, 1024)
	for line := range strings.Lines(aliases) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		usual, _, _ := strings.Cut(strings.TrimSpace(line), "|")
		for name := range strings.SplitSeq(strings.TrimSpace(line), "|") {
			names[strings.ToLower(name)] = usual
		}
	}
	return names
})

// Names are the zones that go by the name to use, in order of the alphabet.
func Names() []string { return usualNames() }

var usualNames = sync.OnceValue(func() (out []string) {
	for line := range strings.Lines(aliases) {
		if !strings.HasPrefix(line, "#") {
			usual, _, _ := strings.Cut(strings.TrimSpace(line), "|")
			out = append(out, usual)
		}
	}
	return out
})
