package secret

import (
	"context"
	"sync/atomic"
	"time"

	"umbra/app/fault"
)

// gate lets a few in at a time and a bounded number wait for a bounded time:
// each hash takes much memory and all of a core, so more at once only makes all slow.
type gate struct {
	slots    chan struct{}
	inside   atomic.Int64 // hashing or waiting
	most     int64
	patience time.Duration
	idle     func()
}

func newGate(slots, queue int, patience time.Duration, idle func()) *gate {
	return &gate{slots: make(chan struct{}, slots), most: int64(slots + queue), patience: patience, idle: idle}
}

// enter waits for a slot. It answers fault.Overloaded when the queue is full or
// patience runs out, and the context's error when the caller gave up first.
func (g *gate) enter(ctx context.Context) error {
	if g.inside.Add(1) > g.most {
		g.inside.Add(-1)
		return g.overloaded()
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	patience := time.NewTimer(g.patience)
	defer patience.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		g.inside.Add(-1)
		return ctx.Err()
	case <-patience.C:
		g.inside.Add(-1)
		return g.overloaded()
	}
}

// leave gives the slot back. The last one out calls idle, so that many at once
// cost one call.
func (g *gate) leave() {
	<-g.slots
	if g.inside.Add(-1) == 0 {
		g.idle()
	}
}

// load is how many are in, and how many wait.
func (g *gate) load() (running, waiting int) {
	running = len(g.slots)
	return running, max(0, int(g.inside.Load())-running)
}

func (g *gate) overloaded() error {
	return fault.New(fault.Overloaded, "busy", "Too many log-ins at once. Try again in a moment.").After(g.patience)
}
