package event

import (
	"context"
	"math"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
)

// union reads the first events by a key.
func union(key string, limit int) db.Union {
	return db.Union{Columns: "SELECT " + columns, From: "calendar_events", Order: key, Limit: limit}
}

// How many events are read at a time: about a page, so that what is read and
// held follows the page, not what the window holds.
const (
	minChunk = 60
	maxChunk = 250
)

// chunk is some of the events by a key, of which it has the last.
type chunk struct {
	events []*Event
	a, b   int64
	id     int64
	read   int // how many rows; of a series that is gone since, there is no event
}

// expand answers the first n occurrences in [from, to) after a given one.
func (s *Service) expand(ctx context.Context, c caller.Caller, from, to time.Time, after *hit, n int, f Filter) ([]hit, error) {
	t := &top{n: n, after: after, to: to}
	since, low := check.Earliest.Add(-48*time.Hour), from
	if after != nil {
		if since = after.start; since.After(low) {
			low = since
		}
	}
	err := s.candidates(ctx, low, &t.to, min(max(n, minChunk), maxChunk), func() []*db.Where { return s.wheres(c, f) }, func(events []*Event) {
		for _, e := range events {
			t.add(e.hits(from, t.to, since, c.Location(), n))
		}
		t.trim()
	})
	return sortHits(t.hits), err
}

// candidates reads the events that may have an occurrence in [low, to), some at a
// time; to may come nearer meanwhile. Short events are found where they begin, the
// others (series, mostly) by their end.
func (s *Service) candidates(ctx context.Context, low time.Time, to *time.Time, limit int, wheres func() []*db.Where, do func([]*Event)) error {
	lowest, months := clock.Micros(low), int64(monthsOf(low, *to))
	for _, part := range []struct {
		cond string
		arg  int64
		key  string
		from int64
		read func(ctx context.Context, key string, limit int, wheres []*db.Where) (chunk, error)
	}{
		{"NOT long_span AND last_at >= ?", lowest, "first_at, last_at, id", clock.Micros(low.Add(-shortSpan)), s.readShort},
		{"long_span AND (months & ?) <> 0", months, "last_at, first_at, id", lowest, s.readLong},
	} {
		last := chunk{a: part.from - 1, b: math.MaxInt64, id: math.MaxInt64, read: limit}
		for last.read == limit {
			all := wheres()
			for _, w := range all {
				w.And(part.cond, part.arg).And("first_at < ?", clock.Micros(*to)).And("("+part.key+") > (?, ?, ?)", last.a, last.b, last.id)
			}
			var err error
			if last, err = part.read(ctx, part.key, limit, all); err != nil {
				return err
			}
			do(last.events)
			if err := ctx.Err(); err != nil {
				return fault.New(fault.Overloaded, "cancelled", "The request ended before the answer was ready.").Because(err)
			}
		}
	}
	return nil
}

func (s *Service) readShort(ctx context.Context, key string, limit int, wheres []*db.Where) (chunk, error) {
	query, args := union(key, limit).Text(wheres...)
	events, err := db.Query(ctx, s.db, scanBare, query, args...)
	out := chunk{events: events, read: len(events)}
	if len(events) > 0 {
		last := events[len(events)-1]
		out.a, out.b, out.id = last.bounds.first, last.bounds.last, last.ID
	}
	return out, err
}

// readLong reads which series there are, and of them those that it does not
// remember.
func (s *Service) readLong(ctx context.Context, key string, limit int, wheres []*db.Where) (chunk, error) {
	query, args := db.Union{Columns: "SELECT id, user_id, rev, last_at, first_at, " + isFetched, From: "calendar_events", Order: key, Limit: limit}.Text(wheres...)
	type row struct {
		id, owner, rev, last, first int64
		fetched                     bool
	}
	rows, err := db.Query(ctx, s.db, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.id, &r.owner, &r.rev, &r.last, &r.first, &r.fetched)
	}, query, args...)
	if err != nil || len(rows) == 0 {
		return chunk{}, err
	}
	end := rows[len(rows)-1]
	out := chunk{events: make([]*Event, 0, len(rows)), a: end.last, b: end.first, id: end.id, read: len(rows)}
	unknown := map[int64][]int64{} // by their owner
	for _, r := range rows {
		if e := s.series.find(r.id, r.rev); e != nil && e.fetched == r.fetched { // a calendar that gets an address moves no revision
			out.events = append(out.events, e)
		} else {
			unknown[r.owner] = append(unknown[r.owner], r.id)
		}
	}
	for owner, ids := range unknown {
		events, err := db.QueryIn(ctx, s.db, scanBare, "SELECT "+columns+" FROM calendar_events WHERE user_id = ? AND id IN ", owner, ids)
		if err != nil {
			return out, err
		}
		out.events = append(out.events, events...)
		if !s.db.InTx(ctx) { // there, what is read may never come to be
			s.series.keep(events)
		}
	}
	return out, nil
}
