package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"

	"umbra/bench/process"
)

// measurement is one row of the report.
type measurement struct {
	name, unit, aim string
	more            bool // more is better
	of              func(s *server) (float64, error)
	got             []float64
}

func (m measurement) say(v float64) string { return fmt.Sprintf("%.4g %s", v, m.unit) }

var tokenText = regexp.MustCompile(`<(?:\w+:)?sync-token>([^<]+)</`)

func measurements(items int, limit time.Duration) []measurement {
	ask := func(times int, method string, depth string, atLeast int, body string) func(*server) (float64, error) {
		return func(s *server) (float64, error) {
			return median(times, func() error {
				b, err := s.do(method, s.calendar, body, "Depth", depth, "Content-Type", "application/xml; charset=utf-8")
				if n := bytes.Count(b, []byte("response>")) / 2; err == nil && n < atLeast {
					err = fmt.Errorf("%d responses, want at least %d: %.300s", n, atLeast, b)
				}
				return err
			})
		}
	}
	return []measurement{
		{name: "storing one more (PUT), synced to the disk", unit: "/s", aim: "200", more: true, of: func(s *server) (float64, error) {
			n, begun := 0, time.Now()
			// Not so many that the fast hold more afterwards than the slow.
			for ; n == 0 || n < items/50 && time.Since(begun) < limit; n++ {
				if err := s.put(items + n); err != nil {
					return 0, err
				}
			}
			return float64(n) / time.Since(begun).Seconds(), nil
		}},
		{name: "sync without a change", unit: "ms", aim: "3", of: func(s *server) (float64, error) {
			token, before := "", "none yet"
			for token != before { // an answer may be cut short (RFC 6578 section 3.6): what is left comes with its token
				b, err := s.do("REPORT", s.calendar, sync(token), "Depth", "1", "Content-Type", "application/xml; charset=utf-8")
				found := tokenText.FindSubmatch(b)
				if err != nil || found == nil {
					return 0, fmt.Errorf("no sync token: %w", err)
				}
				before, token = token, string(found[1])
			}
			return ask(21, "REPORT", "1", 0, sync(token))(s)
		}},
		{name: "listing", unit: "ms", aim: "200", of: ask(3, "PROPFIND", "1", items, listing)},
		{name: "first sync", unit: "ms", aim: "200", of: ask(3, "REPORT", "1", items, sync(""))},
		{name: "a week with data", unit: "ms", aim: "20", of: ask(5, "REPORT", "1", items/100, query(7, false))},
		{name: "a month expanded", unit: "ms", aim: "100", of: ask(5, "REPORT", "1", items/100, query(31, true))},
		{name: "most memory after any of these (PSS)", unit: "MiB", of: func(s *server) (float64, error) { return s.most, nil }},
		{name: "memory once it rests (PSS)", unit: "MiB", aim: "60", of: func(s *server) (float64, error) {
			time.Sleep(process.Rest)
			return s.memory()
		}},
	}
}

func report(servers []*server, rows []measurement, items int) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# CalDAV beside other servers\n")
	line("Made by `make bench-dav` on %s: %s, one client, %d items (one in ten repeats weekly, the others have an alarm). Only the\nratios mean something on another machine.\n", time.Now().Format(time.DateOnly), process.Machine(), items)
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = s.name
	}
	line("| | aim | %s |", strings.Join(names, " | "))
	line("|---|---:|%s", strings.Repeat("---:|", len(servers)))
	for _, r := range rows {
		cells := make([]string, len(servers))
		for i, v := range r.got {
			cells[i] = r.say(v)
			if i > 0 { // how many times better Umbra does
				ratio := v / r.got[0]
				if r.more {
					ratio = r.got[0] / v
				}
				cells[i] += fmt.Sprintf(" (Umbra **%.3g**×)", ratio)
			}
		}
		line("| %s | %s | %s |", r.name, r.aim, strings.Join(cells, " | "))
	}
	line("")
	for _, s := range servers {
		if s.filling[0] > 0 {
			line("%s stored the first tenth at %.0f items a second and the last at %.0f.", s.name, s.filling[0], s.filling[1])
		}
	}
	line("\nRadicale was filled by one upload and Xandikos by a Git commit, since item by item takes them very long. Times are medians\nof the whole answer, read by the client.")
	return b.String()
}
