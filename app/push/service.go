package push

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"unicode"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/notify"
	"umbra/app/page"
	"umbra/app/secret"
)

// Service is the subscriptions of one database. It is safe for use by several goroutines.
type Service struct {
	db    *db.DB
	clock clock.Clock
	keys  secret.Keys
	look  func(ctx context.Context, address string) error

	mu  sync.Mutex
	key *notify.PushKey // once it was read
}

// NewService makes the service. look says whether an endpoint may be reached at
// all; its *notify.Error is shown.
func NewService(d *db.DB, c clock.Clock, keys secret.Keys, look func(ctx context.Context, address string) error) *Service {
	return &Service{db: d, clock: c, keys: keys, look: look}
}

// Subscribe notes a browser of the user, or the same one again. One that belonged
// to somebody else, who had signed in there before, changes hands. It answers
// Invalid, and Conflict (too_many_browsers).
func (s *Service) Subscribe(ctx context.Context, userID int64, userAgent string, n New) (out Subscription, err error) {
	t, err := n.target()
	if err != nil {
		return out, err
	}
	if err := s.look(ctx, t.Endpoint); err != nil {
		if e := notify.AsError(err); e.Code == notify.CodeNotAllowed || e.Code == notify.CodeInvalid {
			return out, fault.BadField("endpoint", "not_allowed", "may not be reached from here: "+e.Reason)
		}
	}
	if _, err := s.Key(ctx); err != nil { // a subscription is worth nothing without the key it was made for
		return out, err
	}
	u, err := url.Parse(t.Endpoint)
	if err != nil {
		return out, err
	}
	sum := sha256.Sum256([]byte(t.Endpoint))
	hash := sum[:]
	text, err := json.Marshal(t)
	if err != nil {
		return out, err
	}
	now := clock.Micros(s.clock.Now())
	err = s.db.Tx(ctx, func(ctx context.Context) error {
		// Holds the user's row, so that two at once count each other.
		if _, err := s.db.Exec(ctx, "UPDATE users SET disabled = disabled WHERE id = $1", userID); err != nil {
			return err
		}
		if _, err := s.db.Exec(ctx, "DELETE FROM push_subscriptions WHERE endpoint_hash = $1 AND (user_id <> $2 OR target_secret = '')", hash, userID); err != nil {
			return err
		}
		others, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM push_subscriptions WHERE user_id = $1 AND endpoint_hash <> $2", userID, hash)
		if err != nil {
			return err
		}
		if others >= MaxSubscriptions {
			return fault.Newf(fault.Conflict, "too_many_browsers", "%d browsers show your notifications already; remove one of them first.", others)
		}
		id, _, err := db.One(ctx, s.db, db.Value[int64], `INSERT INTO push_subscriptions (user_id, endpoint_hash, target_secret, service, user_agent, created_at)
VALUES ($1, $2, '', $3, $4, $5)
ON CONFLICT (endpoint_hash) DO UPDATE SET service = excluded.service, user_agent = excluded.user_agent, failures = 0, last_error = '', last_reason = '' RETURNING id`,
			userID, hash, u.Hostname(), line(userAgent, 300), now)
		if err != nil {
			return err
		}
		// The seal is bound to the row, whose number is known only now.
		if _, err := s.db.Exec(ctx, "UPDATE push_subscriptions SET target_secret = $1 WHERE id = $2", s.seal(text, "push_subscriptions", id, "target_secret"), id); err != nil {
			return err
		}
		out, _, err = db.One(ctx, s.db, scan, selectAll+" WHERE id = $1", id)
		return err
	})
	return out, err
}

const selectAll = "SELECT id, service, user_agent, created_at, used_at, failures, last_error, last_reason\nFROM push_subscriptions"

func scan(row db.Scanner) (Subscription, error) {
	var v Subscription
	var created, used int64
	err := row.Scan(&v.ID, &v.Service, &v.UserAgent, &created, &used, &v.Failures, &v.LastError, &v.why)
	v.CreatedAt = clock.FromMicros(created)
	if used != 0 {
		v.LastUsedAt = clock.FromMicrosPtr(&used)
	}
	return v, err
}

// List answers a user's browsers, oldest first.
func (s *Service) List(ctx context.Context, userID int64, req page.Request) (page.Page[Subscription], error) {
	return db.List(ctx, s.db, db.Listing[Subscription]{
		Select:  selectAll,
		Where:   (&db.Where{}).And("user_id = ?", userID).And("target_secret <> ?", ""),
		Sorts:   []db.Sort{{Name: "created_at", Column: "created_at", Int: true}},
		Default: "created_at",
		Scan:    scan,
	}, req, "")
}

// Remove forgets one. It answers NotFound, also for somebody else's.
func (s *Service) Remove(ctx context.Context, userID, id int64) error {
	return s.db.Tx(ctx, func(ctx context.Context) error {
		n, err := s.db.Exec(ctx, "DELETE FROM push_subscriptions WHERE user_id = $1 AND id = $2", userID, id)
		if err == nil && n == 0 {
			err = fault.Missing("subscription", id)
		}
		return err
	})
}

// Targets are the user's browsers, to send to. One that does not open, as after
// a restore without its SECRET_KEY, is left out.
func (s *Service) Targets(ctx context.Context, userID int64) ([]Target, error) {
	type row struct {
		id     int64
		sealed string
	}
	rows, err := db.Query(ctx, s.db, func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.id, &v.sealed) },
		"SELECT id, target_secret FROM push_subscriptions WHERE user_id = $1 AND target_secret <> '' ORDER BY created_at, id", userID)
	if err != nil {
		return nil, err
	}
	out := make([]Target, 0, len(rows))
	for _, r := range rows {
		t := Target{ID: r.id}
		text, err := s.open(r.sealed, "push_subscriptions", r.id, "target_secret")
		if err == nil {
			err = json.Unmarshal(text, &t.PushTarget)
		}
		if err == nil {
			out = append(out, t)
		}
	}
	return out, nil
}

// Has says whether the user has any browser to send to.
func (s *Service) Has(ctx context.Context, userID int64) (bool, error) {
	_, found, err := db.One(ctx, s.db, db.Value[int64], "SELECT id FROM push_subscriptions WHERE user_id = $1 AND target_secret <> '' ORDER BY created_at, id LIMIT 1", userID)
	return found, err
}

// Sent notes what came of a message to a browser: nil, or why it was not taken.
// One whose subscription is gone is forgotten.
func (s *Service) Sent(ctx context.Context, id int64, failed *notify.Error) error {
	return s.db.Tx(ctx, func(ctx context.Context) (err error) {
		switch {
		case failed == nil:
			_, err = s.db.Exec(ctx, "UPDATE push_subscriptions SET used_at = $1, failures = 0, last_error = '', last_reason = '' WHERE id = $2", clock.Micros(s.clock.Now()), id)
		case failed.Gone:
			_, err = s.db.Exec(ctx, "DELETE FROM push_subscriptions WHERE id = $1", id)
		default:
			_, err = s.db.Exec(ctx, "UPDATE push_subscriptions SET failures = failures + 1, last_error = $1, last_reason = $2 WHERE id = $3", line(failed.Reason, 500), failed.Why.String(), id)
		}
		return err
	})
}

func (s *Service) seal(plain []byte, table string, id int64, column string) string {
	return base64.StdEncoding.EncodeToString(s.keys.Seal(plain, place(table, id, column)))
}

func (s *Service) open(sealed, table string, id int64, column string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, err
	}
	return s.keys.Open(b, place(table, id, column))
}

func place(table string, id int64, column string) string {
	return fmt.Sprintf("%s/%d/%s", table, id, column)
}

// line makes what a client says of itself fit a column.
func line(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
