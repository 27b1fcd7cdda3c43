package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// oldestSQLite is the first release without the WAL-reset defect that could
// corrupt a database.
const oldestSQLite = "3.51.3"

// OpenSQLite opens, or makes, the database file at path.
// It refuses a network file system, where SQLite's locks cannot be trusted.
func OpenSQLite(ctx context.Context, path string) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := refuseNetworkFS(filepath.Dir(abs)); err != nil {
		return nil, err
	}
	// The file is made here, so that it is never readable by others, whatever the umask.
	f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	// A checkpoint each 4000 pages (16 MiB) instead of 1000: a page that changes
	// often is copied back once, not four times.
	write, err := sql.Open("sqlite", dsn(abs, true, "_txlock=immediate&_pragma=wal_autocheckpoint(4000)"))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	conn, err := write.Conn(ctx)
	if err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("opening the database %s: %w", abs, err)
	}
	var version string
	if err := conn.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("opening the database %s: %w", abs, err)
	}
	if olderVersion(version, oldestSQLite) {
		_ = write.Close()
		return nil, fmt.Errorf("this build has SQLite %s; %s or newer is needed (older ones can corrupt a database)", version, oldestSQLite)
	}
	read, err := sql.Open("sqlite", readDSN(abs))
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	readers := max(4, 2*runtime.NumCPU())
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	read.SetConnMaxIdleTime(time.Minute) // with what each has cached
	d := &DB{Engine: SQLite, Path: abs, read: read, write: write}
	d.reads.pool = read
	d.writer = newWriter(d, conn)
	return d, nil
}

// LookSQLite opens a database file for reading alone and changes nothing about
// it, not even its journal mode: for a file that may be somebody else's.
func LookSQLite(path string) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", fileURL(abs)+"?mode=ro&_pragma=busy_timeout(10000)&_pragma=trusted_schema(0)")
	if err != nil {
		return nil, err
	}
	d := &DB{Engine: SQLite, Path: abs, read: pool, write: pool}
	d.reads.pool = pool
	return d, nil
}

// InWAL says whether a database file is kept as ours are: with a write-ahead
// log. The file format's bytes 18 and 19 tell (sqlite.org/fileformat2.html).
func InWAL(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	var b [2]byte
	if _, err := f.ReadAt(b[:], 18); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return b == [2]byte{2, 2}, nil
}

func fileURL(path string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	return u.String()
}

// dsn sets everything per connection, since each connection of a pool needs it.
// busy_timeout comes first: setting the others may already have to wait.
func dsn(path string, foreignKeys bool, more string) string {
	keys := 0
	if foreignKeys {
		keys = 1
	}
	return fileURL(path) + fmt.Sprintf("?_pragma=busy_timeout(10000)&_pragma=foreign_keys(%d)&_pragma=journal_mode(wal)", keys) +
		"&_pragma=synchronous(full)&_pragma=fullfsync(1)&_pragma=cache_size(-2000)" +
		"&_pragma=temp_store(memory)&_pragma=trusted_schema(0)&" + more
}

func readDSN(path string) string { return dsn(path, true, "_pragma=query_only(1)") }

func olderVersion(have, want string) bool {
	h, w := strings.Split(have, "."), strings.Split(want, ".")
	for i := range w {
		var a, b int
		if i < len(h) {
			a, _ = strconv.Atoi(h[i])
		}
		b, _ = strconv.Atoi(w[i])
		if a != b {
			return a < b
		}
	}
	return false
}
