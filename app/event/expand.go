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

// How many events are read at a time: about a page, so that what is read and
// held follows the page, not what the window holds.
const (
	minChunk = 60
	maxChunk = 250
)

// key is where an event stands among those of its class that begin before it.
type key struct{ first, id int64 }

// over is after all of them.
var over = key{first: math.MaxInt64}

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
// time; to may come nearer meanwhile. They are found by when they begin: those of a
// class of spans no earlier than the longest of it.
func (s *Service) candidates(ctx context.Context, low time.Time, to *time.Time, limit int, wheres func() []*db.Where, do func([]*Event)) error {
	if err := s.short(ctx, low, to, limit, wheres, do); err != nil {
		return err
	}
	return s.long(ctx, low, to, limit, wheres, do)
}

// begun adds the condition that an event of a class comes after another one and may
// take place in a window.
func begun(w *db.Where, class int, after key, low, to time.Time) *db.Where {
	return w.And("span = ? AND (first_at, id) > (?, ?) AND first_at < ? AND last_at >= ?", class, after.first, after.id, clock.Micros(to), clock.Micros(low))
}

// earliest is before all of a class that may take place at low.
func earliest(class int, low time.Time) key {
	if class == len(spans) {
		return key{first: math.MinInt64}
	}
	return key{first: clock.Micros(low.Add(-spans[class]))}
}

func (s *Service) short(ctx context.Context, low time.Time, to *time.Time, limit int, wheres func() []*db.Where, do func([]*Event)) error {
	for after := earliest(0, low); after != over; {
		all := wheres()
		for _, w := range all {
			begun(w, 0, after, low, *to)
		}
		query, args := db.Union{Columns: "SELECT " + columns, From: "calendar_events", Order: "first_at, id", Limit: limit}.Text(all...)
		events, err := db.Query(ctx, s.db, scanBare, query, args...)
		if err != nil {
			return err
		}
		if after = over; len(events) == limit {
			last := events[limit-1]
			after = key{last.bounds.first, last.ID}
		}
		do(events)
		if err := goesOn(ctx); err != nil {
			return err
		}
	}
	return nil
}

// long reads series, mostly: of each class and each calendar of others some at a time.
func (s *Service) long(ctx context.Context, low time.Time, to *time.Time, limit int, wheres func() []*db.Where, do func([]*Event)) error {
	months := int64(monthsOf(low, *to))
	var after []key
	for class := 1; class <= len(spans); class++ {
		for range wheres() {
			after = append(after, earliest(class, low))
		}
	}
	for more := true; more; {
		all := make([]*db.Where, 0, len(after))
		for class := 1; class <= len(spans); class++ {
			for _, w := range wheres() {
				all = append(all, begun(w, class, after[len(all)], low, *to).And("(months & ?) <> 0", months))
			}
		}
		events, read, err := s.readLong(ctx, limit, all, after)
		if err != nil {
			return err
		}
		more = false
		for part, n := range read {
			if n < limit {
				after[part] = over
			} else {
				more = true
			}
		}
		do(events)
		if err := goesOn(ctx); err != nil {
			return err
		}
	}
	return nil
}

func goesOn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Overloaded, "cancelled", "The request ended before the answer was ready.").Because(err)
	}
	return nil
}

// readLong reads which series each condition takes, and of them those that it does
// not remember. It moves after, and answers how many were read of each.
func (s *Service) readLong(ctx context.Context, limit int, wheres []*db.Where, after []key) (events []*Event, read []int, err error) {
	type row struct {
		key
		part       int
		owner, rev int64
		fetched    bool
	}
	query, args := db.Union{Columns: "SELECT id, user_id, rev, first_at, " + isFetched, From: "calendar_events", Order: "first_at, id", Limit: limit}.Each(wheres...)
	rows, err := db.Query(ctx, s.db, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.part, &r.id, &r.owner, &r.rev, &r.first, &r.fetched)
	}, query, args...)
	read = make([]int, len(wheres))
	if err != nil || len(rows) == 0 {
		return nil, read, err
	}
	events = make([]*Event, 0, len(rows))
	unknown := map[int64][]int64{} // by their owner
	for _, r := range rows {
		read[r.part]++
		after[r.part] = r.key
		if e := s.series.find(r.id, r.rev); e != nil && e.fetched == r.fetched { // a calendar that gets an address moves no revision
			events = append(events, e)
		} else {
			unknown[r.owner] = append(unknown[r.owner], r.id)
		}
	}
	for owner, ids := range unknown {
		found, err := db.QueryIn(ctx, s.db, scanBare, "SELECT "+columns+" FROM calendar_events WHERE user_id = ? AND id IN ", owner, ids)
		if err != nil {
			return nil, read, err
		}
		events = append(events, found...)
		if !s.db.InTx(ctx) { // there, what is read may never come to be
			s.series.keep(found)
		}
	}
	return events, read, nil
}
