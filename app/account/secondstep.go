package account

import (
	"context"
	"encoding/base64"
	"strconv"

	"umbra/app/db"
	"umbra/app/secret"
)

// SecondStep goes on with a log-in whose password was right.
type SecondStep struct {
	Token     string // Outcome's MFAToken
	Code      string // of the authenticator app, or a recovery code
	Address   string // the client's IP address, as the edge believes it
	UserAgent string
}

// LogInTOTP ends a log-in with the second factor and begins a session. It is
// throttled and counted like a log-in. Unauthenticated is mfa_token where the
// log-in must be started again, and wrong_code for everything that is no good
// code, used ones included.
func (s *Service) LogInTOTP(ctx context.Context, in SecondStep) (Outcome, error) {
	a, t, err := s.holder(ctx, in.Token)
	if err != nil {
		return Outcome{}, err
	}
	id, err := s.admit(ctx, attemptBy(a, true, "", in.Address))
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		out = Outcome{User: a.User}
		if err := s.goOn(ctx, a, t); err != nil {
			return err
		}
		if err := s.proveSecond(ctx, a, in.Code); err != nil {
			return err
		}
		if err := s.settle(ctx, id, byPassword, true); err != nil {
			return err
		}
		out.Session, err = s.insertSession(ctx, a.ID, in.Address, in.UserAgent)
		return err
	})
	s.refused(ctx, id, err)
	return out, err
}

// What a second step may be.
const (
	MethodTOTP     = "totp"
	MethodRecovery = "recovery_code"
	MethodPasskey  = "passkey"
)

// methods are those that a user with a second factor has, and the domains that
// they have passkeys for: one made under another address is no way on.
func (s *Service) methods(ctx context.Context, userID int64) (methods, domains []string, err error) {
	methods = []string{MethodTOTP}
	rows, err := db.Query(ctx, s.DB, db.Value[string], `SELECT '' FROM users u WHERE u.id = $1 AND EXISTS (SELECT 1 FROM recovery_codes c WHERE c.user_id = u.id)
UNION SELECT rp_id FROM passkeys WHERE user_id = $1 AND suspended_at = 0`, userID)
	for _, domain := range rows {
		if domain == "" {
			methods = append(methods, MethodRecovery)
		} else {
			domains = append(domains, domain)
		}
	}
	return methods, domains, err
}

// proveSecond takes the second factor of a user who has one, in a transaction:
// a code whose step is newer than every one before, or a recovery code, which is
// gone then. Of several at once, on several servers, one succeeds. It answers
// wrongCode for anything else.
func (s *Service) proveSecond(ctx context.Context, a account, typed string) error {
	if bare := bareCode(typed); len(bare) == recoveryLetters {
		return s.useRecoveryCode(ctx, a.ID, bare)
	}
	t, err := s.openTOTP(a)
	if err != nil {
		return err
	}
	step := t.Step(typed, s.Clock.Now())
	if step == 0 {
		return wrongCode()
	}
	n, err := s.DB.Exec(ctx, `UPDATE users SET totp_last_step = $1
WHERE id = $2 AND totp_last_step < $1 AND totp_secret = $3 AND totp_enabled AND NOT disabled`, step, a.ID, a.totpSecret)
	if err == nil && n == 0 {
		err = wrongCode()
	}
	return err
}

// The secrets of authenticator apps at rest, bound to their user's row.

func userPlace(id int64, column string) string {
	return "users/" + strconv.FormatInt(id, 10) + "/" + column
}

func (s *Service) sealTOTP(t secret.TOTP, userID int64, column string) string {
	return base64.StdEncoding.EncodeToString(s.Keys.Seal(t, userPlace(userID, column)))
}

func (s *Service) openTOTP(a account) (secret.TOTP, error) {
	return s.openSealed(a.totpSecret, userPlace(a.ID, "totp_secret"))
}

func (s *Service) openSealed(text, place string) (secret.TOTP, error) {
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, secret.ErrSealed
	}
	return s.Keys.Open(sealed, place)
}
