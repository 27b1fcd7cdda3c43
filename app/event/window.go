package event

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
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
	out, ids := make([]Event, len(hits)), make([]string, len(hits))
	clock := recur.ClockOf(nil)
	for i := range hits {
		if zone := hits[i].event.when.location(time.UTC); zone != clock.Zone() {
			clock = recur.ClockOf(zone)
		}
		hits[i].write(&out[i], &ids[i], clock)
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
	if c := a.start.Compare(b.start); c != 0 {
		return c
	}
	return compareTied(a, b)
}

// compareTied tells hits apart that start together.
func compareTied(a, b hit) int {
	if c := cmp.Compare(a.event.ID, b.event.ID); c != 0 {
		return c
	}
	return a.id.Compare(b.id)
}

// sortHits orders many: by small keys without pointers, which move faster than
// hits do.
func sortHits(hits []hit) []hit {
	type key struct {
		start int64
		i     int
	}
	keys := make([]key, len(hits))
	for i := range hits {
		keys[i] = key{hits[i].start.Unix(), i}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.start != b.start {
			return cmp.Compare(a.start, b.start)
		}
		return compareTied(hits[a.i], hits[b.i])
	})
	out := make([]hit, len(hits))
	for to, k := range keys {
		out[to] = hits[k.i]
	}
	return out
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
	t.hits = sortHits(t.hits)[:t.n]
	if to := t.hits[t.n-1].start.Add(time.Second); to.Before(t.to) { // its equals may still come before it
		t.to = to
	}
}
