package account

import (
	"context"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

// Listed is a user in an administrator's list.
type Listed struct {
	User
	LastSeenAt  time.Time `json:"last_seen_at,omitzero" doc:"When they were last here: by session, log-in or token, to about a minute; absent for never." example:"2025-01-31T09:00:00Z"`
	LockedUntil time.Time `json:"locked_until,omitzero" doc:"Until when failed log-ins lock the user out; absent when they do not." example:"2025-01-31T09:30:00Z"`
}

// Users lists all users, by name.
func (s *Service) Users(ctx context.Context, req page.Request) (page.Page[Listed], error) {
	now := s.Clock.Now()
	locks, err := s.locks(ctx, now)
	if err != nil {
		return page.Page[Listed]{}, err
	}
	return db.List(ctx, s.DB, db.Listing[Listed]{
		Select:  "SELECT " + userColumns + ", " + lastSeenColumns + "\nFROM users",
		Where:   &db.Where{},
		Sorts:   []db.Sort{{Name: "username", Column: "username_key"}},
		Default: "username",
		Scan: func(row db.Scanner) (Listed, error) {
			var byLogIn, bySession, byToken int64
			a, err := scanAccount(also{row, []any{&byLogIn, &bySession, &byToken}})
			l := Listed{User: a.User, LockedUntil: locks[a.key]}
			if seen := max(byLogIn, bySession, byToken); seen != 0 {
				l.LastSeenAt = clock.FromMicros(seen)
			}
			return l, err
		},
	}, req, "")
}

// lastSeenColumns are when a user was last here. Sessions end, and log-ins are kept.
const lastSeenColumns = `COALESCE((SELECT MAX(e.at) FROM security_events e WHERE e.user_id = users.id AND e.kind = 'log_in'), 0),
COALESCE((SELECT MAX(s.last_seen_at) FROM user_sessions s WHERE s.user_id = users.id), 0),
COALESCE((SELECT MAX(t.last_used_at) FROM access_tokens t WHERE t.user_id = users.id), 0)`

// also is a row with columns after those that a scan function knows.
type also struct {
	db.Scanner
	rest []any
}

func (a also) Scan(dest ...any) error { return a.Scanner.Scan(append(dest, a.rest...)...) }

// CountUsers is how many users there are.
func (s *Service) CountUsers(ctx context.Context) (int64, error) { return s.count(ctx, "id > 0") }

// locks reads every user's lock, in one query.
func (s *Service) locks(ctx context.Context, now time.Time) (map[string]time.Time, error) {
	type lock struct {
		name  string
		until int64
	}
	all, err := db.Query(ctx, s.DB, func(row db.Scanner) (l lock, err error) { return l, row.Scan(&l.name, &l.until) },
		"SELECT username_key, "+lockEnd+` FROM (SELECT username_key, at, success, ROW_NUMBER() OVER (PARTITION BY username_key ORDER BY at DESC, id DESC) AS nth
FROM login_attempts WHERE at > $1 AND at <= $2 AND kind IN `+countedKinds+` AND username_key IN (SELECT username_key FROM users)) latest
WHERE nth <= `+strconv.Itoa(LockAfter)+" GROUP BY username_key", clock.Micros(now.Add(-2*LockFor)), clock.Micros(now.Add(maxSkew)))
	locks := map[string]time.Time{}
	for _, l := range all {
		if until := clock.FromMicros(l.until); until.After(now) {
			locks[l.name] = until
		}
	}
	return locks, err
}

// NewUser is a user that an administrator adds.
type NewUser struct {
	Username string
	Password string
	Role     Role   // empty means Member
	Zone     string // empty means UTC
	Language string // empty means en
}

// Add makes a user. It answers Conflict for a name that is taken, Invalid for a
// name or password that breaks a rule. The first one must be an administrator.
func (s *Service) Add(ctx context.Context, in NewUser) (User, error) {
	n := newUser{username: in.Username, password: in.Password, role: in.Role, zone: in.Zone, language: in.Language, source: caller.CLI}
	if n.role == "" {
		n.role = Member
	}
	if err := s.prepare(ctx, &n); err != nil {
		return User{}, err
	}
	var user User
	err := s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		first, err := s.SetupRequired(ctx)
		if err != nil {
			return err
		}
		if first {
			if n.role != Admin {
				return fault.BadField("role", "choice", "must be admin: this is the first user")
			}
			if err := s.forgetSetupCode(ctx); err != nil {
				return err
			}
		}
		if user, err = s.create(ctx, n); err != nil {
			return err
		}
		return s.note(ctx, evAdded, user.ID, "")
	})
	return user, err
}

// ResetPassword sets a user's password without the old one, ends all of their
// sessions and tokens, unlinks their identities and removes their passkeys, since
// it is for an account that was lost or taken, and unlocks them. A disabled user
// stays disabled.
func (s *Service) ResetPassword(ctx context.Context, id int64, password string) error {
	a, err := s.accountByID(ctx, id)
	if err != nil {
		return err
	}
	if _, err := secret.CheckPassword("password", password, a.Username); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.alter(ctx, id, func(ctx context.Context, a account) error { return s.reset(ctx, a, hash) })
}

// reset gives an account a new password, and nothing that came in by the old one stays.
func (s *Service) reset(ctx context.Context, a account, hash string) error {
	if err := s.setPassword(ctx, a, hash); err != nil {
		return err
	}
	if _, err := s.RevokeTokens(ctx, a.ID); err != nil {
		return err
	}
	if _, err := s.DB.Exec(ctx, "DELETE FROM invitations WHERE user_id = $1", a.ID); err != nil {
		return err
	}
	for _, way := range []string{"identities", "passkeys"} {
		if _, err := s.DB.Exec(ctx, "DELETE FROM "+way+" WHERE user_id = $1", a.ID); err != nil {
			return err
		}
	}
	if err := s.note(ctx, evReset, a.ID, ""); err != nil {
		return err
	}
	return s.unlock(ctx, a)
}

// SetRole makes a user an administrator, or one no more. It answers NotFound,
// and Conflict for the last administrator who can log in.
func (s *Service) SetRole(ctx context.Context, id int64, role Role) error {
	var c check.Check
	c.OneOf("role", string(role), string(Admin), string(Member))
	if err := c.Err(); err != nil {
		return err
	}
	return s.alter(ctx, id, func(ctx context.Context, a account) error {
		if role == a.Role {
			return nil
		}
		if role != Admin {
			if err := s.notTheLast(ctx, a, "made a plain user"); err != nil {
				return err
			}
		}
		if _, err := s.DB.Exec(ctx, "UPDATE users SET role = $1, updated_at = $2 WHERE id = $3", string(role), s.now(), a.ID); err != nil {
			return err
		}
		return s.note(ctx, evRole, a.ID, string(role))
	})
}

// Administrators are the ids of those who can log in.
func (s *Service) Administrators(ctx context.Context) ([]int64, error) {
	return db.Query(ctx, s.DB, db.Value[int64], "SELECT id FROM users WHERE role = 'admin' AND NOT disabled ORDER BY id")
}

// notTheLast answers Conflict for the last administrator who can log in.
func (s *Service) notTheLast(ctx context.Context, a account, what string) error {
	others, err := s.count(ctx, "role = 'admin' AND NOT disabled AND id <> $1", a.ID)
	if err == nil && a.Role == Admin && others == 0 {
		err = lastAdmin(what)
	}
	return err
}

// Unlock lets a user who failed too often try again at once.
func (s *Service) Unlock(ctx context.Context, id int64) error {
	return s.alter(ctx, id, s.unlock)
}

func (s *Service) unlock(ctx context.Context, a account) error {
	if _, err := s.log(ctx, attempt{name: a.key}, byUnlock, true, s.Clock.Now()); err != nil {
		return err
	}
	return s.note(ctx, evUnlocked, a.ID, "")
}

// DisableMFA takes a user's second factor away, for one who lost it, and ends
// all of their sessions. Passkeys stay: they are a way in of their own, which
// their devices guard. It says whether there was one.
func (s *Service) DisableMFA(ctx context.Context, id int64) (was bool, err error) {
	err = s.alter(ctx, id, func(ctx context.Context, a account) (err error) {
		if was, err = s.clearTOTP(ctx, a.ID); err != nil {
			return err
		}
		if was {
			if err := s.note(ctx, evMFAOff, a.ID, ""); err != nil {
				return err
			}
		}
		_, err = s.endOthers(ctx, a.ID, 0)
		return err
	})
	return was, err
}

// SetDisabled shuts a user out, ending all of their sessions and tokens, or lets
// them in again. It answers Conflict for the last administrator who can log in.
func (s *Service) SetDisabled(ctx context.Context, id int64, disabled bool) error {
	return s.alter(ctx, id, func(ctx context.Context, a account) error {
		if disabled {
			if err := s.notTheLast(ctx, a, "disabled"); err != nil {
				return err
			}
		}
		if _, err := s.DB.Exec(ctx, "UPDATE users SET disabled = $1, updated_at = $2 WHERE id = $3", disabled, s.now(), a.ID); err != nil {
			return err
		}
		kind := evEnabled
		if disabled {
			kind = evDisabled
		}
		if err := s.note(ctx, kind, a.ID, ""); err != nil || !disabled {
			return err
		}
		if _, err := s.RevokeTokens(ctx, a.ID); err != nil {
			return err
		}
		_, err := s.endOthers(ctx, a.ID, 0)
		return err
	})
}

func lastAdmin(what string) error {
	return fault.Newf(fault.Conflict, "last_admin", "This is the last administrator and cannot be %s.", what)
}

func (s *Service) count(ctx context.Context, where string, args ...any) (int64, error) {
	n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM users WHERE "+where, args...)
	return n, err
}

// alter runs fn on a user, one such change at a time. It answers NotFound.
func (s *Service) alter(ctx context.Context, id int64, fn func(ctx context.Context, a account) error) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		a, err := s.accountByID(ctx, id)
		if err != nil {
			return err
		}
		return fn(ctx, a)
	})
}
