package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"umbra/app/db"
	"umbra/app/fault"
)

// Up migrates to the newest version. A database that holds data is copied
// first; the answer names that copy, if one was made.
func (m *Migrator) Up(ctx context.Context) (snapshot string, err error) { return m.To(ctx, m.Newest()) }

// Down takes back the newest migration, after a copy.
func (m *Migrator) Down(ctx context.Context) (snapshot string, err error) {
	v, err := m.Version(ctx)
	if err != nil {
		return "", err
	}
	if v == 0 {
		return "", errors.New("there is no migration to take back")
	}
	var below int64
	for _, f := range m.files {
		if f.version < v {
			below = f.version
		}
	}
	return m.To(ctx, below)
}

// To migrates up or down to a version: to it, or, with an error, not at all.
func (m *Migrator) To(ctx context.Context, version int64) (snapshot string, err error) {
	unlock, err := m.lock(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := m.Check(ctx); err != nil {
		return "", err
	}
	known := version == 0
	for _, f := range m.files {
		known = known || f.version == version
	}
	if !known {
		return "", fmt.Errorf("there is no migration %d; the newest is %d", version, m.Newest())
	}
	from, err := m.Version(ctx)
	if err != nil || from == version {
		return "", err
	}
	failed := &FailedError{From: from, To: version}
	if from > 0 {
		if snapshot, failed.cause = m.snapshot(ctx, from); failed.cause != nil {
			failed.Copying = true
			return "", failed
		}
	}
	if failed.cause = m.migrate(ctx, from, version); failed.cause == nil {
		return snapshot, nil
	}
	failed.Copy = snapshot
	// The answer to a commit can be lost on the way; then it is looked up.
	switch now, err := m.Version(context.WithoutCancel(ctx)); {
	case err != nil:
		failed.Unsure = true
	case now == version:
		return snapshot, nil
	}
	return snapshot, failed
}

// FailedError is a migration that did not happen.
type FailedError struct {
	From, To int64
	Copy     string // of the database, from before; "" when there is none
	Copying  bool   // it was making that copy that failed
	Unsure   bool   // the database could not be asked what became of it

	cause error
}

// Error says what is so, and what to do.
func (e *FailedError) Error() string {
	what := fmt.Sprintf("migrating the database from version %d to %d of the schema failed and was taken back whole: it is as it was, and the Umbra that ran before opens it", e.From, e.To)
	switch {
	case e.From == 0:
		what = "filling the new database failed and was taken back whole"
	case e.Copying:
		what = fmt.Sprintf("the database could not be copied before migrating it from version %d to %d of the schema: nothing was changed, and the Umbra that ran before opens it", e.From, e.To)
	case e.Unsure:
		what = fmt.Sprintf("migrating the database from version %d to %d of the schema was cut off: it happened whole or not at all, which `umbra migrate status` tells once the database can be reached", e.From, e.To)
	}
	if e.Copy != "" {
		what += " (a copy from before is at " + e.Copy + ")"
	}
	todo := "go on with the Umbra that ran before, and report this"
	switch {
	case db.DiskFull(e.cause):
		todo = "free some space, as much as the database takes and more, and start again"
	case e.Unsure:
		todo = "start again"
	case db.Damaged(e.cause):
		todo = "the file is damaged: `umbra doctor --full` tells more, and docs/backup.md how to restore a backup"
	case e.From == 0:
		todo = "report this"
	}
	cause := e.cause
	var f *fault.Error // its words are for a request; what is behind it says more here
	if errors.As(cause, &f) && f.Unwrap() != nil {
		cause = f.Unwrap()
	}
	return what + ". " + cause.Error() + ". What to do: " + todo + "; docs/upgrade.md tells more"
}

func (e *FailedError) Unwrap() error { return e.cause }

// migrate takes every step from one version to another in one transaction.
func (m *Migrator) migrate(ctx context.Context, from, to int64) (err error) {
	dialect := database.DialectSQLite3
	if m.db.Engine == db.Postgres {
		dialect = database.DialectPostgres
	}
	versions, err := database.NewStore(dialect, goose.DefaultTablename)
	if err != nil {
		return err
	}
	pool, err := m.connection()
	if err != nil {
		return err
	}
	if pool != m.db.Pool() {
		defer func() { err = errors.Join(err, pool.Close()) }()
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if m.db.Engine == db.Postgres {
		// A server that cannot do it says so; then it notices later that we were killed.
		_, _ = conn.ExecContext(ctx, "SET client_connection_check_interval = '1s'")
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "RESET client_connection_check_interval") }()
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if m.db.Engine == db.Postgres { // a large table takes longer than a request may
		if _, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
			return err
		}
	}
	if err := m.begin(ctx, tx, versions, from); err != nil {
		return err
	}
	steps := slices.Clone(m.files)
	if to < from {
		slices.Reverse(steps)
	}
	for _, f := range steps {
		switch {
		case to > from && f.version > from && f.version <= to:
			if err = m.step(ctx, tx, f, f.up); err == nil {
				err = versions.Insert(ctx, tx, database.InsertRequest{Version: f.version})
			}
		case to < from && f.version <= from && f.version > to:
			if err = m.step(ctx, tx, f, f.down); err == nil {
				err = versions.Delete(ctx, tx, f.version)
			}
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// begin makes the table of versions where there is none, and refuses a database
// that lacks a migration below its version.
func (m *Migrator) begin(ctx context.Context, tx *sql.Tx, versions database.Store, from int64) error {
	if from == 0 {
		if found, err := m.hasVersions(ctx); err != nil || found {
			return err
		}
		if err := versions.CreateVersionTable(ctx, tx); err != nil {
			return err
		}
		return versions.Insert(ctx, tx, database.InsertRequest{Version: 0})
	}
	rows, err := versions.ListMigrations(ctx, tx)
	if err != nil {
		return err
	}
	applied := map[int64]bool{}
	for _, r := range rows {
		applied[r.Version] = r.IsApplied
	}
	for _, f := range m.files {
		if f.version < from && !applied[f.version] {
			return fmt.Errorf("the database is of version %d and was never given migration %05d_%s: a build between releases made it", from, f.version, f.name)
		}
	}
	return nil
}

// connection is a SQLite connection of its own with foreign keys off: with
// them on, rebuilding a table deletes its children in silence, and the pragma
// does nothing inside a transaction. Each step checks the keys when it is done.
func (m *Migrator) connection() (*sql.DB, error) {
	if m.db.Engine == db.Postgres {
		return m.db.Pool(), nil
	}
	return m.db.OpenWithoutForeignKeys()
}

// step runs one migration's script and holds it to the keys between tables.
func (m *Migrator) step(ctx context.Context, tx *sql.Tx, f file, script string) error {
	if _, err := tx.ExecContext(ctx, script); err != nil {
		return fmt.Errorf("migration %05d_%s: %w", f.version, f.name, err)
	}
	if m.db.Engine == db.Postgres {
		// The next step could not change a table that has checks to come.
		if _, err := tx.ExecContext(ctx, "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"); err != nil {
			return fmt.Errorf("migration %05d_%s: %w", f.version, f.name, err)
		}
		return nil
	}
	rows, err := tx.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		var table, parent string
		var row, key sql.NullInt64
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return fmt.Errorf("migration %05d_%s would leave %s row %d without its %s", f.version, f.name, table, row.Int64, parent)
	}
	return rows.Err()
}
