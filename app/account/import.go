package account

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/secret"
)

// ImportedUser is a user that another application made.
type ImportedUser struct {
	Username string
	Hash     string // of the password, Argon2id or bcrypt; empty: nobody can log in before a reset
	Role     Role
	Zone     string // empty means UTC
	Language string // empty means en

	Disabled    bool
	PasswordDue bool      // to be asked for a new password: the rules were not ours
	CreatedAt   time.Time // zero means now
}

// CanVerify says whether log-ins can be checked against a hash that was made
// elsewhere.
func CanVerify(hash string) bool { return secret.Readable(hash) }

// Import makes a user that keeps the password it had: the hash is taken over,
// and made anew at the first log-in where it is an older kind. The rules for
// new passwords do not apply to it. It answers Conflict for a name that is
// taken, Invalid for a name that breaks a rule.
func (s *Service) Import(ctx context.Context, in ImportedUser) (User, error) {
	n := newUser{username: in.Username, role: in.Role, zone: in.Zone, language: in.Language, source: caller.Import,
		hash: in.Hash, disabled: in.Disabled, due: in.PasswordDue, created: in.CreatedAt}
	if err := n.check(); err != nil {
		return User{}, err
	}
	var user User
	err := s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		if err := s.forgetSetupCode(ctx); err != nil {
			return err
		}
		var err error
		user, err = s.create(ctx, n)
		return err
	})
	return user, err
}
