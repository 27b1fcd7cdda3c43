package secret

import (
	"context"
	"sync"
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
	busy     func() // before the first hash
	idle     func() // after the last, when nobody waits

	mu  sync.Mutex
	hot bool // busy was called, and idle not since
}

func newGate(slots, queue int, patience time.Duration, busy, idle func()) *gate {
	return &gate{slots: make(chan struct{}, slots), most: int64(slots + queue), patience: patience, busy: busy, idle: idle}
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
		g.warm()
		return nil
	default:
	}
	patience := time.NewTimer(g.patience)
	defer patience.Stop()
	select {
	case g.slots <- struct{}{}:
		g.warm()
		return nil
	case <-ctx.Done():
		g.inside.Add(-1)
		return ctx.Err()
	case <-patience.C:
		g.inside.Add(-1)
		return g.overloaded()
	}
}

func (g *gate) warm() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.hot {
		g.hot = true
		g.busy()
	}
}

// leave gives the slot back. The last one out calls idle, so that many at once
// cost one call.
func (g *gate) leave() {
	<-g.slots
	if g.inside.Add(-1) > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hot && g.inside.Load() == 0 { // who came meanwhile leaves later
		g.hot = false
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
