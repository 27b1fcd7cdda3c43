package event

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/recur"
)

// maxWindow is how much time one list of occurrences may cover.
const maxWindow = 2 * 366 * 24 * time.Hour

// window reads the two ends of a filter.
func (f Filter) window(home *time.Location) (from, to time.Time, err error) {
	var c check.Check
	for _, p := range []struct {
		field, value string
		into         *time.Time
	}{{"start", f.Start, &from}, {"end", f.End, &to}} {
		if p.value == "" {
			c.Add(p.field, "required", "must be given too: start and end together make a window")
			continue
		}
		m, err := parseMoment(p.value)
		if err != nil {
			c.Add(p.field, "format", err.Error())
			continue
		}
		*p.into = m.in(home).In(home)
		if m.instant {
			*p.into = m.at
		}
		// What begins there may last, and must still end in a year of four digits.
		if p.into.After(check.Latest.Add(-maxDuration)) || p.into.Before(check.Earliest) {
			c.Add(p.field, "range", "must lie between the years 1 and 9988")
		}
	}
	if c.Err() == nil && !from.Before(to) {
		c.Add("end", "order", "must lie after start")
	}
	if c.Err() == nil && to.Sub(from) > maxWindow {
		c.Add("end", "range", "must lie within 732 days of start")
	}
	return from, to, c.Err()
}

// windowSort is what a cursor of a window says: pages are by start, id, occurrence.
const windowSort = "window"

func (s *Service) window(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Event], error) {
	var none page.Page[Event]
	from, to, err := f.window(c.Location())
	if err != nil {
		return none, err
	}
	if f.Sort != "" && f.Sort != "start" {
		return none, fault.BadField("sort", "choice", "must be start, or left out, when start and end are given")
	}
	after, err := readCursor(req.Cursor)
	if err != nil {
		return none, err
	}
	hits, err := s.expand(ctx, c, from, to, after, req.Size()+1, f)
	if err != nil {
		return none, err
	}
	cut := page.Cut(hits, req.Size(), func(h hit) page.Key {
		return page.Key{Sort: windowSort, Values: []string{strconv.FormatInt(h.start.Unix(), 10), h.id.String()}, ID: h.event.ID}
	})
	return page.Page[Event]{Items: written(cut.Items), Next: cut.Next}, nil
}

func written(hits []hit) []Event {
	out := make([]Event, len(hits))
	for i, h := range hits {
		out[i] = h.occurrence()
	}
	return out
}

// readCursor answers the last occurrence seen, nil for the first page.
func readCursor(cursor string) (*hit, error) {
	k, err := page.Decode(cursor, windowSort, 2)
	if k == nil || err != nil {
		return nil, err
	}
	unix, errUnix := strconv.ParseInt(k.Values[0], 10, 64)
	id, errID := recur.ParseLocal(k.Values[1])
	at := time.Unix(unix, 0)
	if errUnix != nil || errID != nil || at.Before(check.Earliest) || at.After(check.Latest) {
		return nil, fault.BadField("cursor", "format", "is not a cursor of this list; leave it out to start from the beginning")
	}
	return &hit{event: &Event{ID: k.ID}, id: id, start: at}, nil
}

func compareHits(a, b hit) int {
	return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.event.ID, b.event.ID), a.id.Compare(b.id))
}

// top keeps the first n of many hits, and knows when it needs no later ones.
type top struct {
	n     int
	after *hit
	hits  []hit
	to    time.Time // nothing that starts here or later is wanted
}

func (t *top) add(hits []hit) {
	for _, h := range hits {
		if t.after == nil || compareHits(h, *t.after) > 0 {
			t.hits = append(t.hits, h)
		}
	}
	if len(t.hits) >= 2*t.n {
		t.trim()
	}
}

// trim drops what is too many; until then nothing needs to be in order.
func (t *top) trim() {
	if len(t.hits) < t.n {
		return
	}
	slices.SortFunc(t.hits, compareHits)
	t.hits = t.hits[:t.n]
	if to := t.hits[t.n-1].start.Add(time.Second); to.Before(t.to) { // its equals may still come before it
		t.to = to
	}
}

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

// expand answers the first n occurrences in [from, to) after a given one. Short
// events are found where they begin, the others (series, mostly) by their end.
func (s *Service) expand(ctx context.Context, c caller.Caller, from, to time.Time, after *hit, n int, f Filter) ([]hit, error) {
	t := &top{n: n, after: after, to: to}
	since, low := check.Earliest.Add(-48*time.Hour), from
	if after != nil {
		if since = after.start; since.After(low) {
			low = since
		}
	}
	lowest := clock.Micros(low)
	chunk := min(max(n, minChunk), maxChunk)
	for _, part := range []struct {
		cond string
		key  string
		from int64
		of   func(bounds) (int64, int64)
	}{
		{"NOT long_span", "first_at, last_at, id", clock.Micros(low.Add(-shortSpan)), func(b bounds) (int64, int64) { return b.first, b.last }},
		{"long_span", "last_at, first_at, id", lowest, func(b bounds) (int64, int64) { return b.last, b.first }},
	} {
		a, b, id := part.from-1, int64(math.MaxInt64), int64(math.MaxInt64)
		for {
			wheres := s.wheres(c, f)
			for _, w := range wheres {
				w.And(part.cond).And("last_at >= ?", lowest).And("first_at < ?", clock.Micros(t.to)).And("("+part.key+") > (?, ?, ?)", a, b, id)
			}
			query, args := union(part.key, chunk).Text(wheres...)
			events, err := db.Query(ctx, s.db, scan, query, args...)
			if err != nil {
				return nil, err
			}
			for i := range events {
				t.add(events[i].hits(from, t.to, since, c.Location(), n))
			}
			t.trim()
			if len(events) < chunk {
				break
			}
			last := events[len(events)-1]
			a, b = part.of(last.bounds)
			id = last.ID
			if err := ctx.Err(); err != nil {
				return nil, fault.New(fault.Overloaded, "cancelled", "The request ended before the answer was ready.").Because(err)
			}
		}
	}
	slices.SortFunc(t.hits, compareHits)
	return t.hits, nil
}
