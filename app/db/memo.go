package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
)

// Memo remembers what was read, by key, for as long as nothing at all is committed
// to the database, here or by another process: SQLite is asked that each time
// (version), which costs a fifth of a small read. What it answers is what a read
// would answer. PostgreSQL has nothing so cheap to ask: there each read is made.
// The zero Memo is ready; it is safe for concurrent use.
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	version version
	known   map[K]V
}

// mostKnown is how many values a Memo holds.
const mostKnown = 1000

// Read answers what read does, which it calls where it does not know. It does not
// remember what was not found, nor faults, and nothing of what a transaction sees
// before others do.
func (m *Memo[K, V]) Read(ctx context.Context, d *DB, key K, read func() (V, bool, error)) (V, bool, error) {
	if d.writer == nil || d.InTx(ctx) { // PostgreSQL, or a file that is only looked at
		return read()
	}
	// Asked before the read: what is committed in between makes it another version.
	now, ok := d.versions.now(d)
	if !ok {
		return read()
	}
	if v, ok := m.at(now, key); ok {
		return v, true, nil
	}
	v, found, err := read()
	if found && err == nil {
		m.keep(now, key, v)
	}
	return v, found, err
}

func (m *Memo[K, V]) at(now version, key K) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version == now {
		v, ok = m.known[key]
	}
	return v, ok
}

func (m *Memo[K, V]) keep(now version, key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.version != now || len(m.known) >= mostKnown {
		m.version, m.known = now, map[K]V{}
	}
	m.known[key] = v
}

// version is a state of a SQLite database, as one connection counts them: two are
// the same only where nothing was committed in between. The zero version is none.
type version struct{ conn, data int64 }

// versions asks for the state of a SQLite database, on a connection of its own
// that does nothing else (https://sqlite.org/pragma.html#pragma_data_version). It
// speaks to the driver itself: database/sql costs more than the question.
type versions struct {
	mu     sync.Mutex
	conn   driver.Conn
	stmt   driver.Stmt
	conns  int64 // how many there have been: each counts anew
	closed bool
}

// now answers false where it cannot tell.
func (v *versions) now(d *DB) (version, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stmt == nil && !v.open(d) {
		return version{}, false
	}
	data, ok := v.ask()
	if !ok {
		v.drop()
	}
	return version{v.conns, data}, ok
}

func (v *versions) open(d *DB) bool {
	if v.closed {
		return false
	}
	var err error
	if v.conn, err = d.read.Driver().Open(readDSN(d.Path)); err != nil {
		return false
	}
	v.conns++
	if v.stmt, err = v.conn.Prepare("PRAGMA data_version"); err != nil {
		v.drop()
		return false
	}
	return true
}

func (v *versions) ask() (data int64, ok bool) {
	// Without an end, as ByKey: being ready to cut it short costs more than it does.
	rows, err := v.stmt.(driver.StmtQueryContext).QueryContext(context.Background(), nil)
	if err != nil {
		return 0, false
	}
	var row [1]driver.Value
	if err := errors.Join(rows.Next(row[:]), rows.Close()); err != nil {
		return 0, false
	}
	data, ok = row[0].(int64)
	return data, ok
}

func (v *versions) drop() {
	if v.stmt != nil {
		_ = v.stmt.Close()
	}
	if v.conn != nil {
		_ = v.conn.Close()
	}
	v.conn, v.stmt = nil, nil
}

func (v *versions) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.drop()
	v.closed = true
}
