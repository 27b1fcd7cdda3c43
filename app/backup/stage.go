package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"umbra/app/db"
	"umbra/app/migrate"
)

// fillSQLite makes a database file of the backup's schema and fills it.
func fillSQLite(ctx context.Context, b *Reader, path string, migrations fs.FS, copying bool, progress Progress) (err error) {
	d, err := db.OpenSQLite(ctx, path)
	if err != nil {
		return err
	}
	err = toSchema(ctx, d, migrations, b.Header.Schema)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	if d, err = db.OpenScratch(ctx, path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return load(ctx, b, d, copying, progress)
}

func toSchema(ctx context.Context, d *db.DB, migrations fs.FS, version int64) error {
	m, err := migrate.New(d, migrations)
	if err == nil {
		_, err = m.To(ctx, version)
	}
	return err
}

// compare reads what a database holds and says where it is not what m says.
func compare(ctx context.Context, d *db.DB, m Manifest, copying bool, progress Progress) error {
	return d.Snapshot(ctx, func(ctx context.Context) error {
		all, err := tables(ctx, d)
		if err != nil {
			return err
		}
		told := func(_, table string, n int64) { progress.say("comparing", table, n) }
		got, err := dump(ctx, d, carried(all, copying), func(string, int, []byte) error { return nil }, told)
		if err != nil {
			return err
		}
		for i, want := range m.Tables {
			if i >= len(got.Tables) || got.Tables[i] != want {
				return fmt.Errorf("table %s came out otherwise than it went in (%d rows then)", want.Name, want.Rows)
			}
		}
		return nil
	})
}

func integrity(ctx context.Context, d *db.DB) error {
	if d.Engine == db.Postgres {
		return nil
	}
	said, err := db.Query(ctx, d, db.Value[string], "PRAGMA integrity_check(5)")
	if err == nil && strings.Join(said, "") != "ok" {
		err = errors.New(strings.Join(said, "; "))
	}
	return err
}

// Prove restores a backup to a database of its own below dir, which is removed
// again, checks that database, and compares every row with the file.
func Prove(ctx context.Context, r io.Reader, passphrase func() (string, error), migrations fs.FS, program, dir string, progress Progress) (h Header, m Manifest, err error) {
	b, err := Open(r, passphrase)
	if err != nil {
		return h, m, err
	}
	defer b.Close()
	newest, err := migrate.Newest(migrations, db.SQLite)
	if err != nil {
		return h, m, err
	}
	if err := b.Header.check(program, newest); err != nil {
		return b.Header, m, err
	}
	tidyProofs(dir)
	tmp, err := os.MkdirTemp(dir, proofPrefix)
	if err != nil {
		return h, m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	path := filepath.Join(tmp, "umbra.db")
	if err := fillSQLite(ctx, b, path, migrations, false, progress); err != nil {
		return b.Header, m, err
	}
	d, err := db.OpenScratch(ctx, path)
	if err != nil {
		return b.Header, m, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := integrity(ctx, d); err != nil {
		return b.Header, m, err
	}
	return b.Header, b.Manifest, compare(ctx, d, b.Manifest, false, progress)
}
