package account

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/passkey"
)

// PasskeyOptions are what a browser needs to make a passkey for a user. It
// answers Conflict for one who has MaxPasskeys.
func (s *Service) PasskeyOptions(ctx context.Context, p Principal, party passkey.Party) (json.RawMessage, error) {
	if n, err := s.CountPasskeys(ctx, p.UserID); err != nil {
		return nil, err
	} else if n >= MaxPasskeys {
		return nil, tooManyPasskeys()
	}
	handle, err := s.passkeyHandle(ctx, p.UserID)
	if err != nil {
		return nil, err
	}
	have, err := s.keys(ctx, p.UserID, party)
	if err != nil {
		return nil, err
	}
	return party.CreationOptions(s.challenge(toAdd, p.UserID), passkey.User{Handle: handle, Name: p.Username}, have)
}

func tooManyPasskeys() error {
	return fault.Newf(fault.Conflict, "too_many_passkeys", "There are %d passkeys already, which is as many as may be. Remove one first.", MaxPasskeys)
}

// passkeyHandle is what authenticators keep of a user. It is made at the first
// passkey and stays: another one would leave dead entries on people's devices.
func (s *Service) passkeyHandle(ctx context.Context, userID int64) (handle []byte, err error) {
	read := func(ctx context.Context) (err error) {
		handle, _, err = db.One(ctx, s.DB, db.Value[[]byte], "SELECT passkey_handle FROM users WHERE id = $1", userID)
		return err
	}
	if err := read(ctx); err != nil || len(handle) > 0 {
		return handle, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		fresh := make([]byte, 32)
		_, _ = rand.Read(fresh)
		if _, err := s.DB.Exec(ctx, "UPDATE users SET passkey_handle = $1 WHERE id = $2 AND passkey_handle = $3", fresh, userID, []byte{}); err != nil {
			return err
		}
		return read(ctx) // another request may have been quicker
	})
	return handle, err
}

// NewPasskey is a passkey that a browser made.
type NewPasskey struct {
	Name     string
	Response []byte // the PublicKeyCredential, as JSON
}

// AddPasskey keeps a passkey for a session that was proved just now. It answers
// Invalid for a name that breaks a rule, Conflict for a passkey that is kept
// already or one too many, and passkeyRefused where the browser's answer is not
// true, or not to what PasskeyOptions asked.
func (s *Service) AddPasskey(ctx context.Context, p Principal, party passkey.Party, in NewPasskey) (out Passkey, err error) {
	name, err := passkeyName(in.Name)
	if err != nil {
		return Passkey{}, err
	}
	made, err := passkey.ReadMade(in.Response)
	if err != nil {
		return Passkey{}, s.refusedKey(ctx, p.UserID, err)
	}
	if err := s.own(made.Challenge(), toAdd, p.UserID); err != nil {
		return Passkey{}, err
	}
	handle, err := s.passkeyHandle(ctx, p.UserID)
	if err != nil {
		return Passkey{}, err
	}
	k, err := made.Verify(party, passkey.User{Handle: handle, Name: p.Username})
	if err != nil {
		return Passkey{}, s.refusedKey(ctx, p.UserID, err)
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// Holds the row: the count below is of all there are.
		n, err := s.DB.Exec(ctx, "UPDATE users SET updated_at = $1 WHERE id = $2 AND NOT disabled", s.now(), p.UserID)
		if err != nil {
			return err
		}
		if n == 0 {
			return noSession()
		}
		if err := s.answered(ctx, made.Challenge()); err != nil {
			return err
		}
		if n, err = s.CountPasskeys(ctx, p.UserID); err != nil {
			return err
		}
		if n >= MaxPasskeys {
			return tooManyPasskeys()
		}
		var kept bool
		out, kept, err = db.One(ctx, s.DB, scanPasskey, `INSERT INTO passkeys (user_id, name, rp_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (credential_id) DO NOTHING RETURNING `+keyColumns,
			p.UserID, name, party.ID, k.ID, k.Public, int64(k.SignCount), strings.Join(k.Transports, ","), k.BackupEligible, k.BackedUp, s.now())
		if err == nil && !kept {
			err = fault.New(fault.Conflict, "passkey_exists", "This passkey is here already.")
		}
		if err != nil {
			return err
		}
		return s.note(ctx, evKeyAdded, p.UserID, name)
	})
	return out, err
}

// refusedKey logs why a passkey is refused, which its user is not told.
func (s *Service) refusedKey(ctx context.Context, userID int64, err error) error {
	s.Log.InfoContext(ctx, "a passkey was refused", "user", userID, "why", err)
	return passkeyRefused()
}
