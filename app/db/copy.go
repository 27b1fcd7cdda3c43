package db

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// OpenWithoutForeignKeys is a further connection to a SQLite database for
// migrations: its own pool of one, with foreign keys off. The caller closes it.
func (d *DB) OpenWithoutForeignKeys() (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn(d.Path, false, "_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	return pool, nil
}

// CopyTo writes a copy of a SQLite database to a new file, as of one moment,
// while others go on writing. The file is synced and readable by its owner only.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil { // VACUUM INTO takes an empty file and keeps its mode
		return err
	}
	pool, err := d.OpenWithoutForeignKeys()
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return mapError(ctx, "VACUUM INTO", err)
	}
	return Sync(path)
}

// OpenScratch opens a database file that nobody else reads yet, for filling it
// quickly: without journal, syncs and foreign keys. A crash or an error leaves
// it unusable; what is good is closed, synced by Sync, and opened as usual.
func OpenScratch(ctx context.Context, path string) (*DB, error) {
	pool, err := sql.Open("sqlite", fileURL(path)+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(0)&_pragma=journal_mode(off)"+
		"&_pragma=synchronous(off)&_pragma=cache_size(-32000)&_pragma=temp_store(file)&_pragma=trusted_schema(0)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		_ = pool.Close()
		return nil, mapError(ctx, "opening "+path, err)
	}
	d := &DB{Engine: SQLite, Path: path, read: pool, write: pool}
	d.reads.pool = pool
	d.writer = newWriter(d, conn)
	return d, nil
}

// Sync has a file on the disk before it answers.
func Sync(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// OpenSchema opens a PostgreSQL database once more, in another schema of it.
func (d *DB) OpenSchema(ctx context.Context, schema string) (*DB, error) {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return nil, mapError(ctx, "begin", err)
	}
	var config *pgx.ConnConfig
	err = conn.Raw(func(driver any) error {
		config = driver.(*stdlib.Conn).Conn().Config()
		return nil
	})
	if err := errors.Join(err, conn.Close()); err != nil {
		return nil, err
	}
	config.RuntimeParams["search_path"] = pgx.Identifier{schema}.Sanitize()
	pool := stdlib.OpenDB(*config)
	pool.SetMaxIdleConns(2)
	o := &DB{Engine: Postgres, read: pool, write: pool}
	o.reads.pool = pool
	return o, nil
}
