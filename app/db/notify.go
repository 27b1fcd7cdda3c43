package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// checkEvery is how often a connection that listens is asked whether it is alive:
// one that a network dropped in silence would wait forever.
const checkEvery = 30 * time.Second

// Listen hears what is sent to a channel of a PostgreSQL database (NOTIFY) until
// ctx or the connection ends. ready is called once nothing that follows is missed.
func (d *DB) Listen(ctx context.Context, channel string, ready func(), hear func(payload string)) error {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Raw(func(on any) error {
		c := on.(*stdlib.Conn).Conn()
		// Never back to the pool: it would go on listening there.
		defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
		if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
			return err
		}
		ready()
		for ctx.Err() == nil {
			wait, stop := context.WithTimeout(ctx, checkEvery)
			n, err := c.WaitForNotification(wait)
			stop()
			switch {
			case err == nil:
				hear(n.Payload)
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, context.DeadlineExceeded):
				if err := c.Ping(ctx); err != nil {
					return err
				}
			default:
				return err
			}
		}
		return ctx.Err()
	})
}

// Notifier sends to channels of a PostgreSQL database, over a connection of its
// own: requests do not wait for it. It is for one goroutine.
type Notifier struct {
	db   *DB
	conn *sql.Conn
}

// NewNotifier makes one; it connects when it is used.
func (d *DB) NewNotifier() *Notifier { return &Notifier{db: d} }

// Notify sends to a channel, at most 8000 bytes. It is a transaction of its own:
// within another it would make all commits of the database wait for each other.
func (n *Notifier) Notify(ctx context.Context, channel, payload string) (err error) {
	defer func() {
		if err != nil {
			n.Close()
		}
	}()
	if n.conn == nil {
		if n.conn, err = n.db.read.Conn(ctx); err != nil {
			return err
		}
		// It only wakes somebody: that is not worth waiting for the disk.
		if _, err := n.conn.ExecContext(ctx, "SET synchronous_commit = off"); err != nil {
			return err
		}
	}
	_, err = n.conn.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, payload)
	return err
}

// Close ends the connection, which is as no other should be.
func (n *Notifier) Close() {
	if n.conn != nil {
		_ = n.conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = n.conn.Close()
		n.conn = nil
	}
}
