package db

import (
	"context"
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
	return conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
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

// Notify sends to a channel, at most 8000 bytes. It is a transaction of its own:
// within another it would make all commits of the database wait for each other.
func (d *DB) Notify(ctx context.Context, channel, payload string) error {
	return d.Tx(ctx, func(ctx context.Context) error {
		// Only wakes somebody: not worth waiting for the disk.
		if err := d.Later(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return err
		}
		return d.Later(ctx, "SELECT pg_notify($1, $2)", channel, payload)
	})
}
