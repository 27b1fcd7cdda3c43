package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"umbra/app/db"
	"umbra/app/migrate"
)

// Restore builds a database beside the one that is there and puts it into its
// place in one step, once it is whole. Killed before, nothing has changed.
type Restore struct {
	Migrations fs.FS
	Version    string // of the program
	Keys       Keyring
	Progress   Progress

	copying bool
}

// Restored is what came of a restore or copy.
type Restored struct {
	Header   Header
	Manifest Manifest
	Lost     []Lost
	KeepKey  string // a SECRET_KEY to be kept before the database takes its place
}

// staged is a database that is complete and not yet in its place.
type staged struct {
	Restored
	place func(ctx context.Context) error
	drop  func(ctx context.Context) error
}

// Staging is where a SQLite database is built before it takes its place.
func Staging(path string) string { return path + ".restoring" }

// ToFile restores into a SQLite file, which it makes or replaces. before runs
// when all is ready and the next step is to put it there; an error of it ends
// the restore, with nothing changed.
func (r Restore) ToFile(ctx context.Context, b *Reader, path string, before func(Restored) error) (Restored, error) {
	s, err := r.stageFile(ctx, b, path)
	return finish(ctx, s, err, before)
}

// ToSchema restores into a PostgreSQL database, in the schema that d is in.
func (r Restore) ToSchema(ctx context.Context, b *Reader, d *db.DB, before func(Restored) error) (Restored, error) {
	s, err := r.stageSchema(ctx, b, d)
	return finish(ctx, s, err, before)
}

func finish(ctx context.Context, s staged, err error, before func(Restored) error) (Restored, error) {
	if err == nil {
		err = before(s.Restored)
	}
	if err == nil {
		err = s.place(ctx)
	}
	if err != nil && s.drop != nil {
		err = errors.Join(err, s.drop(context.WithoutCancel(ctx)))
	}
	return s.Restored, err
}

// check refuses a backup that this program does not understand.
func (r Restore) check(b *Reader, e db.Engine) error {
	newest, err := migrate.Newest(r.Migrations, e)
	if err != nil {
		return err
	}
	return b.Header.check(r.Version, newest)
}

func (r Restore) stageFile(ctx context.Context, b *Reader, path string) (s staged, err error) {
	if err := r.check(b, db.SQLite); err != nil {
		return s, err
	}
	staging := Staging(path)
	s.drop = func(context.Context) error { return removeDatabase(staging) }
	if err := s.drop(ctx); err != nil { // of a restore that was killed
		return s, err
	}
	if err := fillSQLite(ctx, b, staging, r.Migrations, r.copying, r.Progress); err != nil {
		return s, err
	}
	d, err := db.OpenSQLite(ctx, staging)
	if err != nil {
		return s, err
	}
	s.Restored, err = r.complete(ctx, b, d)
	if err := errors.Join(err, d.Close()); err != nil {
		return s, err
	}
	s.place = func(context.Context) error { return replaceFile(staging, path) }
	return s, db.Sync(staging)
}

func (r Restore) stageSchema(ctx context.Context, b *Reader, d *db.DB) (s staged, err error) {
	if err := r.check(b, db.Postgres); err != nil {
		return s, err
	}
	schema, _, err := db.One(ctx, d, db.Value[string], "SELECT COALESCE(current_schema(), '')")
	if err != nil {
		return s, err
	}
	if schema == "" {
		return s, errors.New("the database has no schema to restore to: look at the search_path of its user")
	}
	staging := schema + "_restoring"
	s.drop = func(ctx context.Context) error {
		_, err := d.Exec(ctx, fmt.Sprintf(`DROP SCHEMA IF EXISTS "%s" CASCADE`, staging))
		return err
	}
	if err := s.drop(ctx); err != nil {
		return s, err
	}
	if _, err := d.Exec(ctx, fmt.Sprintf(`CREATE SCHEMA "%s"`, staging)); err != nil {
		return s, fmt.Errorf("the database's user may not make a schema in it, where the backup is put together: run `GRANT CREATE ON DATABASE … TO …` as its owner: %w", err)
	}
	o, err := d.OpenSchema(ctx, staging)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	if err := toSchema(ctx, o, r.Migrations, b.Header.Schema); err != nil {
		return s, err
	}
	if err := load(ctx, b, o, r.copying, r.Progress); err != nil {
		return s, err
	}
	s.place = func(ctx context.Context) error { return replaceTables(ctx, d, staging, schema) }
	s.Restored, err = r.complete(ctx, b, o)
	return s, err
}

// complete compares what was filled with the backup, and brings it up to date.
func (r Restore) complete(ctx context.Context, b *Reader, d *db.DB) (Restored, error) {
	out := Restored{Header: b.Header, Manifest: b.Manifest}
	if err := compare(ctx, d, b.Manifest, r.copying, r.Progress); err != nil {
		return out, err
	}
	m, err := migrate.New(d, r.Migrations)
	if err != nil {
		return out, err
	}
	if _, err := m.WithoutCopy().Up(ctx); err != nil {
		return out, err
	}
	ring := r.Keys
	ring.FromFile = b.SecretKey
	if out.KeepKey, out.Lost, err = renew(ctx, d, ring); err != nil {
		return out, err
	}
	return out, integrity(ctx, d)
}

// Copy copies a database that is in use into a SQLite file or, where path is "",
// a PostgreSQL database, both of which must be empty. Everything is compared.
func (r Restore) Copy(ctx context.Context, from Source, path string, to *db.DB) (Restored, error) {
	r.copying = true
	in, out := io.Pipe()
	written := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, err := from.pipe(ctx, out, r.Progress)
		written <- err
		_ = out.CloseWithError(err)
	}()
	b, err := openPipe(in)
	if err != nil {
		stop()
		_ = in.CloseWithError(err)
		return Restored{}, errors.Join(<-written, err)
	}
	nothing := func(Restored) error { return nil }
	var done Restored
	if path != "" {
		done, err = r.ToFile(ctx, b, path, nothing)
	} else {
		done, err = r.ToSchema(ctx, b, to, nothing)
	}
	_ = in.CloseWithError(errors.New("the copy has ended"))
	if e := <-written; e != nil && err != nil {
		err = e // the first cause
	}
	return done, err
}

// Empty says whether a database of ours holds nobody's data yet: a restore may
// fill it. What another application made is an error.
func Empty(ctx context.Context, d *db.DB, migrations fs.FS) (bool, error) {
	m, err := migrate.New(d, migrations)
	if err != nil {
		return false, err
	}
	if err := m.Check(ctx); err != nil {
		return false, err
	}
	v, err := m.Version(ctx)
	if err != nil {
		return false, err
	}
	if v == 0 {
		all, err := tableNames(ctx, d)
		if err == nil && len(all) > 0 {
			err = fmt.Errorf("%w: it holds the table %s; give Umbra a database of its own", migrate.ErrForeign, all[0])
		}
		return true, err
	}
	users, _, err := db.One(ctx, d, db.Value[int64], "SELECT COUNT(*) FROM users")
	return users == 0, err
}

func removeDatabase(path string) error {
	var errs []error
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
