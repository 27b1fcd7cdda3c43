package secret

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/fault"
)

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		idle := 0
		g := newGate(1, 2, 5*time.Second, func() {}, func() { idle++ })
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		ctx, giveUp := context.WithCancel(t.Context())
		patient, gone := make(chan error, 1), make(chan error, 1)
		go func() { patient <- g.enter(t.Context()) }()
		go func() { gone <- g.enter(ctx) }()
		synctest.Wait()

		var f *fault.Error
		if err := g.enter(t.Context()); !errors.As(err, &f) || f.Kind != fault.Overloaded || f.RetryAfter <= 0 {
			t.Errorf("with a full queue: %v", err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("a full queue made it wait %v", waited)
		}
		giveUp()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up: %v", err)
		}
		if err := <-patient; !fault.Is(err, fault.Overloaded) || time.Since(start) != 5*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		// There is room again, and the next one gets in when the first leaves.
		go func() { patient <- g.enter(t.Context()) }()
		synctest.Wait()
		g.leave()
		if err := <-patient; err != nil || idle != 0 {
			t.Errorf("the next one: %v; idle called %d times with one inside", err, idle)
		}
		g.leave()
		if idle != 1 || g.inside.Load() != 0 {
			t.Errorf("idle called %d times, %d inside", idle, g.inside.Load())
		}
	})
}

func TestEightAtOnceGiveMemoryBackOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		idle := 0
		g := newGate(2, 8, 5*time.Second, func() {}, func() { idle++ })
		for range 8 {
			go func() {
				if err := g.enter(t.Context()); err != nil {
					t.Error(err)
					return
				}
				time.Sleep(100 * time.Millisecond) // the fake clock's: a hash
				g.leave()
			}()
		}
		synctest.Wait()
		start := time.Now()
		time.Sleep(time.Second)
		synctest.Wait()
		if idle != 1 {
			t.Errorf("%d times in %v", idle, time.Since(start))
		}
	})
}

// While there are hashes, and no longer, Go has more processors than the machine.
func TestHashesYield(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	yield(4)
	yield(2) // another hasher
	if n := runtime.GOMAXPROCS(0); n <= before {
		t.Errorf("%d processors, %d before", n, before)
	}
	yieldNoMore()
	yieldNoMore()
	if n := runtime.GOMAXPROCS(0); n != before {
		t.Errorf("%d processors are left, of %d", n, before)
	}
}
