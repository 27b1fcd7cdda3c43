package account

import (
	"context"
	"encoding/base64"
	"strconv"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/limit"
	"umbra/app/secret"
)

// Throttling of whatever asks for a password.
const (
	LockAfter     = 10               // failures in a row, within LockFor of each other
	LockFor       = 30 * time.Minute // from the last of them
	AddressLimit  = 20               // attempts of one address (IPv6: /64) within AddressWindow
	AddressWindow = time.Minute

	keepAttempts = 24 * time.Hour
	// The log never has more rows than this: strangers must not fill the disk.
	// To push a lock out of it somebody has to fail as often from elsewhere, each
	// time at the price of a hash.
	maxAttempts = 100_000
	// A password is being verified for no longer than this; afterwards whoever
	// did it is gone, and the attempt has failed.
	maxPending = 30 * time.Second
	patience   = 5 * time.Second       // longest wait for attempts on the same name
	recheck    = 20 * time.Millisecond // how often it looks
	// Another server's clock may be ahead by this. What lies further in the future
	// was written before a clock was set right, and counts for nothing.
	maxSkew = time.Minute
)

// Kinds of attempts.
const (
	byPending   = "pending"   // being verified: a failure until it is known better
	byPassword  = "password"  // a log-in, or a password asked for again
	byLocked    = "locked"    // refused unseen: counts for the address only
	byPartial   = "partial"   // right, and waiting for the second factor: neither failure nor success
	byExchanged = "exchanged" // a partial one whose second factor came: its token is worth nothing now
	byPasskey   = "passkey"   // counts for the address only
	byCode      = "code"      // right, and no proof of who types it: the first code of a new app
	byIdentity  = "identity"  // by an identity elsewhere: locks nobody out, and no lock keeps it out
	byUnlock    = "unlock"    // an administrator let the name in again
)

// byPasskeyName stands for whoever showed a passkey that was refused: no user
// name begins with a space.
const byPasskeyName = " passkey"

// attempt is who tries, as the log knows them.
type attempt struct {
	name    string
	address string
}

// attemptBy names a known user by their key, and anything else by a hash: what
// is typed there by mistake is often a password.
func attemptBy(a account, found bool, typed, address string) attempt {
	name := a.key
	if !found {
		sum := secret.HashToken(nameKey(typed))
		name = " " + base64.RawURLEncoding.EncodeToString(sum[:16]) // no user name begins with a space
	}
	return attempt{name, line(limit.Address(address), 64)}
}

// admit writes the attempt down as pending, a failure unless it turns out
// otherwise, before anything is verified: many at once cannot slip through
// together. Where only those in flight stand between a name and its lock it
// waits for them, so that many good log-ins at once do not lock each other out.
// It answers the attempt's id, or Limited or Locked with RetryAfter, or Overloaded.
func (s *Service) admit(ctx context.Context, a attempt) (id int64, err error) {
	if err := s.limited(ctx, a.address, s.Clock.Now()); err != nil { // a flood costs one read each
		return 0, err
	}
	return s.enter(ctx, a)
}

// enter is admit for an address that was just found to be within its limit.
func (s *Service) enter(ctx context.Context, a attempt) (id int64, err error) {
	for waited := time.Duration(0); ; waited += recheck {
		id, undecided, err := s.tryEnter(ctx, a)
		if err != nil || !undecided {
			return id, err
		}
		if waited >= patience {
			return 0, fault.New(fault.Overloaded, "busy", "Too many log-ins at once. Try again in a moment.").After(patience)
		}
		select {
		case <-time.After(recheck):
		case <-ctx.Done():
			return 0, overloaded(ctx, ctx.Err())
		}
	}
}

// entry is what became of an attempt to begin an attempt.
type entry struct {
	id   int64
	kind string
}

// enterQuery writes an attempt down as what the log says that it is: pending, or
// locked, or, where the address has had its share or the lock rests on attempts
// in flight, not at all. It decides and writes at once, so that the transaction
// around it is one round trip.
var enterQuery = `INSERT INTO login_attempts (username_key, address, kind, success, at)
SELECT $1, $5, CASE WHEN l.until > $6 THEN 'locked' ELSE 'pending' END, $7, $6 FROM ` + lockOf + ` l
WHERE NOT (l.until > $6 AND l.flying > 0)
AND (SELECT COUNT(*) FROM (SELECT 1 FROM login_attempts WHERE address = $5 AND at > $8 AND at <= $3 AND kind <> 'unlock' LIMIT ` + strconv.Itoa(AddressLimit) + `) lately) < ` + strconv.Itoa(AddressLimit) + `
RETURNING id, kind`

func (s *Service) tryEnter(ctx context.Context, a attempt) (id int64, undecided bool, err error) {
	now := s.Clock.Now()
	var entered func() (entry, bool, error)
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, attemptsLock); err != nil {
			return err
		}
		entered = db.Ask(ctx, s.DB, func(row db.Scanner) (e entry, err error) { return e, row.Scan(&e.id, &e.kind) }, enterQuery,
			append(lockArgs(a.name, now), a.address, clock.Micros(now), false, clock.Micros(now.Add(-AddressWindow)))...)
		return nil
	})
	if err != nil {
		return 0, false, err
	}
	e, written, err := entered()
	switch {
	case err != nil:
		return 0, false, err
	case e.kind == byPending:
		return e.id, false, nil
	case !written: // too many of this address since it was asked, or some in flight
		return 0, true, s.limited(ctx, a.address, now)
	}
	until, _, err := s.lockedUntil(ctx, a.name, now)
	if err == nil {
		err = s.trim(ctx, e.id)
	}
	if err != nil {
		return 0, false, err
	}
	return 0, false, fault.New(fault.Locked, "locked", "Too many failed log-ins: this account is locked for a while.").After(max(until.Sub(now), time.Second))
}

func (s *Service) log(ctx context.Context, a attempt, kind string, success bool, at time.Time) (int64, error) {
	id, _, err := db.One(ctx, s.DB, db.Value[int64], `INSERT INTO login_attempts (username_key, address, kind, success, at)
VALUES ($1, $2, $3, $4, $5) RETURNING id`, a.name, a.address, kind, success, clock.Micros(at))
	if err != nil {
		return 0, err
	}
	return id, s.trim(ctx, id)
}

// trim keeps the log within maxAttempts. Whoever fails sees to it, not whoever is
// let in.
func (s *Service) trim(ctx context.Context, id int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		return s.DB.Later(ctx, "DELETE FROM login_attempts WHERE id <= $1", id-maxAttempts)
	})
}

// settle says what became of an attempt that was admitted.
func (s *Service) settle(ctx context.Context, id int64, kind string, success bool) error {
	return s.DB.Later(ctx, "UPDATE login_attempts SET kind = $1, success = $2 WHERE id = $3", kind, success, id)
}

// fail settles an attempt as a failure.
func (s *Service) fail(ctx context.Context, id int64) {
	s.conclude(ctx, func(ctx context.Context) error {
		if err := s.settle(ctx, id, byPassword, false); err != nil {
			return err
		}
		if err := s.trim(ctx, id); err != nil {
			return err
		}
		return s.noteFailure(ctx, id)
	})
}

// withdraw takes back an attempt that nothing was learnt from: the server was
// too busy, or the client went away while it waited.
func (s *Service) withdraw(ctx context.Context, id int64) {
	s.conclude(ctx, func(ctx context.Context) error {
		_, err := s.DB.Exec(ctx, "DELETE FROM login_attempts WHERE id = $1", id)
		return err
	})
}

// conclude writes even for a client that has gone. What cannot be written
// leaves the attempt pending, which becomes a failure by itself.
func (s *Service) conclude(ctx context.Context, write func(ctx context.Context) error) {
	if err := s.DB.Tx(context.WithoutCancel(ctx), write); err != nil {
		s.Log.WarnContext(ctx, "what became of a log-in attempt was not written down", "error", err)
	}
}

// limitedSince is the attempt that has to grow old before an address may try
// again; 0 where it may now.
const limitedSince = `COALESCE((SELECT at FROM login_attempts WHERE address = $1 AND at > $2 AND at <= $3 AND kind <> 'unlock'
ORDER BY at DESC LIMIT 1 OFFSET $4), 0)`

func limitedArgs(address string, now time.Time) []any {
	return []any{address, clock.Micros(now.Add(-AddressWindow)), clock.Micros(now.Add(maxSkew)), int64(AddressLimit - 1)}
}

// limited answers Limited while an address has had its share.
func (s *Service) limited(ctx context.Context, address string, now time.Time) error {
	since, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT "+limitedSince, limitedArgs(address, now)...)
	if err != nil {
		return err
	}
	return limitedBy(since, now)
}

func limitedBy(since int64, now time.Time) error {
	if since == 0 {
		return nil
	}
	wait := clock.FromMicros(since).Add(AddressWindow).Sub(now)
	return fault.New(fault.Limited, "too_many_attempts", "Too many log-ins from this address. Wait a little.").After(max(wait, time.Second))
}

// What a lock is read from: which attempts count, and when it ends, in microseconds,
// which the latest of a name say. The last LockAfter must all be failures, and lie
// within LockFor; 0 is no lock.
var (
	countedKinds = "('pending', 'password', 'unlock')"
	lockFor      = strconv.FormatInt(LockFor.Microseconds(), 10)
	lockEnd      = "CASE WHEN COUNT(*) = " + strconv.Itoa(LockAfter) + " AND SUM(CASE WHEN success THEN 1 ELSE 0 END) = 0 AND MAX(at) - MIN(at) < " + lockFor + " THEN MAX(at) + " + lockFor + " ELSE 0 END"
)

// lockOf is a name's lock: until when, and how many attempts that it rests on are
// still in flight.
var lockOf = `(SELECT ` + lockEnd + ` AS until, COALESCE(SUM(CASE WHEN kind = 'pending' AND at > $4 THEN 1 ELSE 0 END), 0) AS flying
FROM (SELECT at, success, kind FROM login_attempts WHERE username_key = $1 AND at > $2 AND at <= $3 AND kind IN ` + countedKinds + `
ORDER BY at DESC, id DESC LIMIT ` + strconv.Itoa(LockAfter) + `) latest)`

func lockArgs(name string, now time.Time) []any {
	return []any{name, clock.Micros(now.Add(-2 * LockFor)), clock.Micros(now.Add(maxSkew)), clock.Micros(now.Add(-maxPending))}
}

// lockedUntil is when a name may try again; in the past, or zero, when it may
// now. It rests on attempts still in flight when pending.
func (s *Service) lockedUntil(ctx context.Context, name string, now time.Time) (until time.Time, pending bool, err error) {
	type lock struct{ until, flying int64 }
	l, _, err := db.One(ctx, s.DB, func(row db.Scanner) (l lock, err error) { return l, row.Scan(&l.until, &l.flying) },
		"SELECT l.until, l.flying FROM "+lockOf+" l", lockArgs(name, now)...)
	return clock.FromMicros(l.until), l.flying > 0, err
}
