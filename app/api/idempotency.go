package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/journal"
)

// once makes a POST safe to repeat: with an Idempotency-Key the key, the
// change and the answer are stored in one transaction, and a repeat within a
// day gets the stored answer. The key with another body is a Conflict.
func once[B, T any](ctx context.Context, a *API, opID, key string, in B, do func(ctx context.Context) (*created[T], error)) (*created[T], error) {
	if key == "" {
		return do(ctx)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(opID+"\n"), body...))
	print := hex.EncodeToString(sum[:])
	user := who(ctx).ActorID
	var out *created[T]
	err = a.DB.Tx(ctx, func(ctx context.Context) error {
		// Inserting first makes a second request with the key wait for this one.
		n, err := a.DB.Exec(ctx, `INSERT INTO idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at)
VALUES ($1, $2, $3, 0, '', '', $4) ON CONFLICT (user_id, key) DO NOTHING`, user, key, print, clock.Micros(a.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			out, err = repeat[T](ctx, a, user, key, print)
			return err
		}
		if out, err = do(ctx); err != nil {
			return err
		}
		headers, body, err := stored(ctx, out)
		if err != nil {
			return err
		}
		err = a.DB.Later(ctx, "UPDATE idempotency_keys SET status = 201, headers = $3, body = $4 WHERE user_id = $1 AND key = $2",
			user, key, headers, body)
		return err
	})
	return out, err
}

type storedHeaders struct {
	Location  string `json:"location"`
	ETag      string `json:"etag"`
	ChangeSet int64  `json:"change_set,omitempty"`
	Owner     int64  `json:"owner,omitempty"` // in whose journal; 0 in answers from before there was sharing: the user's
}

func stored[T any](ctx context.Context, out *created[T]) (headers, body string, err error) {
	h, err := json.Marshal(storedHeaders{out.Location, out.ETag, journal.ReceiptOf(ctx).ChangeSet, journal.ReceiptOf(ctx).UserID})
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(out.Body)
	return string(h), string(b), err
}

func repeat[T any](ctx context.Context, a *API, user int64, key, print string) (*created[T], error) {
	type row struct{ print, headers, body string }
	r, found, err := db.One(ctx, a.DB, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.print, &r.headers, &r.body)
	}, "SELECT fingerprint, headers, body FROM idempotency_keys WHERE user_id = $1 AND key = $2", user, key)
	if err != nil {
		return nil, err
	}
	if !found || r.print != print {
		return nil, fault.New(fault.Conflict, "idempotency_key_reused", "This Idempotency-Key was used for another request. Take a new one.")
	}
	var h storedHeaders
	out := &created[T]{}
	if err := json.Unmarshal([]byte(r.headers), &h); err != nil {
		return nil, fmt.Errorf("stored answer of a repeated request: %w", err)
	}
	if err := json.Unmarshal([]byte(r.body), &out.Body); err != nil {
		return nil, fmt.Errorf("stored answer of a repeated request: %w", err)
	}
	out.Location, out.ETag = h.Location, h.ETag
	*journal.ReceiptOf(ctx) = journal.Receipt{ChangeSet: h.ChangeSet, UserID: cmp.Or(h.Owner, user)}
	return out, nil
}

// forgetting removes something for good, and with it the user's stored answers,
// which may hold it.
func (a *API) forgetting(ctx context.Context, remove func(ctx context.Context) error) error {
	return a.DB.Tx(ctx, func(ctx context.Context) error {
		if err := remove(ctx); err != nil {
			return err
		}
		err := a.DB.Later(ctx, "DELETE FROM idempotency_keys WHERE user_id = $1", who(ctx).UserID)
		return err
	})
}
