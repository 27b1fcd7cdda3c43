package account

import (
	"context"
	"encoding/base64"
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
	for waited := time.Duration(0); ; waited += recheck {
		id, undecided, err := s.tryAdmit(ctx, a)
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

func (s *Service) tryAdmit(ctx context.Context, a attempt) (id int64, undecided bool, err error) {
	now := s.Clock.Now()
	if err := s.limited(ctx, a.address, now); err != nil { // a flood costs one read each
		return 0, false, err
	}
	var refused error
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		refused, undecided = nil, false
		if err := s.lock(ctx, attemptsLock); err != nil {
			return err
		}
		limited, locked := s.askLimited(ctx, a.address, now), s.askLocked(ctx, a.name, now)
		if err := limited(); err != nil {
			return err
		}
		until, pending, err := locked()
		if err != nil {
			return err
		}
		wait := until.Sub(now)
		switch {
		case wait > 0 && pending:
			undecided = true
			return nil
		case wait > 0:
			refused = fault.New(fault.Locked, "locked", "Too many failed log-ins: this account is locked for a while.").After(wait)
			_, err = s.log(ctx, a, byLocked, false, now)
		default:
			id, err = s.log(ctx, a, byPending, false, now)
		}
		return err
	})
	if err == nil {
		err = refused
	}
	return id, undecided, err
}

func (s *Service) log(ctx context.Context, a attempt, kind string, success bool, at time.Time) (int64, error) {
	id, _, err := db.One(ctx, s.DB, db.Value[int64], `INSERT INTO login_attempts (username_key, address, kind, success, at)
VALUES ($1, $2, $3, $4, $5) RETURNING id`, a.name, a.address, kind, success, clock.Micros(at))
	if err != nil {
		return 0, err
	}
	return id, s.DB.Later(ctx, "DELETE FROM login_attempts WHERE id <= $1", id-maxAttempts)
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

// limited answers Limited while an address has had its share.
func (s *Service) limited(ctx context.Context, address string, now time.Time) error {
	return s.askLimited(ctx, address, now)()
}

// askLimited is limited, answered when it is called.
func (s *Service) askLimited(ctx context.Context, address string, now time.Time) func() error {
	asked := db.AskAll(ctx, s.DB, db.Value[int64], `SELECT at FROM login_attempts
WHERE address = $1 AND at > $2 AND at <= $3 AND kind <> $4 ORDER BY at DESC LIMIT $5`,
		address, clock.Micros(now.Add(-AddressWindow)), clock.Micros(now.Add(maxSkew)), byUnlock, AddressLimit)
	return func() error {
		times, err := asked()
		if err != nil || len(times) < AddressLimit {
			return err
		}
		wait := clock.FromMicros(times[len(times)-1]).Add(AddressWindow).Sub(now)
		return fault.New(fault.Limited, "too_many_attempts", "Too many log-ins from this address. Wait a little.").After(max(wait, time.Second))
	}
}

// outcome is an attempt as it is read back.
type outcome struct {
	name    string
	at      int64
	success bool
	kind    string
}

func scanOutcome(s db.Scanner) (outcome, error) {
	var o outcome
	return o, s.Scan(&o.name, &o.at, &o.success, &o.kind)
}

// countedKinds are those that a lock is read from.
const countedKinds = "('pending', 'password', 'unlock')"

// lockedUntil is when a name may try again; in the past, or zero, when it may
// now. It rests on attempts still in flight when pending.
func (s *Service) lockedUntil(ctx context.Context, name string, now time.Time) (until time.Time, pending bool, err error) {
	return s.askLocked(ctx, name, now)()
}

// askLocked is lockedUntil, answered when it is called.
func (s *Service) askLocked(ctx context.Context, name string, now time.Time) func() (until time.Time, pending bool, err error) {
	asked := db.AskAll(ctx, s.DB, scanOutcome, `SELECT username_key, at, success, kind FROM login_attempts
WHERE username_key = $1 AND at > $2 AND at <= $3 AND kind IN `+countedKinds+` ORDER BY at DESC, id DESC LIMIT $4`,
		name, clock.Micros(now.Add(-2*LockFor)), clock.Micros(now.Add(maxSkew)), LockAfter)
	return func() (until time.Time, pending bool, err error) {
		latest, err := asked()
		if err != nil {
			return time.Time{}, false, err
		}
		until, pending = lockEnd(latest, now)
		return until, pending, nil
	}
}

// lockEnd reads the lock from a name's outcomes, latest first: the last
// LockAfter must all be failures, and lie within LockFor.
func lockEnd(latest []outcome, now time.Time) (until time.Time, pending bool) {
	if len(latest) < LockAfter {
		return time.Time{}, false
	}
	for _, o := range latest[:LockAfter] {
		if o.success {
			return time.Time{}, false
		}
		if o.kind == byPending && now.Sub(clock.FromMicros(o.at)) < maxPending {
			pending = true
		}
	}
	first, last := clock.FromMicros(latest[LockAfter-1].at), clock.FromMicros(latest[0].at)
	if last.Sub(first) >= LockFor {
		return time.Time{}, false
	}
	return last.Add(LockFor), pending
}
