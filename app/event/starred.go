package event

import (
	"context"
	"math"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
)

// Starred answers, of each starred event, the next occurrence that touches the
// time from a moment on, by their start, at most limit.
func (s *Service) Starred(ctx context.Context, c caller.Caller, from time.Time, limit int) ([]Event, error) {
	if limit < 1 {
		return nil, nil
	}
	starred := true
	t := &top{n: limit, to: check.Latest.Add(-maxDuration)}
	low := clock.Micros(from.Add(-spans[0] - 2*anyZone))
	// What began long ago can only still come when it spans long; the rest is
	// found where it begins.
	for _, part := range []struct {
		cond, key string
		from      int64
		of        func(bounds) int64
	}{
		{"start_at >= ?", "start_at, id", low, func(b bounds) int64 { return b.start }},
		{"start_at < ? AND span > 0", "last_at, id", clock.Micros(from), func(b bounds) int64 { return b.last }},
	} {
		after, id := part.from-1, int64(math.MaxInt64)
		for {
			wheres := s.wheres(c, Filter{Starred: &starred})
			for _, w := range wheres {
				w.And("last_at >= ?", clock.Micros(from)).And("first_at < ?", clock.Micros(t.to)).And(part.cond, low).
					And("("+part.key+") > (?, ?)", after, id)
			}
			query, args := db.Union{Columns: "SELECT " + columns, From: "calendar_events", Order: part.key, Limit: minChunk}.Text(wheres...)
			events, err := db.Query(ctx, s.db, scanBare, query, args...)
			if err != nil {
				return nil, err
			}
			for _, e := range events {
				if next := e.hits(from, t.to, check.Earliest, c.Location(), 1); len(next) > 0 {
					t.add(next[:1])
				}
			}
			t.trim()
			if len(events) < minChunk {
				break
			}
			last := events[len(events)-1]
			after, id = part.of(last.bounds), last.ID
		}
	}
	return written(t.hits), nil
}
