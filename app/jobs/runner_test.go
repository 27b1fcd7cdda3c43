package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/db"
	"umbra/app/jobs"
)

// A clock that is set does not keep a job, nor run it twice.
func TestTheClockIsSet(t *testing.T) {
	each(t, func(b *bench) {
		fails := 1
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Do: b.note(func(j jobs.Job) jobs.Result {
			if j.Key == "fails" && fails > 0 {
				fails--
				return jobs.Result{Err: errors.New("not now")}
			}
			return jobs.Result{}
		})})
		b.once("forward", 10*time.Hour)
		time.Sleep(time.Minute + time.Second/2)
		b.clock.set(10 * time.Hour)
		time.Sleep(2 * time.Second)
		b.want("forward@61") // within a second
		// What failed while the clock was years ahead does not wait for years.
		b.clock.set(4 * 365 * 24 * time.Hour)
		b.once("fails", 0)
		time.Sleep(time.Second)
		b.clock.set(-4 * 365 * 24 * time.Hour)
		b.once("back", 3*time.Second)
		time.Sleep(time.Minute)
		b.want("forward@61 fails@62 fails@63 back@66")
		b.clock.set(-20 * time.Hour)
		b.once("later", time.Minute)
		time.Sleep(2 * time.Minute)
		b.want("forward@61 fails@62 fails@63 back@66 later@183")
	})
}

// What a server that died was at is done when its lease has ended, not sooner;
// at once where no other server can be at it.
func TestAServerDies(t *testing.T) {
	each(t, func(b *bench) {
		b.once("a", 0)
		if err := b.db.Tx(b.t.Context(), func(ctx context.Context) error {
			_, err := b.db.Exec(ctx, "UPDATE jobs SET locked_until = $1, locked_by = 'dead', attempt = 1, first_at = 1", b.clock.after(20*time.Second).UnixMicro())
			return err
		}); err != nil {
			b.t.Fatal(err)
		}
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Do: b.note(nil)})
		time.Sleep(time.Minute)
		if b.db.Engine.String() == "sqlite" {
			b.want("a@0")
		} else {
			b.want("a@20")
		}
	})
}

// A long job keeps its lease; another server does not begin it too.
func TestALongJobIsKept(t *testing.T) {
	each(t, func(b *bench) {
		long := jobs.Kind{Name: "w", Do: func(_ context.Context, j jobs.Job) jobs.Result {
			b.note(nil)(nil, j)
			time.Sleep(10 * time.Minute)
			return jobs.Result{}
		}}
		b.once("a", 0)
		b.run(jobs.Options{}, long)
		synctest.Wait()
		other := jobs.NewQueue(b.db, b.clock)
		b.runOn(b.t.Context(), other, jobs.Options{Poll: 10 * time.Second}, long)
		time.Sleep(time.Hour)
		want := "a@0"
		if b.db.Engine.String() == "sqlite" { // where a second server is refused, and a first one ends all leases
			want = "a@0 a@0"
		}
		b.want(want)
	})
}

// A job that is due again at the moment its turn ends has its next turn, and not
// before that end: what looks for due work just then does not take it from under
// the worker, also where it finds others of its kind.
func TestTheNextTurnIsDueAtOnce(t *testing.T) {
	for _, others := range []bool{false, true} {
		each(t, func(b *bench) {
			var turns atomic.Int64
			b.run(jobs.Options{}, jobs.Kind{Name: "w", Workers: 4, Forever: true, Do: func(_ context.Context, j jobs.Job) jobs.Result {
				if j.Key != "a" {
					return jobs.Result{}
				}
				turn := turns.Add(1)
				if j.Attempt != 1 {
					b.t.Errorf("turn %d is attempt %d", turn, j.Attempt)
				}
				if turn == 3 {
					return jobs.Result{Repeats: true}
				}
				return jobs.Result{Repeats: true, Save: func(ctx context.Context, s *jobs.Settled) error {
					s.Again = b.clock.Now()
					db.AfterCommit(ctx, func() { // it is written down, and the worker has not come to its end
						b.queue.Wake()
						if others {
							b.once(fmt.Sprint(turn), 0)
						}
						time.Sleep(100 * time.Millisecond)
						if n := turns.Load(); n != turn {
							b.t.Errorf("turn %d began before turn %d had ended", n, turn)
						}
					})
					return nil
				}}
			}})
			b.once("a", 0)
			time.Sleep(time.Second / 2) // sooner than a look that nobody asked for
			if n := turns.Load(); n != 3 || b.left() != 0 {
				b.t.Errorf("%d turns, %d are left", n, b.left())
			}
		})
	}
}

// A clock that is set back does not take a long job from who is at it.
func TestTheClockIsSetBackDuringALongJob(t *testing.T) {
	each(t, func(b *bench) {
		saved := 0
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Workers: 4, Do: b.note(func(jobs.Job) jobs.Result {
			time.Sleep(2*time.Second + time.Second/2) // the clock has been looked at, and no lease renewed
			return jobs.Result{Save: func(context.Context, *jobs.Settled) error { saved++; return nil }}
		})})
		b.once("a", 0)
		synctest.Wait()
		b.clock.set(-time.Hour)
		time.Sleep(2 * time.Hour)
		b.want("a@0")
		if n := b.left(); n != 0 || saved != 1 {
			b.t.Errorf("%d are left, settled %d times", n, saved)
		}
	})
}

// A lease of a runner's own that it is not at, as when the word that it has taken
// a job was lost on the way from the database, ends as a dead server's does.
func TestALeaseThatNobodyIsAtEnds(t *testing.T) {
	each(t, func(b *bench) {
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Workers: 4, Do: b.note(func(j jobs.Job) jobs.Result {
			if j.Key == "long" {
				time.Sleep(10 * time.Minute)
			}
			return jobs.Result{}
		})})
		b.once("long", 0)
		synctest.Wait()
		b.once("lost", time.Hour)
		if err := b.db.Tx(b.t.Context(), func(ctx context.Context) error {
			_, err := b.db.Exec(ctx, `UPDATE jobs SET run_at = $1, locked_until = $2, attempt = 1, first_at = $1,
locked_by = (SELECT locked_by FROM jobs WHERE key = 'long') WHERE key = 'lost'`, b.clock.Now().UnixMicro(), b.clock.after(20*time.Second).UnixMicro())
			return err
		}); err != nil {
			b.t.Fatal(err)
		}
		b.queue.Wake()
		time.Sleep(5 * time.Minute)
		b.want("long@0 lost@20")
	})
}

// Three servers share the work: each job is done once.
func TestSeveralShareTheWork(t *testing.T) {
	each(t, func(b *bench) {
		var mu sync.Mutex
		times, by := map[string]int{}, map[int]int{}
		for server := range 3 {
			q := jobs.NewQueue(b.db, b.clock)
			b.runOn(b.t.Context(), q, jobs.Options{Poll: 5 * time.Second}, jobs.Kind{Name: "w", Workers: 4, Do: func(_ context.Context, j jobs.Job) jobs.Result {
				time.Sleep(time.Second)
				mu.Lock()
				times[j.Key]++
				by[server]++
				mu.Unlock()
				return jobs.Result{}
			}})
		}
		synctest.Wait()
		for i := range 120 {
			b.once(fmt.Sprint(i), 20*time.Second)
		}
		time.Sleep(time.Minute)
		if len(times) != 120 || b.left() != 0 {
			b.t.Errorf("%d of 120 were done, %d are left", len(times), b.left())
		}
		for key, n := range times {
			if n != 1 {
				b.t.Errorf("job %s was done %d times", key, n)
			}
		}
		if len(by) != 3 {
			b.t.Errorf("who did them: %v", by)
		}
	})
}

func TestStopping(t *testing.T) {
	each(t, func(b *bench) {
		began := make(chan string, 4)
		k := jobs.Kind{Name: "w", Workers: 2, Do: func(ctx context.Context, j jobs.Job) jobs.Result {
			began <- j.Key
			if j.Key == "short" {
				time.Sleep(2 * time.Second)
				return jobs.Result{}
			}
			<-ctx.Done()
			return jobs.Result{Err: ctx.Err()}
		}}
		_, stop := b.run(jobs.Options{Grace: 5 * time.Second}, k)
		b.once("short", 0)
		b.once("endless", 0)
		b.once("waits", 0) // no worker is free
		<-began
		<-began
		before := time.Now()
		stop()
		if got := time.Since(before); got != 5*time.Second {
			b.t.Errorf("stopping took %s", got)
		}
		if n := b.left(); n != 2 {
			b.t.Errorf("%d are left, want the endless one and the one that waits", n)
		}
		// The next start takes both at once, as if for the first time.
		attempts := map[string]int{}
		b.run(jobs.Options{}, jobs.Kind{Name: "w", Do: func(_ context.Context, j jobs.Job) jobs.Result {
			attempts[j.Key] = j.Attempt
			return jobs.Result{}
		}})
		time.Sleep(time.Second)
		synctest.Wait()
		if len(attempts) != 2 || attempts["endless"] != 1 || attempts["waits"] != 1 {
			b.t.Errorf("attempts: %v", attempts)
		}
	})
}

func TestNoMoreThanItsWorkers(t *testing.T) {
	each(t, func(b *bench) {
		var mu sync.Mutex
		at, most := 0, 0
		r, _ := b.run(jobs.Options{}, jobs.Kind{Name: "w", Workers: 3, Do: func(context.Context, jobs.Job) jobs.Result {
			mu.Lock()
			at++
			most = max(most, at)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			at--
			mu.Unlock()
			return jobs.Result{}
		}}, jobs.Kind{Name: "v", Do: b.note(nil)})
		for i := range 10 {
			b.once(fmt.Sprint(i), 0)
		}
		if err := b.queue.Once(b.t.Context(), "v", "other", "", b.clock.after(time.Second)); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		b.want("other@1") // another kind does not wait for them
		time.Sleep(10 * time.Second)
		s := r.Stats()
		if most != 3 || s.Done != 11 || s.Running != 0 || s.Failed != 0 || s.Worst < 2*time.Second {
			b.t.Errorf("%d at once, %+v", most, s)
		}
	})
}
