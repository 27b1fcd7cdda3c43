package account

import (
	"context"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/secret"
)

// ProfileLinkAge is how long a device has to take its configuration profile.
const ProfileLinkAge = 5 * time.Minute

// Device is a device that is being set up to sync: whose it is, and what it is called.
type Device struct {
	UserID   int64
	Username string
	Language string
	Name     string // of the app password
}

// profileLinkGone is the one answer to every link that is not, or no longer, good.
func profileLinkGone() error {
	return fault.New(fault.NotFound, "no_such_profile", "This link is not valid any more: it is good once, and for five minutes. Make a new one in the settings, under Phones and computers.")
}

// CreateProfileLink makes the secret of a link by which a device takes its
// profile, and says until when. The one before ends. It answers Invalid.
func (s *Service) CreateProfileLink(ctx context.Context, userID int64, name string) (text string, until time.Time, err error) {
	var c check.Check
	name = strings.TrimSpace(name)
	checkTokenName(&c, name)
	if err := c.Err(); err != nil {
		return "", time.Time{}, err
	}
	text = secret.NewToken()
	now := s.Clock.Now()
	until = now.Add(ProfileLinkAge)
	err = s.alter(ctx, userID, func(ctx context.Context, a account) error {
		if err := s.endProfileLink(ctx, a.ID); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, "INSERT INTO profile_links (user_id, token_hash, name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
			a.ID, secret.HashToken(text), name, clock.Micros(now), clock.Micros(until))
		return err
	})
	return text, until, err
}

// endProfileLink makes a user's open link worth nothing.
func (s *Service) endProfileLink(ctx context.Context, userID int64) error {
	_, err := s.DB.Exec(ctx, "DELETE FROM profile_links WHERE user_id = $1", userID)
	return err
}

// ProfileLink says whose a link is, and uses nothing up: programs open links
// before people do. It answers NotFound, the same for what never was one, was
// used, is too old, or is of a user who is shut out, and Limited for an address
// that makes links up.
func (s *Service) ProfileLink(ctx context.Context, text, address string) (Device, error) {
	now, hash := s.Clock.Now(), secret.HashToken(text)
	g := s.guess(hash, address)
	if err := g.limited("links"); err != nil {
		return Device{}, err
	}
	d, found, err := db.One(ctx, s.DB, func(row db.Scanner) (d Device, err error) {
		return d, row.Scan(&d.UserID, &d.Username, &d.Language, &d.Name)
	}, `SELECT l.user_id, u.username, t.language, l.name
FROM profile_links l JOIN users u ON u.id = l.user_id JOIN settings t ON t.user_id = l.user_id
WHERE l.token_hash = $1 AND l.expires_at > $2 AND NOT u.disabled`, hash, clock.Micros(now))
	if err == nil && !found {
		g.wrong()
		err = profileLinkGone()
	}
	return d, err
}

// UseProfileLink uses a link up and answers the app password that it makes for
// the device. It answers what ProfileLink does, and Conflict for a user with
// MaxTokens: then the link stays good.
func (s *Service) UseProfileLink(ctx context.Context, text, address string) (d Device, password string, err error) {
	if d, err = s.ProfileLink(ctx, text, address); err != nil {
		return Device{}, "", err
	}
	err = s.alter(ctx, d.UserID, func(ctx context.Context, a account) error {
		n, err := s.DB.Exec(ctx, "DELETE FROM profile_links WHERE token_hash = $1", secret.HashToken(text))
		if err != nil {
			return err
		}
		if n == 0 || a.Disabled { // somebody was quicker
			return profileLinkGone()
		}
		_, password, err = s.CreateToken(ctx, Principal{UserID: a.ID}, NewToken{Name: d.Name, Scopes: []Scope{DAV}})
		return err
	})
	if err != nil {
		return Device{}, "", err
	}
	return d, password, nil
}
