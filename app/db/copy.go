package db

import (
	"context"
	"database/sql"
	"os"
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
	if f, err = os.OpenFile(path, os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
