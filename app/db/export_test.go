package db

import "time"

// SetPatience shortens the wait for a server that is away.
func SetPatience(p time.Duration) (back func()) {
	was := patience
	patience = p
	return func() { patience = was }
}

// LoseVersions is a connection that was lost.
func LoseVersions(d *DB) {
	d.versions.mu.Lock()
	defer d.versions.mu.Unlock()
	d.versions.drop()
}
