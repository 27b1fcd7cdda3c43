package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/jobs"
)

// wall is a clock that can be set, as a machine's.
type wall struct{ off atomic.Int64 }

func (w *wall) Now() time.Time                  { return time.Now().Add(time.Duration(w.off.Load())).UTC() }
func (w *wall) set(by time.Duration)            { w.off.Add(int64(by)) }
func (w *wall) after(d time.Duration) time.Time { return w.Now().Add(d) }

// bench is a queue within a bubble of its own time.
type bench struct {
	t     *testing.T
	db    *db.DB
	clock *wall
	queue *jobs.Queue

	mu   sync.Mutex
	ran  []string // key@seconds after the beginning
	from time.Time
}

// each runs a test on each engine, in a bubble.
func each(t *testing.T, test func(b *bench)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			dbtest.Need(t, e)
			synctest.Test(t, func(t *testing.T) {
				b := &bench{t: t, db: dbtest.Open(t, e), clock: &wall{}}
				b.queue, b.from = jobs.NewQueue(b.db, b.clock), b.clock.Now()
				test(b)
			})
		})
	}
}

// run starts a runner, and ends it with the test.
func (b *bench) run(o jobs.Options, kinds ...jobs.Kind) (r *jobs.Runner, stop func()) {
	return b.runOn(b.t.Context(), b.queue, o, kinds...)
}

func (b *bench) runOn(ctx context.Context, q *jobs.Queue, o jobs.Options, kinds ...jobs.Kind) (*jobs.Runner, func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := jobs.NewRunner(q, o, kinds...)
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	stop := sync.OnceFunc(func() { cancel(); <-done })
	b.t.Cleanup(stop)
	return r, stop
}

// note is a handler that writes down what it ran, and when.
func (b *bench) note(answer func(j jobs.Job) jobs.Result) jobs.Handler {
	return func(_ context.Context, j jobs.Job) jobs.Result {
		b.mu.Lock()
		b.ran = append(b.ran, fmt.Sprintf("%s@%d", j.Key, int(time.Since(b.from).Seconds())))
		b.mu.Unlock()
		if answer == nil {
			return jobs.Result{}
		}
		return answer(j)
	}
}

func (b *bench) log() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.ran, " ")
}

func (b *bench) once(key string, in time.Duration) {
	b.t.Helper()
	if err := b.queue.Once(b.t.Context(), "w", key, "", b.clock.after(in)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) left() (n int64) {
	b.t.Helper()
	n, _, err := db.One(b.t.Context(), b.db, db.Value[int64], "SELECT COUNT(*) FROM jobs")
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bench) want(log string) {
	b.t.Helper()
	if got := b.log(); got != log {
		b.t.Errorf("ran %q, want %q", got, log)
	}
}

func TestEachAtItsTime(t *testing.T) {
	each(t, func(b *bench) {
		b.once("b", 90*time.Minute)
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Do: b.note(nil)})
		b.once("a", time.Hour)
		time.Sleep(30 * time.Minute)
		b.once("sooner", 10*time.Second) // wakes who sleeps for longer
		b.once("a", time.Second)         // there already
		if err := b.queue.Once(b.t.Context(), "unknown", "x", "", b.clock.Now()); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		b.want("sooner@1810 a@3600 b@5400")
		if n := b.left(); n != 1 {
			b.t.Errorf("%d jobs are left, want the one of another version", n)
		}
	})
}

// Nothing due costs nothing: not one statement in an hour.
func TestIdleSendsNoStatement(t *testing.T) {
	each(t, func(b *bench) {
		var n atomic.Int64
		ctx := db.Watch(b.t.Context(), func(string, []any) { n.Add(1) })
		b.once("later", 2*time.Hour)
		b.runOn(ctx, b.queue, jobs.Options{}, jobs.Kind{Name: "w", Do: b.note(nil)}, jobs.Kind{Name: "v", Do: b.note(nil)})
		time.Sleep(time.Minute)
		before := n.Load()
		time.Sleep(time.Hour)
		if got := n.Load() - before; got != 0 || before == 0 {
			b.t.Errorf("%d statements in an hour without work, %d at the start", got, before)
		}
		time.Sleep(time.Hour)
		b.want("later@7200")
	})
}

func TestFailuresAreTriedForADay(t *testing.T) {
	each(t, func(b *bench) {
		var tries []time.Time
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Do: func(_ context.Context, j jobs.Job) jobs.Result {
			tries = append(tries, time.Now())
			if j.Attempt != len(tries) || !j.FirstAt.Equal(tries[0].UTC().Truncate(time.Microsecond)) {
				b.t.Errorf("attempt %d, first at %s", j.Attempt, j.FirstAt)
			}
			return jobs.Result{Err: errors.New("no \x00 answer \xff")}
		}})
		b.once("a", 0)
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		n := len(tries)
		if n < 15 || n > 30 {
			b.t.Fatalf("%d attempts", n)
		}
		for i := 1; i < n-1; i++ {
			wait := min(10*time.Second<<(i-1), 2*time.Hour)
			if got := tries[i].Sub(tries[i-1]); got < wait*8/10 || got > wait*12/10+time.Second {
				b.t.Errorf("attempt %d came after %s, want about %s", i+1, got, wait)
			}
		}
		if got := tries[n-1].Sub(tries[0]); got < 24*time.Hour || got > 24*time.Hour+time.Second {
			b.t.Errorf("the last attempt came after %s", got)
		}
		dead, err := b.queue.Dead(b.t.Context(), 10)
		if err != nil || len(dead) != 1 || dead[0].Key != "a" || dead[0].Error != "no  answer \uFFFD" {
			b.t.Fatalf("%+v, %v", dead, err)
		}
		// It is asked for again, and begins anew.
		tries = nil
		if err := b.queue.By(b.t.Context(), "w", "a", "", b.clock.Now()); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if len(tries) != 2 {
			b.t.Errorf("%d attempts after it was asked for again", len(tries))
		}
		b.clock.set(31 * 24 * time.Hour) // its day is over with that
		time.Sleep(2 * time.Second)
		if dead, err := b.queue.Dead(b.t.Context(), 10); err != nil || len(dead) != 1 {
			b.t.Errorf("%+v, %v", dead, err)
		}
		b.clock.set(31 * 24 * time.Hour)
		if err := b.queue.Expire(b.t.Context()); err != nil || b.left() != 0 {
			b.t.Errorf("%d are left, %v", b.left(), err)
		}
	})
}

func TestWhatAnErrorAsksFor(t *testing.T) {
	each(t, func(b *bench) {
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Workers: 4, Do: b.note(func(j jobs.Job) jobs.Result {
			switch {
			case j.Key == "never":
				return jobs.Result{Err: fmt.Errorf("sending: %w", jobs.Permanent(errors.New("gone")))}
			case j.Key == "panics" && j.Attempt == 1:
				panic("defect")
			case j.Key == "asked" && j.Attempt == 1:
				return jobs.Result{Err: fmt.Errorf("sending: %w", jobs.RetryAfter(errors.New("busy"), 10*time.Minute))}
			case j.Key == "unsaved" && j.Attempt == 1:
				return jobs.Result{Save: func(context.Context, *jobs.Settled) error { return errors.New("no room") }}
			}
			return jobs.Result{}
		})})
		for _, key := range []string{"never", "panics", "asked", "unsaved"} {
			b.once(key, time.Minute)
		}
		time.Sleep(time.Hour)
		got := strings.Fields(b.log())
		slices.Sort(got)
		seconds := func(key string) (out []float64) {
			for _, s := range got {
				k, at, _ := strings.Cut(s, "@")
				var n float64
				if _, _ = fmt.Sscan(at, &n); k == key {
					out = append(out, n)
				}
			}
			slices.Sort(out)
			return out
		}
		if s := seconds("never"); len(s) != 1 {
			b.t.Errorf("what never helps was tried at %v", s)
		}
		if s := seconds("panics"); len(s) != 2 || s[1] > 75 {
			b.t.Errorf("after a panic it was tried at %v", s)
		}
		if s := seconds("asked"); len(s) != 2 || s[1] < 660 || s[1] > 662 {
			b.t.Errorf("told to wait ten minutes, it was tried at %v", s)
		}
		if s := seconds("unsaved"); len(s) != 2 || s[1] > 90 {
			b.t.Errorf("what was not saved was tried at %v", s)
		}
		if dead, err := b.queue.Dead(b.t.Context(), 10); err != nil || len(dead) != 1 || dead[0].Key != "never" {
			b.t.Errorf("%+v, %v", dead, err)
		}
	})
}

func TestPuttingInJoinsTheTransaction(t *testing.T) {
	each(t, func(b *bench) {
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Do: b.note(nil)})
		err := b.db.Tx(b.t.Context(), func(ctx context.Context) error {
			if err := b.queue.Once(ctx, "w", "undone", "", b.clock.Now()); err != nil {
				return err
			}
			return errors.New("the rest failed")
		})
		if err == nil {
			b.t.Fatal("no error")
		}
		time.Sleep(time.Minute)
		b.want("")
		b.once("dropped", time.Minute)
		if err := b.db.Tx(b.t.Context(), func(ctx context.Context) error { return b.queue.Drop(ctx, "w", "dropped") }); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(time.Hour)
		b.want("")
	})
}

// A job that repeats runs when Save says, or sooner when somebody asks (By).
func TestRepeats(t *testing.T) {
	each(t, func(b *bench) {
		turns := 0
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Forever: true, Do: b.note(func(jobs.Job) jobs.Result {
			turns++
			turn := turns
			return jobs.Result{Repeats: true, Save: func(_ context.Context, s *jobs.Settled) error {
				if turn < 4 {
					s.Again = b.from.Add(time.Duration(turn) * time.Hour)
				}
				return nil
			}}
		})})
		b.once("a", 0)
		time.Sleep(90 * time.Minute)
		if err := b.queue.By(b.t.Context(), "w", "a", "", b.clock.after(5*time.Minute)); err != nil {
			b.t.Fatal(err)
		}
		if err := b.queue.By(b.t.Context(), "w", "a", "", b.clock.after(time.Hour)); err != nil { // no later
			b.t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		b.want("a@0 a@3600 a@5700 a@10800")
		if n := b.left(); n != 0 {
			b.t.Errorf("%d are left", n)
		}
	})
}
