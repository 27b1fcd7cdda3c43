// Package limit counts what comes from where, in memory: how often one address
// may do something before it has to wait. Nothing of it outlives the process;
// what must hold over a restart is counted in the database (account's attempts).
package limit

import (
	"net/netip"
	"sync"
	"time"
)

// maxKeys bounds the memory: some MiB at most. When so many have something to
// wait for, the others are forgotten, and begin anew.
const maxKeys = 50_000

// Rate is a limit by key: Most at once, and as many again in each Window.
// It is safe for use by several goroutines.
type Rate struct {
	most   int
	window time.Duration

	mu   sync.Mutex
	full map[string]time.Time // when a key has its whole share again
}

// NewRate makes a limit of most things a window.
func NewRate(most int, window time.Duration) *Rate {
	return &Rate{most: most, window: window, full: map[string]time.Time{}}
}

// Take takes one of a key's share. When nothing is left it takes nothing and
// answers how long to wait for the next.
func (r *Rate) Take(key string, now time.Time) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if wait := r.wait(key, now); wait > 0 {
		return wait
	}
	at := r.full[key]
	if at.Before(now) {
		at = now
	}
	if _, known := r.full[key]; !known && len(r.full) >= maxKeys {
		r.forget(now)
	}
	r.full[key] = at.Add(r.window / time.Duration(r.most))
	return 0
}

// Wait is how long Take would have to wait; it takes nothing.
func (r *Rate) Wait(key string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wait(key, now)
}

func (r *Rate) wait(key string, now time.Time) time.Duration {
	step := r.window / time.Duration(r.most)
	over := r.full[key].Add(step).Sub(now) - r.window
	// A clock that was set back must not shut anybody out for longer than a window.
	if over <= 0 || over > r.window {
		return 0
	}
	return over
}

// forget makes room: those with their whole share first, then whoever comes.
func (r *Rate) forget(now time.Time) {
	for key, at := range r.full {
		if !at.After(now) {
			delete(r.full, key)
		}
	}
	for key := range r.full {
		if len(r.full) <= maxKeys/2 {
			return
		}
		delete(r.full, key)
	}
}

// Address is what counts as one address: a whole /64 of IPv6, which one home
// has. What is no address counts as itself, cut at 64 bytes.
func Address(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address[:min(len(address), 64)]
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	p, _ := ip.Prefix(64)
	return p.String()
}
