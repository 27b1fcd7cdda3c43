package account

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/secret"
)

// SetUp is the first run: who becomes the administrator.
type SetUp struct {
	Username string
	Password string
	Zone     string // IANA, from the browser; empty means UTC
	Language string // BCP 47, from the browser; empty means en

	Code      string // what serve printed (SetupCode)
	NeedsCode bool   // the edge says whether the request must carry it
}

// SetupRequired says whether there is nobody yet.
func (s *Service) SetupRequired(ctx context.Context) (bool, error) {
	_, found, err := db.One(ctx, s.DB, db.Value[int64], "SELECT 1 FROM users LIMIT 1")
	return !found && err == nil, err
}

// SetUp makes the first user, an administrator. Of several at once exactly one
// succeeds. It answers Conflict once anybody exists, Forbidden for a wrong
// code, Invalid for a name or password that breaks a rule.
func (s *Service) SetUp(ctx context.Context, in SetUp) (User, error) {
	done := fault.New(fault.Conflict, "already_set_up", "Umbra is set up already. Log in instead.")
	needed, err := s.SetupRequired(ctx)
	if err != nil {
		return User{}, err
	}
	if !needed { // before any work for a stranger
		return User{}, done
	}
	if in.NeedsCode {
		if err := s.verifySetupCode(ctx, in.Code); err != nil {
			return User{}, err
		}
	}
	n := newUser{username: in.Username, password: in.Password, role: Admin, zone: in.Zone, language: in.Language, source: caller.API}
	if err := s.prepare(ctx, &n); err != nil {
		return User{}, err
	}
	var user User
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		needed, err := s.SetupRequired(ctx)
		if err != nil {
			return err
		}
		if !needed {
			return done
		}
		if err := s.forgetSetupCode(ctx); err != nil {
			return err
		}
		user, err = s.create(ctx, n)
		return err
	})
	return user, err
}

// newUser is a user to be made.
type newUser struct {
	username, password string
	role               Role
	zone, language     string
	source             string
	disabled, due      bool
	created            time.Time // zero: now

	hash string // prepare fills it
}

// prepare checks a new user and hashes the password, outside of any transaction.
func (s *Service) prepare(ctx context.Context, n *newUser) error {
	if err := n.check(); err != nil {
		return err
	}
	if _, err := secret.CheckPassword("password", n.password, n.username); err != nil {
		return err
	}
	var err error
	n.hash, err = s.hash(ctx, n.password)
	return err
}

// check checks all but the password, and writes it in its usual form.
func (n *newUser) check() error {
	var c check.Check
	n.username = cleanName(&c, "username", n.username)
	if n.role != Admin && n.role != Member {
		c.OneOf("role", string(n.role), string(Admin), string(Member))
	}
	settings := defaults()
	if n.zone != "" {
		settings.TimeZone = n.zone
	}
	if n.language != "" {
		settings.Language = n.language
	}
	settings.check(&c)
	n.zone, n.language = settings.TimeZone, settings.Language
	return c.Err()
}

func usernameTaken() error {
	return fault.New(fault.Conflict, "username_taken", "There is a user with this name already.")
}

// create writes a prepared user with everything that belongs to one. The
// caller holds usersLock.
func (s *Service) create(ctx context.Context, n newUser) (User, error) {
	key, now, made := nameKey(n.username), s.now(), s.now()
	if !n.created.IsZero() {
		made = clock.Micros(n.created)
	}
	_, taken, err := db.One(ctx, s.DB, db.Value[int64], "SELECT 1 FROM users WHERE username_key = $1", key)
	if err != nil {
		return User{}, err
	}
	if taken {
		return User{}, usernameTaken()
	}
	id, _, err := db.One(ctx, s.DB, db.Value[int64], `INSERT INTO users (username, username_key, password_hash, role, disabled, password_change_due, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`, n.username, key, n.hash, string(n.role), n.disabled, n.due, made, now)
	if err != nil {
		return User{}, err
	}
	if err := s.Journal.Start(ctx, id); err != nil {
		return User{}, err
	}
	// Not journaled: settings are there as long as their user is, and undoing
	// their making must not take them away.
	if _, err := s.DB.Exec(ctx, `INSERT INTO settings (user_id, time_zone, language, rev, created_at, updated_at)
VALUES ($1, $2, $3, 0, $4, $5)`, id, n.zone, n.language, now, now); err != nil {
		return User{}, err
	}
	c, err := s.Caller(ctx, id, n.source)
	if err != nil {
		return User{}, err
	}
	if err := s.NewUser(ctx, c); err != nil {
		return User{}, err
	}
	return User{ID: id, Username: n.username, Role: n.role, Disabled: n.disabled, PasswordDue: n.due, CreatedAt: clock.FromMicros(made)}, nil
}
