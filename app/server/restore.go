package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"umbra/app/backup"
	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/migrate"
	"umbra/app/secret"
)

// Restoring says what is restored and how.
type Restoring struct {
	File       string
	Passphrase func() (string, error) // asked for an encrypted backup, once
	Replace    bool                   // what is there, after keeping it
	Progress   backup.Progress
}

// Replaced is what came of a restore.
type Replaced struct {
	backup.Restored
	Kept   string        // where the database from before is; "" when there was none
	Config config.Config // the settings, with the database that was settled on
	Beside string        // a database of another engine that the data folder holds as well; "" for none
}

// ErrNotEmpty means that a restore or copy would replace somebody's data.
var ErrNotEmpty = errors.New("there is a database with data already")

// Restore puts a backup into the place of the database that the settings name,
// while nobody serves it. The file is read to its end before anything is touched,
// the new database is built beside the old one, and takes its place in one step.
func Restore(ctx context.Context, o Options, r Restoring) (out Replaced, err error) {
	if r.Passphrase != nil {
		r.Passphrase = once(r.Passphrase)
	}
	if o, err = o.Settled(); err != nil {
		return Replaced{}, err
	}
	newest, err := migrate.Newest(o.Migrations, db.SQLite)
	if err != nil {
		return Replaced{}, err
	}
	if err := reading(r.File, func(f io.Reader) error {
		_, _, err := backup.Check(f, r.Passphrase, o.Version, newest, r.Progress)
		return err
	}); err != nil {
		return Replaced{}, err
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if err := o.Config.CreateDataDir(); err != nil {
		return Replaced{}, err
	}
	ring, err := keyring(o.Config)
	if err != nil {
		return Replaced{}, err
	}
	how := backup.Restore{Migrations: o.Migrations, Version: o.Version, Keys: ring, Progress: r.Progress}
	if path, is := isSQLite(o); is {
		out, err = restoreFile(ctx, o, how, r, path)
	} else {
		out, err = restoreSchema(ctx, o, how, r)
	}
	out.Beside = beside(out.Config)
	return out, err
}

// beside is the database of another engine in the data folder, which stays
// there and is not used as long as DATABASE_URL says so.
func beside(c config.Config) string {
	file, cluster := holdings(c)
	switch {
	case cluster && c.DB.Engine != config.EmbeddedPostgres:
		return "the PostgreSQL inside (postgres)"
	case file && c.DB.Engine != config.SQLite:
		return "SQLite (umbra.db)"
	}
	return ""
}

func restoreFile(ctx context.Context, o Options, how backup.Restore, r Restoring, path string) (out Replaced, err error) {
	out.Config = o.Config
	s := &Store{Options: o}
	if err := s.Lock(); err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := mayReplace(ctx, path, o.Migrations, r.Replace); err != nil {
		return out, err
	}
	err = reading(r.File, func(f io.Reader) error {
		b, err := backup.Open(f, r.Passphrase)
		if err != nil {
			return err
		}
		defer b.Close()
		out.Restored, err = how.ToFile(ctx, b, path, func(done backup.Restored) error {
			if out.Kept, err = backup.SetAside(ctx, path, o.Clock.Now()); err != nil {
				return err
			}
			return keepKey(o.Config, done)
		})
		return err
	})
	return out, err
}

// mayReplace looks at what a restore would replace.
func mayReplace(ctx context.Context, path string, migrations fs.FS, replace bool) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	empty, err := emptyFile(ctx, path, migrations)
	switch {
	case errors.Is(err, migrate.ErrForeign):
		return err
	case err == nil && empty, replace: // what is damaged, or newer, is kept as it is
		return nil
	case err != nil:
		return fmt.Errorf("%s cannot be opened (%w): with --replace it is set aside as it is, and the backup takes its place", path, err)
	}
	return fmt.Errorf("%w in %s: with --replace it is set aside, and the backup takes its place", ErrNotEmpty, path)
}

func restoreSchema(ctx context.Context, o Options, how backup.Restore, r Restoring) (out Replaced, err error) {
	o.Create = true
	s, err := OpenStore(ctx, o)
	if err != nil {
		return out, err
	}
	if s.Fallback != "" { // PostgreSQL was nobody's wish, and cannot run
		o.Config.DB = s.Config.DB
		if err := s.Close(); err != nil {
			return out, err
		}
		return restoreFile(ctx, o, how, r, DatabasePath(o.Config))
	}
	out.Config = s.Config
	defer func() { err = errors.Join(err, s.Close()) }()
	empty, err := backup.Empty(ctx, s.DB, o.Migrations)
	if err != nil {
		return out, err
	}
	if !empty && !r.Replace {
		return out, fmt.Errorf("%w in %s: with --replace a backup of it is made first, and this one takes its place", ErrNotEmpty, o.Config.DB.Masked())
	}
	if !empty {
		if out.Kept, err = s.keepBefore(ctx, "restore", r.Progress); err != nil {
			return out, fmt.Errorf("keeping the database before it is replaced: %w", err)
		}
	}
	err = reading(r.File, func(f io.Reader) error {
		b, err := backup.Open(f, r.Passphrase)
		if err != nil {
			return err
		}
		defer b.Close()
		out.Restored, err = how.ToSchema(ctx, b, s.DB, func(done backup.Restored) error { return keepKey(o.Config, done) })
		return err
	})
	return out, err
}

// keepBefore makes a backup of a PostgreSQL database that is about to change as a whole.
func (s *Store) keepBefore(ctx context.Context, what string, progress backup.Progress) (string, error) {
	b, err := s.NewBackups(ctx)
	if err != nil {
		return "", err
	}
	defer b.Close()
	b.NoRuns = true // it is not one of the schedule's
	pass, err := s.Config.Passphrase()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.Config.BackupDir, 0o700); err != nil {
		return "", err
	}
	end := ".tar.zst"
	if pass != "" {
		end += ".age"
	}
	head := filepath.Join(s.Config.BackupDir, "umbra-before-"+what+"-"+b.Clock.Now().UTC().Format("20060102T150405Z"))
	path := head + end
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			break
		}
		path = fmt.Sprintf("%s-%d%s", head, n, end)
	}
	made, err := b.MakeAt(ctx, path, pass, progress)
	return made.Path, err
}

// keepKey puts the key out of the backup beside the database it opens.
func keepKey(c config.Config, done backup.Restored) error {
	if done.KeepKey == "" {
		return nil
	}
	return secret.Keep(c.DataDir, done.KeepKey)
}

func reading(path string, do func(f io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return do(f)
}

// once asks once and remembers.
func once(ask func() (string, error)) func() (string, error) {
	var text string
	var err error
	asked := false
	return func() (string, error) {
		if !asked {
			text, err = ask()
			asked = true
		}
		return text, err
	}
}
