package account

import (
	"context"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

// Identity is who a user is at an OpenID Connect provider, linked by themselves.
type Identity struct {
	ID         int64      `json:"id" doc:"Number of the identity." example:"2"`
	Issuer     string     `json:"issuer" doc:"What the provider calls itself." example:"https://auth.example.org"`
	Shown      string     `json:"shown" doc:"What the provider calls the person, as it said last; a name or an e-mail address, or empty. It opens nothing." example:"ada@example.org"`
	CreatedAt  time.Time  `json:"created_at" doc:"When it was linked." example:"2025-01-01T08:00:00Z"`
	LastUsedAt *time.Time `json:"last_used_at" doc:"When somebody last signed in by it; null for never." example:"2025-01-02T09:30:00Z"`
}

// ProvedIdentity is what a provider said, verified, of whoever came back from it.
type ProvedIdentity struct {
	Issuer       string
	Subject      string    // exact; with the issuer, the one thing that counts
	Shown        string    // what it calls them, or ""
	SecondFactor bool      // a second factor was used there, and the administrator lets that count
	SignedInAt   time.Time // when they showed the provider who they are; zero when it does not say
}

// MaxIdentities is how many a user may link.
const MaxIdentities = 10

// identityUnknown is the one answer to an identity that opens nothing: linked to
// nobody, or to a disabled user.
func identityUnknown() error {
	return fault.New(fault.Unauthenticated, "identity_unknown", "No account here is linked to this identity. Log in another way and link it in the settings.")
}

// LogInIdentity begins a session by an identity, in the attempt that SpendFlow
// answered; or answers MFARequired, for LogInTOTP, where the user has a second
// factor and none counts that was used elsewhere. Failed passwords do not keep an
// identity out. Unauthenticated (identity_unknown) for one that opens nothing: who
// they are here is never guessed from a name or an address.
//
// The session counts as proved when the provider says that the person showed it
// who they are, which may be long ago; for never where it does not say.
func (s *Service) LogInIdentity(ctx context.Context, p ProvedIdentity, attemptID int64, address, userAgent string) (Outcome, error) {
	var out Outcome
	err := s.DB.Tx(ctx, func(ctx context.Context) error {
		out = Outcome{}
		a, err := s.identified(ctx, p)
		if err != nil {
			return err
		}
		out.User = a.User
		if a.TOTPEnabled && !p.SecondFactor {
			now := s.Clock.Now()
			if err := s.settleAs(ctx, attemptID, a.key, byPartial, false); err != nil {
				return err
			}
			return s.askSecond(ctx, &out, newTicket(a.ID, attemptID, a.hash), now)
		}
		if err := s.settleAs(ctx, attemptID, a.key, byIdentity, true); err != nil {
			return err
		}
		if out.Session, err = s.insertSession(ctx, a.ID, address, userAgent); err != nil {
			return err
		}
		_, err = s.DB.Exec(ctx, "UPDATE user_sessions SET proved_at = $1 WHERE token_hash = $2", s.provedAt(p), secret.HashToken(out.Session))
		return err
	})
	return out, err
}

// provedAt is when the provider saw a proof, 0 for never.
func (s *Service) provedAt(p ProvedIdentity) int64 {
	if p.SignedInAt.IsZero() {
		return 0
	}
	return min(clock.Micros(p.SignedInAt), s.now())
}

// identified finds whose an identity is, holds their row, so that disabling them
// ends what is begun here too, and notes that it was used.
func (s *Service) identified(ctx context.Context, p ProvedIdentity) (account, error) {
	userID, found, err := db.One(ctx, s.DB, db.Value[int64], `UPDATE identities SET last_used_at = $1, shown = CASE WHEN $2 = '' THEN shown ELSE $2 END
WHERE issuer = $3 AND subject = $4 RETURNING user_id`, s.now(), line(p.Shown, 254), p.Issuer, p.Subject)
	if err != nil {
		return account{}, err
	}
	if !found {
		return account{}, identityUnknown()
	}
	n, err := s.DB.Exec(ctx, "UPDATE users SET disabled = disabled WHERE id = $1 AND NOT disabled", userID)
	if err != nil {
		return account{}, err
	}
	if n == 0 {
		return account{}, identityUnknown()
	}
	return s.accountByID(ctx, userID)
}

// LinkIdentity makes an identity one of the user's, and answers the session's
// new token. The link was begun in the same session with a fresh proof. Linking
// what is theirs already changes nothing else. It answers Conflict
// (identity_taken) for one of another user's, and (too_many_identities).
func (s *Service) LinkIdentity(ctx context.Context, p Principal, who ProvedIdentity, attemptID int64) (token string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		if token, err = s.rotate(ctx, p); err != nil { // and holds the session: one that has ended links nothing
			return err
		}
		n, err := s.DB.Exec(ctx, `INSERT INTO identities (user_id, issuer, subject, shown, created_at, last_used_at)
VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (issuer, subject) DO NOTHING`, p.UserID, who.Issuer, who.Subject, line(who.Shown, 254), s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			owner, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2", who.Issuer, who.Subject)
			if err == nil && owner != p.UserID {
				err = fault.New(fault.Conflict, "identity_taken", "This identity is linked to another account here.")
			}
			if err != nil {
				return err
			}
		}
		all, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM identities WHERE user_id = $1", p.UserID)
		if err == nil && all > MaxIdentities {
			err = fault.Newf(fault.Conflict, "too_many_identities", "At most %d identities can be linked. Unlink one first.", MaxIdentities)
		}
		if err == nil && n != 0 {
			err = s.note(ctx, evLinked, p.UserID, said(who.Shown, who.Issuer))
		}
		if err != nil {
			return err
		}
		return s.settleAs(ctx, attemptID, nameKey(p.Username), byIdentity, true)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// rotate gives a session a new token and leaves its age and its proof.
func (s *Service) rotate(ctx context.Context, p Principal) (string, error) {
	token := s.newToken(s.Clock.Now())
	n, err := s.DB.Exec(ctx, "UPDATE user_sessions SET token_hash = $1 WHERE user_id = $2 AND id = $3", secret.HashToken(token), p.UserID, p.SessionID)
	if err == nil && n == 0 {
		err = noSession()
	}
	return token, err
}

// UnlinkIdentity takes an identity away, for a session that was proved just now,
// ends all other sessions and answers this one's new token. It answers NotFound,
// also for somebody else's, and Conflict (last_way_in) where no other way in is left.
func (s *Service) UnlinkIdentity(ctx context.Context, p Principal, id int64) (token string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// Holds the row: two at once would take the last two.
		if _, err := s.DB.Exec(ctx, "UPDATE users SET updated_at = $1 WHERE id = $2", s.now(), p.UserID); err != nil {
			return err
		}
		gone, found, err := db.One(ctx, s.DB, func(row db.Scanner) (i Identity, err error) { return i, row.Scan(&i.Issuer, &i.Shown) },
			"DELETE FROM identities WHERE user_id = $1 AND id = $2 RETURNING issuer, shown", p.UserID, id)
		if err == nil && !found {
			err = fault.Missing("identity", id)
		}
		if err != nil {
			return err
		}
		if err := s.wayIn(ctx, p.UserID); err != nil {
			return err
		}
		if err := s.note(ctx, evUnlinked, p.UserID, said(gone.Shown, gone.Issuer)); err != nil {
			return err
		}
		token, err = s.raised(ctx, p, 0)
		return err
	})
	return token, err
}

// said is what the audit list calls an identity.
func said(shown, issuer string) string {
	if shown == "" {
		return issuer
	}
	return shown + " · " + issuer
}

// wayIn answers Conflict (last_way_in) for a user who has neither a password nor
// an identity nor a passkey that lets anybody in. Call it in the transaction that
// took one away and holds the user's row.
func (s *Service) wayIn(ctx context.Context, userID int64) error {
	ways, _, err := db.One(ctx, s.DB, db.Value[int64], `SELECT COUNT(*) FROM users u WHERE u.id = $1
AND (u.password_hash <> '' OR EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id)
    OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id AND k.suspended_at = 0))`, userID)
	if err == nil && ways == 0 {
		err = fault.New(fault.Conflict, "last_way_in", "This is the only way into your account. Set a password, link another identity or add another passkey first.")
	}
	return err
}

// Identities lists those that a user has linked, the oldest first.
func (s *Service) Identities(ctx context.Context, userID int64, req page.Request) (page.Page[Identity], error) {
	return db.List(ctx, s.DB, db.Listing[Identity]{
		Select:  "SELECT id, issuer, shown, created_at, last_used_at\nFROM identities",
		Where:   (&db.Where{}).And("user_id = ?", userID),
		Sorts:   []db.Sort{{Name: "created_at", Column: "created_at", Int: true}},
		Default: "created_at",
		Scan: func(row db.Scanner) (Identity, error) {
			var v Identity
			var created, used int64
			err := row.Scan(&v.ID, &v.Issuer, &v.Shown, &created, &used)
			v.CreatedAt = clock.FromMicros(created)
			if used != 0 {
				at := clock.FromMicros(used)
				v.LastUsedAt = &at
			}
			return v, err
		},
	}, req, "")
}
