// Package account holds who may use Umbra: users and their passwords, log-ins
// with their throttling, sessions, and each user's settings.
//
// The log of attempts is the one authority on failures; a session is a row; a
// change of settings is journaled. Nothing here knows of HTTP: the edge hands
// in the client's address and gets tokens to put into cookies.
package account

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/limit"
	"umbra/app/secret"
)

// Defaults of the settings that the operator may change.
const (
	DefaultSessionMaxAge  = 30 * 24 * time.Hour
	DefaultMFATokenMaxAge = 5 * time.Minute
	DefaultTOTPIssuer     = "Umbra"
)

// Deps is what the accounts need.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Clock   clock.Clock
	Hasher  *secret.Hasher
	Keys    secret.Keys

	SessionMaxAge  time.Duration // counted from log-in; 0 means DefaultSessionMaxAge
	MFATokenMaxAge time.Duration // 0 means DefaultMFATokenMaxAge
	TOTPIssuer     string        // what authenticator apps show; "" means DefaultTOTPIssuer

	// NewUser runs in the transaction that makes a user, after its settings and
	// journal are there: what other features give to everyone, such as a first
	// calendar. nil means nothing.
	NewUser func(ctx context.Context, c caller.Caller) error

	Notices Notices // of the account's safety, by the user's channels; nil means none

	Log *slog.Logger // nil means slog.Default
}

// Service is the accounts of one database. It is safe for use by several goroutines.
type Service struct {
	Deps

	touching sync.Map                               // what a last-seen time is being written for (touched)
	sessions db.Memo[[sha256.Size]byte, sessionRow] // by the hash of their token
	touches  sync.WaitGroup                         // those writes

	badTokens  *limit.Rate // by address
	badHashes  recent      // of tokens that were counted there
	goodHashes recent      // of tokens that the limit does not touch; whether they still hold is read each time
}

// New makes the service and makes settings known to the journal.
func New(d Deps) *Service {
	if d.SessionMaxAge <= 0 {
		d.SessionMaxAge = DefaultSessionMaxAge
	}
	if d.MFATokenMaxAge <= 0 {
		d.MFATokenMaxAge = DefaultMFATokenMaxAge
	}
	if d.TOTPIssuer == "" {
		d.TOTPIssuer = DefaultTOTPIssuer
	}
	if d.NewUser == nil {
		d.NewUser = func(context.Context, caller.Caller) error { return nil }
	}
	if d.Notices == nil {
		d.Notices = noNotices{}
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	s := &Service{Deps: d, badTokens: limit.NewRate(BadTokens, BadTokensWindow)}
	d.Journal.Add(settingsKind{s})
	return s
}

// Settle waits for the last-seen times that are being written in the background.
// Call it before the database is closed.
func (s *Service) Settle() { s.touches.Wait() }

func (s *Service) now() int64 { return clock.Micros(s.Clock.Now()) }

// Names of the locks below.
const (
	usersLock    = "lock:users"    // who exists, and who is an administrator
	attemptsLock = "lock:attempts" // the log of attempts
)

// lock makes transactions that decide on what they counted go one after the
// other. SQLite has one writer anyway; PostgreSQL waits on the row.
func (s *Service) lock(ctx context.Context, name string) error {
	if s.DB.Engine == db.SQLite {
		return nil
	}
	return s.DB.Later(ctx, `INSERT INTO meta (name, value) VALUES ($1, '')
ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name)
}
