package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

type txKey struct{}

// tx is a running transaction, carried by the context.
type tx struct {
	db    *DB
	on    querier
	after []func()
	done  bool
	wrote bool // it may have
}

var errEnded = errors.New("db: used after its transaction ended")

func (t *tx) query(ctx context.Context, query string, args []any) (rows, error) {
	if t.done {
		return nil, errEnded
	}
	if !strings.HasPrefix(query, "SELECT ") {
		t.wrote = true
	}
	return t.on.query(ctx, query, args)
}

func (t *tx) exec(ctx context.Context, query string, args []any) (int64, error) {
	if t.done {
		return 0, errEnded
	}
	t.wrote = true
	return t.on.exec(ctx, query, args)
}

func current(ctx context.Context, d *DB) querier {
	if t, ok := ctx.Value(txKey{}).(*tx); ok && t.db == d {
		return t
	}
	return nil
}

// InTx says whether ctx carries a transaction of d.
func (d *DB) InTx(ctx context.Context) bool { return current(ctx, d) != nil }

// Tx runs fn in one transaction: all of it happens, or nothing. A Tx inside a
// Tx joins the outer one.
//
// fn may run more than once (a conflict on PostgreSQL, a batch that failed on
// SQLite), so it must set its results anew each time, and effects outside the
// database belong into AfterCommit. Once it has begun, fn runs to its end even
// when ctx is cancelled: the answer says what really happened.
func (d *DB) Tx(ctx context.Context, fn func(ctx context.Context) error) error {
	if d.InTx(ctx) {
		return fn(ctx)
	}
	if err := ctx.Err(); err != nil {
		return mapError(ctx, "begin", err)
	}
	if d.Observe != nil {
		began := time.Now()
		defer func() { d.Observe(Transaction, time.Since(began)) }()
	}
	t, err := d.run(ctx, fn)
	if err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

func (d *DB) run(ctx context.Context, fn func(ctx context.Context) error) (*tx, error) {
	if d.writer != nil {
		return d.writer.do(ctx, fn)
	}
	const attempts = 6
	for i := 1; ; i++ {
		var t *tx
		err := d.patiently(context.WithoutCancel(ctx), func() (err error) {
			t, err = d.runPostgres(context.WithoutCancel(ctx), fn)
			return err
		})
		if err == nil || i == attempts || !retriable(err) {
			return t, err
		}
		time.Sleep(time.Duration(rand.IntN(5<<i)) * time.Millisecond)
	}
}

// AfterCommit runs f once the transaction of ctx has been committed, or at once
// when there is none. f does not run when the transaction is rolled back.
func AfterCommit(ctx context.Context, f func()) {
	if t, ok := ctx.Value(txKey{}).(*tx); ok {
		t.after = append(t.after, f)
		return
	}
	f()
}

// panicked carries a closure's panic from the writer to whoever waits for it.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }
