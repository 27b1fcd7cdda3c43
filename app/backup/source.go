package backup

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/migrate"
)

// Source is a database and the program that reads it.
type Source struct {
	DB         *db.DB
	Migrations fs.FS
	Version    string // of the program
	Clock      clock.Clock
	SecretKey  string // goes into what is written under a passphrase
}

// Write writes a backup, as of one moment, while others go on writing.
func (s Source) Write(ctx context.Context, w io.Writer, passphrase string, progress Progress) (h Header, m Manifest, err error) {
	err = s.DB.Snapshot(ctx, func(ctx context.Context) error {
		var all []Table
		if h, all, err = s.header(ctx, false); err != nil {
			return err
		}
		a, err := newArchive(w, passphrase, h.MadeAt)
		if err != nil {
			return err
		}
		if err := a.addJSON(headerName, h); err != nil {
			return err
		}
		if passphrase != "" && s.SecretKey != "" {
			if err := a.add(keyName, []byte(s.SecretKey+"\n")); err != nil {
				return err
			}
		}
		m, err = a.rest(ctx, s.DB, all, progress)
		return err
	})
	return h, m, err
}

// pipe writes everything plainly, for a copy.
func (s Source) pipe(ctx context.Context, w io.Writer, progress Progress) (m Manifest, err error) {
	err = s.DB.Snapshot(ctx, func(ctx context.Context) error {
		h, all, err := s.header(ctx, true)
		if err != nil {
			return err
		}
		a := newPipe(w, h.MadeAt)
		if err := a.addJSON(headerName, h); err != nil {
			return err
		}
		m, err = a.rest(ctx, s.DB, all, progress)
		return err
	})
	return m, err
}

func (a *archive) rest(ctx context.Context, d *db.DB, all []Table, progress Progress) (Manifest, error) {
	m, err := dump(ctx, d, all, a.addChunk, progress)
	if err != nil {
		return m, err
	}
	if err := a.addJSON(manifestName, m); err != nil {
		return m, err
	}
	return m, a.Close()
}

// Look reads everything and keeps only what it comes to.
func (s Source) Look(ctx context.Context) (m Manifest, err error) {
	err = s.DB.Snapshot(ctx, func(ctx context.Context) error {
		_, all, err := s.header(ctx, false)
		if err != nil {
			return err
		}
		m, err = dump(ctx, s.DB, all, func(string, int, []byte) error { return nil }, nil)
		return err
	})
	return m, err
}

// header describes the database at its present version.
func (s Source) header(ctx context.Context, copying bool) (Header, []Table, error) {
	m, err := migrate.New(s.DB, s.Migrations)
	if err != nil {
		return Header{}, nil, err
	}
	if err := m.Check(ctx); err != nil {
		return Header{}, nil, err
	}
	version, err := m.Version(ctx)
	if err != nil {
		return Header{}, nil, err
	}
	if version == 0 {
		return Header{}, nil, fmt.Errorf("the database is empty: there is nothing to back up")
	}
	all, err := tables(ctx, s.DB)
	if err != nil {
		return Header{}, nil, err
	}
	all = carried(all, copying)
	return Header{Format: formatVersion, Umbra: s.Version, Schema: version, Engine: s.DB.Engine.String(), MadeAt: s.Clock.Now(), Tables: all}, all, nil
}
