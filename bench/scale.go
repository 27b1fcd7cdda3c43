package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// sizes are an account of a thousand records, and ten times as many, up to most.
func sizes(most int) (all []size) {
	for n := 1_000; n <= most; n *= 10 {
		all = append(all, size{todos: n * 6 / 10, events: n * 3 / 10, people: n / 10, days: n / 10})
	}
	return all
}

func (s size) name() string {
	n := s.todos + s.events + s.people
	if n < 1_000_000 {
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprintf("%dM", n/1_000_000)
}

// overSize measures whether what Umbra does costs more in a large account.
func overSize(o options) error {
	var peers []*peer
	var names []string
	var prints []footprint
	for _, s := range sizes(o.most) {
		p := umbra(s.name(), o.umbra, filepath.Join(o.dir, s.name()))
		f, err := p.prepare()
		if err != nil {
			return err
		}
		defer p.stop()
		if err := p.writing(&f); err != nil {
			return err
		}
		if err := s.fill(p, o.clients); err != nil {
			return err
		}
		peers, names, prints = append(peers, p), append(names, p.name), append(prints, f)
	}
	var r report
	r.line("# Cost over size\n")
	r.line("Made by `make bench-scale` on %s: %s. Of the records six in ten are to-dos, three events and one a person, ten a day over a\n"+
		"life that is as long as it takes. In brackets: how many times the cost of the smallest account; the aim is under 2.\n",
		time.Now().Format(time.DateOnly), process.Machine())
	r.line("| requests a second | %s | processor time each, µs: %s |", strings.Join(names, " | "), strings.Join(names, " | "))
	r.line("|---|%s", strings.Repeat("---:|", 2*len(names)))
	for _, op := range readings() {
		results, err := measure(peers, op, o.rounds, o.clients, o.limit)
		if err != nil {
			return err
		}
		var cells []string
		for _, x := range results {
			cells = append(cells, fmt.Sprintf("%.0f (%.2f)", x.perSecond(), results[0].perSecond()/x.perSecond()))
		}
		for _, x := range results {
			cells = append(cells, fmt.Sprintf("%d (%.2f)", x.cpuEach().Microseconds(), float64(x.cpuEach())/float64(max(results[0].cpuEach(), 1))))
		}
		r.line("| %s | %s |", op.name, strings.Join(cells, " | "))
	}
	r.line("")
	for i, p := range peers {
		if err := p.finish(&prints[i]); err != nil {
			return err
		}
	}
	r.footprints(names, prints, false)
	r.line("Memory counts the pages of the program as shared among the servers that run here at once.")
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
