package account

import (
	"context"
	"time"

	"umbra/app/clock"
)

// keepIdempotencyKeys is how long a repeated request is recognised.
const keepIdempotencyKeys = 24 * time.Hour

// Expire removes what nobody can use any more: sessions past their age, challenges
// that are too old to be answered, attempts and idempotency keys older than a day. Run it now and then; nothing depends on when.
func (s *Service) Expire(ctx context.Context) error {
	now := s.Clock.Now()
	at := func(d time.Duration) int64 { return clock.Micros(now.Add(d)) }
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, "DELETE FROM user_sessions WHERE expires_at <= $1 OR created_at <= $2", at(0), at(-s.SessionMaxAge)); err != nil {
			return err
		}
		if _, err := s.DB.Exec(ctx, "DELETE FROM spent_challenges WHERE expires_at <= $1", at(0)); err != nil {
			return err
		}
		// Those of a clock that ran ahead would never grow old.
		if _, err := s.DB.Exec(ctx, "DELETE FROM login_attempts WHERE at <= $1 OR at > $2", at(-keepAttempts), at(keepAttempts)); err != nil {
			return err
		}
		// Flows may have begun on a server whose clock runs ahead.
		if _, err := s.DB.Exec(ctx, "DELETE FROM identity_flows WHERE used_at <= $1", at(-2*FlowAge)); err != nil {
			return err
		}
		if _, err := s.DB.Exec(ctx, "DELETE FROM invitations WHERE expires_at <= $1", at(0)); err != nil {
			return err
		}
		if _, err := s.DB.Exec(ctx, "DELETE FROM profile_links WHERE expires_at <= $1", at(0)); err != nil {
			return err
		}
		if err := s.expireEvents(ctx, now); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, "DELETE FROM idempotency_keys WHERE created_at <= $1", at(-keepIdempotencyKeys))
		return err
	})
}
