// Package db opens the one database and runs SQL on it: the same text on
// SQLite and PostgreSQL, with $1 placeholders.
//
// Reads go to a pool. Writes go through Tx, which on SQLite hands them to one
// writer that commits several at once (group commit, writer.go). A transaction
// travels in the context: everything called with that context takes part in it.
package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// The kinds of what Observe is told.
const (
	Read        = "read"
	Transaction = "transaction"
)

// Engine is the kind of database.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	Postgres
)

func (e Engine) String() string {
	if e == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// DB is an open database.
type DB struct {
	Engine Engine
	Path   string // the file, on SQLite

	// Observe is told how long each read outside of a transaction, and each
	// transaction with its wait, took. Set it before the first one; nil costs nothing.
	Observe func(kind string, took time.Duration)

	read   *sql.DB
	write  *sql.DB
	reads  statements // SQLite only
	writer *writer    // SQLite only

	versions versions // SQLite only

	idle    int // connections kept, on PostgreSQL
	outage  outage
	onClose func() error
}

// querier runs statements, in a transaction or on the pool.
type querier interface {
	query(ctx context.Context, query string, args []any) (rows, error)
	exec(ctx context.Context, query string, args []any) (changed int64, err error)
}

// rows are what a query answers, from database/sql or from pgx.
type rows interface {
	Scanner
	Next() bool
	Err() error
	Close() error
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// prepared runs statements that are prepared once. SQLite needs it; pgx keeps
// statements by itself (direct).
type prepared func(ctx context.Context, query string) (*sql.Stmt, error)

func (p prepared) query(ctx context.Context, query string, args []any) (rows, error) {
	st, err := p(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller does
}

func (p prepared) exec(ctx context.Context, query string, args []any) (int64, error) {
	st, err := p(ctx, query)
	if err != nil {
		return 0, err
	}
	return affected(st.ExecContext(ctx, args...))
}

// direct hands statements to the driver as they are.
type direct struct {
	on interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
}

func (d direct) query(ctx context.Context, query string, args []any) (rows, error) {
	return d.on.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller does
}

func (d direct) exec(ctx context.Context, query string, args []any) (int64, error) {
	return affected(d.on.ExecContext(ctx, query, args...))
}

// statements keeps a pool's prepared statements by their text. Texts come from
// code, with few combinations; the bound is there for the day one does not.
type statements struct {
	pool *sql.DB
	mu   sync.RWMutex
	byQ  map[string]*sql.Stmt
}

const maxStatements = 500

func (s *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	st := s.byQ[query]
	s.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	st, err := s.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.byQ[query]; old != nil {
		_ = st.Close()
		return old, nil
	}
	if s.byQ == nil || len(s.byQ) >= maxStatements {
		// The old ones are not closed here: somebody may be running one. They
		// go with their connections.
		s.byQ = map[string]*sql.Stmt{}
	}
	s.byQ[query] = st
	return st, nil
}

// Scanner is one row to be read.
type Scanner interface{ Scan(dest ...any) error }

// Query reads all rows. A fault answers what the driver said (errors.go).
func Query[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args ...any) (out []T, err error) {
	watched(ctx, query, args)
	err = d.readAgain(ctx, func() error {
		out, err = queryOnce(ctx, d, scan, query, args)
		return err
	})
	return out, err
}

// readAgain reads, and outside of a transaction, which alone writes, reads again
// when the connection is lost.
func (d *DB) readAgain(ctx context.Context, do func() error) error {
	inTx := d.InTx(ctx)
	if d.Observe != nil && !inTx {
		began := time.Now()
		defer func() { d.Observe(Read, time.Since(began)) }()
	}
	if d.Engine == SQLite || inTx {
		return do()
	}
	return d.patiently(ctx, do)
}

func queryOnce[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args []any) ([]T, error) {
	rows, err := d.querier(ctx).query(ctx, query, args)
	if err != nil {
		return nil, mapError(ctx, query, err)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, mapError(ctx, query, err)
		}
		out = append(out, v)
	}
	return out, mapError(ctx, query, rows.Err())
}

// One reads the first row; found is false when there is none.
func One[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args ...any) (v T, found bool, err error) {
	watched(ctx, query, args)
	err = d.readAgain(ctx, func() error {
		v, found, err = oneOnce(ctx, d, scan, query, args)
		return err
	})
	return v, found, err
}

// ByKey is One of the row that a unique key names. On SQLite it is read to its end
// even when ctx ends: it takes microseconds, and being ready to cut it short takes
// as many again, since the driver starts a goroutine for that.
func ByKey[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args ...any) (v T, found bool, err error) {
	if d.Engine != SQLite {
		return One(ctx, d, scan, query, args...)
	}
	if err := ctx.Err(); err != nil {
		return v, false, mapError(ctx, query, err)
	}
	return One(context.WithoutCancel(ctx), d, scan, query, args...)
}

func oneOnce[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args []any) (v T, found bool, err error) {
	rows, err := d.querier(ctx).query(ctx, query, args)
	if err != nil {
		return v, false, mapError(ctx, query, err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return v, false, mapError(ctx, query, rows.Err())
	}
	if v, err = scan(rows); err != nil {
		return v, false, mapError(ctx, query, err)
	}
	return v, true, mapError(ctx, query, rows.Close())
}

// Value scans a row of one column.
func Value[T any](s Scanner) (T, error) {
	var v T
	err := s.Scan(&v)
	return v, err
}

// Exec runs a statement and says how many rows it changed.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	watched(ctx, query, args)
	n, err := d.querier(ctx).exec(ctx, query, args)
	return n, mapError(ctx, query, err)
}

func (d *DB) querier(ctx context.Context) querier {
	if t := current(ctx, d); t != nil {
		return t
	}
	if d.Engine == Postgres {
		return direct{d.read}
	}
	return prepared(d.reads.prepare)
}

// Pool is the pool of reading connections, for what needs database/sql itself
// (migrations, backup).
func (d *DB) Pool() *sql.DB { return d.read }

// Ping says whether the database answers now.
func (d *DB) Ping(ctx context.Context) error {
	_, _, err := One(context.WithValue(ctx, impatientKey{}, true), d, Value[int64], "SELECT 1")
	return err
}

// Close ends what is running and closes the database cleanly.
func (d *DB) Close() error {
	if d.writer != nil {
		d.writer.close()
	}
	d.versions.close()
	err := d.read.Close()
	if d.write != nil && d.write != d.read {
		if e := d.write.Close(); err == nil {
			err = e
		}
	}
	if d.onClose != nil {
		err = errors.Join(err, d.onClose())
	}
	return err
}
