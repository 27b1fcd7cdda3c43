package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"umbra/app/fault"
)

// patience is how long a request waits for a PostgreSQL server that went away:
// long enough for one that is started again.
var patience = 5 * time.Second

// outage remembers since when the server has been away, so that requests fail
// at once after the first have waited.
type outage struct{ since atomic.Int64 }

func (o *outage) over() {
	if o.since.Load() != 0 {
		o.since.Store(0)
	}
}

// begun answers how long ago it began, which is now for the first to notice.
func (o *outage) begun() time.Duration {
	now := time.Now().UnixNano()
	if o.since.CompareAndSwap(0, now) {
		return 0
	}
	return time.Duration(now - o.since.Load())
}

type impatientKey struct{}

// patiently runs what may be run again, until the server is there or patience
// has an end.
func (d *DB) patiently(ctx context.Context, do func() error) error {
	pause := 10 * time.Millisecond
	for {
		err := do()
		if err == nil || !lost(err) {
			d.outage.over()
			return err
		}
		d.forget()
		if ctx.Err() != nil || ctx.Value(impatientKey{}) != nil || d.outage.begun() > patience {
			return err
		}
		select {
		case <-time.After(pause + time.Duration(rand.Int64N(int64(pause)))):
			pause = min(2*pause, 500*time.Millisecond)
		case <-ctx.Done():
			return err
		}
	}
}

// forget closes the connections that nobody uses: when one was lost, the others were.
func (d *DB) forget() {
	d.read.SetMaxIdleConns(0)
	d.read.SetMaxIdleConns(d.idle)
}

// lost says whether an error means that the connection is gone, or was never
// there: the statement may be sent to another, unless it was a COMMIT.
func lost(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch pe.Code {
		case "57P01", "57P02", "57P03", "57P05", // the server ends, starts, or ended an idle session
			"53300", // no connection left
			"25006": // the server became a standby; the primary is elsewhere
			return true
		}
		return pe.Code[:2] == "08"
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	var ce *pgconn.ConnectError
	var op *net.OpError
	return errors.As(err, &ce) || errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || pgconn.SafeToRetry(err)
}

// unsure is a commit without an answer. It is neither said to have failed nor
// run again: that might do it twice. (pgx's SafeToRetry is no help here: of a
// batch that was sent it may say that nothing was.)
func unsure(err error) bool {
	var pe *pgconn.PgError
	return lost(err) && (!errors.As(err, &pe) || pe.Code[:2] == "57" || pe.Code[:2] == "08")
}

func outcomeUnknown(cause error) error {
	return fault.New(fault.Overloaded, "outcome_unknown",
		"The connection to the database was lost while this was being saved: it may be saved, or not. Look before you try again.").Because(unknown{cause})
}

// unknown keeps a lost commit from being taken for what may be run again.
type unknown struct{ cause error }

func (u unknown) Error() string { return "the commit was not answered: " + u.cause.Error() }
