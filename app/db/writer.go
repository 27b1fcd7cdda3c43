package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime/debug"
	"sync"

	"modernc.org/sqlite"
)

// writer is SQLite's only writer. It takes all transactions that wait, runs
// them one after another inside one BEGIN … COMMIT, and answers each after the
// commit. While the disk syncs, the next batch gathers: so synchronous=FULL costs
// one sync a batch, not one a write. Where one of them fails with something written,
// the batch is undone and run again, each within a savepoint of its own: savepoints
// cost each page that two of a batch touch a copy, and few transactions fail.
type writer struct {
	db    *DB
	conn  *sql.Conn
	jobs  chan *job
	stop  chan struct{}
	ended chan struct{}
	once  sync.Once
	stmts map[string]*sql.Stmt
}

type job struct {
	ctx  context.Context
	fn   func(ctx context.Context) error
	tx   *tx
	err  error
	done chan struct{}
}

// maxBatch bounds how long the first of a batch waits for the last.
const maxBatch = 64

var errClosed = errors.New("db: closed")

func newWriter(d *DB, conn *sql.Conn) *writer {
	w := &writer{db: d, conn: conn, jobs: make(chan *job), stop: make(chan struct{}),
		ended: make(chan struct{}), stmts: map[string]*sql.Stmt{}}
	go w.loop()
	return w
}

func (w *writer) do(ctx context.Context, fn func(ctx context.Context) error) (*tx, error) {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case w.jobs <- j:
	case <-ctx.Done(): // still in the queue: nothing has happened
		return nil, mapError(ctx, "begin", ctx.Err())
	case <-w.ended:
		return nil, errClosed
	}
	<-j.done
	var p *panicked
	if errors.As(j.err, &p) {
		panic(p)
	}
	return j.tx, j.err
}

func (w *writer) loop() {
	defer close(w.ended)
	for {
		var batch []*job
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		case <-w.stop:
			return
		}
	gather:
		for len(batch) < maxBatch {
			select {
			case j := <-w.jobs:
				batch = append(batch, j)
			default:
				break gather
			}
		}
		w.run(batch)
		for _, j := range batch {
			close(j.done)
		}
	}
}

// run commits the batch. When the batch as a whole fails (a full disk, a
// failed sync), each transaction is tried again by itself, so that one that
// fits is not refused for one that does not.
func (w *writer) run(batch []*job) {
	err := w.commit(batch, false)
	if errors.Is(err, errSpoilt) {
		err = w.commit(batch, true)
	}
	if err == nil {
		return
	}
	for _, j := range batch {
		j.err = nil
		if err := w.commit([]*job{j}, false); err != nil && j.err == nil {
			j.err = err
		}
	}
}

// errSpoilt is for a batch in which one transaction failed half-way.
var errSpoilt = errors.New("db: one of a batch failed")

// commit runs the batch in one transaction. An error means that nothing of it
// happened; what failed by its own fault has its own error and the rest is
// committed. Apart, each has a savepoint to go back to.
func (w *writer) commit(batch []*job, apart bool) error {
	ctx := context.Background() // a request that goes away must not roll back its neighbours
	if err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return mapError(ctx, "begin", err)
	}
	kept := 0
	for _, j := range batch {
		if apart {
			if err := w.exec(ctx, "SAVEPOINT one"); err != nil {
				return w.abandon(ctx, err)
			}
		}
		j.err = w.runOne(j)
		switch {
		case j.err == nil:
			kept++
		case apart:
			if err := w.exec(ctx, "ROLLBACK TO one"); err != nil {
				return w.abandon(ctx, err) // SQLite rolled back everything by itself
			}
		case len(batch) > 1 && spoils(j):
			_ = w.exec(ctx, "ROLLBACK") // answers an error when SQLite already did it
			return errSpoilt
		}
		if apart {
			if err := w.exec(ctx, "RELEASE one"); err != nil {
				return w.abandon(ctx, err)
			}
		}
	}
	if kept == 0 {
		_ = w.exec(ctx, "ROLLBACK")
		return nil
	}
	if err := w.exec(ctx, "COMMIT"); err != nil {
		return w.abandon(ctx, err)
	}
	return nil
}

// spoils says whether a transaction that failed may have left something behind, or
// SQLite may have rolled back everything for it.
func spoils(j *job) bool {
	var se *sqlite.Error
	return j.tx != nil && j.tx.wrote || errors.As(j.err, &se)
}

func (w *writer) abandon(ctx context.Context, err error) error {
	_ = w.exec(ctx, "ROLLBACK") // answers an error when SQLite already did it
	return mapError(ctx, "commit", err)
}

func (w *writer) runOne(j *job) (err error) {
	if e := j.ctx.Err(); e != nil && j.tx == nil { // what has begun is run to its end
		return mapError(j.ctx, "begin", e)
	}
	j.tx = &tx{db: w.db, on: prepared(w.prepare)}
	defer func() {
		j.tx.done = true
		if p := recover(); p != nil {
			err = &panicked{p, debug.Stack()}
		}
	}()
	return j.fn(context.WithValue(context.WithoutCancel(j.ctx), txKey{}, j.tx))
}

func (w *writer) exec(ctx context.Context, query string) error {
	st, err := w.prepare(ctx, query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx)
	return err
}

// prepare is called by one goroutine at a time: the loop's.
func (w *writer) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := w.stmts[query]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(w.stmts) >= maxStatements {
		for q, old := range w.stmts {
			_ = old.Close()
			delete(w.stmts, q)
		}
	}
	w.stmts[query] = st
	return st, nil
}

// close lets the running batch end and refuses what comes later.
func (w *writer) close() {
	w.once.Do(func() {
		close(w.stop)
		<-w.ended
		for _, st := range w.stmts {
			_ = st.Close()
		}
		_ = w.conn.Close()
	})
}
