package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// oldestPostgres is the first release that Umbra runs on.
const oldestPostgres = 14

// Pool says how a PostgreSQL server is used. The zero value suits a server of
// one's own on this machine.
type Pool struct {
	Connections int           // at most, at once; 0 is four for each processor and at least eight
	Statement   time.Duration // after which the server ends a statement; 0 is never
	Idle        time.Duration // after which an unused connection is closed; 0 is five minutes
	Serve       bool          // Umbra's own tables will be there: check what that needs
	Wait        time.Duration // how long to wait for a server that does not answer yet
	Waiting     func(why error)
}

// connectTimeout is for an address that swallows what is sent to it; the
// address may name another with connect_timeout.
const connectTimeout = 10 * time.Second

// OpenPostgres opens a PostgreSQL database by its postgres:// address. It
// connects when it is used.
func OpenPostgres(_ context.Context, address string) (*DB, error) {
	d, _, err := openPostgres(address, Pool{})
	return d, err
}

// ConnectPostgres opens a PostgreSQL database and connects to it. What is wrong
// is said in words that tell what to do; what may pass is waited for (Pool.Wait).
func ConnectPostgres(ctx context.Context, address string, p Pool) (*DB, error) {
	d, c, err := openPostgres(address, p)
	if err != nil {
		return nil, err
	}
	if err := d.wait(ctx, c, p); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func openPostgres(address string, p Pool) (*DB, *pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, nil, fmt.Errorf("DATABASE_URL cannot be used: %w", err) // pgx masks the password
	}
	if c.ConnectTimeout == 0 || c.ConnectTimeout > 2*time.Minute-time.Second { // pgx's own default is two minutes
		c.ConnectTimeout = connectTimeout
	}
	for name, value := range map[string]string{"application_name": "umbra", "statement_timeout": strconv.FormatInt(p.Statement.Milliseconds(), 10)} {
		if _, set := c.RuntimeParams[name]; !set && value != "0" {
			c.RuntimeParams[name] = value
		}
	}
	most := p.Connections
	if most == 0 {
		most = max(8, 4*runtime.NumCPU())
	}
	idle := p.Idle
	if idle == 0 {
		idle = 5 * time.Minute
	}
	pool := stdlib.OpenDB(*c)
	pool.SetMaxOpenConns(most)
	pool.SetConnMaxIdleTime(idle)
	pool.SetConnMaxLifetime(time.Hour) // an address may come to mean another server
	d := &DB{Engine: Postgres, read: pool, write: pool, idle: max(2, most/2)}
	pool.SetMaxIdleConns(d.idle)
	d.reads.pool = pool
	return d, c, nil
}

// wait connects, again and again while that may help.
func (d *DB) wait(ctx context.Context, c *pgx.ConnConfig, p Pool) error {
	const least, most = 100 * time.Millisecond, 3 * time.Second
	began := time.Now()
	for pause := least; ; pause = min(2*pause, most) {
		err := d.connect(ctx, c, p.Serve)
		if err == nil || ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
		if !passing(err) || time.Since(began)+pause > p.Wait {
			return err
		}
		if p.Waiting != nil {
			p.Waiting(err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// connect tries one connection and what Umbra needs of the server.
func (d *DB) connect(ctx context.Context, c *pgx.ConnConfig, serve bool) error {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return explain(err, c)
	}
	defer func() { _ = conn.Close() }()
	if !serve {
		return explain(conn.PingContext(ctx), c)
	}
	var version int
	var standby, readOnly bool
	var encoding, name string
	var schema sql.NullString
	err = conn.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
		current_setting('transaction_read_only')::bool, current_setting('server_encoding'), current_schema(), current_database()`).
		Scan(&version, &standby, &readOnly, &encoding, &schema, &name)
	if err != nil {
		return explain(err, c)
	}
	where := place(c)
	switch {
	case version < oldestPostgres*10000:
		return fmt.Errorf("the PostgreSQL server at %s has version %d, and Umbra needs %d or newer: upgrade it, or use another server", where, version/10000, oldestPostgres)
	case standby:
		return fmt.Errorf("the PostgreSQL server at %s is a read-only standby: name the primary in DATABASE_URL, "+
			"or both with ?host=a,b&target_session_attrs=read-write", where)
	case readOnly:
		return fmt.Errorf("the database %q at %s is read-only (default_transaction_read_only): "+
			"ALTER DATABASE %s SET default_transaction_read_only = off, or use another role", name, where, pgx.Identifier{name}.Sanitize())
	case encoding != "UTF8":
		return fmt.Errorf("the database %q at %s keeps its text as %s, and Umbra needs UTF8: make another with `%s`",
			name, where, encoding, createdb(c, name+"_utf8")+" -E UTF8 -T template0")
	case !schema.Valid:
		return fmt.Errorf("the database %q at %s has no schema that the role %q may use: CREATE SCHEMA %s AUTHORIZATION %[4]s, or correct search_path",
			name, where, c.User, pgx.Identifier{c.User}.Sanitize())
	}
	return nil
}

// place is where the server is, for people.
func place(c *pgx.ConnConfig) string {
	if isSocket(c.Host) {
		return c.Host
	}
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

func isSocket(host string) bool { return host != "" && (host[0] == '/' || host[0] == '@') }

// OnClose has f called after the database is closed.
func (d *DB) OnClose(f func() error) { d.onClose = f }
