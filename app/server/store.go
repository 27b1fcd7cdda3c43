package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/lockfile"
	"umbra/app/migrate"
	"umbra/app/pgembed"
	"umbra/app/secret"
)

// Store is the open database with its migrations and nothing built on them:
// for what looks at a database that cannot be served as it is.
type Store struct {
	Options
	DB       *db.DB
	Migrator *migrate.Migrator

	// Fallback says why SQLite took the place of PostgreSQL in a new folder; "" when it did not.
	Fallback string

	lock *lockfile.Lock
}

// OpenStore opens the database, as it is. It makes one with Create alone, and
// then it holds the data folder until Close.
func OpenStore(ctx context.Context, o Options) (_ *Store, err error) {
	if o, err = o.Settled(); err != nil {
		return nil, err
	}
	if err := refuseCluster(o); err != nil {
		return nil, err
	}
	s := &Store{Options: o}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if o.Create {
		if err := o.Config.CreateDataDir(); err != nil {
			return nil, err
		}
		// Before the database: a second serve must not migrate it under the first.
		if err := s.Lock(); err != nil {
			return nil, err
		}
	}
	s.DB, err = openDatabase(ctx, o)
	var cannot *pgembed.CannotRunError
	if o.engine.byDefault && o.Create && errors.As(err, &cannot) {
		s.Fallback = cannot.Error()
		s.Config.DB = sqliteIn(o.Config.DataDir)
		s.DB, err = openDatabase(ctx, s.Options)
	}
	if err != nil {
		return nil, err
	}
	if s.Migrator, err = migrate.New(s.DB, o.Migrations); err == nil && s.DB.Engine == db.Postgres {
		s.Migrator.CopyWith(s.keepBeforeMigrating)
	}
	return s, err
}

// keepBeforeMigrating makes a backup of a PostgreSQL database that holds data.
func (s *Store) keepBeforeMigrating(ctx context.Context, _ int64) (string, error) {
	users, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM users")
	if err != nil || users == 0 {
		return "", err
	}
	return s.keepBefore(ctx, "migration", nil)
}

// refuseCluster refuses a cluster that is not ours to start before anything is
// written to the folder, a lock included.
func refuseCluster(o Options) error {
	if o.Config.DB.Engine != config.EmbeddedPostgres || o.Postgres == "" {
		return nil
	}
	_, err := pgembed.Look(o.Config.DataDir)
	return err
}

func openDatabase(ctx context.Context, o Options) (*db.DB, error) {
	switch o.Config.DB.Engine {
	case config.Postgres:
		return db.ConnectPostgres(ctx, o.Config.DB.DSN(), o.pool())
	case config.EmbeddedPostgres:
		return openEmbedded(ctx, o)
	}
	path := DatabasePath(o.Config)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !o.Create {
		return nil, fmt.Errorf("there is no database at %s: start `umbra serve` once, which makes it, or name the right folder with --data-dir", path)
	}
	if err := refuseForeign(ctx, path, o.Migrations); err != nil {
		return nil, err
	}
	return db.OpenSQLite(ctx, path)
}

// refuseForeign looks at a file before it is opened for writing, which would
// turn it to write-ahead logging: another application's stays as it is. One
// that has such a log already is not changed by opening it; it is checked later.
func refuseForeign(ctx context.Context, path string, migrations fs.FS) (err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if wal, err := db.InWAL(path); err != nil || wal {
		return err
	}
	d, err := db.LookSQLite(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	m, err := migrate.New(d, migrations)
	if err != nil {
		return err
	}
	return m.Check(ctx)
}

// DatabasePath is SQLite's file; "" on PostgreSQL.
func DatabasePath(c config.Config) string {
	switch {
	case c.DB.Engine == config.Postgres || c.DB.Engine == config.EmbeddedPostgres:
		return ""
	case c.DB.Path == "":
		return filepath.Join(c.DataDir, "umbra.db")
	}
	return c.DB.Path
}

// dataFolder is the folder on the disk that fills as data grows.
func dataFolder(c config.Config) string {
	if path := DatabasePath(c); path != "" {
		return filepath.Dir(path)
	}
	return c.DataDir
}

// Lock keeps every serve out of the data folder until Close. It answers ErrServing.
func (s *Store) Lock() (err error) {
	s.lock, err = lockFolder(s.Config.DataDir)
	return err
}

// Close closes the database and lets go of the data folder.
func (s *Store) Close() (err error) {
	if s.DB != nil {
		err = s.DB.Close()
	}
	if s.lock != nil {
		s.lock.Release()
	}
	return err
}

const keyCheckName = "key_check"

// CheckKey says whether SECRET_KEY is the one the database was made with. It
// answers secret.ErrWrongKey, and changes nothing but what ends a rotation.
func (s *Store) CheckKey(ctx context.Context) error {
	sealed, found, err := s.keyCheck(ctx)
	if err != nil {
		return err
	}
	if !found {
		_, err = s.loadKeys(false)
		return err
	}
	_, err = s.keysFor(sealed)
	return err
}

// keysFor loads the keys that opened the database's known value. A rotation that
// was cut off after it had been committed has left the new key beside the old
// one: it is put in its place.
func (s *Store) keysFor(sealed string) (secret.Keys, error) {
	keys, err := s.loadKeys(false)
	if err == nil {
		err = verifyKeys(keys, sealed)
	}
	if !errors.Is(err, secret.ErrWrongKey) || s.Config.SecretKey != "" {
		return keys, err
	}
	next, nextErr := secret.LoadNext(s.Config.DataDir)
	if nextErr != nil || verifyKeys(next, sealed) != nil {
		return keys, err
	}
	return next, secret.TakeNext(s.Config.DataDir)
}

func (s *Store) keyCheck(ctx context.Context) (sealed string, found bool, err error) {
	return db.One(ctx, s.DB, db.Value[string], "SELECT value FROM meta WHERE name = $1", keyCheckName)
}

// openKeys loads the keys and opens a value that was sealed when the database
// was new: a wrong key is found at start, not when the first secret cannot be read.
func (s *Store) openKeys(ctx context.Context) (keys secret.Keys, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		sealed, found, err := s.keyCheck(ctx)
		if err != nil {
			return err
		}
		if found { // a key made now would not open what another one sealed
			keys, err = s.keysFor(sealed)
			return err
		}
		if keys, err = s.loadKeys(s.Create); err != nil {
			return err
		}
		made, err := s.DB.Exec(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", keyCheckName, base64.StdEncoding.EncodeToString(keys.KeyCheck()))
		if err != nil || made == 1 {
			return err
		}
		// Another server was quicker; its key must be ours.
		if sealed, _, err = s.keyCheck(ctx); err != nil {
			return err
		}
		return verifyKeys(keys, sealed)
	})
	return keys, err
}

func verifyKeys(keys secret.Keys, sealed string) error {
	value, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return fmt.Errorf("the database's key check is damaged: %w", err)
	}
	return keys.VerifyKeyCheck(value)
}

func (s *Store) loadKeys(create bool) (secret.Keys, error) {
	if s.Config.SecretKey != "" {
		return secret.NewKeys(string(s.Config.SecretKey))
	}
	if create {
		return secret.LoadOrCreate(s.Config.DataDir)
	}
	keys, err := secret.Load(s.Config.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("the secret key that this database was made with is missing: bring %s back, or set SECRET_KEY",
			filepath.Join(s.Config.DataDir, secret.KeyFile))
	}
	return keys, err
}
