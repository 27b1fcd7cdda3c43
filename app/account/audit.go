package account

import (
	"context"
	"strings"
	"time"
	"unicode"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/page"
)

// Bounds of the audit list.
const (
	KeepEvents       = 180 * 24 * time.Hour
	maxEvents        = 10_000 // a user
	maxNobodysEvents = 1_000  // of names that do not exist: strangers must not fill the disk
)

// What the audit list tells of.
const (
	evLogIn         = "log_in"
	evLogOut        = "log_out"
	evFailed        = "log_in_failed"
	evLocked        = "locked"
	evStepUp        = "step_up"
	evStepUpFailed  = "step_up_failed"
	evPassword      = "password_changed"
	evReset         = "password_reset"
	evSessionEnded  = "session_revoked"
	evOthersEnded   = "other_sessions_revoked"
	evTokenMade     = "token_created"
	evTokenRevoked  = "token_revoked"
	evTokenAddress  = "token_new_address" //nolint:gosec // the name of an event
	evFeedMade      = "feed_created"
	evFeedRevoked   = "feed_revoked"
	evMFAOn         = "second_factor_on"
	evMFAOff        = "second_factor_off"
	evCodesMade     = "recovery_codes_made"
	evCodeUsed      = "recovery_code_used"
	evLinked        = "identity_linked"
	evUnlinked      = "identity_unlinked"
	evEmail         = "email_changed"
	evChannels      = "channels_changed"
	evKeyAdded      = "passkey_added"
	evKeyRemoved    = "passkey_removed"
	evKeyUsed       = "passkey_used"
	evKeySuspended  = "passkey_suspended"
	evAdded         = "user_added"
	evDisabled      = "user_disabled"
	evEnabled       = "user_enabled"
	evRole          = "role_changed"
	evUnlocked      = "user_unlocked"
	evDeleted       = "user_deleted"
	evInvited       = "invited"
	evPasswordLink  = "password_link_made"
	evInviteRevoked = "invitation_revoked"
	evAccepted      = "invitation_accepted"
)

// EventKinds are all of them, for the description of the API.
var EventKinds = []string{evLogIn, evLogOut, evFailed, evLocked, evStepUp, evStepUpFailed, evPassword, evReset, evSessionEnded, evOthersEnded,
	evTokenMade, evTokenRevoked, evTokenAddress, evFeedMade, evFeedRevoked, evMFAOn, evMFAOff, evKeyAdded, evKeyRemoved, evKeyUsed, evKeySuspended, evCodesMade, evCodeUsed, evLinked, evUnlinked, evEmail, evChannels, evAdded, evDisabled, evEnabled, evRole, evUnlocked, evDeleted, evInvited, evPasswordLink, evInviteRevoked, evAccepted}

// Event is something that happened to an account, in the audit list.
type Event struct {
	ID        int64     `json:"id" doc:"Number of the event." example:"17"`
	At        time.Time `json:"at" doc:"When it was." example:"2025-01-31T09:00:00Z"`
	Kind      string    `json:"kind" doc:"What happened." example:"log_in"`
	UserID    *int64    `json:"user_id" doc:"Whose account; null for a name that nobody has."`
	Username  string    `json:"username" doc:"That user's name; empty for a name that nobody has: what is typed there by mistake is often a password." example:"ada"`
	Actor     string    `json:"actor" doc:"Who did it: a user's name, or empty for whoever was at the log-in, or for the command line." example:"ada"`
	Address   string    `json:"address" doc:"The client's address; empty for the command line." example:"192.168.1.20"`
	UserAgent string    `json:"user_agent" doc:"What the client called itself." example:"Mozilla/5.0 (X11; Linux x86_64)"`
	Detail    string    `json:"detail" doc:"What it was about, such as a token's name." example:"Phone"`
}

// Origin is where a request comes from, for the audit list. It travels in the
// context, beside the request's id: nothing is decided by it.
type Origin struct {
	ActorID            int64 // 0: nobody is signed in
	Address, UserAgent string
}

type originKey struct{}

// WithOrigin notes where a request comes from.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

func originOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// note writes an event in the transaction of ctx, so that it is there exactly
// when what it tells of is. userID 0 is a name that nobody has.
func (s *Service) note(ctx context.Context, kind string, userID int64, detail string) error {
	o := originOf(ctx)
	var user *int64
	if userID != 0 {
		user = &userID
	}
	err := s.DB.Later(ctx, `INSERT INTO security_events (user_id, at, kind, actor_id, address, user_agent, device, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, user, s.now(), kind, o.ActorID, line(o.Address, 64), line(o.UserAgent, 300), deviceKey(o.UserAgent), line(detail, 200))
	if err == nil && userID == 0 {
		err = s.DB.Later(ctx, `DELETE FROM security_events WHERE user_id IS NULL AND id <=
(SELECT id FROM security_events WHERE user_id IS NULL ORDER BY id DESC LIMIT 1 OFFSET $1)`, int64(maxNobodysEvents))
	}
	return err
}

// deviceKey is what stays of a client's name when its version changes.
func deviceKey(userAgent string) string {
	return line(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' || r == '_' {
			return -1
		}
		return r
	}, userAgent), 200)
}

// elsewhere is what deviceSeen answers for a device that a user was never seen
// with before: 1 is a known one, -1 the very first log-in.
const elsewhere = 0

// deviceSeen looks a user's device up; it takes their number and the device's key.
func deviceSeen(user, device string) string {
	const logIns = "EXISTS (SELECT 1 FROM security_events WHERE kind = 'log_in' AND user_id = "
	return "CASE WHEN " + logIns + user + " AND device = " + device + ") THEN 1 WHEN " + logIns + user + ") THEN 0 ELSE -1 END"
}

// noteLogIn writes a log-in down. From a device that this user was never seen
// with before, a notice goes out too; not for the very first.
func (s *Service) noteLogIn(ctx context.Context, userID int64) error {
	seen, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT "+deviceSeen("$1", "$2"), userID, deviceKey(originOf(ctx).UserAgent))
	if err != nil {
		return err
	}
	if err := s.note(ctx, evLogIn, userID, ""); err != nil {
		return err
	}
	return s.tellOf(ctx, userID, seen)
}

// tellOf sends the notice of a log-in from elsewhere.
func (s *Service) tellOf(ctx context.Context, userID, seen int64) error {
	if seen != elsewhere {
		return nil
	}
	o := originOf(ctx)
	return s.Notices.Enqueue(ctx, Notice{UserID: userID, Kind: NewDevice, Address: line(o.Address, 64), UserAgent: line(o.UserAgent, 300)})
}

// noteFailure writes down that what was shown at a log-in, or asked for again,
// was wrong, and, when that locked the account, that too, with a notice.
func (s *Service) noteFailure(ctx context.Context, attemptID int64) error {
	type whose struct {
		name string
		id   int64
	}
	w, found, err := db.One(ctx, s.DB, func(row db.Scanner) (w whose, err error) { return w, row.Scan(&w.name, &w.id) },
		`SELECT a.username_key, COALESCE(u.id, 0) FROM login_attempts a LEFT JOIN users u ON u.username_key = a.username_key WHERE a.id = $1`, attemptID)
	if err != nil || !found {
		return err
	}
	kind := evFailed
	if originOf(ctx).ActorID != 0 {
		kind = evStepUpFailed
	}
	if err := s.note(ctx, kind, w.id, ""); err != nil {
		return err
	}
	now := s.Clock.Now()
	until, pending, err := s.lockedUntil(ctx, w.name, now) // nobody's name, too: it must take as long
	if err != nil || w.id == 0 || pending || !until.After(now) {
		return err
	}
	if err := s.note(ctx, evLocked, w.id, ""); err != nil {
		return err
	}
	o := originOf(ctx)
	return s.Notices.Enqueue(ctx, Notice{UserID: w.id, Kind: AccountLocked, Address: line(o.Address, 64), UserAgent: line(o.UserAgent, 300)})
}

// EventFilter narrows the audit list; zero values do not.
type EventFilter struct {
	UserID int64
	Kind   string
	From   time.Time // this instant or later
	To     time.Time // before this instant
}

// Events lists what happened to accounts, the newest first: to one user's, or
// to everyone's, names that nobody has included.
func (s *Service) Events(ctx context.Context, f EventFilter, req page.Request) (page.Page[Event], error) {
	if f.Kind != "" {
		var c check.Check
		c.OneOf("kind", f.Kind, EventKinds...)
		if err := c.Err(); err != nil {
			return page.Page[Event]{}, err
		}
	}
	return db.List(ctx, s.DB, db.Listing[Event]{
		Select: `SELECT id, at, kind, user_id, (SELECT username FROM users WHERE id = security_events.user_id), (SELECT username FROM users WHERE id = actor_id), address, user_agent, detail
FROM security_events`,
		Where:   f.where(),
		Sorts:   []db.Sort{{Name: "at", Column: "at", Int: true}},
		Default: "-at",
		Scan: func(row db.Scanner) (Event, error) {
			var e Event
			var at int64
			var user, actor *string
			err := row.Scan(&e.ID, &at, &e.Kind, &e.UserID, &user, &actor, &e.Address, &e.UserAgent, &e.Detail)
			e.At = clock.FromMicros(at)
			if user != nil {
				e.Username = *user
			}
			if actor != nil {
				e.Actor = *actor
			}
			return e, err
		},
	}, req, "")
}

// CountEvents is how many a list of them has in all.
func (s *Service) CountEvents(ctx context.Context, f EventFilter) (int64, error) {
	w := f.where()
	n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM security_events"+w.Text(), w.Args()...)
	return n, err
}

func (f EventFilter) where() *db.Where {
	w := &db.Where{}
	if f.UserID != 0 {
		w.And("user_id = ?", f.UserID)
	}
	if f.Kind != "" {
		w.And("kind = ?", f.Kind)
	}
	if !f.From.IsZero() {
		w.And("at >= ?", clock.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.And("at < ?", clock.Micros(f.To))
	}
	return w
}

// expireEvents removes what is too old, and beyond a user's number.
func (s *Service) expireEvents(ctx context.Context, now time.Time) error {
	if _, err := s.DB.Exec(ctx, "DELETE FROM security_events WHERE at <= $1", clock.Micros(now.Add(-KeepEvents))); err != nil {
		return err
	}
	many, err := db.Query(ctx, s.DB, db.Value[int64], "SELECT user_id FROM security_events WHERE user_id IS NOT NULL GROUP BY user_id HAVING COUNT(*) > $1", int64(maxEvents))
	for i := 0; i < len(many) && err == nil; i++ {
		_, err = s.DB.Exec(ctx, `DELETE FROM security_events WHERE user_id = $1 AND id <=
(SELECT id FROM security_events WHERE user_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, many[i], int64(maxEvents))
	}
	return err
}
