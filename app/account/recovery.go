package account

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"

	"umbra/app/db"
	"umbra/app/secret"
)

const (
	recoveryCodes   = 10
	recoveryLetters = 24 // 120 bits: beyond guessing even from the stored hash (ASVS 6.5.2 asks for 112)
)

// newCode is a random code of so many letters (5 bits each), in groups of four.
func newCode(letters int) string {
	b := make([]byte, letters)
	_, _ = rand.Read(b)
	var code strings.Builder
	for i, x := range b {
		if i > 0 && i%4 == 0 {
			code.WriteByte('-')
		}
		code.WriteByte(codeLetters[x&31])
	}
	return code.String()
}

// bareCode is a typed code without what does not count: case, dashes, spaces.
func bareCode(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s))
}

// hashRecovery needs neither salt nor key, nor to be slow: a code is as random
// as a key, and the user's number keeps equal codes apart. So they outlive
// `umbra secret rotate`.
func hashRecovery(userID int64, bare string) []byte {
	return secret.HashToken("umbra recovery " + strconv.FormatInt(userID, 10) + " " + bare)
}

// renewRecoveryCodes replaces a user's recovery codes, in a transaction.
func (s *Service) renewRecoveryCodes(ctx context.Context, userID int64) ([]string, error) {
	if err := s.DB.Later(ctx, "DELETE FROM recovery_codes WHERE user_id = $1", userID); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = newCode(recoveryLetters)
		if err := s.DB.Later(ctx, "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)", userID, hashRecovery(userID, bareCode(codes[i]))); err != nil {
			return nil, err
		}
	}
	return codes, s.note(ctx, evCodesMade, userID, "")
}

func (s *Service) useRecoveryCode(ctx context.Context, userID int64, bare string) error {
	n, err := s.DB.Exec(ctx, "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2", userID, hashRecovery(userID, bare))
	if err == nil && n == 0 {
		err = wrongCode()
	}
	if err != nil {
		return err
	}
	return s.note(ctx, evCodeUsed, userID, "")
}

func (s *Service) recoveryCodesLeft(ctx context.Context, userID int64) (int64, error) {
	n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1", userID)
	return n, err
}
