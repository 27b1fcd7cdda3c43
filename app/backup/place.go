package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"umbra/app/db"
)

// replaceFile puts a complete database file into the place of another, in one
// step. Nobody may have either open.
func replaceFile(staging, path string) error {
	// A log that is left from the old one would be played into the new one.
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(staging, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// SetAside keeps the SQLite database that a restore is about to replace, under a
// name that it answers ("" when there is none). Nobody may have it open. One
// that is damaged is kept as it is, with its log.
func SetAside(ctx context.Context, path string, now time.Time) (aside string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	aside = fmt.Sprintf("%s.before-restore.%s", path, now.UTC().Format("20060102-150405.000000"))
	_ = settle(ctx, path) // where that fails the log is kept too
	for _, end := range []string{"-wal", ""} {
		if err := link(path+end, aside+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("keeping the database before it is replaced: %w", err)
		}
	}
	return aside, syncFolder(filepath.Dir(path))
}

// settle has everything in the database file, and nothing in its log.
func settle(ctx context.Context, path string) error {
	d, err := db.OpenSQLite(ctx, path)
	if err != nil {
		return err
	}
	_, _, err = db.One(ctx, d, db.Value[int64], "PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(err, d.Close())
}

// link gives a file a second name, or copies it where there are no links (exFAT).
func link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return copyFile(from, to)
}

func syncFolder(dir string) error {
	if runtime.GOOS == "windows" { // cannot sync a folder and does not need to
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// replaceTables puts the tables of one schema into the place of those in
// another, in one transaction.
func replaceTables(ctx context.Context, d *db.DB, from, to string) error {
	return d.Tx(ctx, func(ctx context.Context) error {
		names := func(schema string) ([]string, error) {
			return db.Query(ctx, d, db.Value[string], "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = $1 ORDER BY tablename", schema)
		}
		fresh, err := names(from)
		if err != nil {
			return err
		}
		old, err := names(to)
		if err != nil {
			return err
		}
		var drop []string
		for _, name := range old {
			if slices.Contains(fresh, name) {
				drop = append(drop, fmt.Sprintf(`"%s"."%s"`, to, name))
			}
		}
		if len(drop) > 0 {
			// A server that still runs is waited for, but not for ever.
			if _, err := d.Exec(ctx, "SET LOCAL lock_timeout = '20s'"); err != nil {
				return err
			}
			if _, err := d.Exec(ctx, "DROP TABLE "+strings.Join(drop, ", ")); err != nil {
				return err
			}
		}
		for _, name := range fresh {
			if _, err := d.Exec(ctx, fmt.Sprintf(`ALTER TABLE "%s"."%s" SET SCHEMA "%s"`, from, name, to)); err != nil {
				return err
			}
		}
		_, err = d.Exec(ctx, fmt.Sprintf(`DROP SCHEMA "%s"`, from))
		return err
	})
}

// tableNames are the names of all tables there are.
func tableNames(ctx context.Context, d *db.DB) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
	if d.Engine == db.Postgres {
		query = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
	}
	return db.Query(ctx, d, db.Value[string], query)
}
