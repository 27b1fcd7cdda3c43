// Package migrate brings the database's schema to the version this binary
// needs. However many migrations that takes, they are one transaction together
// with the rows that say they happened: one that fails or is killed leaves the
// database to the Umbra that was there before. goose keeps those rows.
package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"umbra/app/db"
)

// Migrator runs the migrations of one database.
type Migrator struct {
	db       *db.DB
	files    []file
	snapshot func(ctx context.Context, from int64) (string, error)
}

type file struct {
	version  int64
	name     string
	up, down string
}

// ErrNewer means that the database was made by a newer Umbra.
var ErrNewer = errors.New("the database is newer than this program")

// ErrForeign means that another application made the database.
var ErrForeign = errors.New("this database was made by another application, the older Umbra perhaps")

// New reads the migrations of d's engine from migrations/<engine> in fsys.
func New(d *db.DB, fsys fs.FS) (*Migrator, error) {
	files, err := read(fsys, d.Engine.String())
	if err != nil {
		return nil, err
	}
	m := &Migrator{db: d, files: files}
	m.snapshot = m.vacuumInto
	return m, nil
}

var fileName = regexp.MustCompile(`^(\d{5})_([a-z0-9_]+)\.sql$`)

func read(fsys fs.FS, engine string) ([]file, error) {
	entries, err := fs.ReadDir(fsys, engine)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %w", err)
	}
	var files []file
	for _, e := range entries {
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			return nil, fmt.Errorf("migration %s/%s: the name must be like 00001_name.sql", engine, e.Name())
		}
		body, err := fs.ReadFile(fsys, path.Join(engine, e.Name()))
		if err != nil {
			return nil, err
		}
		up, down, ok := strings.Cut(string(body), "-- +goose Down")
		_, up, hasUp := strings.Cut(up, "-- +goose Up")
		if !ok || !hasUp {
			return nil, fmt.Errorf("migration %s/%s: needs a -- +goose Up and a -- +goose Down part", engine, e.Name())
		}
		version, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return nil, err
		}
		files = append(files, file{version: version, name: m[2], up: up, down: down})
	}
	return files, nil
}

// Newest is the version this binary brings the schema to.
func (m *Migrator) Newest() int64 {
	if len(m.files) == 0 {
		return 0
	}
	return m.files[len(m.files)-1].version
}

// CopyWith has a copy made by another before a database with data is migrated: of
// PostgreSQL, which has no file. keep answers where it is, "" when none was needed.
func (m *Migrator) CopyWith(keep func(ctx context.Context, from int64) (string, error)) {
	m.snapshot = keep
}

// WithoutCopy is for a database that is itself a copy: none is made before migrating.
func (m *Migrator) WithoutCopy() *Migrator {
	m.snapshot = func(context.Context, int64) (string, error) { return "", nil }
	return m
}

// Newest is the newest version that fsys brings an engine's schema to.
func Newest(fsys fs.FS, e db.Engine) (int64, error) {
	files, err := read(fsys, e.String())
	return (&Migrator{files: files}).Newest(), err
}

// Version is the schema's version; 0 in an empty database.
func (m *Migrator) Version(ctx context.Context) (int64, error) {
	found, err := m.hasVersions(ctx)
	if err != nil || !found {
		return 0, err
	}
	v, _, err := db.One(ctx, m.db, db.Value[int64], "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied")
	return v, err
}

func (m *Migrator) hasVersions(ctx context.Context) (bool, error) {
	return m.hasTable(ctx, goose.DefaultTablename)
}

func (m *Migrator) hasTable(ctx context.Context, name string) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
	if m.db.Engine == db.Postgres {
		query = "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1"
	}
	n, _, err := db.One(ctx, m.db, db.Value[int64], query, name)
	return n > 0, err
}

// olderTables are those of the older Umbra, some of which have the names of ours.
// One of them without our versions is not ours.
var olderTables = []string{"users", "user_sessions", "settings", "todos", "calendar_events", "reminders", "projects", "project_tasks", "people", "locations"}

// Check refuses a database that this binary must not touch: a newer one, or
// one that another application made.
func (m *Migrator) Check(ctx context.Context) error {
	v, err := m.Version(ctx)
	if err != nil {
		return err
	}
	if v > m.Newest() {
		return fmt.Errorf("%w: its schema is version %d and this program knows up to %d; start the newer Umbra, or restore a backup made before it", ErrNewer, v, m.Newest())
	}
	foreign := []string{"alembic_version"}
	if v == 0 {
		foreign = append(foreign, olderTables...)
	}
	for _, name := range foreign {
		found, err := m.hasTable(ctx, name)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if v, err = m.Version(ctx); err != nil || v > 0 && name != "alembic_version" {
			return err // another server made it ours in between
		}
		return fmt.Errorf("%w (it has the table %s): nothing was changed; "+
			"give Umbra a database of its own and, if it is the older Umbra's, bring its records over with "+
			"`umbra import umbra-legacy --from postgres://…`, the address of this one", ErrForeign, name)
	}
	return nil
}

// lock lets one server migrate at a time; SQLite's has the data folder to itself.
// PostgreSQL lets go of the lock when the connection ends, however it ends.
func (m *Migrator) lock(ctx context.Context) (unlock func(), err error) {
	if m.db.Engine != db.Postgres {
		return func() {}, nil
	}
	conn, err := m.db.Pool().Conn(ctx)
	if err != nil {
		return nil, err
	}
	const which = "(hashtextextended('umbra migrates ' || current_schema(), 0))"
	if _, err := conn.ExecContext(ctx, "SET statement_timeout = 0; SELECT pg_advisory_lock"+which); err != nil {
		return nil, errors.Join(fmt.Errorf("waiting for another server that migrates: %w", err), conn.Close())
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock"+which+"; RESET statement_timeout")
		_ = conn.Close()
	}, nil
}

// vacuumInto copies a SQLite database beside itself, whole and checked by
// SQLite as it is read. PostgreSQL has CopyWith.
func (m *Migrator) vacuumInto(ctx context.Context, from int64) (string, error) {
	if m.db.Engine == db.Postgres {
		return "", nil
	}
	to := fmt.Sprintf("%s.before-%05d.%s", m.db.Path, from, time.Now().UTC().Format("20060102-150405.000000"))
	if err := m.db.CopyTo(ctx, to); err != nil {
		return "", errors.Join(err, removeIfThere(to))
	}
	return to, nil
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Status says which migrations there are and which of them the database has.
func (m *Migrator) Status(ctx context.Context) ([]Step, error) {
	v, err := m.Version(ctx)
	if err != nil {
		return nil, err
	}
	var out []Step
	for _, f := range m.files {
		out = append(out, Step{Version: f.version, Name: f.name, Applied: f.version <= v})
	}
	return out, nil
}

// Step is one migration as Status tells it.
type Step struct {
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Applied bool   `json:"applied"`
}
