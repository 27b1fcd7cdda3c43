// Package server is the composition root: it opens the database, builds every
// feature and edge, listens, and stops cleanly.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/api"
	"umbra/app/backup"
	"umbra/app/caller"
	"umbra/app/care"
	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/disk"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/metrics"
	"umbra/app/notify"
	"umbra/app/push"
	"umbra/app/secret"
	"umbra/app/webcal"
)

// Options is what Open needs.
type Options struct {
	Config               config.Config
	Frontend, Migrations fs.FS
	Postgres             string       // pgembed's archive; "" in the build without it
	Log                  *slog.Logger // nil means slog.Default
	Version              string
	NoMigrate            bool        // an older schema is an error then
	Create               bool        // may make a new database: serve
	Clock                clock.Clock // nil means the machine's

	// Sockets that were opened for serve already (systemd); nil ones it opens itself.
	Listener, PlainListener net.Listener

	engine engine
}

// App is an open Umbra: for serve, and for the command line beside it.
type App struct {
	Store
	Journal  *journal.Journal
	Accounts *account.Service
	Services api.Services
	Backups  *backup.Service
	Care     *care.Service
	Provider *api.Provider // nil: none is configured
	Push     *push.Service
	Alarms   *alarm.Service
	Sources  *webcal.Service
	Due      *jobs.Runner
	Senders  notify.Deliverer // what reaches users over the channels of their settings

	out     *notify.Outbound
	log     *slog.Logger
	waker   *waker // on PostgreSQL
	hasher  *secret.Hasher
	metrics *metrics.Metrics // nil unless the settings ask for them
	facts   facts
	tls     *encryption             // while it serves HTTPS
	edge    atomic.Pointer[api.API] // what Handler made last
}

// Open opens the database, refusing one that is newer or not ours, migrates it
// unless NoMigrate, checks the secret key, and builds the services. With Create
// it holds the data folder until Close, and refuses one that is held.
func Open(ctx context.Context, o Options) (_ *App, err error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o, err = o.Settled(); err != nil {
		return nil, err
	}
	if o.Create {
		o.engine.serving, o.engine.stopping = true, &atomic.Int64{}
		if o.Config.DB.Engine != config.Postgres {
			if err := o.refuseSecond(); err != nil {
				return nil, err
			}
		}
	}
	st, err := OpenStore(ctx, o)
	if err != nil {
		return nil, err
	}
	if st.Fallback != "" {
		o.Log.WarnContext(ctx, "SQLite is used in place of PostgreSQL", "why", st.Fallback)
	}
	a := &App{Store: *st, log: o.Log}
	defer func() {
		if err != nil {
			_ = a.Store.Close()
		}
	}()
	if err := a.migrate(ctx); err != nil {
		return nil, err
	}
	keys, err := a.openKeys(ctx)
	if err != nil {
		return nil, err
	}
	if a.hasher, err = secret.NewHasher(secret.Options{Params: o.Config.Argon2()}); err != nil {
		return nil, err
	}
	a.observe()
	a.Journal = journal.New(a.DB, o.Clock)
	queue := jobs.NewQueue(a.DB, o.Clock)
	notices := &notices{queue: queue, clock: o.Clock, public: o.Config.PublicURL.String()}
	a.Accounts = account.New(account.Deps{DB: a.DB, Journal: a.Journal, Clock: o.Clock, Hasher: a.hasher, Keys: keys,
		SessionMaxAge: o.Config.SessionMaxAge, MFATokenMaxAge: o.Config.MFATokenMaxAge, TOTPIssuer: o.Config.TOTPIssuer, Log: o.Log, Notices: notices,
		NewUser: func(ctx context.Context, c caller.Caller) error {
			if err := a.Services.Welcome(ctx, c); err != nil {
				return err
			}
			return a.Alarms.Begin(ctx, c)
		}})
	a.Services = api.NewServices(a.DB, a.Journal, o.Clock, a.Accounts)
	a.out = newOutbound(o.Config, o.Version)
	a.Push = push.NewService(a.DB, o.Clock, keys, func(ctx context.Context, address string) error { return a.out.Look(ctx, address) })
	a.Senders = &senders{accounts: a.Accounts, push: a.Push, out: a.out, config: o.Config, log: o.Log}
	notices.accounts, notices.send = a.Accounts, a.Senders
	a.Journal.AskWith(notices.massDeletion)
	a.Sources = webcal.New(webcal.Deps{DB: a.DB, Journal: a.Journal, Queue: queue, Clock: o.Clock, Log: a.log, Out: a.out, Accounts: a.Accounts,
		Calendars: a.Services.Calendars, Events: a.Services.Events})
	a.newAlarms(o.Clock, keys, queue, append(notices.kinds(), a.Sources.Jobs()...)...)
	a.observeDue()
	if a.Backups, err = a.NewBackups(ctx); err != nil {
		return nil, err
	}
	a.Care = &care.Service{DB: a.DB, Clock: o.Clock, Accounts: a.Accounts, Notices: notices, Backups: a.Backups,
		CertificateEnds: func() time.Time { return a.tls.ends() }, Free: func() (uint64, error) { return disk.Free(dataFolder(a.Config)) }}
	if a.Provider, err = a.provider(); err != nil {
		return nil, err
	}
	a.waker = startWaker(a.DB, a.Journal)
	return a, nil
}

func (a *App) migrate(ctx context.Context) error {
	if err := a.Migrator.Check(ctx); err != nil {
		return err
	}
	v, err := a.Migrator.Version(ctx)
	if err != nil {
		return err
	}
	if v == a.Migrator.Newest() {
		return nil
	}
	if v == 0 && !a.Create {
		return errors.New("the database is empty: start `umbra serve` once, which fills it")
	}
	if v == 0 && a.Config.DB.Engine == config.Postgres {
		if err := a.refuseSecond(); err != nil {
			return err
		}
	}
	if a.NoMigrate {
		return fmt.Errorf("the database's schema is version %d and this program needs %d: run `umbra migrate`, or serve without --no-migrate", v, a.Migrator.Newest())
	}
	if v > 0 { // a wrong key is found before anything is changed
		if err := a.CheckKey(ctx); err != nil {
			return err
		}
	}
	if v > 0 { // it may take a while, and should not be taken for a server that hangs
		a.log.InfoContext(ctx, "migrating the database", "from", v, "to", a.Migrator.Newest())
	}
	snapshot, err := a.Migrator.Up(ctx)
	if err == nil && snapshot != "" {
		a.log.InfoContext(ctx, "database migrated", "from", v, "to", a.Migrator.Newest(), "copy", snapshot)
	}
	return err
}

// SetupCode is what a first run from another machine must carry; "" when
// somebody is set up.
func (a *App) SetupCode(ctx context.Context) (string, error) {
	need, err := a.Accounts.SetupRequired(ctx)
	if err != nil || !need {
		return "", err
	}
	return a.Accounts.SetupCode(ctx)
}

// Close ends background writes and closes the database.
func (a *App) Close() error {
	a.Accounts.Settle()
	a.out.Close()
	a.Backups.Close()
	a.waker.close()
	return a.Store.Close()
}
