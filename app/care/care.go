// Package care knows what an administrator must see to before it costs something:
// backups that are too old or lie in one place alone, a certificate that nobody
// renews, a disk that fills.
package care

import (
	"context"
	"time"

	"umbra/app/account"
	"umbra/app/backup"
	"umbra/app/certs"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/disk"
)

// Kinds of concerns.
const (
	LateBackup  = "late_backup" // At: the last good one
	LateCopy    = "late_copy"   // the second place does not take them; At: the first that is missing there
	Certificate = "certificate" // it is not renewed; At: when it ends
	Disk        = "disk"        // Free is all that is left
)

const (
	tellAgain  = 7 * 24 * time.Hour
	toldPrefix = "told:" // in meta: a kind, and when it was told
)

// Concern is one thing that does not get better by itself.
type Concern struct {
	Kind string
	At   *time.Time // as the kind says; nil where there is none
	Free uint64     // bytes
}

// Service looks at one server. What is told is known to all servers of the database.
type Service struct {
	DB              *db.DB
	Clock           clock.Clock
	Accounts        *account.Service
	Notices         account.Notices
	Backups         *backup.Service
	CertificateEnds func() time.Time // zero where none is served
	Free            func() (uint64, error)
}

// Concerns are those of now.
func (s *Service) Concerns(ctx context.Context) ([]Concern, error) {
	out := []Concern{}
	if s.Backups.Every > 0 { // else their owner makes them by other means
		last, late, err := s.Backups.Overdue(ctx)
		if err != nil {
			return nil, err
		}
		if late {
			out = append(out, Concern{Kind: LateBackup, At: last})
		}
		first, late, err := s.Backups.Uncopied(ctx)
		if err != nil {
			return nil, err
		}
		if late {
			out = append(out, Concern{Kind: LateCopy, At: first})
		}
	}
	if ends := s.CertificateEnds(); !ends.IsZero() && ends.Sub(s.Clock.Now()) < certs.EndsSoon {
		ends = ends.UTC()
		out = append(out, Concern{Kind: Certificate, At: &ends})
	}
	// A disk that does not say is none that is known to be full.
	if free, err := s.Free(); err == nil && free < disk.Low {
		out = append(out, Concern{Kind: Disk, Free: free})
	}
	return out, nil
}

// Tell tells each administrator, by their own channels, of what concerns them: when
// it begins, and at most weekly. That it was over meanwhile changes nothing, so that
// neither a disk about to be full nor two servers that differ tell it every hour.
func (s *Service) Tell(ctx context.Context) error {
	concerns, err := s.Concerns(ctx)
	if err != nil {
		return err
	}
	if due, err := s.due(ctx, concerns); err != nil || len(due) == 0 {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		// The row is a lock on PostgreSQL, where other servers look too.
		if _, err := s.DB.Exec(ctx, "INSERT INTO meta (name, value) VALUES ('lock:care', '') ON CONFLICT (name) DO UPDATE SET value = excluded.value"); err != nil {
			return err
		}
		due, err := s.due(ctx, concerns)
		if err != nil {
			return err
		}
		administrators, err := s.Accounts.Administrators(ctx)
		if err != nil {
			return err
		}
		for _, c := range due {
			if _, err := s.DB.Exec(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
				toldPrefix+c.Kind, s.Clock.Now().Format(time.RFC3339)); err != nil {
				return err
			}
			for _, id := range administrators {
				n := account.Notice{UserID: id, Kind: account.Concern, Concern: c.Kind, Free: c.Free}
				if c.At != nil {
					n.At = *c.At
				}
				if err := s.Notices.Enqueue(ctx, n); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// due are the concerns that nobody was told of for a week.
func (s *Service) due(ctx context.Context, concerns []Concern) (due []Concern, err error) {
	for _, c := range concerns {
		at, _, err := db.One(ctx, s.DB, db.Value[string], "SELECT value FROM meta WHERE name = $1", toldPrefix+c.Kind)
		if err != nil {
			return nil, err
		}
		told, _ := time.Parse(time.RFC3339, at) // one that cannot be read is told again
		if since := s.Clock.Now().Sub(told); since < 0 || since >= tellAgain {
			due = append(due, c)
		}
	}
	return due, nil
}
