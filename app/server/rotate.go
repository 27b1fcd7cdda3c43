package server

import (
	"context"
	"errors"
	"fmt"

	"umbra/app/backup"
	"umbra/app/db"
	"umbra/app/secret"
)

// Rotated is what a change of SECRET_KEY did.
type Rotated struct {
	Sealed   int64 `json:"sealed"`   // values that were sealed anew
	Sessions int64 `json:"sessions"` // that ended
	InFile   bool  `json:"in_file"`  // the new key is in the data folder
}

// Rotate gives the database another SECRET_KEY, in one transaction: what the old
// one sealed is sealed anew, and sessions, whose tokens it signed, end. next is
// the new one where SECRET_KEY is a setting; where it lies in the data folder
// next is empty, and a new one takes its place there. It answers ErrServing, and
// secret.ErrWrongKey for a key that is not the database's.
//
// The new key is on the disk before anything is sealed with it, and takes the old
// one's place when that is committed: cut off anywhere, the next start has the
// one that opens the database (keysFor).
func (s *Store) Rotate(ctx context.Context, next string) (out Rotated, err error) {
	if err := s.Lock(); err != nil { // a server would go on with the old key
		return out, err
	}
	if v, err := s.Migrator.Version(ctx); err != nil {
		return out, err
	} else if v != s.Migrator.Newest() {
		return out, fmt.Errorf("the database's schema is version %d and this program needs %d: run `umbra migrate` first", v, s.Migrator.Newest())
	}
	sealed, found, err := s.keyCheck(ctx)
	if err != nil {
		return out, err
	}
	if !found {
		return out, errors.New("this database has never been served: it has no key yet")
	}
	old, err := s.keysFor(sealed)
	if err != nil {
		return out, err
	}
	out.InFile = s.Config.SecretKey == ""
	switch {
	case out.InFile && next != "":
		return out, errors.New("the key lies in the data folder, where a new one is made: none is taken from elsewhere")
	case out.InFile:
		if next, err = secret.MakeNext(s.Config.DataDir); err != nil {
			return out, err
		}
	case next == string(s.Config.SecretKey):
		return out, errors.New("the new key is the present one")
	}
	keys, err := secret.NewKeys(next)
	if err != nil {
		return out, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// Of two at once on one database the second finds that its key is old.
		n, err := s.DB.Exec(ctx, "UPDATE meta SET value = value WHERE name = $1 AND value = $2", keyCheckName, sealed)
		if err != nil {
			return err
		}
		if n == 0 {
			return secret.ErrWrongKey
		}
		if out.Sealed, err = backup.Reseal(ctx, s.DB, old, keys); err != nil {
			return err
		}
		out.Sessions, err = endSessions(ctx, s.DB)
		return err
	})
	if err != nil || !out.InFile {
		return out, err
	}
	return out, secret.TakeNext(s.Config.DataDir)
}

func endSessions(ctx context.Context, d *db.DB) (int64, error) {
	return d.Exec(ctx, "DELETE FROM user_sessions")
}
