package server

import (
	"context"
	"sync"
	"time"

	"umbra/app/alarm"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/jobs"
	"umbra/app/secret"
)

// pollOthers is how often to look for due work that another server put in and,
// having died, does not do.
const pollOthers = 30 * time.Second

// newAlarms builds what makes records remind, on features that do not know it,
// and what does due work: theirs and more.
func (a *App) newAlarms(c clock.Clock, keys secret.Keys, queue *jobs.Queue, more ...jobs.Kind) {
	a.Alarms = a.Services.NewAlarms(alarm.Deps{DB: a.DB, Journal: a.Journal, Queue: queue, Clock: c, Keys: keys, Log: a.log,
		Public: a.Config.PublicURL.String(), Send: a.Senders})
	o := jobs.Options{Log: a.log}
	if a.DB.Engine == db.Postgres {
		o.Poll = pollOthers
	}
	a.Due = jobs.NewRunner(queue, o, append(a.Alarms.Jobs(), more...)...)
	a.Journal.Follow(func(_ int64, other bool) {
		if other { // due work, too, may have come from another process
			queue.Wake()
		}
	})
}

// startDue does due work until ctx ends, and what is running for a little longer.
func (a *App) startDue(ctx context.Context) (wait func()) {
	var wg sync.WaitGroup
	wg.Go(func() { a.Alarms.Run(ctx) })
	wg.Go(func() { a.Due.Run(ctx) })
	return wg.Wait
}
