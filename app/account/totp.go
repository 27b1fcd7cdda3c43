package account

import (
	"context"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/qr"
	"umbra/app/secret"
)

// enrolFor is how long a secret that was shown can be confirmed.
const enrolFor = 10 * time.Minute

// SecondFactor is how a user's second factor stands.
type SecondFactor struct {
	Enabled       bool  `json:"enabled" doc:"Whether log-in asks for a code." example:"true"`
	RecoveryCodes int64 `json:"recovery_codes_left" doc:"How many recovery codes were not used yet." example:"10"`
}

// Enrolment is what an authenticator app is given. It is shown once.
type Enrolment struct {
	Secret    string    `json:"secret" doc:"To be typed where no picture can be taken: base32." example:"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"`
	URI       string    `json:"uri" doc:"The same with the names beside it, as apps open it." example:"otpauth://totp/Umbra:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Umbra"`
	QR        string    `json:"qr" doc:"The address as a QR code: SVG, without style or script."`
	ExpiresAt time.Time `json:"expires_at" doc:"Until when it can be confirmed." example:"2025-01-01T08:10:00Z"`
}

// SecondFactor says whether a user's log-in asks for a code, and how many
// recovery codes are left.
func (s *Service) SecondFactor(ctx context.Context, p Principal) (out SecondFactor, err error) {
	out.Enabled = p.TOTPEnabled
	out.RecoveryCodes, err = s.recoveryCodesLeft(ctx, p.UserID)
	return out, err
}

func totpIsOn() error {
	return fault.New(fault.Conflict, "totp_on", "The second factor is on already. Turn it off to set up another app.")
}

func totpIsOff() error {
	return fault.New(fault.Conflict, "totp_off", "The second factor is off.")
}

// EnrollTOTP makes a secret for an authenticator app, to be confirmed within ten
// minutes; until then nothing changes. Another enrolment replaces it. It asks
// for the password, throttled and counted like a log-in, and answers what
// ChangePassword answers; Conflict while the second factor is on.
func (s *Service) EnrollTOTP(ctx context.Context, p Principal, password, address string) (Enrolment, error) {
	if p.TOTPEnabled {
		return Enrolment{}, totpIsOn()
	}
	a, id, hash, err := s.again(ctx, p, "password", password, address)
	if err != nil {
		return Enrolment{}, err
	}
	t, until := secret.NewTOTP(), s.Clock.Now().Add(enrolFor)
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.claim(ctx, a, hash); err != nil {
			return err
		}
		if _, err := s.DB.Exec(ctx, "UPDATE users SET totp_pending_secret = $1, totp_pending_until = $2 WHERE id = $3",
			s.sealTOTP(t, a.ID, "totp_pending_secret"), clock.Micros(until), a.ID); err != nil {
			return err
		}
		return s.settle(ctx, id, byPassword, true)
	})
	s.refused(ctx, id, err)
	if err != nil {
		return Enrolment{}, wrongPassword(err)
	}
	out := Enrolment{Secret: t.Text(), URI: t.URI(s.TOTPIssuer, a.Username), ExpiresAt: until}
	out.QR, err = qr.SVG(out.URI)
	return out, err
}

// pending is an enrolment that waits to be confirmed.
type pending struct {
	sealed string
	until  int64
}

func (s *Service) pendingTOTP(ctx context.Context, userID int64) (pending, error) {
	p, _, err := db.One(ctx, s.DB, func(row db.Scanner) (p pending, err error) {
		return p, row.Scan(&p.sealed, &p.until)
	}, "SELECT totp_pending_secret, totp_pending_until FROM users WHERE id = $1", userID)
	if err == nil && (p.sealed == "" || p.until <= s.now()) {
		err = fault.New(fault.Conflict, "totp_not_enrolled", "There is nothing to confirm, or it took too long. Begin again.")
	}
	return p, err
}

// ConfirmTOTP turns the second factor on with a first code from the app that was
// enrolled. It answers the recovery codes, which nothing shows again, ends all
// other sessions and answers this one's new token. Codes are counted like
// log-ins; Unauthenticated (wrong_code) leaves the enrolment as it is.
func (s *Service) ConfirmTOTP(ctx context.Context, p Principal, code, address string) (codes []string, token string, err error) {
	if p.TOTPEnabled {
		return nil, "", totpIsOn()
	}
	waiting, err := s.pendingTOTP(ctx, p.UserID)
	if err != nil {
		return nil, "", err
	}
	t, err := s.openSealed(waiting.sealed, userPlace(p.UserID, "totp_pending_secret"))
	if err != nil {
		return nil, "", err
	}
	a, err := s.accountByID(ctx, p.UserID)
	if err != nil {
		return nil, "", err
	}
	id, err := s.admit(ctx, attemptBy(a, true, "", address))
	if err != nil {
		return nil, "", err
	}
	step := t.Step(code, s.Clock.Now())
	if step == 0 {
		s.fail(ctx, id)
		return nil, "", wrongCode()
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		n, err := s.DB.Exec(ctx, `UPDATE users SET totp_secret = $1, totp_enabled = $2, totp_last_step = $3, totp_pending_secret = '', totp_pending_until = 0, updated_at = $4
WHERE id = $5 AND totp_pending_secret = $6 AND NOT totp_enabled AND NOT disabled`,
			s.sealTOTP(t, a.ID, "totp_secret"), true, step, s.now(), a.ID, waiting.sealed)
		if err != nil {
			return err
		}
		if n == 0 { // confirmed, or begun anew, elsewhere
			return totpIsOn()
		}
		if err := s.note(ctx, evMFAOn, a.ID, ""); err != nil {
			return err
		}
		if codes, err = s.renewRecoveryCodes(ctx, a.ID); err != nil {
			return err
		}
		token, err = s.raised(ctx, p, id)
		return err
	})
	if err != nil {
		s.withdraw(ctx, id)
		return nil, "", err
	}
	return codes, token, nil
}

// raised ends a change of what protects an account: all other sessions are over
// and this one has a new token. An attempt is settled as good.
func (s *Service) raised(ctx context.Context, p Principal, attemptID int64) (token string, err error) {
	if attemptID != 0 {
		if err := s.settle(ctx, attemptID, byCode, true); err != nil {
			return "", err
		}
	}
	if _, err := s.endOthers(ctx, p.UserID, p.SessionID); err != nil {
		return "", err
	}
	return s.renew(ctx, p)
}

// DisableTOTP turns the second factor off, for a session that was proved just
// now, ends all other sessions and answers this one's new token. It answers
// Conflict where it is off.
func (s *Service) DisableTOTP(ctx context.Context, p Principal) (token string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if on, err := s.clearTOTP(ctx, p.UserID); err != nil {
			return err
		} else if !on {
			return totpIsOff()
		}
		if err := s.note(ctx, evMFAOff, p.UserID, ""); err != nil {
			return err
		}
		token, err = s.raised(ctx, p, 0)
		return err
	})
	return token, err
}

// clearTOTP takes the second factor away, a waiting enrolment too, and says
// whether it was on.
func (s *Service) clearTOTP(ctx context.Context, userID int64) (on bool, err error) {
	n, err := s.DB.Exec(ctx, `UPDATE users SET totp_secret = '', totp_enabled = $1, totp_last_step = 0, totp_pending_secret = '', totp_pending_until = 0, updated_at = $2
WHERE id = $3 AND totp_enabled`, false, s.now(), userID)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = s.DB.Exec(ctx, "DELETE FROM recovery_codes WHERE user_id = $1", userID)
	return true, err
}

// RenewRecoveryCodes makes ten new recovery codes, for a session that was proved
// just now; the old ones are worth nothing. It answers Conflict where the second
// factor is off.
func (s *Service) RenewRecoveryCodes(ctx context.Context, p Principal) (codes []string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// Holds the row: two at once would leave twenty.
		n, err := s.DB.Exec(ctx, "UPDATE users SET updated_at = $1 WHERE id = $2 AND totp_enabled", s.now(), p.UserID)
		if err != nil {
			return err
		}
		if n == 0 {
			return totpIsOff()
		}
		codes, err = s.renewRecoveryCodes(ctx, p.UserID)
		return err
	})
	return codes, err
}
