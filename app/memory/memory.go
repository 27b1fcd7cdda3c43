// Package memory gives back to the machine what the program needs no more once it
// rests. Go by itself keeps what a busy minute took for minutes, and what only the
// start needed of the program's own file stays mapped for as long as it runs: on a
// machine of 512 MB both are missed elsewhere.
package memory

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// begun is when a start is over.
	begun = time.Second
	// look is how often it is looked whether the program rests.
	look = 5 * time.Second
	// little is what a program that rests allocates meanwhile at most.
	little = 1 << 20
	// much is what must have been allocated since memory was given back last: it
	// costs a collection, some ten milliseconds.
	much = 8 << 20
)

// GiveBack gives memory back once the program has started, and each time that it
// rests after it had much to do, until ctx ends.
func GiveBack(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(begun):
	}
	Free()
	t := time.NewTicker(look)
	defer t.Stop()
	r := Rest{Free: Free}
	r.Look(allocated())
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			r.Look(allocated())
		}
	}
}

// allocated is how many bytes the program has allocated since it began.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// Rest knows when the program rests.
type Rest struct {
	Free func()

	seen, freed uint64
}

// Look is told, at regular times, how many bytes have been allocated since the
// program began. It calls Free where that was much since the last time, and has
// ended.
func (r *Rest) Look(allocated uint64) {
	rests := allocated-r.seen <= little
	r.seen = allocated
	if !rests || allocated-r.freed < much {
		return
	}
	r.freed = allocated
	r.Free()
}

// Free gives back at once what can be had without loss: Go's free memory, and on
// Linux the pages of the program's file, which come again when they are needed.
func Free() {
	debug.FreeOSMemory()
	letProgramGo()
}
