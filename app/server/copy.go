package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"umbra/app/backup"
	"umbra/app/config"
)

// Copy copies the database that the settings name into another one, which must
// be empty, and compares every row. A server may go on writing: what it writes
// after the beginning is not in the copy. at is where the SQLite file is, if it is one.
func Copy(ctx context.Context, o Options, to config.Database, progress backup.Progress) (done backup.Restored, err error) {
	if o, err = o.Settled(); err != nil {
		return done, err
	}
	if to.Engine == o.Config.DB.Engine && to == o.Config.DB {
		return done, errors.New("a database cannot be copied to itself: name another one with --to")
	}
	o.Create = false // a server may hold the folder
	from, err := OpenStore(ctx, o)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	there := o
	there.Config.DB, there.Create = to, true
	ring, err := keyring(o.Config)
	if err != nil {
		return done, err
	}
	how := backup.Restore{Migrations: o.Migrations, Version: o.Version, Keys: ring, Progress: progress}
	path, is := isSQLite(there)
	if is {
		if path == DatabasePath(o.Config) {
			return done, errors.New("a database cannot be copied to itself: name another one with --to")
		}
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return done, fmt.Errorf("there is no folder for %s: make it first", path)
		}
		if err := mayReplace(ctx, path, o.Migrations, false); err != nil {
			return done, emptyOnly(err, to)
		}
		return how.Copy(ctx, from.source(ctx), path, nil)
	}
	d, err := openDatabase(ctx, there)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	empty, err := backup.Empty(ctx, d, o.Migrations)
	if err == nil && !empty {
		err = emptyOnly(ErrNotEmpty, to)
	}
	if err != nil {
		return done, err
	}
	return how.Copy(ctx, from.source(ctx), "", d)
}

func emptyOnly(err error, to config.Database) error {
	if errors.Is(err, ErrNotEmpty) {
		return fmt.Errorf("%w in %s: a copy needs an empty one", ErrNotEmpty, to.Masked())
	}
	return err
}
