package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"umbra/app/db"
	"umbra/app/fault"
)

// load fills an empty database, whose schema is the backup's, from a backup to
// its end. What indexes and foreign keys there are is taken away first and made
// again at the end, which is quicker and checks every reference.
func load(ctx context.Context, b *Reader, d *db.DB, copying bool, progress Progress) error {
	all, err := tables(ctx, d)
	if err != nil {
		return err
	}
	into, err := match(b.Header, all, copying)
	if err != nil {
		return err
	}
	again, err := strip(ctx, d, all)
	if err != nil {
		return err
	}
	f := startFeed(b)
	defer f.stop()
	for _, t := range into {
		if err := f.fill(ctx, d, t, progress); err != nil {
			return err
		}
	}
	if err := f.end(); err != nil {
		return err
	}
	if err := d.Tx(ctx, func(ctx context.Context) error { return setSequences(ctx, d, b.Manifest.Sequences) }); err != nil {
		return err
	}
	for _, s := range again {
		progress.say("indexing", s.table, 0)
		if _, err := d.Exec(ctx, s.text); err != nil {
			return unfit(fmt.Errorf("table %s: %w", s.table, err))
		}
	}
	return checkReferences(ctx, d, into)
}

// match finds the tables that a backup names in the database that is filled. It
// must name each that a backup carries, with each column: nothing is lost or
// made up in silence.
func match(h Header, all []Table, copying bool) ([]Table, error) {
	want := carried(all, copying)
	if len(h.Tables) != len(want) {
		return nil, unfit(fmt.Errorf("schema %d has %d tables to fill, and the backup %d", h.Schema, len(want), len(h.Tables)))
	}
	out := make([]Table, len(want))
	for i, t := range h.Tables {
		if t.Name != want[i].Name || len(t.Columns) != len(want[i].Columns) {
			return nil, unfit(fmt.Errorf("table %s is not that of schema %d", t.Name, h.Schema))
		}
		out[i] = Table{Name: t.Name, key: want[i].key}
		for _, c := range t.Columns {
			at := slices.IndexFunc(want[i].Columns, func(w Column) bool { return w.Name == c.Name && w.Type == c.Type })
			if at < 0 || slices.ContainsFunc(out[i].Columns, func(o Column) bool { return o.Name == c.Name }) {
				return nil, unfit(fmt.Errorf("schema %d has no column %s.%s of the type %s", h.Schema, t.Name, c.Name, c.Type))
			}
			out[i].Columns = append(out[i].Columns, want[i].Columns[at])
		}
	}
	return out, nil
}

// unfit is for a file that is whole and cannot be loaded: not one of ours.
func unfit(cause error) error {
	var f *fault.Error
	if errors.As(cause, &f) && (f.Kind == fault.Full || f.Kind == fault.Overloaded) {
		return cause
	}
	return fault.New(fault.Invalid, "backup_unfit", "The backup does not fit its own schema: it was not made by Umbra, or was changed.").Because(cause)
}

type statement struct{ table, text string }

// strip empties the tables and takes away what slows filling them. It answers
// the statements that bring it back, in order.
func strip(ctx context.Context, d *db.DB, all []Table) (again []statement, err error) {
	query := "SELECT name, tbl_name, 'DROP INDEX \"' || name || '\"', sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY tbl_name, name"
	if d.Engine == db.Postgres {
		query = `
SELECT k.conname, c.relname, format('ALTER TABLE %I DROP CONSTRAINT %I', c.relname, k.conname),
    format('ALTER TABLE %I ADD CONSTRAINT %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid)), 2 AS part
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND k.contype = 'f' AND k.conparentid = 0
UNION ALL
SELECT i.relname, c.relname, format('DROP INDEX %I', i.relname), pg_get_indexdef(i.oid), 1
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND substr(c.relname, 1, 6) <> 'goose_'
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.oid AND k.conrelid = c.oid)
ORDER BY part, 2, 1`
	}
	var drops []string
	err = db.Each(ctx, d, func(row db.Scanner) error {
		var name, table, drop, create string
		var part int
		into := []any{&name, &table, &drop, &create}
		if d.Engine == db.Postgres {
			into = append(into, &part)
		}
		err := row.Scan(into...)
		drops, again = append(drops, drop), append(again, statement{table, create})
		return err
	}, query)
	if err != nil {
		return nil, err
	}
	// Foreign keys, which come last, are dropped first: they lean on indexes.
	slices.Reverse(drops)
	for _, t := range all {
		drops = append(drops, `DELETE FROM "`+t.Name+`"`) // what a migration begins with
	}
	return again, d.Tx(ctx, func(ctx context.Context) error {
		for _, s := range drops {
			if _, err := d.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkReferences: PostgreSQL did it when the keys were made again, and only
// wants to know how its tables are filled.
func checkReferences(ctx context.Context, d *db.DB, filled []Table) error {
	if d.Engine == db.Postgres {
		names := make([]string, len(filled))
		for i, t := range filled {
			names[i] = `"` + t.Name + `"`
		}
		_, err := d.Exec(ctx, "ANALYZE "+strings.Join(names, ", "))
		return err
	}
	orphan, found, err := db.One(ctx, d, db.Value[string], `SELECT "table" || ' refers to ' || parent FROM pragma_foreign_key_check LIMIT 1`)
	if err == nil && found {
		err = unfit(fmt.Errorf("a row of %s that is not there", orphan))
	}
	return err
}

// feed reads chunks ahead, while the database takes those before.
type feed struct {
	chunks chan chunk
	quit   chan struct{}
	now    chunk
	ended  bool
	err    error
}

type chunk struct {
	table string
	rows  []byte
	err   error
}

func startFeed(b *Reader) *feed {
	f := &feed{chunks: make(chan chunk, 2), quit: make(chan struct{})}
	go func() {
		defer close(f.chunks)
		for {
			table, rows, err := b.Next()
			select {
			case f.chunks <- chunk{table, rows, err}:
			case <-f.quit:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	f.advance()
	return f
}

// stop ends the reading and waits for it.
func (f *feed) stop() {
	close(f.quit)
	for range f.chunks { //nolint:revive // what was read ahead is let go
	}
}

func (f *feed) advance() {
	c, open := <-f.chunks
	if f.now = c; !open || c.err != nil {
		f.ended = true
		if !errors.Is(c.err, io.EOF) {
			f.err = c.err
		}
	}
}

// fill fills one table from the chunks that are its own.
func (f *feed) fill(ctx context.Context, d *db.DB, t Table, progress Progress) error {
	if f.ended || f.now.table != t.Name {
		return f.err
	}
	values := make([]any, len(t.Columns))
	var rows, told int64
	_, err := d.Bulk(ctx, t.Name, t.columns(), func() ([]any, error) {
		for len(f.now.rows) == 0 {
			progress.say("filling", t.Name, rows-told)
			told = rows
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if f.advance(); f.ended || f.now.table != t.Name {
				return nil, f.err
			}
		}
		line, rest, _ := bytes.Cut(f.now.rows, []byte{'\n'})
		f.now.rows = rest
		rows++
		if err := parseRow(line, t.Columns, values); err != nil {
			return nil, damaged(fmt.Errorf("table %s, row %d: %w", t.Name, rows, err))
		}
		return values, nil
	})
	if f.err != nil {
		return f.err
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return unfit(fmt.Errorf("table %s, near row %d: %w", t.Name, rows, err))
	}
	return err
}

// end makes sure that the backup was read to its end.
func (f *feed) end() error {
	if !f.ended {
		return damaged(fmt.Errorf("table %s comes where it should not", f.now.table))
	}
	return f.err
}
