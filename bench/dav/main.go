// Command dav measures CalDAV on Umbra beside Radicale and Xandikos in one run:
// the same calendar, the same requests, one client. Traffic stays on 127.0.0.1.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	umbra := flag.String("umbra", "../bin/umbra", "Umbra's executable")
	python := flag.String("python", "", "a Python that has Radicale and Xandikos; empty measures Umbra alone")
	items := flag.Int("items", 10_000, "how many items the calendar holds")
	limit := flag.Duration("time", 10*time.Second, "how long a server stores items, once it is full")
	out := flag.String("out", "", "a file that gets the report too")
	flag.Parse()
	if err := run(*umbra, *python, *items, *limit, *out); err != nil {
		fmt.Fprintln(os.Stderr, "dav:", err)
		os.Exit(1)
	}
}

func run(binary, python string, items int, limit time.Duration, out string) error {
	dir, err := os.MkdirTemp("", "umbra-bench-dav-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	servers := []*server{umbra(binary, filepath.Join(dir, "umbra"))}
	if python != "" {
		servers = append(servers, radicale(python, filepath.Join(dir, "radicale")), xandikos(python, filepath.Join(dir, "xandikos")))
	}
	for _, s := range servers {
		if err := s.start(); err != nil {
			return err
		}
		defer s.stop()
		if err := s.fill(s, items); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	rows := measurements(items, limit)
	for i := range rows {
		for _, s := range servers { // in turns, so that a disturbed minute disturbs each
			v, err := rows[i].of(s)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.name, rows[i].name, err)
			}
			rows[i].got = append(rows[i].got, v)
			now, err := s.memory()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.most = max(s.most, now)
			fmt.Fprintf(os.Stderr, "%s: %s %s\n", rows[i].name, s.name, rows[i].say(v))
		}
	}
	text := report(servers, rows, items)
	fmt.Print(text)
	if out == "" {
		return nil
	}
	return os.WriteFile(out, []byte(text), 0o644)
}

// median runs a request some times and answers the middle of what it took.
func median(times int, do func() error) (float64, error) {
	took := make([]float64, times)
	for i := range took {
		begun := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		took[i] = float64(time.Since(begun).Microseconds()) / 1000
	}
	slices.Sort(took)
	return took[times/2], nil
}
