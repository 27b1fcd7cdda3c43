package account

import "sync"

// recent remembers the last so many hashes that were shown to it.
type recent struct {
	mu    sync.Mutex
	known map[[8]byte]bool
	ring  [256][8]byte
	next  int
}

// add says whether a hash is new, and remembers it.
func (r *recent) add(hash [8]byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[hash] {
		return false
	}
	if r.known == nil {
		r.known = map[[8]byte]bool{}
	}
	delete(r.known, r.ring[r.next])
	r.ring[r.next] = hash
	r.known[hash] = true
	r.next = (r.next + 1) % len(r.ring)
	return true
}

// has says whether a hash is remembered.
func (r *recent) has(hash [8]byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[hash]
}
