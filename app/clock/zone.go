package clock

import (
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones are inside the binary: a small system has none, or old ones
)

var zones sync.Map // name -> *time.Location; only names that exist, so it stays small

// Zone finds an IANA zone by name ("Europe/Berlin", "UTC"). "Local" and the
// empty name are refused: nothing here depends on the machine's own zone.
func Zone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if name == "" || name == "Local" || len(name) > 64 || strings.ContainsAny(name, "\x00\\") {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	zones.Store(name, z)
	return z, nil
}
