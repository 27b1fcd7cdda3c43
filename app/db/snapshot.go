package db

import (
	"context"
	"database/sql"
)

// Snapshot runs fn in a context that sees the database as it was at one moment,
// while others go on writing. Nothing can be written in it.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	options := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	if d.Engine == SQLite {
		options = nil // a deferred transaction of a connection that is query_only
	}
	sqlTx, err := d.read.BeginTx(ctx, options)
	if err != nil {
		return mapError(ctx, "begin", err)
	}
	t := &tx{db: d, on: direct{sqlTx}}
	defer func() {
		t.done = true
		_ = sqlTx.Rollback()
	}()
	// The moment is that of the first reading, on both engines. Reading all of a
	// table may take longer than a request is given.
	first := "SELECT COUNT(*) FROM sqlite_master"
	if d.Engine == Postgres {
		first = "SET LOCAL statement_timeout = 0"
	}
	if _, err := t.exec(ctx, first, nil); err != nil {
		return mapError(ctx, first, err)
	}
	if d.Engine == Postgres {
		if _, err := t.exec(ctx, "SELECT 1", nil); err != nil {
			return mapError(ctx, "begin", err)
		}
	}
	return fn(context.WithValue(ctx, txKey{}, t))
}

// Each hands row each row of a query as it is read: memory stays that of one.
func Each(ctx context.Context, d *DB, row func(Scanner) error, query string, args ...any) error {
	watched(ctx, query, args)
	rows, err := d.querier(ctx).query(ctx, query, args)
	if err != nil {
		return mapError(ctx, query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return mapError(ctx, query, rows.Err())
}
