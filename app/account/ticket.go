package account

import (
	"context"
	"encoding/binary"
	"time"

	"umbra/app/fault"
	"umbra/app/secret"
)

// ticket is what an MFA token says: whose password was right, in which attempt,
// and which password that was. The attempt's row makes it good for one exchange,
// and another password makes it worth nothing.
type ticket struct {
	userID, attemptID int64
	password          [16]byte // of the SHA-256 of the stored hash
}

const ticketBytes = 8 + 8 + 16

func newTicket(userID, attemptID int64, hash string) ticket {
	return ticket{userID, attemptID, [16]byte(secret.HashToken(hash))}
}

func (t ticket) payload() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, ticketBytes), uint64(t.userID))
	b = binary.BigEndian.AppendUint64(b, uint64(t.attemptID))
	return append(b, t.password[:]...)
}

func parseTicket(b []byte) (ticket, bool) {
	if len(b) != ticketBytes {
		return ticket{}, false
	}
	return ticket{int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:])), [16]byte(b[16:])}, true
}

const mfaGoneCode = "mfa_token"

// mfaGone is the one answer to every token that is not, or no longer, good: the
// way on is the same.
func mfaGone() error {
	return fault.New(fault.Unauthenticated, mfaGoneCode, "This log-in took too long or is finished already. Start again with your password.")
}

func (s *Service) sign(t ticket, now time.Time) string {
	return s.Keys.SignToken(secret.MFA, t.payload(), now)
}

// holder reads a token and answers whose log-in it goes on with. It answers
// mfaGone, and changes nothing: spend does.
func (s *Service) holder(ctx context.Context, token string) (account, ticket, error) {
	payload, _, err := s.Keys.VerifyToken(secret.MFA, token, s.Clock.Now(), s.MFATokenMaxAge)
	if err != nil {
		return account{}, ticket{}, mfaGone()
	}
	t, ok := parseTicket(payload)
	if !ok {
		return account{}, ticket{}, mfaGone()
	}
	a, err := s.accountByID(ctx, t.userID)
	switch {
	case fault.Is(err, fault.NotFound):
		return account{}, ticket{}, mfaGone()
	case err != nil:
		return account{}, ticket{}, err
	case a.Disabled || !a.TOTPEnabled || newTicket(a.ID, t.attemptID, a.hash) != t:
		return account{}, ticket{}, mfaGone()
	}
	return a, t, nil
}

// spend makes a ticket worth nothing. It answers mfaGone for one that is spent.
func (s *Service) spend(ctx context.Context, a account, t ticket) error {
	n, err := s.DB.Exec(ctx, "UPDATE login_attempts SET kind = $1 WHERE id = $2 AND kind = $3 AND username_key = $4", byExchanged, t.attemptID, byPartial, a.key)
	if err == nil && n == 0 {
		err = mfaGone()
	}
	return err
}
