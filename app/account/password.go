package account

import (
	"context"
	"errors"

	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/secret"
)

// PasswordChange is what a change of one's own password takes.
type PasswordChange struct {
	Current, New string
	RevokeTokens bool   // all tokens too: else they go on, since none depends on the password
	Address      string // the client's IP address, as the edge believes it
}

// ChangePassword sets a new password for whoever knows the present one, ends all
// other sessions and answers the new token of this one (empty for a principal
// without a session). It is throttled and counted like a log-in, and answers
// what LogIn answers; Unauthenticated (wrong_password) leaves the session as it
// is. Invalid says which rule the new password breaks.
func (s *Service) ChangePassword(ctx context.Context, p Principal, in PasswordChange) (token string, err error) {
	if _, err := secret.CheckPassword("new_password", in.New, p.Username); err != nil {
		return "", err
	}
	a, id, _, err := s.again(ctx, p, "current_password", in.Current, in.Address)
	if err != nil {
		return "", err
	}
	hash, err := s.hash(ctx, in.New)
	if err != nil {
		s.withdraw(ctx, id)
		return "", err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		token = ""
		if err := s.claim(ctx, a, hash); err != nil {
			return err
		}
		if err := s.passwordDue(ctx, a, false); err != nil {
			return err
		}
		if err := s.settle(ctx, id, byPassword, true); err != nil {
			return err
		}
		if _, err := s.endOthers(ctx, a.ID, p.SessionID); err != nil {
			return err
		}
		if err := s.note(ctx, evPassword, a.ID, ""); err != nil {
			return err
		}
		if in.RevokeTokens {
			if _, err := s.RevokeTokens(ctx, a.ID); err != nil {
				return err
			}
		}
		if p.SessionID == 0 {
			return nil
		}
		token, err = s.renew(ctx, p)
		return err
	})
	s.refused(ctx, id, err)
	return token, wrongPassword(err)
}

// renew gives a session a new token and a new age: the old token is worth nothing.
func (s *Service) renew(ctx context.Context, p Principal) (string, error) {
	now := s.Clock.Now()
	token := s.newToken(now)
	n, err := s.DB.Exec(ctx, `UPDATE user_sessions SET token_hash = $1, created_at = $2, last_seen_at = $2, proved_at = $2, expires_at = $3
WHERE user_id = $4 AND id = $5`, secret.HashToken(token), clock.Micros(now), clock.Micros(now.Add(s.SessionMaxAge)), p.UserID, p.SessionID)
	if err == nil && n == 0 { // revoked in the meantime
		err = noSession()
	}
	s.Journal.Stir(ctx, p.UserID) // streams under the old token end
	return token, err
}

func wrongPassword(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "wrong_credentials" {
		return fault.New(fault.Unauthenticated, "wrong_password", "The current password is wrong.").Because(err)
	}
	return err
}

// setPassword stores a new password's hash and ends all sessions.
func (s *Service) setPassword(ctx context.Context, a account, hash string) error {
	if _, err := s.DB.Exec(ctx, "UPDATE users SET password_hash = $1, updated_at = $2 WHERE id = $3", hash, s.now(), a.ID); err != nil {
		return err
	}
	if err := s.passwordDue(ctx, a, false); err != nil {
		return err
	}
	_, err := s.endOthers(ctx, a.ID, 0)
	return err
}

// passwordDue notes whether the user is to be asked for a new password.
func (s *Service) passwordDue(ctx context.Context, a account, due bool) error {
	if a.PasswordDue == due {
		return nil
	}
	_, err := s.DB.Exec(ctx, "UPDATE users SET password_change_due = $1 WHERE id = $2", due, a.ID)
	return err
}
