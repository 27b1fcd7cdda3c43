package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/pgembed"
)

// engine is what is settled about the database before it is opened.
type engine struct {
	settled   bool
	byDefault bool          // nobody chose it: SQLite may take its place
	serving   bool          // serve opens it
	stopping  *atomic.Int64 // when serve was told to end, as Unix nanoseconds
}

// Settled settles which database the settings mean: the one they name, else the
// one that the data folder holds, else, in a new folder, PostgreSQL where this
// build carries it and it can run, and SQLite elsewhere. It changes nothing.
func (o Options) Settled() (Options, error) {
	if o.engine.settled {
		return o, nil
	}
	o.engine.settled = true
	c := &o.Config
	file, cluster := holdings(*c)
	switch {
	case !c.DB.IsZero():
	case file && cluster:
		return o, fmt.Errorf("the data folder %s holds two databases, umbra.db (SQLite) and postgres (the PostgreSQL inside), and nothing says which is in use: "+
			"nothing was changed; set DATABASE_URL to sqlite:///umbra.db or embedded-postgres:, or move the other one away", c.DataDir)
	case file, !cluster && o.Postgres == "":
		c.DB = sqliteIn(c.DataDir)
	default:
		c.DB = config.Database{Engine: config.EmbeddedPostgres}
		o.engine.byDefault = !cluster
	}
	return o, nil
}

func sqliteIn(dataDir string) config.Database {
	return config.Database{Engine: config.SQLite, Path: filepath.Join(dataDir, "umbra.db")}
}

// holdings says what the data folder holds.
func holdings(c config.Config) (file, cluster bool) {
	info, err := os.Stat(filepath.Join(c.DataDir, "umbra.db"))
	file = err == nil && info.Size() > 0
	cluster, _ = pgembed.Look(c.DataDir)
	return file, cluster
}

// refuseSecond keeps serve from beginning anew beside a database of another
// engine: whoever changes a setting does not expect to find nothing.
func (o Options) refuseSecond() error {
	file, cluster := holdings(o.Config)
	var there, to string
	switch o.Config.DB.Engine {
	case config.SQLite:
		if info, err := os.Stat(DatabasePath(o.Config)); cluster && (err != nil || info.Size() == 0) {
			there = "the PostgreSQL inside (postgres)"
		}
	case config.EmbeddedPostgres:
		if file && !cluster {
			there = "SQLite (umbra.db)"
		}
	default: // it has just been found to be empty
		switch {
		case file:
			there = "SQLite (umbra.db)"
		case cluster:
			there = "the PostgreSQL inside (postgres)"
		}
	}
	if there == "" {
		return nil
	}
	to = o.Config.DB.Masked()
	return fmt.Errorf("DATABASE_URL names a new database, %s, and the data folder %s holds one of %s: nothing was changed; "+
		"leave DATABASE_URL out to go on with that one, move everything over with `umbra copy --to %s` (without DATABASE_URL), or move the old one away to begin anew",
		to, o.Config.DataDir, there, to)
}

// openEmbedded starts the PostgreSQL inside; closing the database ends it.
func openEmbedded(ctx context.Context, o Options) (*db.DB, error) {
	p, err := pgembed.Start(ctx, pgembed.Options{DataDir: o.Config.DataDir, Archive: o.Postgres, Create: o.Create, Serving: o.engine.serving, Log: o.Log})
	if errors.Is(err, pgembed.ErrNotCarried) {
		if _, cluster := holdings(o.Config); cluster {
			return nil, fmt.Errorf("the data folder %s holds a PostgreSQL cluster: %w", o.Config.DataDir, err)
		}
	}
	if err != nil {
		return nil, err
	}
	stop := func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.engine.left())
		defer cancel()
		return p.Stop(ctx)
	}
	pool := o.pool()
	if pool.Connections == 0 {
		pool.Connections = 12
	}
	pool.Idle = time.Minute // each connection is a process of some megabytes
	d, err := db.ConnectPostgres(ctx, p.URL(), pool)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	d.OnClose(stop)
	return d, nil
}

// stopBudget is how long serve may take to end; a little of it is for the rest.
const stopBudget = 9500 * time.Millisecond

// left is how much of the budget PostgreSQL has.
func (e engine) left() time.Duration {
	left := stopBudget
	if e.stopping != nil {
		if at := e.stopping.Load(); at != 0 {
			left -= time.Since(time.Unix(0, at))
		}
	}
	return max(left-time.Second, 500*time.Millisecond) // a second for ending it the hard way
}

// pool is how PostgreSQL is used, as the settings say.
func (o Options) pool() db.Pool {
	p := db.Pool{Connections: o.Config.PostgresConnections, Statement: o.Config.PostgresStatement, Serve: true}
	if o.engine.serving {
		p.Wait = o.Config.PostgresWait
		p.Waiting = func(why error) {
			if o.Log != nil {
				o.Log.Warn("waiting for the database", "why", why)
			}
		}
	}
	return p
}
