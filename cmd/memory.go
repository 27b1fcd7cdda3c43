package cmd

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"umbra/app/secret"
)

// garbage is how much of what is in use may come on top of it before it is
// collected, in percent. Little is in use, some 8 MiB: with Go's 100 a seventh of the
// processor's time for reads goes into collecting, and 8 MiB are what it saves. Once
// the program rests they are given back all the same (app/memory).
const garbage = 200

// heedMemory says how the runtime collects garbage: seldom, but harder before the
// machine, or the control group that we are in, runs out of memory. GOGC and
// GOMEMLIMIT say otherwise: who sets them knows why. A quarter is left to what Go
// does not count: SQLite's pages, and the programs beside us.
func (e *env) heedMemory() {
	if !e.sets("GOGC") {
		debug.SetGCPercent(garbage)
	}
	if memory := secret.MemoryOf(os.DirFS("/")); memory > 0 && !e.sets("GOMEMLIMIT") {
		debug.SetMemoryLimit(int64(memory / 4 * 3))
	}
}

// sets says whether the environment has a variable.
func (e *env) sets(name string) bool {
	return slices.ContainsFunc(e.Environ, func(v string) bool { return strings.HasPrefix(v, name+"=") })
}
