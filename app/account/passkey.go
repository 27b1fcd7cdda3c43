package account

import (
	"context"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/passkey"
)

// MaxPasskeys is how many a user may have.
const MaxPasskeys = 20

const maxPasskeyName = 64

// Passkey is a way to log in without name and password, as its owner sees it.
type Passkey struct {
	ID          int64      `json:"id" doc:"Number of the passkey." example:"2"`
	Name        string     `json:"name" doc:"What its owner calls it." example:"Ada's phone"`
	Address     string     `json:"address" doc:"The domain that it is good for. One made under another address of this server is not offered by browsers here." example:"umbra.example.org"`
	Synced      bool       `json:"synced" doc:"Whether it is kept by a password manager on several devices." example:"true"`
	CreatedAt   time.Time  `json:"created_at" doc:"When it was added." example:"2025-01-01T08:00:00Z"`
	LastUsedAt  *time.Time `json:"last_used_at" doc:"When it last let somebody in; null when never." example:"2025-01-02T09:30:00Z"`
	SuspendedAt *time.Time `json:"suspended_at" doc:"When its counter did not go on, which a copy of it would explain; it lets nobody in since. Null when all is well." example:"2025-01-03T10:00:00Z"`
}

const keyColumns = "id, name, rp_id, backed_up, created_at, last_used_at, suspended_at"

func scanPasskey(row db.Scanner) (Passkey, error) {
	var p Passkey
	var created, used, suspended int64
	err := row.Scan(&p.ID, &p.Name, &p.Address, &p.Synced, &created, &used, &suspended)
	p.CreatedAt, p.LastUsedAt, p.SuspendedAt = clock.FromMicros(created), instant(used), instant(suspended)
	return p, err
}

// Passkeys lists a user's passkeys, the oldest first.
func (s *Service) Passkeys(ctx context.Context, userID int64, req page.Request) (page.Page[Passkey], error) {
	return db.List(ctx, s.DB, db.Listing[Passkey]{
		Select:  "SELECT " + keyColumns + "\nFROM passkeys",
		Where:   (&db.Where{}).And("user_id = ?", userID),
		Sorts:   []db.Sort{{Name: "created_at", Column: "created_at", Int: true}},
		Default: "created_at",
		Scan:    scanPasskey,
	}, req, "")
}

// RenamePasskey gives one of a user's passkeys another name. It answers
// NotFound, also for somebody else's, and Invalid.
func (s *Service) RenamePasskey(ctx context.Context, userID, id int64, name string) (p Passkey, err error) {
	if name, err = passkeyName(name); err != nil {
		return Passkey{}, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		var found bool
		p, found, err = db.One(ctx, s.DB, scanPasskey, "UPDATE passkeys SET name = $1 WHERE user_id = $2 AND id = $3 RETURNING "+keyColumns, name, userID, id)
		if err == nil && !found {
			err = fault.Missing("passkey", id)
		}
		return err
	})
	return p, err
}

func passkeyName(name string) (string, error) {
	name = strings.TrimSpace(name)
	var c check.Check
	c.Line("name", name, maxPasskeyName)
	if name == "" {
		c.Add("name", "required", "must be given")
	}
	return name, c.Err()
}

// RemovePasskey takes one of a user's passkeys away, for a session that was
// proved just now, ends all other sessions and answers this one's new token. It
// answers NotFound, also for somebody else's, and Conflict (last_way_in) where no
// other way in is left.
func (s *Service) RemovePasskey(ctx context.Context, p Principal, id int64) (token string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		// Holds the row: two at once would take the last two.
		if _, err := s.DB.Exec(ctx, "UPDATE users SET updated_at = $1 WHERE id = $2", s.now(), p.UserID); err != nil {
			return err
		}
		name, found, err := db.One(ctx, s.DB, db.Value[string], "DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING name", p.UserID, id)
		if err == nil && !found {
			err = fault.Missing("passkey", id)
		}
		if err == nil {
			err = s.wayIn(ctx, p.UserID)
		}
		if err == nil {
			err = s.note(ctx, evKeyRemoved, p.UserID, name)
		}
		if err != nil {
			return err
		}
		token, err = s.raised(ctx, p, 0)
		return err
	})
	return token, err
}

// CountPasskeys is how many a user has.
func (s *Service) CountPasskeys(ctx context.Context, userID int64) (int64, error) {
	n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM passkeys WHERE user_id = $1", userID)
	return n, err
}

// keptKey is a passkey with what verifies it, and whose it is.
type keptKey struct {
	passkey.Key
	id        int64
	userID    int64
	name      string
	handle    []byte
	suspended bool
}

const keptKeyQuery = `SELECT k.id, k.user_id, k.name, u.passkey_handle, k.credential_id, k.public_key, k.sign_count, k.transports, k.backup_eligible, k.backed_up, k.suspended_at
FROM passkeys k JOIN users u ON u.id = k.user_id WHERE `

func scanKept(row db.Scanner) (keptKey, error) {
	var k keptKey
	var count, suspended int64
	var transports string
	err := row.Scan(&k.id, &k.userID, &k.name, &k.handle, &k.ID, &k.Public, &count, &transports, &k.BackupEligible, &k.BackedUp, &suspended)
	k.SignCount, k.suspended = uint32(count), suspended != 0
	if transports != "" {
		k.Transports = strings.Split(transports, ",")
	}
	return k, err
}

// keys are a user's passkeys for an address, as browsers are told of them.
func (s *Service) keys(ctx context.Context, userID int64, party passkey.Party) ([]passkey.Key, error) {
	kept, err := db.Query(ctx, s.DB, scanKept, keptKeyQuery+"k.user_id = $1 AND k.rp_id = $2 ORDER BY k.id", userID, party.ID)
	out := make([]passkey.Key, len(kept))
	for i, k := range kept {
		out[i] = k.Key
	}
	return out, err
}
