package account

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

// Bounds of invitations.
const (
	InvitationAge  = 7 * 24 * time.Hour
	maxInvitations = 100 // open at once
)

// Invitation is a link that is good once: for a new account, or, where a user is
// named, for that user's new password. Whoever holds it needs nothing else.
type Invitation struct {
	ID        int64     `json:"id" doc:"Number of the invitation." example:"4"`
	UserID    *int64    `json:"user_id" doc:"Whose new password it is for; null: for a new account."`
	Username  string    `json:"username" doc:"The name of that user, or the one that was thought of." example:"bob"`
	Role      Role      `json:"role" enum:"admin,user" doc:"What the new user may do." example:"user"`
	InvitedBy string    `json:"invited_by" doc:"Who made it, by the name they go by here; empty for one who is gone." example:"Ada"`
	CreatedAt time.Time `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	ExpiresAt time.Time `json:"expires_at" doc:"When it ends." example:"2025-01-08T08:00:00Z"`
}

const invitationColumns = `id, user_id, username, role, created_at, expires_at, COALESCE((SELECT COALESCE(NULLIF(st.preferred_name, ''), u.username) FROM users u JOIN settings st ON st.user_id = u.id WHERE u.id = made_by), '')`

func scanInvitation(row db.Scanner) (Invitation, error) {
	var i Invitation
	var created, expires int64
	err := row.Scan(&i.ID, &i.UserID, &i.Username, &i.Role, &created, &expires, &i.InvitedBy)
	i.CreatedAt, i.ExpiresAt = clock.FromMicros(created), clock.FromMicros(expires)
	return i, err
}

// Invite makes a link's secret for a new account. The name may be left open. It
// answers Invalid, and Conflict for a name that is taken or while there are 100.
func (s *Service) Invite(ctx context.Context, p Principal, username string, role Role) (i Invitation, token string, err error) {
	var c check.Check
	if username != "" {
		username = cleanName(&c, "username", username)
	}
	if role != Admin && role != Member {
		c.OneOf("role", string(role), string(Admin), string(Member))
	}
	if err := c.Err(); err != nil {
		return Invitation{}, "", err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		if _, taken, err := s.accountByName(ctx, username); err != nil || taken {
			if taken {
				err = usernameTaken()
			}
			return err
		}
		i, token, err = s.invite(ctx, p, nil, username, role)
		return err
	})
	return i, token, err
}

// InviteBack makes a link's secret with which a user sets a new password; until
// then the old one, sessions and tokens hold. An older link of theirs ends. It
// answers NotFound, and Conflict for a disabled user.
func (s *Service) InviteBack(ctx context.Context, p Principal, userID int64) (i Invitation, token string, err error) {
	err = s.alter(ctx, userID, func(ctx context.Context, a account) error {
		if a.Disabled {
			return fault.New(fault.Conflict, "user_disabled", "This user is disabled. Enable them first.")
		}
		if _, err := s.DB.Exec(ctx, "DELETE FROM invitations WHERE user_id = $1", a.ID); err != nil {
			return err
		}
		i, token, err = s.invite(ctx, p, &a.ID, a.Username, a.Role)
		return err
	})
	return i, token, err
}

func (s *Service) invite(ctx context.Context, p Principal, userID *int64, username string, role Role) (i Invitation, token string, err error) {
	n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM invitations WHERE expires_at > $1", s.now())
	if err != nil {
		return i, "", err
	}
	if n >= maxInvitations {
		return i, "", fault.Newf(fault.Conflict, "too_many_invitations", "There are %d open invitations already. Revoke one that is not needed any more.", maxInvitations)
	}
	token = secret.NewToken()
	now := s.Clock.Now()
	i, _, err = db.One(ctx, s.DB, scanInvitation, `INSERT INTO invitations (token_hash, user_id, username, role, made_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING `+invitationColumns, secret.HashToken(token), userID, username, string(role), p.UserID, clock.Micros(now), clock.Micros(now.Add(InvitationAge)))
	if err != nil {
		return i, "", err
	}
	if userID != nil {
		return i, token, s.note(ctx, evPasswordLink, *userID, "")
	}
	return i, token, s.note(ctx, evInvited, p.UserID, username) // a newcomer has no list of their own yet
}

// Invitations lists the open ones, the newest first.
func (s *Service) Invitations(ctx context.Context, req page.Request) (page.Page[Invitation], error) {
	return db.List(ctx, s.DB, db.Listing[Invitation]{
		Select:  "SELECT " + invitationColumns + "\nFROM invitations",
		Where:   (&db.Where{}).And("expires_at > ?", s.now()),
		Sorts:   []db.Sort{{Name: "created_at", Column: "created_at", Int: true}},
		Default: "-created_at",
		Scan:    scanInvitation,
	}, req, "")
}

// RevokeInvitation ends one. It answers NotFound.
func (s *Service) RevokeInvitation(ctx context.Context, p Principal, id int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		var user *int64
		name, found, err := db.One(ctx, s.DB, func(row db.Scanner) (name string, err error) { return name, row.Scan(&name, &user) },
			"DELETE FROM invitations WHERE id = $1 RETURNING username, user_id", id)
		if err == nil && !found {
			err = fault.Missing("invitation", id)
		}
		if err != nil {
			return err
		}
		if user != nil {
			return s.note(ctx, evInviteRevoked, *user, "")
		}
		return s.note(ctx, evInviteRevoked, p.UserID, name)
	})
}

// Accept is what whoever holds an invitation answers.
type Accept struct {
	Token    string
	Username string // ignored where the invitation names a user
	Password string
	Zone     string // IANA, from the browser; empty means UTC
	Language string // BCP 47, from the browser; empty means en
}

func noInvitation() error {
	return fault.New(fault.NotFound, "no_invitation", "This invitation is not valid: it was used, has expired or was revoked. Ask for a new one.")
}

// FindInvitation says what an invitation is for. It answers NotFound
// (no_invitation) for anything that is none any more.
func (s *Service) FindInvitation(ctx context.Context, token string) (Invitation, error) {
	i, found, err := db.One(ctx, s.DB, scanInvitation, "SELECT "+invitationColumns+" FROM invitations WHERE token_hash = $1 AND expires_at > $2", secret.HashToken(token), s.now())
	if err == nil && !found {
		err = noInvitation()
	}
	return i, err
}

// AcceptInvitation makes the account (made), or sets the password and ends all of that
// user's sessions and tokens, and uses the invitation up: of several at once
// exactly one succeeds. It answers NotFound (no_invitation), before any hashing,
// Invalid for a name or password that breaks a rule, and Conflict for a name
// that is taken.
func (s *Service) AcceptInvitation(ctx context.Context, in Accept) (user User, made bool, err error) {
	i, err := s.FindInvitation(ctx, in.Token)
	if err != nil {
		return User{}, false, err
	}
	n := newUser{username: in.Username, password: in.Password, role: i.Role, zone: in.Zone, language: in.Language, source: caller.API}
	if i.UserID != nil {
		n.username = i.Username
	}
	if err := s.prepare(ctx, &n); err != nil {
		return User{}, false, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, usersLock); err != nil {
			return err
		}
		used, err := s.DB.Exec(ctx, "DELETE FROM invitations WHERE id = $1", i.ID)
		if err != nil {
			return err
		}
		if used == 0 {
			return noInvitation()
		}
		if i.UserID == nil {
			if user, err = s.create(ctx, n); err != nil {
				return err
			}
			return s.note(ctx, evAccepted, user.ID, "")
		}
		a, err := s.accountByID(ctx, *i.UserID)
		if err != nil {
			return err
		}
		if a.Disabled {
			return noInvitation()
		}
		user = a.User
		return s.reset(ctx, a, n.hash)
	})
	return user, i.UserID == nil, err
}
