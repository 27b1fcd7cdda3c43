package server_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/api"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/notify"
)

// A household's year rings as python-dateutil says that it should:
// testdata/year/README.md tells how the two sides are made. PostgreSQL's year is
// lived through with UMBRA_TEST_YEAR=both.
func TestAYearRingsAsTheOracleSays(t *testing.T) {
	if testing.Short() {
		t.Skip("lives through a year")
	}
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Setenv("TMPDIR", "/dev/shm") // what is tested is no disk, which would take most of the time
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(e.String(), func(t *testing.T) {
			if e == db.Postgres && os.Getenv("UMBRA_TEST_YEAR") != "both" {
				t.Skip("UMBRA_TEST_YEAR is not both")
			}
			dbtest.Need(t, e)
			synctest.Test(t, func(t *testing.T) { liveAYear(t, e) })
		})
	}
}

func liveAYear(t *testing.T, e db.Engine) {
	y := newYear(t, e)
	files := y.collect()
	y.sameHousehold(files > 0)
	y.run()
	want := y.ledger(files > 0)
	got := slices.DeleteFunc(y.told(), func(l string) bool { return files == 0 && strings.Contains(l, "Z\t2\t") })
	missing, extra := difference(want, got), difference(got, want)
	for _, l := range missing[:min(len(missing), 20)] {
		t.Errorf("was not told: %s", l)
	}
	for _, l := range extra[:min(len(extra), 20)] {
		t.Errorf("the oracle does not know: %s", l)
	}
	if len(want) < 2500 {
		t.Errorf("the oracle expects only %d: it has lost its teeth", len(want))
	}
	t.Logf("%d told; of %d that the oracle expects %d were missing, and %d were told beside them; %d calendar files were loaded", len(got), len(want), len(missing), len(extra), files)
}

// difference is what a has and b has not, each as often as it is there more.
func difference(a, b []string) (out []string) {
	n := map[string]int{}
	for _, s := range b {
		n[s]++
	}
	for _, s := range a {
		if n[s]--; n[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

// leaper is a clock that can be set forward over what is empty.
type leaper struct{ off atomic.Int64 }

func (l *leaper) Now() time.Time {
	return time.Now().Add(time.Duration(l.off.Load())).UTC().Truncate(time.Microsecond)
}

func (l *leaper) to(at time.Time) { l.off.Add(int64(at.Sub(l.Now()))) }

// year is a household in a bubble of its own time.
type year struct {
	*alarm.Service
	api.Services
	t          *testing.T
	d          *db.DB
	j          *journal.Journal
	q          *jobs.Queue
	clock      *leaper
	begin, end time.Time
	members    []*member
	done       []chore

	mu   sync.Mutex
	got  []string
	late int
}

func newYear(t *testing.T, e db.Engine) *year {
	y := &year{t: t, d: dbtest.Open(t, e), clock: &leaper{}, begin: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), end: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	y.clock.to(y.begin)
	y.j = journal.New(y.d, y.clock)
	y.Services = api.NewServices(y.d, y.j, y.clock, account.New(account.Deps{DB: y.d, Journal: y.j, Clock: y.clock}))
	y.q = jobs.NewQueue(y.d, y.clock)
	y.Service = y.NewAlarms(alarm.Deps{DB: y.d, Journal: y.j, Queue: y.q, Clock: y.clock, Send: y})
	y.furnish()
	return y
}

// Channels is the one of everybody.
func (y *year) Channels(context.Context, int64) ([]notify.Channel, error) {
	return []notify.Channel{notify.Ntfy}, nil
}

// kindOf is what rang, by a message's first tag.
var kindOf = map[string]string{"ballot_box_with_check": alarm.Todo, "calendar": alarm.Event, "bell": alarm.Reminder, "birthday": alarm.Birthday,
	"tada": alarm.Anniversary, "wave": alarm.Contact, "sunrise": alarm.Digest}

// Deliver writes down when what arrived. The oracle knows no seconds of work.
func (y *year) Deliver(_ context.Context, userID int64, _ notify.Channel, m notify.Message) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	if strings.Contains(m.Body, "This comes late") {
		y.late++
	}
	kind := kindOf[m.Tags[0]]
	title := m.Title
	if kind == alarm.Digest {
		title = "-" // its heading is a date, which due says already
	}
	arrived := y.clock.Now().UTC().Truncate(time.Minute) // as quiet hours end
	if y.clock.Now().Sub(m.At) < 5*time.Second {
		arrived = m.At
	}
	if !m.At.After(y.end) { // it is not stopped that very moment
		y.got = append(y.got, fmt.Sprintf("%s\t%s\t%d\t%s\t%s", m.At.UTC().Format(time.RFC3339), arrived.UTC().Format(time.RFC3339), userID, kind, title))
	}
	return nil
}

func (y *year) told() []string {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.late > 0 {
		y.t.Errorf("%d came late", y.late)
	}
	slices.Sort(y.got)
	return y.got
}

// run lets the year pass. Where no job waits the clock leaps to just before the
// next, so that a year takes seconds; all that is due is done in time of its own.
func (y *year) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(y.t.Context()))
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { y.Service.Run(ctx) })
	r := jobs.NewRunner(y.q, jobs.Options{}, y.Service.Jobs()...)
	wg.Go(func() { r.Run(ctx) })
	time.Sleep(time.Second) // the plan is made
	acts := y.acts()
	for y.clock.Now().Before(y.end) {
		next, waits, err := db.One(ctx, y.d, db.Value[*int64], "SELECT MIN(run_at) FROM jobs")
		if err != nil {
			y.t.Fatal(err)
		}
		at := y.end
		if waits && next != nil {
			at = clock.FromMicros(*next)
		}
		if len(acts) > 0 && !acts[0].at.After(at) {
			at = acts[0].at
		}
		if ahead := at.Sub(y.clock.Now()); ahead > 2*time.Second {
			y.clock.to(at.Add(-time.Second))
		}
		for len(acts) > 0 && !acts[0].at.After(y.clock.Now().Add(time.Second)) {
			time.Sleep(acts[0].at.Sub(y.clock.Now()))
			acts[0].do()
			acts = acts[1:]
		}
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
	}
	cancel()
	wg.Wait()
}
