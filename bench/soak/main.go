// Command soak keeps a server busy with everything that people and their devices
// do, and fails when its memory, goroutines or open files grow. Each record that
// is made is deleted again, so that what is asked stays the same. Traffic stays
// on 127.0.0.1.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	binary := flag.String("umbra", "../bin/umbra", "Umbra's executable")
	lasts := flag.Duration("time", 20*time.Minute, "how long it goes on")
	every := flag.Duration("every", 5*time.Second, "how often the server is looked at")
	flag.Parse()
	if err := run(*binary, *lasts, *every); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(binary string, lasts, every time.Duration) error {
	dir, err := os.MkdirTemp("", "umbra-soak-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := start(binary, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer s.stop()
	end := time.Now().Add(lasts)
	var failed atomic.Bool
	goesOn := func() bool { return !failed.Load() && time.Now().Before(end) }
	var wg sync.WaitGroup
	failures := make([]error, len(busy))
	counts := make([]int, len(busy))
	for i, b := range busy {
		wg.Go(func() {
			for ; goesOn(); counts[i]++ {
				begun := time.Now()
				if err := b.do(s, counts[i]); err != nil {
					failures[i] = fmt.Errorf("%s: %w", b.name, err)
					failed.Store(true)
				}
				time.Sleep(time.Until(begun.Add(b.every)))
			}
		})
	}
	var samples []sample
	for goesOn() {
		time.Sleep(every)
		x, err := s.look()
		if err != nil {
			return err
		}
		samples = append(samples, x)
	}
	wg.Wait()
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("%w\n%s", err, s.log.String())
	}
	for i, b := range busy {
		fmt.Printf("%6d × %s\n", counts[i], b.name)
	}
	return judge(samples)
}
