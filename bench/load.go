package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// operation is one kind of request that is measured.
type operation struct {
	name  string
	aim   float64 // how many times the peer's requests a second
	count int     // requests a round; 0: as many as its time allows
	// next answers the method, path and body of the i-th request.
	next func(p *peer, i int) (method, path, body string)
	made bool // the answer names a new record
}

func operations(records, rounds int) []operation {
	get := func(p *peer, _ int) (string, string, string) { return "GET", p.todos + "/" + p.anyID(), "" }
	list := func(p *peer, _ int) (string, string, string) { return "GET", p.list, "" }
	update := func(p *peer, i int) (string, string, string) { return "PATCH", p.todos + "/" + p.anyID(), change(i) }
	return []operation{
		{name: "create", aim: 1.5, count: records / rounds, made: true,
			next: func(p *peer, i int) (string, string, string) { return "POST", p.todos, todo(i) }},
		{name: "get", aim: 3, next: get},
		{name: "list of 50", aim: 3, next: list},
		{name: "update", aim: 1.5, next: update},
		{name: "mixed 80/10/10", next: func(p *peer, i int) (string, string, string) {
			switch i % 10 {
			case 3:
				return list(p, i)
			case 7:
				return update(p, i)
			}
			return get(p, i)
		}},
		{name: "delete", aim: 1.5, count: records / rounds / 2,
			next: func(p *peer, i int) (string, string, string) { return "DELETE", p.todos + "/" + p.ids[i], "" }},
	}
}

func (p *peer) anyID() string { return p.ids[rand.IntN(len(p.ids))] }

func day(offset int) string { return time.Now().AddDate(0, 0, offset).Format(time.DateOnly) }

// result is what a server did in an operation, over all rounds.
type result struct {
	requests  int
	elapsed   time.Duration
	cpu       time.Duration
	latencies []time.Duration
}

func (r *result) perSecond() float64 { return float64(r.requests) / r.elapsed.Seconds() }

func (r *result) cpuEach() time.Duration { return r.cpu / time.Duration(max(r.requests, 1)) }

func (r *result) percentile(q float64) time.Duration {
	slices.Sort(r.latencies)
	return r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)]
}

// measure gives each server the same rounds of an operation in turn, so that
// what else the machine does falls on all of them.
func measure(peers []*peer, op operation, rounds, clients int, limit time.Duration) ([]*result, error) {
	results := make([]*result, len(peers))
	for i := range results {
		results[i] = &result{}
	}
	for round := range rounds {
		for i, p := range peers {
			if err := p.round(op, results[i], clients, limit, round*op.count); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", p.name, op.name, err)
			}
		}
	}
	return results, nil
}

// round runs an operation on all connections; first numbers its first request.
// Any answer but 2xx fails it.
func (p *peer) round(op operation, r *result, clients int, limit time.Duration, first int) error {
	var next atomic.Int64
	last := int64(op.count)
	if op.count == 0 {
		last = 1 << 40
	}
	workers := make([]worker, clients)
	cpu, err := p.cpu()
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	begun := time.Now()
	for i := range workers {
		wg.Go(func() {
			workers[i].err = workers[i].run(p, op, func() (int, bool) {
				n := next.Add(1) - 1
				return first + int(n), n < last && (op.count > 0 || time.Since(begun) < limit)
			})
		})
	}
	wg.Wait()
	r.elapsed += time.Since(begun)
	used, err := p.cpu()
	if err != nil {
		return err
	}
	r.cpu += used - cpu
	for _, w := range workers {
		if w.err != nil {
			return w.err
		}
		r.requests += len(w.latencies)
		r.latencies = append(r.latencies, w.latencies...)
		p.ids = append(p.ids, w.ids...)
	}
	return nil
}

type worker struct {
	latencies []time.Duration
	ids       []string
	err       error
}

func (w *worker) run(p *peer, op operation, take func() (int, bool)) error {
	c, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer c.close()
	var buf []byte
	for {
		i, more := take()
		if !more {
			return nil
		}
		method, path, body := op.next(p, i)
		buf = appendRequest(buf[:0], p.addr, method, path, p.headers, body)
		begun := time.Now()
		status, _, answer, err := c.do(buf, "")
		if err != nil {
			return err
		}
		w.latencies = append(w.latencies, time.Since(begun))
		if status/100 != 2 {
			return fmt.Errorf("%s %s: %d: %.300s", method, path, status, answer)
		}
		if op.made {
			id, err := idOf(answer)
			if err != nil {
				return err
			}
			w.ids = append(w.ids, id)
		}
	}
}

// idOf reads the id of a record: a number in Umbra, a text in PocketBase.
func idOf(body []byte) (string, error) {
	var record struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(body, &record); err != nil {
		return "", err
	}
	id := string(record.ID)
	if strings.HasPrefix(id, `"`) {
		return strconv.Unquote(id)
	}
	return id, nil
}
