package account

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

// Scope is how far a token reaches. None contains another, and none reaches the
// account itself or an administrator's part.
type Scope string

// The scopes.
const (
	Read  Scope = "read"  // reading through the API
	Write Scope = "write" // changing through the API
	DAV   Scope = "dav"   // calendars and contacts by sync; such a token is an app password
)

// Bounds of tokens.
const (
	MaxTokens    = 50                        // a user
	MaxTokenAge  = 10 * 365 * 24 * time.Hour // from its making, where it expires at all
	maxTokenName = 100                       // characters
)

// Token is what a program of a user's signs in with, as its owner sees it. The
// text itself is shown once, when it is made, and kept nowhere.
type Token struct {
	ID              int64      `json:"id" doc:"Number of the token." example:"3"`
	Name            string     `json:"name" doc:"What it is for." example:"Phone"`
	Scopes          []Scope    `json:"scopes" doc:"How far it reaches." example:"[\"dav\"]"`
	CreatedAt       time.Time  `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	ExpiresAt       *time.Time `json:"expires_at" doc:"When it ends; null: when it is revoked."`
	LastUsedAt      *time.Time `json:"last_used_at" doc:"When it was last used, to about a minute; null: never."`
	LastUsedAddress string     `json:"last_used_address" doc:"The address that it was last used from." example:"192.168.1.20"`
}

// NewToken is a token to be made.
type NewToken struct {
	Name      string
	Scopes    []Scope // at least one
	ExpiresAt time.Time
}

const listedColumns = "id, name, can_read, can_write, can_dav, created_at, expires_at, last_used_at, last_used_address"

func scanToken(row db.Scanner) (Token, error) {
	var t Token
	var scopes scopeFlags
	var created, expires, used int64
	err := row.Scan(&t.ID, &t.Name, &scopes.read, &scopes.write, &scopes.dav, &created, &expires, &used, &t.LastUsedAddress)
	t.Scopes, t.CreatedAt, t.ExpiresAt, t.LastUsedAt = scopes.list(), clock.FromMicros(created), instant(expires), instant(used)
	return t, err
}

// instant reads a column in which 0 is never.
func instant(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	at := clock.FromMicros(micros)
	return &at
}

// scopeFlags are the columns of a token's scopes.
type scopeFlags struct{ read, write, dav bool }

func (f scopeFlags) list() []Scope {
	out := []Scope{}
	for _, s := range []struct {
		has   bool
		scope Scope
	}{{f.read, Read}, {f.write, Write}, {f.dav, DAV}} {
		if s.has {
			out = append(out, s.scope)
		}
	}
	return out
}

func (n *NewToken) check(now time.Time) error {
	var c check.Check
	n.Name = strings.TrimSpace(n.Name)
	checkTokenName(&c, n.Name)
	if len(n.Scopes) == 0 {
		c.Add("scopes", "required", "must name at least one of read, write and dav")
	}
	for i, s := range n.Scopes {
		if slices.Contains(n.Scopes[:i], s) {
			c.Add("scopes", "unique", "must name each once")
			break
		}
		if s != Read && s != Write && s != DAV {
			c.OneOf("scopes", string(s), string(Read), string(Write), string(DAV))
			break
		}
	}
	switch {
	case n.ExpiresAt.IsZero():
	case !n.ExpiresAt.After(now):
		c.Add("expires_at", "range", "must be in the future")
	case n.ExpiresAt.Sub(now) > MaxTokenAge:
		c.Add("expires_at", "range", "must be within ten years; leave it out for a token that ends when it is revoked")
	}
	return c.Err()
}

func checkTokenName(c *check.Check, name string) {
	if name == "" {
		c.Add("name", "required", "must say what the token is for")
		return
	}
	if utf8.RuneCountInString(name) > maxTokenName {
		c.Add("name", "too_long", "must have at most 100 characters")
		return
	}
	c.Line("name", name, maxTokenName)
}

// CreateToken makes a token and answers its text, which is not kept. It answers
// Invalid for a name, scope or end that breaks a rule, and Conflict for a user
// with MaxTokens.
func (s *Service) CreateToken(ctx context.Context, p Principal, in NewToken) (made Token, text string, err error) {
	now := s.Clock.Now()
	if err := in.check(now); err != nil {
		return Token{}, "", err
	}
	text = secret.NewAPIToken()
	expires := int64(0)
	if !in.ExpiresAt.IsZero() {
		expires = clock.Micros(in.ExpiresAt)
	}
	has := func(scope Scope) bool { return slices.Contains(in.Scopes, scope) }
	err = s.alter(ctx, p.UserID, func(ctx context.Context, a account) error {
		n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM access_tokens WHERE user_id = $1", a.ID)
		if err != nil {
			return err
		}
		if n >= MaxTokens {
			return fault.Newf(fault.Conflict, "too_many_tokens", "There are %d tokens already, which is the most. Revoke one that is not needed any more.", MaxTokens)
		}
		made, _, err = db.One(ctx, s.DB, scanToken, `INSERT INTO access_tokens (user_id, name, token_hash, can_read, can_write, can_dav, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING `+listedColumns,
			a.ID, in.Name, secret.HashToken(text), has(Read), has(Write), has(DAV), clock.Micros(now), expires)
		if err != nil {
			return err
		}
		return s.note(ctx, evTokenMade, a.ID, in.Name)
	})
	return made, text, err
}

// Tokens lists a user's tokens, the newest first.
func (s *Service) Tokens(ctx context.Context, userID int64, req page.Request) (page.Page[Token], error) {
	return db.List(ctx, s.DB, db.Listing[Token]{
		Select:  "SELECT " + listedColumns + "\nFROM access_tokens",
		Where:   (&db.Where{}).And("user_id = ?", userID),
		Sorts:   []db.Sort{{Name: "created_at", Column: "created_at", Int: true}},
		Default: "-created_at",
		Scan:    scanToken,
	}, req, "")
}

// RenameToken says anew what a token is for. It answers NotFound, also for
// somebody else's, and Invalid.
func (s *Service) RenameToken(ctx context.Context, userID, id int64, name string) (t Token, err error) {
	var c check.Check
	name = strings.TrimSpace(name)
	checkTokenName(&c, name)
	if err := c.Err(); err != nil {
		return Token{}, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		var found bool
		t, found, err = db.One(ctx, s.DB, scanToken, "UPDATE access_tokens SET name = $1 WHERE user_id = $2 AND id = $3 RETURNING "+listedColumns, name, userID, id)
		if err == nil && !found {
			err = fault.Missing("token", id)
		}
		return err
	})
	return t, err
}

// RevokeToken ends a token, its streams included. It answers NotFound, also for somebody else's.
func (s *Service) RevokeToken(ctx context.Context, userID, id int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		name, found, err := db.One(ctx, s.DB, db.Value[string], "DELETE FROM access_tokens WHERE user_id = $1 AND id = $2 RETURNING name", userID, id)
		if err == nil && !found {
			err = fault.Missing("token", id)
		}
		if err == nil {
			err = s.note(ctx, evTokenRevoked, userID, name)
		}
		s.Journal.Stir(ctx, userID)
		return err
	})
}

// RevokeTokens ends all of a user's tokens, with the link by which a device would
// get one, and says how many tokens there were.
func (s *Service) RevokeTokens(ctx context.Context, userID int64) (n int64, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if err := s.endProfileLink(ctx, userID); err != nil {
			return err
		}
		n, err = s.DB.Exec(ctx, "DELETE FROM access_tokens WHERE user_id = $1", userID)
		s.Journal.Stir(ctx, userID)
		if err != nil || n == 0 {
			return err
		}
		return s.note(ctx, evTokenRevoked, userID, "")
	})
	return n, err
}
