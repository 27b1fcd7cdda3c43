package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"umbra/app/db"
)

// Table is a table as a backup describes it.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`

	key []string // of the primary key, in order
}

// Column is a column: its name, and the type that both engines share.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`

	boolean bool // PostgreSQL's; SQLite keeps 0 and 1
}

// Type is how a value is written.
type Type string

// The types. A truth value is the int 0 or 1.
const (
	Int   Type = "int"   // 64 bits
	Real  Type = "real"  // 64 bits
	Text  Type = "text"  // UTF-8 without NUL
	Bytes Type = "bytes" // base64
)

// passing are the tables that no backup carries: what they hold is worth nothing
// later, and a restore must not bring a revoked log-in back. A copy takes those
// that are marked along: it is the same server under another engine.
var passing = map[string]struct{ copied bool }{
	"user_sessions":    {copied: true},
	"access_tokens":    {copied: true},
	"feeds":            {copied: true},
	"profile_links":    {copied: true},
	"invitations":      {copied: true},
	"login_attempts":   {copied: true},
	"spent_challenges": {copied: true},
	"idempotency_keys": {copied: true},
	"backup_runs":      {copied: true},
	"jobs":             {copied: true}, // what was due is not due again after a restore
	"identity_flows":   {copied: true},
	"alarms":           {copied: true}, // they are planned anew, from then on
	"alarm_plans":      {copied: true},
}

// carried are the tables that go into a backup, or into a copy.
func carried(all []Table, copying bool) []Table {
	return slices.DeleteFunc(slices.Clone(all), func(t Table) bool {
		p, found := passing[t.Name]
		return found && (!copying || !p.copied)
	})
}

var types = map[string]Type{
	"INTEGER": Int, "INT": Int, "REAL": Real, "TEXT": Text, "BLOB": Bytes, // SQLite, STRICT
	"bigint": Int, "integer": Int, "smallint": Int, "boolean": Int, "double precision": Real, "text": Text, "bytea": Bytes,
}

// tables reads the catalogue: every table but the migrations' own, by name.
func tables(ctx context.Context, d *db.DB) ([]Table, error) {
	query := `SELECT t.name, c.name, c.type, c.pk FROM pragma_table_list t JOIN pragma_table_info(t.name) c
WHERE t.schema = 'main' AND t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_' AND substr(t.name, 1, 6) <> 'goose_'
ORDER BY t.name, c.cid`
	if d.Engine == db.Postgres {
		query = `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    COALESCE(array_position(i.indkey::smallint[], a.attnum) + 1, 0)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND substr(c.relname, 1, 6) <> 'goose_'
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY c.relname COLLATE "C", a.attnum`
	}
	var out []Table
	keys := map[string]map[int64]string{}
	err := db.Each(ctx, d, func(row db.Scanner) error {
		var table, column, is string
		var place int64
		if err := row.Scan(&table, &column, &is, &place); err != nil {
			return err
		}
		kind, known := types[is]
		if !known {
			return fmt.Errorf("column %s.%s is of the type %q, which a backup cannot carry", table, column, is)
		}
		if len(out) == 0 || out[len(out)-1].Name != table {
			out = append(out, Table{Name: table})
			keys[table] = map[int64]string{}
		}
		t := &out[len(out)-1]
		t.Columns = append(t.Columns, Column{Name: column, Type: kind, boolean: is == "boolean"})
		if place > 0 {
			keys[table][place] = column
		}
		return nil
	}, query)
	for i := range out {
		for place := int64(1); place <= int64(len(keys[out[i].Name])); place++ {
			out[i].key = append(out[i].key, keys[out[i].Name][place])
		}
		if len(out[i].key) == 0 && err == nil {
			err = fmt.Errorf("table %s has no primary key: its rows have no order", out[i].Name)
		}
	}
	return out, err
}

// columns are the names of a table's columns.
func (t Table) columns() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}

// selectAll reads a table's rows in the order of its key, the same on both engines.
func (t Table) selectAll() string {
	return fmt.Sprintf(`SELECT "%s" FROM "%s" ORDER BY "%s"`, strings.Join(t.columns(), `", "`), t.Name, strings.Join(t.key, `", "`))
}

// sequences are the last numbers given out for ids, by table: an id is never
// given twice, also after a restore.
func sequences(ctx context.Context, d *db.DB) (map[string]int64, error) {
	out := map[string]int64{}
	if d.Engine == db.SQLite {
		return out, db.Each(ctx, d, func(row db.Scanner) error {
			var name string
			var last int64
			err := row.Scan(&name, &last)
			if !strings.HasPrefix(name, "goose_") {
				out[name] = last
			}
			return err
		}, "SELECT name, seq FROM sqlite_sequence")
	}
	identities, err := identities(ctx, d)
	if err != nil {
		return nil, err
	}
	for table, id := range identities {
		last, _, err := db.One(ctx, d, db.Value[int64], "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "+id.sequence)
		if err != nil {
			return nil, err
		}
		if last > 0 {
			out[table] = last
		}
	}
	return out, nil
}

// identity is PostgreSQL's sequence behind a column.
type identity struct{ column, sequence string }

func identities(ctx context.Context, d *db.DB) (map[string]identity, error) {
	out := map[string]identity{}
	return out, db.Each(ctx, d, func(row db.Scanner) error {
		var table string
		var id identity
		err := row.Scan(&table, &id.column, &id.sequence)
		out[table] = id
		return err
	}, `SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attidentity <> '' AND substr(c.relname, 1, 6) <> 'goose_'`)
}

// setSequences brings the numbers to at least what they were.
func setSequences(ctx context.Context, d *db.DB, last map[string]int64) error {
	if d.Engine == db.SQLite {
		for table, n := range last {
			if _, err := d.Exec(ctx, "DELETE FROM sqlite_sequence WHERE name = $1 AND seq < $2", table, n); err != nil {
				return err
			}
			if _, err := d.Exec(ctx, "INSERT INTO sqlite_sequence (name, seq) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)", table, n); err != nil {
				return err
			}
		}
		return nil
	}
	identities, err := identities(ctx, d)
	if err != nil {
		return err
	}
	for table, id := range identities {
		// A backup of SQLite names tables that ever had a row; what is there counts too.
		if _, _, err := db.One(ctx, d, db.Value[int64], fmt.Sprintf(
			`SELECT setval($1::regclass, GREATEST(MAX(n), 1), MAX(n) > 0) FROM (SELECT CAST($2 AS BIGINT) AS n UNION ALL SELECT COALESCE(MAX("%s"), 0) FROM "%s") x`,
			id.column, table), id.sequence, last[table]); err != nil {
			return err
		}
	}
	return nil
}
