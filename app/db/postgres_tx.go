package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pgTx is a transaction on PostgreSQL. Each statement that somebody waits for is
// a round trip; what nobody waits for (Later) is held back and travels with the
// next one, BEGIN with the first and COMMIT with the last. So a change of a
// record, its journal entry and its counters cost three.
type pgTx struct {
	conn *pgx.Conn
	held []statement
	err  error // the first failure: the server has given the transaction up
}

type statement struct {
	query string
	args  []any
	read  func(pgx.BatchResults) error // its answer; nil: nobody wants it
}

// maxHeld bounds what is held back.
const maxHeld = 64

// runPostgres runs fn in a transaction.
func (d *DB) runPostgres(ctx context.Context, fn func(ctx context.Context) error) (t *tx, err error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, mapError(ctx, "begin", err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Raw(func(driver any) error {
		p := &pgTx{conn: driver.(*stdlib.Conn).Conn(), held: []statement{{query: "begin"}}}
		t = &tx{db: d, on: p}
		defer func() { t.done = true }()
		if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
			p.rollback(ctx)
			return err
		}
		closed := p.conn.IsClosed()
		if err := p.commit(ctx); err != nil {
			p.rollback(ctx)
			if !closed && unsure(err) {
				return outcomeUnknown(err)
			}
			return mapError(ctx, "commit", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (p *pgTx) later(ctx context.Context, query string, args []any) error {
	if p.err != nil {
		return p.err
	}
	if len(p.held) == maxHeld {
		_, err := p.exec(ctx, query, args)
		return err
	}
	args = slices.Clone(args)
	for i, a := range args { // what is pointed to may change before it is sent
		switch a := a.(type) {
		case *int64:
			args[i] = held(a)
		case *string:
			args[i] = held(a)
		case *float64:
			args[i] = held(a)
		}
	}
	p.held = append(p.held, statement{query: query, args: args})
	return nil
}

func held[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// send sends what is held back and then a statement, whose result is the next
// one to be read.
func (p *pgTx) send(ctx context.Context, query string, args []any) (pgx.BatchResults, error) {
	if p.err != nil {
		return nil, p.err
	}
	b := &pgx.Batch{}
	for _, s := range p.held {
		b.Queue(s.query, s.args...)
	}
	if query != "" {
		b.Queue(query, args...)
	}
	before := p.held
	p.held = nil
	results := p.conn.SendBatch(ctx, b)
	for _, s := range before {
		var err error
		if s.read != nil {
			err = s.read(results)
		} else {
			_, err = results.Exec()
		}
		if err != nil {
			_ = results.Close()
			p.err = fmt.Errorf("%s: %w", head(s.query), err)
			return nil, p.err
		}
	}
	return results, nil
}

// flush sends what is held back.
func (p *pgTx) flush(ctx context.Context) error {
	results, err := p.send(ctx, "", nil)
	if err != nil {
		return err
	}
	p.err = results.Close()
	return p.err
}

func (p *pgTx) query(ctx context.Context, query string, args []any) (rows, error) {
	results, err := p.send(ctx, query, args)
	if err != nil {
		return nil, err
	}
	r, err := results.Query()
	if err != nil {
		_ = results.Close()
		p.err = err
		return nil, err
	}
	return &pgRows{r, results, p}, nil
}

func (p *pgTx) exec(ctx context.Context, query string, args []any) (int64, error) {
	results, err := p.send(ctx, query, args)
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	if e := results.Close(); err == nil {
		err = e
	}
	p.err = err
	return tag.RowsAffected(), err
}

func (p *pgTx) commit(ctx context.Context) error {
	if p.err != nil {
		return p.err
	}
	if len(p.held) > 0 && p.held[0].query == "begin" && len(p.held) == 1 {
		return nil // nothing was ever asked
	}
	results, err := p.send(ctx, "commit", nil)
	if err != nil {
		return err
	}
	tag, err := results.Exec()
	if e := results.Close(); err == nil {
		err = e
	}
	if err == nil && tag.String() != "COMMIT" {
		err = errors.New("the server rolled the transaction back")
	}
	p.err = err
	return err
}

// rollback leaves the connection as it was found, or closes it.
func (p *pgTx) rollback(ctx context.Context) {
	const idle = 'I'
	p.held = nil
	if p.conn.IsClosed() || p.conn.PgConn().TxStatus() == idle {
		return
	}
	if _, err := p.conn.Exec(ctx, "rollback"); err != nil {
		_ = p.conn.Close(ctx) // the server rolls back by itself then
	}
}

// pgRows are the rows of a statement that was sent with others.
type pgRows struct {
	pgx.Rows
	results pgx.BatchResults
	tx      *pgTx
}

// Close reads to the end and says what went wrong.
func (r *pgRows) Close() error {
	r.Rows.Close()
	err := r.Err()
	if e := r.results.Close(); err == nil {
		err = e
	}
	if err != nil && r.tx.err == nil {
		r.tx.err = err
	}
	return err
}

// AskAll is Query for rows that are not needed at once: in a transaction on
// PostgreSQL it travels with the next statement, unless answer is called before.
// Its locks are taken before that statement runs.
func AskAll[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args ...any) (answer func() ([]T, error)) {
	var all []T
	var err error
	p := d.pgTx(ctx)
	if p == nil {
		all, err = Query(ctx, d, scan, query, args...)
		return func() ([]T, error) { return all, err }
	}
	watched(ctx, query, args)
	read := false
	p.held = append(p.held, statement{query: query, args: args, read: func(results pgx.BatchResults) error {
		read = true
		r, e := results.Query()
		for e == nil && r.Next() {
			var v T
			v, e = scan(r)
			all = append(all, v)
		}
		if r != nil {
			r.Close()
			if e == nil {
				e = r.Err()
			}
		}
		err = mapError(ctx, query, e)
		return e
	}})
	return func() ([]T, error) {
		if !read && err == nil {
			err = mapError(ctx, query, p.flush(ctx))
		}
		return all, err
	}
}

// Ask is AskAll for the first row.
func Ask[T any](ctx context.Context, d *DB, scan func(Scanner) (T, error), query string, args ...any) (answer func() (T, bool, error)) {
	all := AskAll(ctx, d, scan, query, args...)
	return func() (v T, found bool, err error) {
		rows, err := all()
		if err != nil || len(rows) == 0 {
			return v, false, err
		}
		return rows[0], true, nil
	}
}

// pgTx is the transaction of ctx, where it is one on PostgreSQL.
func (d *DB) pgTx(ctx context.Context) *pgTx {
	t, ok := ctx.Value(txKey{}).(*tx)
	if !ok || t.db != d || t.done {
		return nil
	}
	p, _ := t.on.(*pgTx)
	return p
}

// Later is Exec for a statement whose result nobody waits for. In a transaction
// on PostgreSQL it travels with the next statement, or with COMMIT, which
// answers its error then.
func (d *DB) Later(ctx context.Context, query string, args ...any) error {
	if p := d.pgTx(ctx); p != nil {
		watched(ctx, query, args)
		return mapError(ctx, query, p.later(ctx, query, args))
	}
	_, err := d.Exec(ctx, query, args...)
	return err
}
