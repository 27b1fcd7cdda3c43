package cmd

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"umbra/app/secret"
)

// collectAt is by how much the heap grows, in percent of what is in use, before
// the garbage collector runs. What is in use is about 10 MiB, whatever the database
// holds: Go's default of 100 keeps another 10 idle, which is more to a small machine
// than the percent of processor time it saves.
const collectAt = 50

// heedMemory keeps the heap small, and lets the runtime collect harder before the
// machine, or the control group that we are in, runs out of memory. GOGC and
// GOMEMLIMIT say otherwise: who sets them knows why. A quarter is left to what Go
// does not count: SQLite's pages, and the programs beside us.
func (e *env) heedMemory() {
	if !e.sets("GOGC") {
		debug.SetGCPercent(collectAt)
	}
	if e.sets("GOMEMLIMIT") {
		return
	}
	if memory := secret.MemoryOf(os.DirFS("/")); memory > 0 {
		debug.SetMemoryLimit(int64(memory / 4 * 3))
	}
}

func (e *env) sets(name string) bool {
	return slices.ContainsFunc(e.Environ, func(v string) bool { return strings.HasPrefix(v, name+"=") })
}
