package account

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
)

// Role is what a user may do beyond their own data.
type Role string

// The roles.
const (
	Admin  Role = "admin"
	Member Role = "user"
)

// Lengths of a user name in characters.
const (
	MinUsername = 3
	MaxUsername = 64
)

// User is an account as others may see it; its password hash never leaves this package.
type User struct {
	ID          int64     `json:"id" doc:"Number of the user." example:"1"`
	Username    string    `json:"username" doc:"The name to log in with." example:"ada"`
	Role        Role      `json:"role" enum:"admin,user" doc:"What the user may do beyond their own data." example:"admin"`
	Disabled    bool      `json:"disabled" doc:"Whether the user is shut out." example:"false"`
	TOTPEnabled bool      `json:"totp_enabled" doc:"Whether log-in asks for a second factor." example:"false"`
	PasswordDue bool      `json:"password_change_due" doc:"Whether to ask for a new password: the present one came from another application and may break our rules." example:"false"`
	CreatedAt   time.Time `json:"created_at" doc:"When the account was made." example:"2025-01-01T08:00:00Z"`
}

// account is a user with what a log-in needs.
type account struct {
	User
	key        string
	hash       string
	totpSecret string // sealed
}

const userColumns = "id, username, role, disabled, totp_enabled, password_change_due, created_at, username_key, password_hash, totp_secret"

func scanAccount(s db.Scanner) (account, error) {
	var a account
	var created int64
	err := s.Scan(&a.ID, &a.Username, &a.Role, &a.Disabled, &a.TOTPEnabled, &a.PasswordDue, &created, &a.key, &a.hash, &a.totpSecret)
	a.CreatedAt = clock.FromMicros(created)
	return a, err
}

// cleanName checks a name for a new user and answers it in its normal form.
func cleanName(c *check.Check, path, name string) string {
	name = norm.NFC.String(name)
	n := utf8.RuneCountInString(name)
	switch {
	case !utf8.ValidString(name):
		c.Add(path, "encoding", "must be valid UTF-8")
	case n < MinUsername:
		c.Add(path, "too_short", "must have at least 3 characters")
	case n > MaxUsername:
		c.Add(path, "too_long", "must have at most 64 characters")
	case strings.TrimSpace(name) != name:
		c.Add(path, "spaces", "must not begin or end with a space")
	// Invisible characters would make two names look the same; a colon ends the
	// name in HTTP Basic (RFC 7617), which phones use.
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == ':' }):
		c.Add(path, "characters", "must not hold control or invisible characters, nor a colon")
	}
	return name
}

// nameKey is what makes names the same: case and width do not count, accents do.
// Spaces around it, which no name has and keyboards add, are left out.
func nameKey(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(name))))
}

func (s *Service) accountByName(ctx context.Context, name string) (account, bool, error) {
	// What cannot be anybody's name never reaches the database, which may refuse its bytes.
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) || len(name) > 8*MaxUsername {
		return account{}, false, nil
	}
	return db.One(ctx, s.DB, scanAccount, "SELECT "+userColumns+" FROM users WHERE username_key = $1", nameKey(name))
}

func (s *Service) accountByID(ctx context.Context, id int64) (account, error) {
	a, found, err := db.One(ctx, s.DB, scanAccount, "SELECT "+userColumns+" FROM users WHERE id = $1", id)
	if err == nil && !found {
		err = fault.Missing("user", id)
	}
	return a, err
}

// Find finds a user by id. It answers NotFound.
func (s *Service) Find(ctx context.Context, id int64) (User, error) {
	a, err := s.accountByID(ctx, id)
	return a.User, err
}

// FindByName finds a user by name, in any case. An empty name means the only
// user there is. It answers NotFound, or Invalid where a name is needed.
func (s *Service) FindByName(ctx context.Context, name string) (User, error) {
	if name == "" {
		some, err := db.Query(ctx, s.DB, scanAccount, "SELECT "+userColumns+" FROM users ORDER BY id LIMIT 2")
		switch {
		case err != nil:
			return User{}, err
		case len(some) == 0:
			return User{}, fault.New(fault.NotFound, "user_not_found", "There is no user yet.")
		case len(some) > 1:
			return User{}, fault.BadField("username", "required", "must be given: there is more than one user")
		}
		return some[0].User, nil
	}
	a, found, err := s.accountByName(ctx, name)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "user_not_found", "There is no user with this name.")
	}
	return a.User, err
}
