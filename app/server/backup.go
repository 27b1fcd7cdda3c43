package server

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"path/filepath"

	"umbra/app/backup"
	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/secret"
)

// NewBackups are the backups of the open database, as the settings say. Close
// them before the store.
func (s *Store) NewBackups(ctx context.Context) (*backup.Service, error) {
	c := s.Config
	v, err := s.Migrator.Version(ctx)
	if err != nil {
		return nil, err
	}
	var second backup.Second
	switch place := c.BackupCopy; {
	case place.Folder != "":
		second = backup.Folder(place.Folder)
	case !place.IsZero():
		if second, err = backup.NewS3(backup.S3Options{Endpoint: place.Endpoint, Bucket: place.Bucket, Prefix: place.Prefix, Region: place.Region,
			KeyID: c.BackupS3KeyID, Secret: string(c.BackupS3Secret), Plain: place.Plain, Name: place.String()}); err != nil {
			return nil, err
		}
	}
	return backup.New(s.source(ctx), backup.Options{
		Dir: c.BackupDir, Every: c.BackupEvery, Keep: backup.Keep{Daily: c.BackupKeepDaily, Weekly: c.BackupKeepWeekly, Monthly: c.BackupKeepMonthly},
		Second: second, Passphrase: c.Passphrase, Scratch: c.DataDir, DataFolder: s.dataFolder(), NoRuns: v != s.Migrator.Newest(), Log: s.Log,
	}), nil
}

func (s *Store) source(ctx context.Context) backup.Source {
	now := s.Clock
	if now == nil {
		now = clock.System{}
	}
	return backup.Source{DB: s.DB, Migrations: s.Migrations, Version: s.Version, Clock: now, SecretKey: s.secretKey(ctx)}
}

// secretKey is the SECRET_KEY itself, for a backup under a passphrase; "" when
// it is not there, or does not open the database.
func (s *Store) secretKey(ctx context.Context) string {
	if s.CheckKey(ctx) != nil {
		return ""
	}
	if s.Config.SecretKey != "" {
		return string(s.Config.SecretKey)
	}
	root, err := secret.Root(s.Config.DataDir)
	if err != nil {
		return ""
	}
	return root
}

// dataFolder is where the data lies, "" when that is another machine.
func (s *Store) dataFolder() string {
	if path := DatabasePath(s.Config); path != "" {
		return filepath.Dir(path)
	}
	u, err := url.Parse(s.Config.DB.DSN())
	if s.Config.DB.Engine != config.Postgres || err != nil {
		return s.Config.DataDir
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); host == "" || host == "localhost" || ip != nil && ip.IsLoopback() {
		return s.Config.DataDir // its disk is not known; most machines have one
	}
	return ""
}

// keyring is what may open the sealed values of a backup that is restored here.
func keyring(c config.Config) (backup.Keyring, error) {
	var keys secret.Keys
	var err error
	if c.SecretKey != "" {
		keys, err = secret.NewKeys(string(c.SecretKey))
	} else {
		keys, err = secret.Load(c.DataDir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return backup.Keyring{}, nil
	}
	return backup.Keyring{Own: keys, HasOwn: err == nil}, err
}

// isSQLite is the file of the database that the settings name, and whether it is one.
func isSQLite(o Options) (path string, is bool) {
	path = DatabasePath(o.Config)
	return path, path != ""
}

// emptyFile says whether a restore or copy may fill a SQLite file: there is
// none, or nobody's data in it.
func emptyFile(ctx context.Context, path string, migrations fs.FS) (empty bool, err error) {
	d, err := db.LookSQLite(path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return backup.Empty(ctx, d, migrations)
}
