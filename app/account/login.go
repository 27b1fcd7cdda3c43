package account

import (
	"context"
	"time"

	"umbra/app/fault"
)

// LogIn is a log-in by password.
type LogIn struct {
	Username  string
	Password  string
	Address   string // the client's IP address, as the edge believes it
	UserAgent string
}

// Outcome is a password that was right: a session, or the way to the second factor.
type Outcome struct {
	User    User
	Session string // the new session's token, for the cookie; empty when MFARequired

	MFARequired  bool
	MFAToken     string    // for the second step (LogInTOTP)
	MFAExpiresAt time.Time // when it is too old
	MFAMethods   []string  // what that step may be: MethodTOTP, MethodRecovery
	MFAPasskeys  []string  // and under these domains MethodPasskey
}

// maxTyped bounds what is hashed; no password that was set is as long.
const maxTyped = 4096

func wrongCredentials() error {
	return fault.New(fault.Unauthenticated, "wrong_credentials", "The user name or the password is wrong.")
}

// LogIn verifies a password and begins a session. Unauthenticated is the same
// answer, after the same work, for a wrong name, a wrong password and a disabled
// user. It answers Locked and Limited with RetryAfter, before any hashing, and
// Overloaded when the hashing cannot be queued.
func (s *Service) LogIn(ctx context.Context, in LogIn) (Outcome, error) {
	if len(in.Password) > maxTyped {
		return Outcome{}, fault.BadField("password", "too_long", "is longer than any password can be")
	}
	v, err := s.arrive(ctx, in)
	if err != nil {
		return Outcome{}, err
	}
	a := v.account
	id, err := s.enter(ctx, v.by)
	if err != nil {
		return Outcome{}, err
	}
	newHash, err := s.verify(ctx, id, a, in.Password)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{User: a.User}
	if a.TOTPEnabled {
		err = s.halfway(ctx, &out, a, id, newHash)
	} else {
		out.Session, err = s.letIn(ctx, v, id, newHash, in)
	}
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			s.fail(ctx, id)
		}
		return Outcome{}, err
	}
	return out, nil
}

// halfway ends a log-in whose password was right and that asks for more.
func (s *Service) halfway(ctx context.Context, out *Outcome, a account, attemptID int64, newHash string) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.claim(ctx, a, newHash); err != nil {
			return err
		}
		if err := s.askSecond(ctx, out, newTicket(a.ID, attemptID, newHash), s.Clock.Now()); err != nil {
			return err
		}
		return s.settle(ctx, attemptID, byPartial, false)
	})
}

// verify does the same work whoever a is; the zero account is nobody. It answers
// the hash to be stored from now on, and settles the attempt when the answer is no.
func (s *Service) verify(ctx context.Context, attemptID int64, a account, password string) (newHash string, err error) {
	ok, outdated, err := s.Hasher.Verify(ctx, a.hash, password)
	switch {
	case err == nil:
	case ctx.Err() != nil, fault.KindOf(err) != fault.Internal:
		s.withdraw(ctx, attemptID)
		return "", overloaded(ctx, err)
	default:
		s.Log.ErrorContext(ctx, "a password hash cannot be verified; reset that password", "user", a.ID, "error", err)
		ok = false
	}
	if !ok || a.Disabled {
		s.fail(ctx, attemptID)
		return "", wrongCredentials()
	}
	if !outdated {
		return a.hash, nil
	}
	if newHash, err = s.hash(ctx, password); err != nil {
		s.Log.WarnContext(ctx, "an outdated password hash stays for now", "user", a.ID, "error", err)
		return a.hash, nil
	}
	return newHash, nil
}

// claim holds the user's row and stores the hash, unless the user was disabled,
// deleted or given another password or a second factor while this was verified.
func (s *Service) claim(ctx context.Context, a account, newHash string) error {
	n, err := s.DB.Exec(ctx, "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3 AND totp_enabled = $4 AND NOT disabled",
		newHash, a.ID, a.hash, a.TOTPEnabled)
	if err == nil && n == 0 {
		err = wrongCredentials()
	}
	return err
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	h, err := s.Hasher.Hash(ctx, password)
	return h, overloaded(ctx, err)
}

// overloaded makes a fault of a request that ended while it waited its turn.
func overloaded(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fault.New(fault.Overloaded, "cancelled", "The request ended before it was answered.").Because(err).After(time.Second)
	}
	return err
}
