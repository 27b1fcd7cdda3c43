package server

import (
	"context"
	"log"
	"log/slog"
	"sync"
	"time"

	"umbra/app/db"
	"umbra/app/memory"
	"umbra/app/resource"
)

// startChores runs what needs doing now and then, until ctx ends.
func (a *App) startChores(ctx context.Context) *sync.WaitGroup {
	var wg sync.WaitGroup
	wg.Go(func() { every(ctx, time.Hour, func() { a.expire(ctx) }) })
	wg.Go(func() { memory.GiveBack(ctx) })
	wg.Go(func() {
		select {
		case <-time.After(time.Minute): // a start has enough to do
			every(ctx, time.Minute, func() { a.Backups.Tick(ctx) })
		case <-ctx.Done():
		}
	})
	wg.Go(func() {
		every(ctx, time.Hour, func() {
			if err := a.Sources.Plan(ctx); err != nil && ctx.Err() == nil {
				a.log.ErrorContext(ctx, "planning the fetches of calendars failed", "error", err)
			}
		})
	})
	wg.Go(func() {
		select {
		case <-time.After(time.Hour): // what is late may be made good first
			every(ctx, time.Hour, func() { a.tellConcerns(ctx) })
		case <-ctx.Done():
		}
	})
	if a.tls != nil && a.tls.public != nil {
		wg.Go(func() { every(ctx, time.Minute, func() { a.tls.public.Look(ctx) }) })
	}
	if a.DB.Engine == db.SQLite {
		wg.Go(func() { a.watchOthers(ctx) })
	} else {
		wg.Go(func() { a.hearOthers(ctx) })
	}
	return &wg
}

// tellConcerns tells administrators what they must see to; what fails is tried
// again an hour later.
func (a *App) tellConcerns(ctx context.Context) {
	if err := a.Care.Tell(ctx); err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "telling administrators what they must see to failed", "error", err)
	}
}

// expire removes what is too old. A failure is logged and tried again an hour later.
func (a *App) expire(ctx context.Context) {
	for what, do := range map[string]func(context.Context) error{"journal": a.Journal.Expire, "accounts": a.Accounts.Expire, "collections": resource.New(a.DB).Forget,
		"deliveries": a.Alarms.Expire, "due work": a.Due.Expire} {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "removing what is too old failed", "what", what, "error", err)
		}
	}
}

// watchOthers wakes live streams and due work when another process (the command
// line) has written: SQLite's data_version changes then. It is asked once a
// second, which costs microseconds and touches no disk.
func (a *App) watchOthers(ctx context.Context) {
	conn, err := a.DB.Pool().Conn(ctx)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	var last int64
	every(ctx, time.Second, func() {
		var now int64
		if err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&now); err != nil {
			return
		}
		if now != last {
			last = now
			a.Journal.WakeAll()
		}
	})
}

func every(ctx context.Context, d time.Duration, do func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		do()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// discardConnectionNoise sends what net/http has to say (broken handshakes,
// aborted connections) to the log at debug level.
func discardConnectionNoise(l *slog.Logger) *log.Logger {
	return slog.NewLogLogger(l.Handler(), slog.LevelDebug)
}
