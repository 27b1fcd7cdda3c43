package config

import (
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strings"
)

// Engine is the kind of database.
type Engine string

// The engines. The empty one was not chosen: the data folder decides.
const (
	SQLite           Engine = "sqlite"
	Postgres         Engine = "postgres"
	EmbeddedPostgres Engine = "embedded-postgres"
)

// Database is where the records are. Printed, it hides the password.
type Database struct {
	Engine Engine
	Path   string // of SQLite's file; absolute once loaded
	url    string // of PostgreSQL, with its password
}

var errDatabase = errors.New("must be sqlite:///path, embedded-postgres: or postgres://user@host/name")

// ParseDatabase reads a DATABASE_URL. SQLAlchemy's driver names
// (postgresql+asyncpg://, sqlite+aiosqlite://) are understood. The error never
// holds the URL.
//
// sqlite:///umbra.db and sqlite:///./sub/umbra.db lie in the data folder;
// sqlite:///srv/umbra.db and SQLAlchemy's sqlite:////srv/umbra.db are absolute.
func ParseDatabase(s string) (Database, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Database{}, errDatabase
	}
	switch strings.ToLower(scheme) {
	case "embedded-postgres":
		if strings.Trim(rest, "/") != "" {
			return Database{}, errors.New("embedded-postgres: takes nothing after it; its cluster is in the data folder")
		}
		return Database{Engine: EmbeddedPostgres}, nil
	case "sqlite", "sqlite+aiosqlite":
		return parseSQLite(rest)
	case "postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2":
		return parsePostgres(rest)
	}
	return Database{}, errDatabase
}

func parseSQLite(rest string) (Database, error) {
	if strings.ContainsAny(rest, "?#") {
		return Database{}, errors.New("sqlite:///path takes no options after the path")
	}
	path, found := strings.CutPrefix(rest, "///")
	path, err := url.PathUnescape(path)
	if err != nil || !found || path == "" || strings.HasSuffix(path, "/") || strings.Contains(path, "\x00") {
		return Database{}, errors.New("must name a file: sqlite:///umbra.db, or sqlite:///srv/umbra/umbra.db")
	}
	if strings.HasPrefix(path, ":memory:") {
		return Database{}, errors.New("cannot be in memory: nothing would be kept")
	}
	inDataDir := !strings.Contains(path, "/") || strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../")
	if !inDataDir && !filepath.IsAbs(path) { // C:/… is absolute on Windows
		path = "/" + path
	}
	path = filepath.Clean(path)
	if base := filepath.Base(path); base == "." || base == ".." || base == string(filepath.Separator) {
		return Database{}, errors.New("must name a file, not a folder")
	}
	return Database{Engine: SQLite, Path: path}, nil
}

func parsePostgres(rest string) (Database, error) {
	u, err := url.Parse("postgres:" + rest)
	// An @ or a second slash after the host is a password that was not encoded:
	// what then looks like a host or a name would be printed.
	if err != nil || !strings.HasPrefix(rest, "//") || u.Fragment != "" ||
		strings.Contains(u.EscapedPath()+u.RawQuery, "@") || strings.Count(u.EscapedPath(), "/") > 1 {
		return Database{}, errors.New("is not a postgres:// address; special characters in its password must be written as %40 and the like")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Database{}, errors.New("has options that cannot be read")
	}
	if u.Host == "" && query.Get("host") == "" {
		return Database{}, errors.New("must name a host: postgres://user@host/name, or ?host=/run/postgresql for a socket")
	}
	if mode := query.Get("ssl"); mode != "" { // asyncpg's word for it
		query.Del("ssl")
		query.Set("sslmode", mode)
		u.RawQuery = query.Encode()
	}
	return Database{Engine: Postgres, url: u.String()}, nil
}

// UnmarshalText is ParseDatabase.
func (d *Database) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDatabase(string(b))
	return err
}

// IsZero says that none was chosen.
func (d Database) IsZero() bool { return d == Database{} }

// DSN is PostgreSQL's whole address with its password, for the driver alone.
func (d Database) DSN() string { return d.url }

// Masked is the URL without its password.
func (d Database) Masked() string {
	switch d.Engine {
	case SQLite:
		path := filepath.ToSlash(d.Path)
		if filepath.IsAbs(d.Path) {
			if inRoot := strings.TrimPrefix(path, "/"); strings.Contains(inRoot, "/") {
				path = inRoot // three slashes read better, and mean the same but in the root folder
			}
		} else if strings.Contains(path, "/") && !strings.HasPrefix(path, "../") {
			path = "./" + path
		}
		return "sqlite:///" + (&url.URL{Path: path}).EscapedPath()
	case EmbeddedPostgres:
		return "embedded-postgres:"
	case Postgres:
		u, err := url.Parse(d.url)
		if err != nil {
			return "postgres://"
		}
		if q := u.Query(); hasSecret(q) {
			for name := range q {
				if secretOption(name) {
					q.Set(name, "xxxxx")
				}
			}
			u.RawQuery = q.Encode()
		}
		return u.Redacted()
	}
	return ""
}

// String is Masked.
func (d Database) String() string { return d.Masked() }

// GoString is Masked, so that %#v hides the password too.
func (d Database) GoString() string { return d.Masked() }

// MarshalText is Masked.
func (d Database) MarshalText() ([]byte, error) { return []byte(d.Masked()), nil }

// Local says whether the database is on this machine.
func (d Database) Local() bool {
	u, err := url.Parse(d.url)
	if d.Engine != Postgres || err != nil {
		return true
	}
	host := u.Hostname()
	if named := u.Query().Get("host"); named != "" {
		host = named
	}
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasPrefix(host, "/") || ip != nil && ip.IsLoopback()
}

func (d Database) hasPassword() bool {
	u, err := url.Parse(d.url)
	if err != nil {
		return false
	}
	_, set := u.User.Password()
	return set || hasSecret(u.Query())
}

func hasSecret(q url.Values) bool {
	for name := range q {
		if secretOption(name) {
			return true
		}
	}
	return false
}

func secretOption(name string) bool { return strings.Contains(strings.ToLower(name), "password") }

// Resolve reads a DATABASE_URL that is not the setting itself, as Load reads that.
func (c Config) Resolve(text string) (Database, error) {
	d, err := ParseDatabase(text)
	d.resolve(c.DataDir)
	return d, err
}

// resolve puts a relative file into the data folder.
func (d *Database) resolve(dataDir string) {
	if d.Engine == SQLite && !filepath.IsAbs(d.Path) {
		d.Path = filepath.Join(dataDir, d.Path)
	}
}
