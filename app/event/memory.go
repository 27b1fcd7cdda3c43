package event

import (
	"sync"

	"umbra/app/recur"
)

const (
	// maxRemembered is how many series are remembered, about 1 KiB each.
	maxRemembered = 2048
	// maxRememberedText is the longest text that one of them may have, in bytes.
	maxRememberedText = 1024
)

// memory has the series that were read last, for they are asked for again with
// every month that is looked at. They are told to be what is stored by their
// revision, which every change of an event moves on, whoever writes it. What it
// hands out is shared and must not be changed. Its zero value is ready.
type memory struct {
	mu    sync.Mutex
	known map[int64]*Event
}

// find answers a series that is still at a revision, nil where it has none such.
func (m *memory) find(id, rev int64) *Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.known[id]; e != nil && e.Rev == rev {
		return e
	}
	return nil
}

// keep remembers series that were committed; large ones it does not.
func (m *memory) keep(events []*Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[int64]*Event{}
	}
	for _, e := range events {
		if len(e.Description)+len(e.Location)+len(e.URL) > maxRememberedText || len(e.RDates)+len(e.Exceptions)+len(e.overrides)+len(e.PersonIDs) > 30 {
			continue
		}
		for id := range m.known { // whichever comes first, which is another one each time
			if len(m.known) < maxRemembered {
				break
			}
			delete(m.known, id)
		}
		if rule, err := recur.Parse(e.RecurrenceRule); err == nil {
			e.parsed = parsed{e.RecurrenceRule, &rule}
		}
		m.known[e.ID] = e
	}
}
