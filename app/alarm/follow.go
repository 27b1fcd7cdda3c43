package alarm

import (
	"context"
	"sync"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
)

// change is a commit that may have moved alarms.
type change struct {
	user  int64 // 0: anybody
	other bool  // it was in another process
}

// follow notes a change for Run. A note that finds no room is made good by one
// about everybody.
func (s *Service) follow(userID int64, other bool) {
	select {
	case s.changed <- change{userID, other}:
	default:
	}
}

const (
	// otherWait is how long the server that wrote has to plan what it wrote.
	otherWait = 2 * time.Second
	retryWait = 5 * time.Second
	// gather is how long changes are gathered before they are planned: a plan is a
	// transaction of its own, and one does for many of them.
	gather = 50 * time.Millisecond
)

// Run plans what changes, until ctx ends. It sends no statement while nothing does.
func (s *Service) Run(ctx context.Context) {
	var everybody time.Time // when to look at all who are behind
	users := map[int64]bool{}
	seen := s.Clock.Now()
	everybody = time.Now()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	gathered, gathering := time.NewTimer(0), true
	defer gathered.Stop()
	begin := func() {
		if !gathering {
			gathered.Reset(gather)
			gathering = true
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-s.changed:
			switch {
			case len(s.changed) == cap(s.changed)-1: // some found no room
				everybody = time.Now()
				begin()
			case c.user != 0 && !c.other:
				users[c.user] = true
				begin()
			case everybody.IsZero():
				everybody = time.Now().Add(otherWait)
			}
			continue
		case <-gathered.C:
			gathering = false
		case <-tick.C:
			now := s.Clock.Now()
			if now.Before(seen.Add(-time.Second)) { // the clock was set back
				everybody = time.Now()
			}
			seen = now
		}
		if !everybody.IsZero() && !time.Now().Before(everybody) {
			everybody = time.Time{}
			behind, err := s.behind(ctx)
			if err != nil {
				s.failed(ctx, err)
				everybody = time.Now().Add(retryWait)
			}
			for _, id := range behind {
				users[id] = true
			}
		}
		for id := range users {
			delete(users, id)
			if err := s.Plan(ctx, id); err != nil {
				s.failed(ctx, err)
				everybody = time.Now().Add(retryWait)
			}
		}
	}
}

func (s *Service) failed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "planning alarms failed; it is tried again", "error", err)
	}
}

// behind are the users whose journal goes on after their plan, or whose plan was
// made by a clock that was ahead.
func (s *Service) behind(ctx context.Context) ([]int64, error) {
	return db.Query(ctx, s.DB, db.Value[int64], `SELECT h.user_id FROM journal_heads h LEFT JOIN alarm_plans p ON p.user_id = h.user_id
WHERE p.user_id IS NULL OR p.seq <> h.seq OR p.epoch <> h.epoch OR p.looked_at > $1 ORDER BY h.user_id`, clock.Micros(s.Clock.Now().Add(grace)))
}

// Stats are the figures of delivery since the process began, for metrics.
type Stats struct {
	Sent, Failed int64         // messages taken by a channel, and attempts that were not
	GivenUp      int64         // messages that no attempt brought
	Lag, Worst   time.Duration // from the due time to when the first channel took it; of those that were not late nor held
}

type lags struct {
	mu sync.Mutex
	Stats
}

// Stats answers them.
func (s *Service) Stats() Stats {
	s.lags.mu.Lock()
	defer s.lags.mu.Unlock()
	return s.lags.Stats
}

func (s *Service) counted(f func(*Stats)) {
	s.lags.mu.Lock()
	defer s.lags.mu.Unlock()
	f(&s.lags.Stats)
}
