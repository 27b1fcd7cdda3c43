package transfer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"umbra/app/db"
)

// source is what was read of the older database, all of one moment.
type source struct {
	tables map[string]*sourceTable
	order  []string // their names
}

// sourceTable is one of its tables. The rows of one that has no place here are
// only counted.
type sourceTable struct {
	columns []sourceColumn
	rows    []row
	count   int64
}

type sourceColumn struct{ name, kind string }

// row is a row as row_to_json writes it: null, bool, json.Number, string, list, object.
type row map[string]any

// key is the row's id as text.
func (r row) key() string { return keyOf(r["id"]) }

func keyOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

// readSource reads the catalogue and then the tables that are wanted. It
// changes nothing there: its transaction is read-only.
func readSource(ctx context.Context, address string, wanted func(table string) bool) (src *source, err error) {
	d, err := db.ConnectPostgres(ctx, address, db.Pool{Connections: 1})
	if err != nil {
		return nil, unreachable(err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	err = d.Tx(ctx, func(ctx context.Context) error {
		src = &source{tables: map[string]*sourceTable{}}
		for _, q := range []string{"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL TIME ZONE 'UTC'",
			"SET LOCAL statement_timeout = 0"} {
			if _, err := d.Exec(ctx, q); err != nil {
				return err
			}
		}
		if err := src.readCatalogue(ctx, d); err != nil {
			return err
		}
		for _, name := range src.order {
			if err := src.tables[name].read(ctx, d, name, wanted(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the database to import from cannot be read: %w", err)
	}
	return src, nil
}

// unreachable says why there is no connection. What db says of our own database
// names a setting that has nothing to do with this one, and how to make one that
// is missing, which would not help.
func unreachable(err error) error {
	text, _, _ := strings.Cut(err.Error(), ": make it with `createdb")
	return fmt.Errorf("the database to import from cannot be read: %s", strings.ReplaceAll(text, "DATABASE_URL", "--from"))
}

func (s *source) readCatalogue(ctx context.Context, d *db.DB) error {
	_, err := db.Query(ctx, d, func(r db.Scanner) (none struct{}, err error) {
		var table string
		var c sourceColumn
		if err := r.Scan(&table, &c.name, &c.kind); err != nil {
			return none, err
		}
		t := s.tables[table]
		if t == nil {
			t = &sourceTable{}
			s.tables[table] = t
			s.order = append(s.order, table)
		}
		t.columns = append(t.columns, c)
		return none, nil
	}, `SELECT CAST(c.relname AS text), CAST(a.attname AS text), pg_catalog.format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum`)
	return err
}

func (t *sourceTable) read(ctx context.Context, d *db.DB, name string, all bool) (err error) {
	quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	if !all {
		t.count, _, err = db.One(ctx, d, db.Value[int64], "SELECT COUNT(*) FROM "+quoted)
		return err
	}
	t.rows, err = db.Query(ctx, d, func(s db.Scanner) (row, error) {
		var text string
		if err := s.Scan(&text); err != nil {
			return nil, err
		}
		r := row{}
		dec := json.NewDecoder(bytes.NewReader([]byte(text)))
		dec.UseNumber() // an id may be larger than a float holds
		return r, dec.Decode(&r)
	}, "SELECT CAST(row_to_json(t) AS text) FROM "+quoted+" t")
	t.count = int64(len(t.rows))
	slices.SortStableFunc(t.rows, byID)
	return err
}

// byID orders rows as they were made: by number where the ids are numbers.
func byID(a, b row) int {
	x, errX := strconv.ParseInt(a.key(), 10, 64)
	y, errY := strconv.ParseInt(b.key(), 10, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a.key(), b.key())
}

// rows are those of a table; none where there is no such table.
func (s *source) rows(table string) []row {
	if t := s.tables[table]; t != nil {
		return t.rows
	}
	return nil
}

// values counts what is not null in a column.
func (t *sourceTable) values(column string) (n int64) {
	for _, r := range t.rows {
		if r[column] != nil {
			n++
		}
	}
	return n
}
