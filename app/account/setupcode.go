package account

import (
	"context"
	"crypto/subtle"

	"umbra/app/db"
	"umbra/app/fault"
)

const (
	setupCodeName = "setup_code"
	// Without letters and digits that are read for one another.
	codeLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	codeLength  = 12 // 60 bits: beyond guessing through a network
)

// SetupCode is the code that the first run must carry when it comes from
// elsewhere, like "K7QF-2M9X-TR4B". It is made once and kept in the database
// until somebody is set up, so that several servers, and one started again,
// print the same. It answers Conflict once it is no longer needed.
func (s *Service) SetupCode(ctx context.Context) (code string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		needed, err := s.SetupRequired(ctx)
		if err != nil {
			return err
		}
		if !needed {
			return fault.New(fault.Conflict, "already_set_up", "Umbra is set up already.")
		}
		if _, err := s.DB.Exec(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
			setupCodeName, newCode(codeLength)); err != nil {
			return err
		}
		code, _, err = db.One(ctx, s.DB, db.Value[string], "SELECT value FROM meta WHERE name = $1", setupCodeName)
		return err
	})
	return code, err
}

// verifySetupCode takes the code in any case, with or without its dashes.
func (s *Service) verifySetupCode(ctx context.Context, code string) error {
	want, found, err := db.One(ctx, s.DB, db.Value[string], "SELECT value FROM meta WHERE name = $1", setupCodeName)
	if err != nil {
		return err
	}
	if !found || subtle.ConstantTimeCompare([]byte(bareCode(code)), []byte(bareCode(want))) != 1 {
		return fault.New(fault.Forbidden, "setup_code",
			"The setup code is missing or wrong. The server printed it when it started; its log shows it.")
	}
	return nil
}

func (s *Service) forgetSetupCode(ctx context.Context) error {
	_, err := s.DB.Exec(ctx, "DELETE FROM meta WHERE name = $1", setupCodeName)
	return err
}
