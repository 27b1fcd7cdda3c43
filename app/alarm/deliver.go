package alarm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/jobs"
	"umbra/app/notify"
)

// sendTimeout bounds one attempt over one channel.
const sendTimeout = 30 * time.Second

// deliver sends one message over one channel.
func (s *Service) deliver(ctx context.Context, j jobs.Job) jobs.Result {
	idText, rest, _ := strings.Cut(j.Key, "/")
	channel, ringText, _ := strings.Cut(rest, "/")
	id, errID := strconv.ParseInt(idText, 10, 64)
	ring, errRing := strconv.Atoi(ringText)
	userID, errUser := strconv.ParseInt(j.Payload, 10, 64)
	if errors.Join(errID, errRing, errUser) != nil {
		return jobs.Result{} // no job of ours
	}
	u, found, err := s.user(ctx, userID)
	if err != nil || !found {
		return jobs.Result{Err: err}
	}
	d, found, err := s.delivery(ctx, userID, id)
	if err != nil || !found || !d.waits() || u.disabled {
		return jobs.Result{Err: err} // answered meanwhile: there is nothing to tell
	}
	rec, err := s.recordsOf(ctx, u, []row{{kind: d.Kind, recordID: d.RecordID}})
	if err != nil {
		return jobs.Result{Err: err}
	}
	r, found := rec[alarmKey{kind: d.Kind, id: d.RecordID}]
	if !found || r.Rests.After(d.DueAt) {
		return jobs.Result{Save: func(ctx context.Context, _ *jobs.Settled) error {
			return s.rest(ctx, userID, d.Kind, d.RecordID, d.DueAt.Add(time.Microsecond))
		}}
	}
	now := s.Clock.Now()
	if end := u.quietEnd(now); !end.IsZero() && r.Insist == 0 {
		return jobs.Result{Repeats: true, Save: func(ctx context.Context, settled *jobs.Settled) error {
			settled.Again = end
			return s.held(ctx, userID, id, channel, end)
		}}
	}
	if over, err := s.overtaken(ctx, u, d, notify.Channel(channel), ring); err != nil || over {
		return jobs.Result{Err: err}
	}
	m, err := s.message(ctx, u, d, r, ring)
	if err != nil {
		return jobs.Result{Err: err}
	}
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	err = s.Send.Deliver(sending, userID, notify.Channel(channel), m)
	at := s.Clock.Now()
	if err == nil {
		return jobs.Result{Save: func(ctx context.Context, _ *jobs.Settled) error { return s.sent(ctx, d, channel, j.Attempt, at) }}
	}
	reason := notify.AsError(err)
	s.counted(func(c *Stats) { c.Failed++ })
	if s.Log.Enabled(ctx, -4) {
		s.Log.DebugContext(ctx, "a message was not taken", "channel", channel, "delivery", id, "attempt", j.Attempt, "error", reason.Reason)
	}
	escalates := false
	if j.Attempt == 1 && r.Insist > 0 {
		if escalates, err = s.escalates(ctx, u, d, notify.Channel(channel)); err != nil {
			return jobs.Result{Err: err}
		}
	}
	return jobs.Result{Err: Attempt(reason), Save: func(ctx context.Context, settled *jobs.Settled) error {
		err := s.notSent(ctx, d, channel, j.Attempt, settled, reason)
		if err == nil && escalates {
			err = s.insistAt(ctx, userID, id, s.Clock.Now())
		}
		return err
	}}
}

func (s *Service) held(ctx context.Context, userID, id int64, channel string, until time.Time) error {
	if err := s.DB.Later(ctx, "UPDATE deliveries SET held_until = $3 WHERE user_id = $1 AND id = $2", userID, id, clock.Micros(until)); err != nil {
		return err
	}
	return s.DB.Later(ctx, "UPDATE delivery_channels SET next_try_at = $4 WHERE user_id = $1 AND delivery_id = $2 AND channel = $3", userID, id, channel, clock.Micros(until))
}

func (s *Service) sent(ctx context.Context, d Delivery, channel string, attempt int, at time.Time) error {
	if err := s.DB.Later(ctx, `UPDATE delivery_channels SET state = 'sent', attempts = $4, sent_at = $5, next_try_at = NULL, error = '', reason = ''
WHERE user_id = $1 AND delivery_id = $2 AND channel = $3`, d.userID, d.ID, channel, attempt, clock.Micros(at)); err != nil {
		return err
	}
	if err := s.DB.Later(ctx, `UPDATE deliveries SET state = 'sent', sent_at = COALESCE(sent_at, $3), held_until = NULL
WHERE user_id = $1 AND id = $2 AND state IN ('pending', 'failed', 'sent')`, d.userID, d.ID, clock.Micros(at)); err != nil {
		return err
	}
	db.AfterCommit(ctx, func() {
		s.counted(func(c *Stats) {
			c.Sent++
			if !d.Late && d.HeldUntil == nil && d.SentAt == nil {
				c.Lag = at.Sub(d.DueAt)
				c.Worst = max(c.Worst, c.Lag)
			}
		})
	})
	return nil
}

func (s *Service) notSent(ctx context.Context, d Delivery, channel string, attempt int, settled *jobs.Settled, reason *notify.Error) error {
	state, next := "pending", clock.MicrosPtr(&settled.Again)
	if settled.Dead {
		state, next = "failed", nil
		db.AfterCommit(ctx, func() { s.counted(func(c *Stats) { c.GivenUp++ }) })
		// Of two channels that are given up at once, the second sees what the first wrote.
		if err := s.DB.Later(ctx, "UPDATE deliveries SET state = state WHERE user_id = $1 AND id = $2", d.userID, d.ID); err != nil {
			return err
		}
	}
	if err := s.DB.Later(ctx, `UPDATE delivery_channels SET state = $4, attempts = $5, next_try_at = $6, error = $7, reason = $8
WHERE user_id = $1 AND delivery_id = $2 AND channel = $3`, d.userID, d.ID, channel, state, attempt, next, reason.Reason, reason.Why.String()); err != nil || !settled.Dead {
		return err
	}
	return s.DB.Later(ctx, `UPDATE deliveries SET state = 'failed' WHERE user_id = $1 AND id = $2 AND state = 'pending'
AND NOT EXISTS (SELECT 1 FROM delivery_channels c WHERE c.user_id = $1 AND c.delivery_id = $2 AND c.state <> 'failed')`, d.userID, d.ID)
}

// Acknowledge says that a user has seen what rang; one that was answered already
// stays as it was. NotFound.
func (s *Service) Acknowledge(ctx context.Context, userID, id int64) (Delivery, error) {
	err := s.DB.Tx(ctx, func(ctx context.Context) error { _, err := s.answered(ctx, userID, id, "seen"); return err })
	if err != nil {
		return Delivery{}, err
	}
	return s.Find(ctx, userID, id)
}

// answered ends a delivery's waiting; it is false where that was done before.
func (s *Service) answered(ctx context.Context, userID, id int64, how string) (bool, error) {
	n, err := s.DB.Exec(ctx, `UPDATE deliveries SET state = 'acknowledged', answer = $3, acknowledged_at = $4, next_ring_at = NULL, held_until = NULL
WHERE user_id = $1 AND id = $2 AND acknowledged_at IS NULL`, userID, id, how, clock.Micros(s.Clock.Now()))
	return n > 0, err
}

// Retry tries the channels that failed, or wait for their next try, at once. One
// that no channel was on for goes to those that are now. It answers NotFound, and
// Conflict where nothing is left to send, or no channel is on.
func (s *Service) Retry(ctx context.Context, userID, id int64) (Delivery, error) {
	d, err := s.Find(ctx, userID, id)
	if err != nil {
		return d, err
	}
	channels, err := s.Send.Channels(ctx, userID)
	if err != nil {
		return d, err
	}
	var again []notify.Channel
	for _, c := range channels {
		sent := false
		for _, had := range d.Channels {
			sent = sent || had.Channel == string(c) && had.State == "sent"
		}
		if !sent {
			again = append(again, c)
		}
	}
	switch {
	case d.AcknowledgedAt != nil || len(channels) > 0 && len(again) == 0:
		return d, fault.New(fault.Conflict, "nothing_to_send", "It has been delivered or answered already: there is nothing to send again.")
	case len(channels) == 0:
		return d, fault.New(fault.Conflict, "no_channel", "No way to reach you is turned on. Turn one on in the settings under notifications.")
	}
	err = s.DB.Tx(ctx, func(ctx context.Context) error {
		n, err := s.DB.Exec(ctx, `UPDATE deliveries SET state = CASE WHEN state IN ('failed', 'missed') THEN 'pending' ELSE state END
WHERE user_id = $1 AND id = $2 AND acknowledged_at IS NULL`, userID, id)
		if err != nil || n == 0 {
			return err
		}
		return s.hand(ctx, userID, id, d.Rings, again, s.Clock.Now())
	})
	if err != nil {
		return d, err
	}
	return s.Find(ctx, userID, id)
}

// messageID is what a receiver knows a repeat by: each ring is a message of its own.
func messageID(d Delivery, ring int) string { return fmt.Sprintf("%s-%d", d.uid, ring) }
