package account

import (
	"context"
	"errors"
	"time"

	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/secret"
)

// ProofAge is how long a proof holds: what would hand an account over, or erase
// it, asks for a newer one (SPEC: step-up).
const ProofAge = 10 * time.Minute

// Proof is what a person shows once more to be the one who logged in.
type Proof struct {
	Password string
	Code     string // of the second factor, for a user who has one
	Address  string // the client's IP address, as the edge believes it
}

// Proved says whether the session's last proof, by log-in or since, is within
// ProofAge. A proof from the future was written before a clock was set right,
// and counts for nothing.
func (p Principal) Proved(now time.Time) bool {
	age := now.Sub(p.ProvedAt)
	return p.SessionID != 0 && age < ProofAge && age >= -maxSkew
}

// ProofNeeded is the fault for a session without a fresh proof.
func ProofNeeded() error {
	return fault.New(fault.Forbidden, "proof_needed", "Confirm first that it is you: enter your password again.")
}

// StepUp verifies the password, and the second factor of a user who has one,
// and answers the session's new token; the old one is worth nothing. It is
// throttled and counted like a log-in and answers what LogIn answers;
// Unauthenticated (wrong_password) leaves the session as it is.
func (s *Service) StepUp(ctx context.Context, p Principal, in Proof) (token string, err error) {
	a, id, hash, err := s.again(ctx, p, "password", in.Password, in.Address)
	if err != nil {
		return "", err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		token = ""
		if err := s.claim(ctx, a, hash); err != nil {
			return err
		}
		if a.TOTPEnabled {
			if err := s.proveSecond(ctx, a, in.Code); err != nil {
				return err
			}
		}
		if err := s.settle(ctx, id, byPassword, true); err != nil {
			return err
		}
		if token, err = s.Prove(ctx, p); err != nil {
			return err
		}
		return s.note(ctx, evStepUp, p.UserID, "")
	})
	s.refused(ctx, id, err)
	return token, wrongPassword(err)
}

// refused settles an attempt whose transaction ended in err: a failure where
// what was shown is wrong, and nothing learnt where the session had ended.
func (s *Service) refused(ctx context.Context, attemptID int64, err error) {
	var f *fault.Error
	switch {
	case !errors.As(err, &f) || f.Kind != fault.Unauthenticated:
	case f.Code == noSessionCode, f.Code == mfaGoneCode:
		s.withdraw(ctx, attemptID)
	default:
		s.fail(ctx, attemptID)
	}
}

func wrongCode() error {
	return fault.New(fault.Unauthenticated, "wrong_code", "The code is wrong or was used already. Enter the one that is shown now.")
}

// Prove notes that whoever holds the session has just shown who they are, by
// means that the caller has verified and counted, and answers the session's new
// token. Call it in the transaction that verified. Unauthenticated where the
// session has ended.
func (s *Service) Prove(ctx context.Context, p Principal) (token string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		now := s.Clock.Now()
		token = s.newToken(now)
		n, err := s.DB.Exec(ctx, "UPDATE user_sessions SET token_hash = $1, last_seen_at = $2, proved_at = $2 WHERE user_id = $3 AND id = $4",
			secret.HashToken(token), clock.Micros(now), p.UserID, p.SessionID)
		if err == nil && n == 0 {
			err = noSession()
		}
		s.Journal.Stir(ctx, p.UserID) // streams under the old token end
		return err
	})
	return token, err
}

// again begins a re-authentication: it admits the attempt and verifies the
// password that was typed into a field. What it answers is to be settled in the
// transaction that claims the account.
func (s *Service) again(ctx context.Context, p Principal, field, password, address string) (a account, attemptID int64, newHash string, err error) {
	if len(password) > maxTyped {
		return a, 0, "", fault.BadField(field, "too_long", "is longer than any password can be")
	}
	if a, err = s.accountByID(ctx, p.UserID); err != nil {
		return a, 0, "", err
	}
	if attemptID, err = s.admit(ctx, attemptBy(a, true, "", address)); err != nil {
		return a, 0, "", err
	}
	newHash, err = s.verify(ctx, attemptID, a, password)
	return a, attemptID, newHash, wrongPassword(err)
}
