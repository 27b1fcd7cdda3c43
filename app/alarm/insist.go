package alarm

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"umbra/app/clock"
	"umbra/app/jobs"
	"umbra/app/notify"
)

const (
	// maxRings is how often an unanswered reminder rings, the first time included.
	maxRings = 24
	// louder is from which ring on it is as loud as can be.
	louder = 4
)

func (s *Service) insistAt(ctx context.Context, userID, id int64, at time.Time) error {
	if err := s.DB.Later(ctx, "UPDATE deliveries SET next_ring_at = $3 WHERE user_id = $1 AND id = $2", userID, id, clock.Micros(at)); err != nil {
		return err
	}
	return s.Queue.By(ctx, insistJob, strconv.FormatInt(id, 10), strconv.FormatInt(userID, 10), at)
}

// escalates says whether to ring at once over the next channel, because the one
// that this ring added has failed: who waits until the next ring waits in vain.
func (s *Service) escalates(ctx context.Context, u user, d Delivery, failed notify.Channel) (bool, error) {
	on, err := s.Send.Channels(ctx, u.UserID)
	return len(u.reach(on, true, d.Rings)) < len(on) && u.newest(on, failed, d.Rings), err
}

// overtaken says whether it has rung again since over the same channel: that
// message takes this one's place.
func (s *Service) overtaken(ctx context.Context, u user, d Delivery, c notify.Channel, ring int) (bool, error) {
	if ring >= d.Rings {
		return false, nil
	}
	on, err := s.Send.Channels(ctx, u.UserID)
	return slices.Contains(u.reach(on, true, d.Rings), c), err
}

// insist rings again what nobody has answered.
func (s *Service) insist(ctx context.Context, j jobs.Job) jobs.Result {
	id, errID := strconv.ParseInt(j.Key, 10, 64)
	userID, errUser := strconv.ParseInt(j.Payload, 10, 64)
	if errors.Join(errID, errUser) != nil {
		return jobs.Result{Repeats: true}
	}
	u, found, err := s.user(ctx, userID)
	if err != nil || !found {
		return jobs.Result{Err: err, Repeats: true}
	}
	d, found, err := s.delivery(ctx, userID, id)
	if err != nil || !found || !d.waits() || d.Rings >= maxRings || u.disabled {
		return jobs.Result{Err: err, Repeats: true}
	}
	records, err := s.recordsOf(ctx, u, []row{{kind: d.Kind, recordID: d.RecordID}})
	r := records[alarmKey{kind: d.Kind, id: d.RecordID}]
	if err != nil || r.Insist == 0 || r.Rests.After(d.DueAt) {
		return jobs.Result{Err: err, Repeats: true}
	}
	channels, err := s.Send.Channels(ctx, userID)
	if err != nil {
		return jobs.Result{Err: err, Repeats: true}
	}
	now := s.Clock.Now()
	return jobs.Result{Repeats: true, Save: func(ctx context.Context, settled *jobs.Settled) error {
		ring := d.Rings + 1
		next := now.Add(r.Insist)
		var nextAt *int64
		if ring < maxRings {
			settled.Again, nextAt = next, clock.MicrosPtr(&next)
		}
		n, err := s.DB.Exec(ctx, "UPDATE deliveries SET rings = $3, next_ring_at = $4 WHERE user_id = $1 AND id = $2 AND rings = $5 AND acknowledged_at IS NULL",
			userID, id, ring, nextAt, d.Rings)
		if err != nil {
			return err
		}
		if n == 0 {
			settled.Again = time.Time{}
			return nil
		}
		return s.hand(ctx, userID, id, ring, u.reach(channels, true, ring), now)
	}}
}

// reach is over which of the channels that are on something rings for the nth
// time. What insists goes over one more each time, in the user's order; those
// that the order does not name come together, after it.
func (u user) reach(on []notify.Channel, insists bool, ring int) []notify.Channel {
	var steps []notify.Channel
	for _, c := range u.escalation {
		if slices.Contains(on, c) {
			steps = append(steps, c)
		}
	}
	if !insists || ring > len(steps) {
		return on
	}
	return steps[:ring]
}

// newest says whether a channel is one that the nth ring goes over and the one
// before did not.
func (u user) newest(on []notify.Channel, c notify.Channel, ring int) bool {
	return slices.Contains(u.reach(on, true, ring), c) && (ring == 1 || !slices.Contains(u.reach(on, true, ring-1), c))
}
