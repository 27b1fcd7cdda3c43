package cmd

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestWhoSetsTheRuntimeIsHeeded(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		percent int
		limited bool
	}{
		{"by itself", nil, garbage, true},
		{"GOGC", []string{"GOGC=70"}, 70, true},
		{"GOMEMLIMIT", []string{"GOMEMLIMIT=300MiB"}, garbage, false},
		{"a name that begins so", []string{"GOGCX=1"}, garbage, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			percent, limit := debug.SetGCPercent(70), debug.SetMemoryLimit(math.MaxInt64) // as the runtime reads the environment
			defer func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) }()
			e := &env{}
			e.Environ = c.environ
			e.heedMemory()
			if got := debug.SetGCPercent(70); got != c.percent {
				t.Errorf("garbage of %d percent, want %d", got, c.percent)
			}
			if got := debug.SetMemoryLimit(-1); (got < math.MaxInt64) != c.limited {
				t.Errorf("a limit of %d", got)
			}
		})
	}
}
