package account

import (
	"context"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/secret"
)

// Limits of tokens that are none. Nobody guesses 256 bits: this bounds what a
// client that makes them up costs the database.
const (
	BadTokens       = 30 // different ones of one address (IPv6: /64) within BadTokensWindow
	BadTokensWindow = time.Minute
)

const badTokenCode = "bad_token"

// badToken is the one answer to whatever is no token: mistyped, never made,
// revoked, expired, of a disabled user, or under another name.
func badToken() error {
	return fault.New(fault.Unauthenticated, badTokenCode, "This token is not valid: it is mistyped, has expired or was revoked. Make a new one in the settings, under security.")
}

// bearerQuery is the one read that each request with a token costs.
const bearerQuery = `SELECT k.id, k.name, k.can_read, k.can_write, k.can_dav, k.expires_at, k.last_used_at, u.id, u.username, u.role, u.totp_enabled, u.password_change_due, u.created_at, t.time_zone, t.language, h.epoch, ` + sharedColumn + `
FROM access_tokens k JOIN users u ON u.id = k.user_id JOIN settings t ON t.user_id = k.user_id JOIN journal_heads h ON h.user_id = k.user_id
WHERE k.token_hash = $1 AND NOT u.disabled`

// AuthenticateToken says whose token it is, by one indexed read and no cache: a
// token that was revoked, and those of a disabled user, are worth nothing at
// once. What is no token by its form costs no read. The caller asks the
// principal's scopes (Principal.May). address is the client's, as the edge
// believes it. It answers Unauthenticated (bad_token) for anything that is no
// valid token, and Limited, with RetryAfter, for an address that has sent
// BadTokens different ones.
func (s *Service) AuthenticateToken(ctx context.Context, token, address string) (Principal, error) {
	if !secret.IsAPIToken(token) {
		return Principal{}, badToken()
	}
	now, hash := s.Clock.Now(), secret.HashToken(token)
	g := s.guess(hash, address)
	if err := g.limited("tokens"); err != nil {
		return Principal{}, err
	}
	var scopes scopeFlags
	var expires, used, since int64
	var zone, shared string
	p, found, err := db.ByKey(ctx, s.DB, func(row db.Scanner) (Principal, error) {
		var p Principal
		err := row.Scan(&p.TokenID, &p.TokenName, &scopes.read, &scopes.write, &scopes.dav, &expires, &used,
			&p.UserID, &p.Username, &p.Role, &p.TOTPEnabled, &p.PasswordDue, &since, &zone, &p.Language, &p.Epoch, &shared)
		return p, err
	}, bearerQuery, hash)
	if err != nil {
		return Principal{}, err
	}
	if !found || expires != 0 && clock.Micros(now) >= expires {
		g.wrong()
		return Principal{}, badToken()
	}
	g.right()
	if p.Shared, err = readShared(shared); err != nil {
		return Principal{}, err
	}
	p.Zone, p.UserSince, p.scopes = zoneOf(zone), clock.FromMicros(since), scopes
	if now.Sub(clock.FromMicros(used)) >= touchEvery {
		s.touchToken(ctx, p.TokenID, address, now)
	}
	return p, nil
}

// AuthenticateBasic is AuthenticateToken for HTTP Basic (RFC 7617), which
// clients that sync speak: the password must be a token of the user who is
// named, with the scope dav. The account's own password is never taken, and a
// wrong one is neither hashed nor counted as a failed log-in. It answers
// Unauthenticated (bad_token), Limited with RetryAfter, and Forbidden (scope)
// for a token that may not sync.
func (s *Service) AuthenticateBasic(ctx context.Context, username, password, address string) (Principal, error) {
	p, err := s.AuthenticateToken(ctx, password, address)
	switch {
	case err != nil:
		return Principal{}, err
	case len(username) > 8*MaxUsername || nameKey(username) != nameKey(p.Username):
		return Principal{}, badToken()
	case !p.May(DAV):
		return Principal{}, BeyondScope(DAV)
	}
	return p, nil
}

// May says whether the principal may do what a scope stands for: a session may
// do it all, a token what it was given.
func (p Principal) May(scope Scope) bool {
	switch {
	case p.TokenID == 0:
		return p.SessionID != 0
	case scope == Read:
		return p.scopes.read
	case scope == Write:
		return p.scopes.write
	}
	return scope == DAV && p.scopes.dav
}

// BeyondScope is the fault for a token that may not do something; "" is what no
// token may do.
func BeyondScope(scope Scope) error {
	if scope == "" {
		return fault.New(fault.Forbidden, "scope", "No token may do this: it needs somebody who is signed in.")
	}
	return fault.Newf(fault.Forbidden, "scope", "This token may not do this: it lacks the scope %q. Make another one in the settings, under security.", scope)
}

// touchToken writes when a token was used, and from where, beside the request.
func (s *Service) touchToken(ctx context.Context, id int64, address string, now time.Time) {
	s.beside(ctx, touched{token: id}, "when a token was last used was not written", func(ctx context.Context) error {
		type tokens struct {
			user          int64
			name, address string
		}
		was, found, err := db.One(ctx, s.DB, func(row db.Scanner) (t tokens, err error) { return t, row.Scan(&t.user, &t.name, &t.address) },
			"SELECT user_id, name, last_used_address FROM access_tokens WHERE id = $1", id)
		if err != nil || !found {
			return err
		}
		address := line(address, 64)
		if _, err := s.DB.Exec(ctx, "UPDATE access_tokens SET last_used_at = $1, last_used_address = $2 WHERE id = $3 AND last_used_at < $1", clock.Micros(now), address, id); err != nil || was.address == address {
			return err
		}
		_, known, err := db.One(ctx, s.DB, db.Value[int64], "SELECT 1 FROM security_events WHERE user_id = $1 AND kind = 'token_new_address' AND detail = $2 AND address = $3 LIMIT 1", was.user, was.name, address)
		if err != nil || known {
			return err
		}
		o := originOf(ctx)
		o.Address = address
		return s.note(WithOrigin(ctx, o), evTokenAddress, was.user, was.name)
	})
}
