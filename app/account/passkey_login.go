package account

import (
	"context"
	"encoding/json"
	"errors"

	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/limit"
	"umbra/app/passkey"
)

// Passkey answers are no guesses, so that they lock nobody out, and a lock that
// others brought about does not keep them out. Failures count for the address.

// PasskeyLogInOptions are what a browser needs to log somebody in: whoever has a
// passkey for the party, or, with an MFA token, the user who gave the password.
// It answers mfa_token for one that is not good.
func (s *Service) PasskeyLogInOptions(ctx context.Context, party passkey.Party, mfaToken string) (json.RawMessage, error) {
	if mfaToken == "" {
		return party.RequestOptions(s.challenge(toLogIn, 0), nil, true)
	}
	a, t, err := s.holder(ctx, mfaToken)
	if err != nil {
		return nil, err
	}
	if err := s.waits(ctx, t); err != nil {
		return nil, err
	}
	keys, err := s.keys(ctx, a.ID, party)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 { // an empty list would mean: any
		return nil, noPasskey()
	}
	return party.RequestOptions(s.challenge(toFinish, a.ID), keys, false)
}

func noPasskey() error {
	return fault.New(fault.Conflict, "no_passkey", "There is no passkey for this address.")
}

// PasskeyLogIn is a log-in by passkey: alone, or, with an MFA token, in place of
// a code.
type PasskeyLogIn struct {
	Response  []byte // the PublicKeyCredential, as JSON
	MFAToken  string
	Address   string // the client's IP address, as the edge believes it
	UserAgent string
}

// LogInPasskey verifies a passkey and begins a session, also while the account is
// locked for passwords. It answers passkeyRefused, the same for everything that
// is wrong with it, mfa_token as LogInTOTP, and Limited with RetryAfter.
func (s *Service) LogInPasskey(ctx context.Context, party passkey.Party, in PasskeyLogIn) (out Outcome, err error) {
	by := attempt{byPasskeyName, line(limit.Address(in.Address), 64)}
	if err := s.limited(ctx, by.address, s.Clock.Now()); err != nil {
		return Outcome{}, err
	}
	var owner account
	var t ticket
	what := toLogIn
	if in.MFAToken != "" {
		what = toFinish
		if owner, t, err = s.holder(ctx, in.MFAToken); err != nil {
			return Outcome{}, err
		}
	}
	shown, k, err := s.verifyKey(ctx, party, in.Response, what, owner.ID)
	if err != nil {
		return Outcome{}, s.countRefused(ctx, by, max(owner.ID, k.userID), err)
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		a, err := s.accountByID(ctx, k.userID)
		if err != nil {
			return err
		}
		out = Outcome{User: a.User}
		if err := s.useKey(ctx, shown, k); err != nil {
			return err
		}
		kind, name := byPasskey, a.key
		if what == toFinish {
			if err := s.goOn(ctx, owner, t); err != nil {
				return err
			}
			kind = byPassword // both halves are proved: earlier failures are forgotten
		}
		if _, err := s.log(ctx, attempt{name, by.address}, kind, true, s.Clock.Now()); err != nil {
			return err
		}
		out.Session, err = s.insertSession(ctx, a.ID, in.Address, in.UserAgent)
		return err
	})
	if err != nil {
		return Outcome{}, s.countRefused(ctx, by, k.userID, err)
	}
	return out, nil
}

// goOn claims the account of a log-in that is half done and spends its ticket.
func (s *Service) goOn(ctx context.Context, a account, t ticket) error {
	if err := s.claim(ctx, a, a.hash); fault.Is(err, fault.Unauthenticated) {
		return mfaGone()
	} else if err != nil {
		return err
	}
	return s.spend(ctx, a, t)
}

// countRefused writes a refusal down for the address that it came from, and in
// the audit list of whose passkey it would have been (0: nobody knows).
func (s *Service) countRefused(ctx context.Context, by attempt, userID int64, err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == passkeyRefusedCode {
		s.conclude(ctx, func(ctx context.Context) error {
			if _, err := s.log(ctx, by, byPasskey, false, s.Clock.Now()); err != nil {
				return err
			}
			kind := evFailed
			if originOf(ctx).ActorID != 0 {
				kind = evStepUpFailed
			}
			return s.note(ctx, kind, userID, "")
		})
	}
	return err
}

// verifyKey checks an answer to a ceremony of a user (0: whoever has it) against
// the passkey that it names. One whose counter stood still is suspended.
func (s *Service) verifyKey(ctx context.Context, party passkey.Party, response []byte, c ceremony, userID int64) (passkey.Shown, keptKey, error) {
	shown, err := passkey.ReadShown(response)
	if err != nil {
		return shown, keptKey{}, s.refusedKey(ctx, userID, err)
	}
	if err := s.own(shown.Challenge(), c, userID); err != nil {
		return shown, keptKey{}, err
	}
	k, found, err := db.One(ctx, s.DB, scanKept, keptKeyQuery+"k.credential_id = $1 AND k.rp_id = $2", shown.KeyID(), party.ID)
	if err != nil {
		return shown, k, err
	}
	if !found || k.suspended || userID != 0 && k.userID != userID {
		return shown, k, passkeyRefused()
	}
	used, err := shown.Verify(party, passkey.User{Handle: k.handle}, k.Key, c != toFinish)
	if errors.Is(err, passkey.ErrCloned) {
		return shown, k, s.suspend(ctx, k, shown.Challenge())
	}
	if err != nil {
		return shown, k, s.refusedKey(ctx, k.userID, err)
	}
	k.Key = used
	return shown, k, nil
}

// useKey accepts a verified passkey, in a transaction: its challenge is spent and
// its counter goes on, which it does for one of several at once.
func (s *Service) useKey(ctx context.Context, shown passkey.Shown, k keptKey) error {
	if err := s.answered(ctx, shown.Challenge()); err != nil {
		return err
	}
	// Holds the user's row, so that disabling the user ends this log-in too.
	n, err := s.DB.Exec(ctx, "UPDATE users SET disabled = disabled WHERE id = $1 AND NOT disabled", k.userID)
	if err != nil {
		return err
	}
	if n == 0 {
		return passkeyRefused()
	}
	n, err = s.DB.Exec(ctx, `UPDATE passkeys SET sign_count = $1, backed_up = $2, last_used_at = $3
WHERE id = $4 AND suspended_at = 0 AND (sign_count < $1 OR sign_count = 0 AND $1 = 0)`, int64(k.SignCount), k.BackedUp, s.now(), k.id)
	if err == nil && n == 0 {
		err = passkeyRefused()
	}
	if err != nil {
		return err
	}
	return s.note(ctx, evKeyUsed, k.userID, k.name)
}

// suspend keeps a passkey out whose counter did not go on: whoever holds the copy
// would be let in as well. Its owner is told, sees it in the list, and adds
// another. An answer that was sent twice is no copy: its challenge is spent.
func (s *Service) suspend(ctx context.Context, k keptKey, challenge string) error {
	err := s.DB.Tx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		if err := s.answered(ctx, challenge); err != nil {
			return err
		}
		n, err := s.DB.Exec(ctx, "UPDATE passkeys SET suspended_at = $1 WHERE id = $2 AND suspended_at = 0", s.now(), k.id)
		if err != nil || n == 0 {
			return err
		}
		if err := s.note(ctx, evKeySuspended, k.userID, k.name); err != nil {
			return err
		}
		o := originOf(ctx)
		return s.Notices.Enqueue(ctx, Notice{UserID: k.userID, Kind: PasskeySuspended, Address: line(o.Address, 64), UserAgent: line(o.UserAgent, 300)})
	})
	if err != nil {
		return err
	}
	s.Log.WarnContext(ctx, "a passkey's counter did not go on: it may have been copied, and is suspended", "user", k.userID, "passkey", k.id)
	return passkeyRefused()
}

// PasskeyProofOptions are what a browser needs for a user's proof by passkey. It
// answers Conflict (no_passkey) for one who has none here.
func (s *Service) PasskeyProofOptions(ctx context.Context, p Principal, party passkey.Party) (json.RawMessage, error) {
	keys, err := s.keys(ctx, p.UserID, party)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, noPasskey()
	}
	return party.RequestOptions(s.challenge(toProve, p.UserID), keys, true)
}

// StepUpPasskey is StepUp by one of the user's passkeys, which verifies its user
// and so is both factors. It answers passkeyRefused and Limited.
func (s *Service) StepUpPasskey(ctx context.Context, p Principal, party passkey.Party, response []byte, address string) (token string, err error) {
	by := attempt{byPasskeyName, line(limit.Address(address), 64)}
	if err := s.limited(ctx, by.address, s.Clock.Now()); err != nil {
		return "", err
	}
	shown, k, err := s.verifyKey(ctx, party, response, toProve, p.UserID)
	if err != nil {
		return "", s.countRefused(ctx, by, p.UserID, err)
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.useKey(ctx, shown, k); err != nil {
			return err
		}
		if token, err = s.Prove(ctx, p); err != nil {
			return err
		}
		return s.note(ctx, evStepUp, p.UserID, "")
	})
	return token, s.countRefused(ctx, by, p.UserID, err)
}
