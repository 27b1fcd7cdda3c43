package account

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"
	"unicode"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

// touchEvery is how seldom a session's last-seen time is written.
const touchEvery = time.Minute

// Principal is who a request comes from.
type Principal struct {
	UserID      int64
	Username    string
	Role        Role
	TOTPEnabled bool
	PasswordDue bool // a new password is to be asked for
	UserSince   time.Time
	SessionID   int64           // 0 for a token
	TokenID     int64           // 0 for a session
	TokenName   string          // its name; empty for a session
	ProvedAt    time.Time       // of the session: its log-in, or a proof since
	Zone        *time.Location  // from the settings: what "today" means
	Language    string          // from the settings
	Epoch       string          // of the journal
	Shared      *[]caller.Share // what others share with the user; nil where nothing

	scopes scopeFlags // of the token
}

// User is the principal's own account.
func (p Principal) User() User {
	return User{ID: p.UserID, Username: p.Username, Role: p.Role, TOTPEnabled: p.TOTPEnabled, PasswordDue: p.PasswordDue, CreatedAt: p.UserSince}
}

// Caller is the principal as services take it; source is one of caller's. Phones
// that sync see what is the user's own.
func (p Principal) Caller(source string) caller.Caller {
	c := caller.Caller{UserID: p.UserID, ActorID: p.UserID, Source: source, Zone: p.Zone, Epoch: p.Epoch, Language: p.Language,
		Client: caller.Client{ID: p.TokenID, Name: p.TokenName}}
	if source != caller.DAV {
		c.Shared = p.Shared
	}
	return c
}

// Session is one log-in of a user, as its owner sees it.
type Session struct {
	ID         int64     `json:"id" doc:"Number of the session." example:"3"`
	UserAgent  string    `json:"user_agent" doc:"What the client called itself at log-in." example:"Mozilla/5.0 (X11; Linux x86_64)"`
	Address    string    `json:"address" doc:"The client's address at log-in." example:"192.168.1.20"`
	CreatedAt  time.Time `json:"created_at" doc:"When the log-in was." example:"2025-01-01T08:00:00Z"`
	LastSeenAt time.Time `json:"last_seen_at" doc:"When it was last used, to about a minute." example:"2025-01-02T09:30:00Z"`
	ExpiresAt  time.Time `json:"expires_at" doc:"When it ends." example:"2025-01-31T08:00:00Z"`
	Current    bool      `json:"current" doc:"Whether it is the one that asks." example:"true"`
}

const noSessionCode = "no_session"

func noSession() error {
	return fault.New(fault.Unauthenticated, noSessionCode, "You are not logged in, or the session has ended. Log in.")
}

// newToken makes a session's token: random, signed, with its time inside.
func (s *Service) newToken(now time.Time) string {
	return s.Keys.SignToken(secret.Session, []byte(secret.NewToken()), now)
}

func (s *Service) insertSession(ctx context.Context, userID int64, address, userAgent string) (token string, err error) {
	now := s.Clock.Now()
	token = s.newToken(now)
	err = s.DB.Later(ctx, `INSERT INTO user_sessions (user_id, token_hash, user_agent, address, created_at, last_seen_at, proved_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $5, $5, $6)`, userID, secret.HashToken(token), line(userAgent, 300), line(address, 64),
		clock.Micros(now), clock.Micros(now.Add(s.SessionMaxAge)))
	if err != nil {
		return "", err
	}
	return token, s.noteLogIn(ctx, userID)
}

// line makes what a client says of itself fit a column.
func line(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s[:min(len(s), 4*most)], ""))
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// StartSession begins a session for a user who has proved who they are by other
// means than a password here, as after set-up. Unauthenticated where there is no
// such user, or a disabled one.
func (s *Service) StartSession(ctx context.Context, userID int64, address, userAgent string) (token string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// Holds the row, so that disabling the user ends this session too.
		n, err := s.DB.Exec(ctx, "UPDATE users SET disabled = disabled WHERE id = $1 AND NOT disabled", userID)
		if err != nil {
			return err
		}
		if n == 0 {
			return noSession()
		}
		token, err = s.insertSession(ctx, userID, address, userAgent)
		return err
	})
	return token, err
}

// authenticateQuery is the one read that each request costs; on SQLite the first
// after a change of anything (db.Memo).
const authenticateQuery = `SELECT s.id, s.created_at, s.last_seen_at, s.expires_at, s.proved_at, u.id, u.username, u.role, u.totp_enabled, u.password_change_due, u.created_at, t.time_zone, t.language, h.epoch, ` + sharedColumn + `
FROM user_sessions s JOIN users u ON u.id = s.user_id JOIN settings t ON t.user_id = s.user_id JOIN journal_heads h ON h.user_id = s.user_id
WHERE s.token_hash = $1 AND NOT u.disabled`

// Authenticate says whose session a token is, by at most one indexed read. It answers
// Unauthenticated for a token that is not ours, too old by today's setting or by
// the one it was made under, revoked, or of a disabled user.
func (s *Service) Authenticate(ctx context.Context, token string) (Principal, error) {
	now := s.Clock.Now()
	if _, _, err := s.Keys.VerifyToken(secret.Session, token, now, s.SessionMaxAge); err != nil {
		return Principal{}, noSession()
	}
	hash := secret.HashToken(token)
	session, found, err := s.sessions.Read(ctx, s.DB, [sha256.Size]byte(hash), func() (sessionRow, bool, error) {
		return db.ByKey(ctx, s.DB, scanSession, authenticateQuery, hash)
	})
	if err != nil {
		return Principal{}, err
	}
	if !found || clock.Micros(now) >= session.expires || now.Sub(clock.FromMicros(session.created)) >= s.SessionMaxAge {
		return Principal{}, noSession()
	}
	if now.Sub(clock.FromMicros(session.seen)) >= touchEvery {
		s.touch(ctx, session.SessionID, now)
	}
	return session.Principal, nil
}

// sessionRow is what authenticateQuery reads. It is remembered, so that nobody may
// change what it points to.
type sessionRow struct {
	Principal
	created, seen, expires int64 // µs
}

func scanSession(row db.Scanner) (s sessionRow, err error) {
	var proved, since int64
	var zone, shared string
	if err := row.Scan(&s.SessionID, &s.created, &s.seen, &s.expires, &proved, &s.UserID, &s.Username, &s.Role, &s.TOTPEnabled, &s.PasswordDue, &since, &zone, &s.Language, &s.Epoch, &shared); err != nil {
		return s, err
	}
	s.Zone, s.UserSince, s.ProvedAt = zoneOf(zone), clock.FromMicros(since), clock.FromMicros(proved)
	s.Shared, err = readShared(shared)
	return s, err
}

// touched is what a last-seen time is being written for.
type touched struct{ session, token, feed int64 }

// touch writes when a session was seen.
func (s *Service) touch(ctx context.Context, id int64, now time.Time) {
	s.beside(ctx, touched{session: id}, "when a session was last seen was not written", func(ctx context.Context) error {
		_, err := s.DB.Exec(ctx, "UPDATE user_sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1", clock.Micros(now), id)
		return err
	})
}

// beside writes beside the request, once at a time for what it is about: neither
// a full disk nor a busy writer holds up who only reads.
func (s *Service) beside(ctx context.Context, what touched, failed string, write func(ctx context.Context) error) {
	if _, running := s.touching.LoadOrStore(what, true); running {
		return
	}
	ctx = context.WithoutCancel(ctx)
	s.touches.Go(func() {
		defer s.touching.Delete(what)
		if err := s.DB.Tx(ctx, write); err != nil {
			s.Log.WarnContext(ctx, failed, "error", err)
		}
	})
}

// LogOut ends the session of a token, if it is one.
func (s *Service) LogOut(ctx context.Context, token string) error {
	if _, _, err := s.Keys.VerifyToken(secret.Session, token, s.Clock.Now(), s.SessionMaxAge); err != nil {
		return nil //nolint:nilerr // ended already
	}
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		user, found, err := db.One(ctx, s.DB, db.Value[int64], "DELETE FROM user_sessions WHERE token_hash = $1 RETURNING user_id", secret.HashToken(token))
		if err != nil || !found {
			return err
		}
		s.Journal.Stir(ctx, user)
		return s.note(ctx, evLogOut, user, "")
	})
}

// Replace ends the session of a token, if it is one, whose browser has just got
// another: it would go on where nobody can end it any more by logging out.
func (s *Service) Replace(ctx context.Context, token string) error {
	if _, _, err := s.Keys.VerifyToken(secret.Session, token, s.Clock.Now(), s.SessionMaxAge); err != nil {
		return nil //nolint:nilerr // ended already
	}
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		user, found, err := db.One(ctx, s.DB, db.Value[int64], "DELETE FROM user_sessions WHERE token_hash = $1 RETURNING user_id", secret.HashToken(token))
		if found {
			s.Journal.Stir(ctx, user)
		}
		return err
	})
}

// Sessions lists a user's sessions, last seen first. currentID is the one that
// asks, 0 for none.
func (s *Service) Sessions(ctx context.Context, userID, currentID int64, req page.Request) (page.Page[Session], error) {
	now := s.Clock.Now()
	return db.List(ctx, s.DB, db.Listing[Session]{
		Select: "SELECT id, user_agent, address, created_at, last_seen_at, expires_at\nFROM user_sessions",
		Where: (&db.Where{}).And("user_id = ?", userID).And("expires_at > ?", clock.Micros(now)).
			And("created_at > ?", clock.Micros(now.Add(-s.SessionMaxAge))),
		Sorts:   []db.Sort{{Name: "last_seen_at", Column: "last_seen_at", Int: true}},
		Default: "-last_seen_at",
		Scan: func(row db.Scanner) (Session, error) {
			var v Session
			var created, seen, expires int64
			err := row.Scan(&v.ID, &v.UserAgent, &v.Address, &created, &seen, &expires)
			v.CreatedAt, v.LastSeenAt, v.ExpiresAt = clock.FromMicros(created), clock.FromMicros(seen), clock.FromMicros(expires)
			if limit := v.CreatedAt.Add(s.SessionMaxAge); limit.Before(v.ExpiresAt) {
				v.ExpiresAt = limit
			}
			v.Current = v.ID == currentID
			return v, err
		},
	}, req, "")
}

// Revoke ends one of a user's sessions. It answers NotFound, also for somebody else's.
func (s *Service) Revoke(ctx context.Context, userID, id int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		agent, found, err := db.One(ctx, s.DB, db.Value[string], "DELETE FROM user_sessions WHERE user_id = $1 AND id = $2 RETURNING user_agent", userID, id)
		if err == nil && !found {
			err = fault.Missing("session", id)
		}
		if err == nil {
			err = s.note(ctx, evSessionEnded, userID, agent)
		}
		s.Journal.Stir(ctx, userID)
		return err
	})
}

// RevokeOthers ends all of a user's sessions, and their streams, but one, because
// they ask for it, and says how many.
func (s *Service) RevokeOthers(ctx context.Context, userID, keepID int64) (n int64, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if n, err = s.endOthers(ctx, userID, keepID); err != nil || n == 0 {
			return err
		}
		return s.note(ctx, evOthersEnded, userID, "")
	})
	return n, err
}

// endOthers ends all of a user's sessions, and their streams, but one (0: all) and says how many.
func (s *Service) endOthers(ctx context.Context, userID, keepID int64) (n int64, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		n, err = s.DB.Exec(ctx, "DELETE FROM user_sessions WHERE user_id = $1 AND id <> $2", userID, keepID)
		s.Journal.Stir(ctx, userID)
		return err
	})
	return n, err
}
