package account

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/secret"
)

// arrival is who stands at the door.
type arrival struct {
	account
	by   attempt
	seen int64 // what deviceSeen answers
}

// arriveQuery is the one read of a log-in: whether the address may try at all, who
// bears the name, and whether they were seen with this device. Each part of it is
// a look into an index, so that it takes as long for nobody.
var arriveQuery = "SELECT " + limitedSince + `, COALESCE(u.id, 0), COALESCE(u.username, ''), COALESCE(u.role, ''), COALESCE(u.disabled, $5), COALESCE(u.totp_enabled, $5), COALESCE(u.password_change_due, $5),
COALESCE(u.created_at, 0), COALESCE(u.username_key, ''), COALESCE(u.password_hash, ''), COALESCE(u.totp_secret, ''), ` + deviceSeen("u.id", "$7") + `
FROM (SELECT 1 AS one) d LEFT JOIN users u ON u.username_key = $6`

// arrive reads what a log-in has to know. Nobody's name answers an account
// without a number. It answers Limited with RetryAfter.
func (s *Service) arrive(ctx context.Context, in LogIn) (arrival, error) {
	now := s.Clock.Now()
	key := " " // no user name begins with a space
	// What cannot be anybody's name never reaches the database, which may refuse its bytes.
	if utf8.ValidString(in.Username) && !strings.ContainsRune(in.Username, 0) && len(in.Username) <= 8*MaxUsername {
		key = nameKey(in.Username)
	}
	var since int64
	by := attemptBy(account{}, false, in.Username, in.Address)
	v, _, err := db.One(ctx, s.DB, func(row db.Scanner) (v arrival, err error) {
		var created int64
		err = row.Scan(&since, &v.ID, &v.Username, &v.Role, &v.Disabled, &v.TOTPEnabled, &v.PasswordDue, &created, &v.key, &v.hash, &v.totpSecret, &v.seen)
		v.CreatedAt = clock.FromMicros(created)
		return v, err
	}, arriveQuery, append(limitedArgs(by.address, now), false, key, deviceKey(originOf(ctx).UserAgent))...)
	if err == nil {
		err = limitedBy(since, now)
	}
	if v.by = by; v.ID != 0 {
		v.by.name = v.key
	}
	return v, err
}

// startQuery begins a session unless the user was disabled, deleted or given
// another password or a second factor while this one was verified. On PostgreSQL
// it holds the user's row, so that whoever changes that afterwards finds the
// session and ends it; on SQLite nobody else writes.
func (s *Service) startQuery() string {
	q := `INSERT INTO user_sessions (user_id, token_hash, user_agent, address, created_at, last_seen_at, proved_at, expires_at)
SELECT u.id, $1, $2, $3, $4, $4, $4, $5 FROM users u WHERE u.id = $6 AND u.password_hash = $7 AND u.totp_enabled = $8 AND NOT u.disabled`
	if s.DB.Engine == db.Postgres {
		q += " FOR NO KEY UPDATE"
	}
	return q + "\nRETURNING user_id"
}

// letIn ends a log-in whose password was right and answers the session's token.
// Session, attempt and audit list are written together or not at all, without
// anything being waited for in between. Unauthenticated where the account is not
// any more what was verified.
func (s *Service) letIn(ctx context.Context, v arrival, attemptID int64, newHash string, in LogIn) (token string, err error) {
	var started func() (int64, bool, error)
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		now := s.Clock.Now()
		token = s.newToken(now)
		if newHash != v.hash {
			if err := s.claim(ctx, v.account, newHash); err != nil {
				return err
			}
		}
		hash := secret.HashToken(token)
		started = db.Ask(ctx, s.DB, db.Value[int64], s.startQuery(), hash, line(in.UserAgent, 300), line(in.Address, 64),
			clock.Micros(now), clock.Micros(now.Add(s.SessionMaxAge)), v.ID, newHash, v.TOTPEnabled)
		if err := s.DB.Later(ctx, "UPDATE login_attempts SET kind = $1, success = $2 WHERE id = $3 AND EXISTS (SELECT 1 FROM user_sessions WHERE token_hash = $4)",
			byPassword, true, attemptID, hash); err != nil {
			return err
		}
		return s.noteStarted(ctx, v, hash, now, started)
	})
	if err != nil {
		return "", err
	}
	_, found, err := started()
	if err == nil && !found {
		err = wrongCredentials()
	}
	return token, err
}

// noteStarted is noteLogIn for a session that may not have been begun.
func (s *Service) noteStarted(ctx context.Context, v arrival, hash []byte, now time.Time, started func() (int64, bool, error)) error {
	o := originOf(ctx)
	if err := s.DB.Later(ctx, `INSERT INTO security_events (user_id, at, kind, actor_id, address, user_agent, device, detail)
SELECT user_id, $1, 'log_in', $2, $3, $4, $5, '' FROM user_sessions WHERE token_hash = $6`,
		clock.Micros(now), o.ActorID, line(o.Address, 64), line(o.UserAgent, 300), deviceKey(o.UserAgent), hash); err != nil || v.seen != elsewhere {
		return err
	}
	if _, found, err := started(); err != nil || !found {
		return err
	}
	return s.tellOf(ctx, v.ID, v.seen)
}
