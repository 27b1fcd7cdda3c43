package push

import (
	"context"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/notify"
)

// Key is this server's key towards push services. The first call makes it, once
// for all servers of the database. Where the one there was can no longer be
// opened (a restore without its SECRET_KEY) a new one is made, and browsers that
// subscribed with the old one are forgotten: they would never hear of us.
func (s *Service) Key(ctx context.Context) (notify.PushKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		return *s.key, nil
	}
	sealed, _, err := db.One(ctx, s.db, db.Value[string], "SELECT key_secret FROM push_keys WHERE id = 1")
	if err != nil {
		return notify.PushKey{}, err
	}
	if sealed == "" {
		if sealed, err = s.makeKey(ctx); err != nil {
			return notify.PushKey{}, err
		}
	}
	raw, err := s.open(sealed, "push_keys", 1, "key_secret")
	if err != nil {
		return notify.PushKey{}, err
	}
	k, err := notify.ParsePushKey(raw)
	if err == nil {
		s.key = &k
	}
	return k, err
}

func (s *Service) makeKey(ctx context.Context) (sealed string, err error) {
	fresh, err := notify.NewPushKey()
	if err != nil {
		return "", err
	}
	raw, err := fresh.Bytes()
	if err != nil {
		return "", err
	}
	mine := s.seal(raw, "push_keys", 1, "key_secret")
	err = s.db.Tx(ctx, func(ctx context.Context) error {
		made, err := s.db.Exec(ctx, `INSERT INTO push_keys (id, key_secret, created_at) VALUES (1, $1, $2)
ON CONFLICT (id) DO UPDATE SET key_secret = excluded.key_secret, created_at = excluded.created_at WHERE push_keys.key_secret = ''`, mine, clock.Micros(s.clock.Now()))
		if err != nil {
			return err
		}
		if made == 1 {
			if _, err := s.db.Exec(ctx, "DELETE FROM push_subscriptions"); err != nil {
				return err
			}
		}
		sealed, _, err = db.One(ctx, s.db, db.Value[string], "SELECT key_secret FROM push_keys WHERE id = 1") // another server's, where that was quicker
		return err
	})
	return sealed, err
}
