package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// bulkValues bounds the placeholders of one statement on SQLite (32766 are
// allowed; beyond some thousand there is nothing to be won).
const bulkValues = 2000

// Bulk fills a table as quickly as the engine can, in one transaction of its
// own: rows come from next until it answers nil. next may use its slice again,
// though not what the values in it point to. A SQLite database must have been
// opened by OpenScratch.
func (d *DB) Bulk(ctx context.Context, table string, columns []string, next func() ([]any, error)) (n int64, err error) {
	if d.Engine == SQLite && d.read != d.write {
		return 0, errors.New("db: Bulk on a database that others use")
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return 0, mapError(ctx, "begin", err)
	}
	defer func() { _ = conn.Close() }()
	if d.Engine == Postgres {
		err = conn.Raw(func(driver any) error {
			on := driver.(*stdlib.Conn).Conn()
			if _, err := on.Exec(ctx, "SET statement_timeout = 0"); err != nil {
				return err
			}
			defer func() { _, _ = on.Exec(context.WithoutCancel(ctx), "RESET statement_timeout") }()
			n, err = on.CopyFrom(ctx, pgx.Identifier{table}, columns, &source{next: next})
			return err
		})
		return n, mapError(ctx, "COPY "+table, err)
	}
	n, err = bulkSQLite(ctx, conn, table, columns, next)
	return n, mapError(ctx, "INSERT INTO "+table, err)
}

// source is next as pgx asks for it.
type source struct {
	next func() ([]any, error)
	row  []any
	err  error
}

func (s *source) Next() bool {
	s.row, s.err = s.next()
	return s.row != nil && s.err == nil
}

func (s *source) Values() ([]any, error) { return s.row, nil }
func (s *source) Err() error             { return s.err }

func bulkSQLite(ctx context.Context, conn *sql.Conn, table string, columns []string, next func() ([]any, error)) (n int64, err error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	many := max(1, bulkValues/len(columns))
	insert, err := tx.PrepareContext(ctx, valuesSQL(table, columns, many))
	if err != nil {
		return 0, err
	}
	defer func() { _ = insert.Close() }()
	args := make([]any, 0, many*len(columns))
	for {
		row, err := next()
		if err != nil {
			return n, err
		}
		if row != nil {
			args = append(args, row...)
		}
		switch {
		case row == nil && len(args) > 0:
			_, err = tx.ExecContext(ctx, valuesSQL(table, columns, len(args)/len(columns)), args...)
		case len(args) == cap(args):
			_, err = insert.ExecContext(ctx, args...)
		case row != nil:
			continue
		}
		if err != nil {
			return n, err
		}
		n += int64(len(args) / len(columns))
		args = args[:0]
		if row == nil {
			return n, tx.Commit()
		}
	}
}

func valuesSQL(table string, columns []string, rows int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	return fmt.Sprintf(`INSERT INTO "%s" ("%s") VALUES %s`, table, strings.Join(columns, `", "`), strings.TrimSuffix(strings.Repeat(one+", ", rows), ", "))
}
