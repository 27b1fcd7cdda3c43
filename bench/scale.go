package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"umbra/bench/process"
)

// size is how much an account holds. To-dos and events lie equally thick on
// the days, over a span that grows with their number: a longer life, not a
// busier one.
type size struct {
	todos, events, people int
	days                  int
}

var (
	small = size{todos: 1_000, events: 500, people: 100, days: 100}
	large = size{todos: 100_000, events: 50_000, people: 10_000, days: 10_000}
)

// overSize measures whether what Umbra does costs more in a large account.
func overSize(o options) error {
	sizes := []size{small, large}
	peers := []*peer{umbra("small", o.umbra, filepath.Join(o.dir, "small")), umbra("large", o.umbra, filepath.Join(o.dir, "large"))}
	prints := make([]footprint, len(peers))
	for i, p := range peers {
		var err error
		if prints[i], err = p.prepare(); err != nil {
			return err
		}
		defer p.stop()
		if err := sizes[i].fill(p, o.clients); err != nil {
			return err
		}
	}
	var r report
	r.line("# Cost over size\n")
	r.line("Made by `make bench-scale` on %s: %s. Small: %d to-dos, %d events, %d people; large: %d, %d, %d. The aim is a cost ratio under 2.\n",
		time.Now().Format(time.DateOnly), process.Machine(), small.todos, small.events, small.people, large.todos, large.events, large.people)
	r.line("| operation | small req/s | large req/s | cost ratio | small CPU µs each | large CPU µs each | CPU ratio |")
	r.line("|---|---:|---:|---:|---:|---:|---:|")
	for _, op := range readings() {
		results, err := measure(peers, op, o.rounds, o.clients, o.limit)
		if err != nil {
			return err
		}
		a, b := results[0], results[1]
		r.line("| %s | %.0f | %.0f | **%.2f** | %d | %d | %.2f |", op.name, a.perSecond(), b.perSecond(), a.perSecond()/b.perSecond(),
			a.cpuEach().Microseconds(), b.cpuEach().Microseconds(), float64(b.cpuEach())/float64(max(a.cpuEach(), 1)))
	}
	r.line("")
	for i, p := range peers {
		if err := p.finish(&prints[i]); err != nil {
			return err
		}
	}
	r.footprints([]string{"small", "large"}, prints)
	return r.save(os.Stdout, o.out)
}

// fill makes the account through the API, as a person would.
func (s size) fill(p *peer, clients int) error {
	for _, op := range []operation{
		{name: "to-dos", count: s.todos, made: true, next: func(_ *peer, i int) (string, string, string) { return "POST", "/api/todos", s.todo(i) }},
		{name: "events", count: s.events, next: func(_ *peer, i int) (string, string, string) { return "POST", "/api/events", s.event(i) }},
		{name: "people", count: s.people, next: func(_ *peer, i int) (string, string, string) { return "POST", "/api/people", person(i) }},
	} {
		var r result
		if err := p.round(op, &r, clients, 0, 0); err != nil {
			return fmt.Errorf("%s, filling in %s: %w", p.name, op.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %d %s at %.0f/s\n", p.name, r.requests, op.name, r.perSecond())
	}
	return nil
}

// offset spreads the i-th record over the days, from half of them ago.
func (s size) offset(i int) int { return i*7919%s.days - s.days/2 }

// todo is done when it lies in the past, but for one in twenty.
func (s size) todo(i int) string {
	at := s.offset(i)
	return fmt.Sprintf(`{"title":"Water the plants on balcony %d","due_date":%q,"completed":%t,"tags":["plants"],"category":"home"}`, i, day(at), at < 0 && i%20 != 0)
}

// event repeats eight times in one of ten; twenty in all never end.
func (s size) event(i int) string {
	on, rule := day(s.offset(i)), ""
	switch {
	case i < 20:
		rule = "FREQ=WEEKLY"
	case i%10 == 0:
		rule = "FREQ=WEEKLY;COUNT=8"
	}
	return fmt.Sprintf(`{"title":"Choir %d","start":"%sT%02d:00:00Z","end":"%sT%02d:30:00Z","recurrence_rule":%q}`, i, on, i%24, on, i%24, rule)
}

func person(i int) string {
	return fmt.Sprintf(`{"given_name":"Ann %d","family_name":"Example","birthday":"1980-%02d-%02d","category":"friends"}`, i, i%12+1, i%28+1)
}

// readings are what must cost the same whatever the account holds.
func readings() []operation {
	read := func(name, path string) operation {
		return operation{name: name, next: func(*peer, int) (string, string, string) { return "GET", path, "" }}
	}
	return []operation{
		{name: "get a to-do", next: func(p *peer, _ int) (string, string, string) { return "GET", "/api/todos/" + p.anyID(), "" }},
		read("list of 50 to-dos by due date", "/api/todos?limit=50&completed=false&sort=due_date"),
		read("list of 50 to-dos by title", "/api/todos?limit=50&sort=title"),
		read("list of 50 people", "/api/people?limit=50"),
		read("a week of events", "/api/events?start="+day(0)+"T00:00:00Z&end="+day(7)+"T00:00:00Z"),
		read("dashboard", "/api/dashboard"),
		read("upcoming", "/api/upcoming"),
		{name: "update a to-do", next: func(p *peer, i int) (string, string, string) {
			return "PATCH", "/api/todos/" + p.anyID(), change(i)
		}},
	}
}
