package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"umbra/app/backup"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/migrate"
	"umbra/app/secret"
	"umbra/app/server"
)

// checkStore looks at the database, as far as it can be opened.
func (e *env) checkStore(ctx context.Context, c config.Config, full bool) []finding {
	f := finding{"database", ok, databaseName(c), ""}
	s, err := server.OpenStore(ctx, e.options(c))
	if err == nil {
		defer func() { _ = s.Close() }()
		err = s.DB.Ping(ctx)
	}
	if err != nil {
		f.Status, f.Detail = fail, describe(ctx, err)
		f.Fix = "start `umbra serve` once if this is a new folder; otherwise check its permissions, or restore a backup"
		switch c.DB.Engine {
		case config.Postgres:
			f.Fix = "do what it says; docs/postgresql.md tells more"
		case config.EmbeddedPostgres:
			f.Fix = "do what it says, or start `umbra serve` once if this is a new folder; docs/postgresql.md tells more"
		}
		return []finding{f}
	}
	version, err := engineVersion(ctx, s.DB)
	if err != nil {
		f.Status, f.Detail, f.Fix = fail, describe(ctx, err), "restore a backup"
		return []finding{f}
	}
	f.Detail += " (" + version + ")"
	schema := checkSchema(ctx, s)
	findings := []finding{f, schema, checkIntegrity(ctx, s.DB, full)}
	if c.DB.Engine == config.Postgres {
		findings = append(findings, checkConnection(ctx, s.DB, c.DB))
	}
	if schema.Status != fail { // the key's place is known only in a schema of ours
		findings = append(findings, checkKey(ctx, s))
	}
	if schema.Status == ok {
		findings = append(findings, checkBackups(ctx, s), checkChannels(ctx, s.DB, c))
	}
	return findings
}

// checkBackups says how old the last good one is.
func checkBackups(ctx context.Context, s *server.Store) finding {
	f := finding{"backups", ok, "none yet", ""}
	b, err := s.NewBackups(ctx)
	if err == nil {
		defer b.Close()
		var st backup.Status
		if st, err = b.Status(ctx); err == nil {
			if st.LastGoodAt != nil {
				f.Detail = "the last good one is of " + st.LastGoodAt.UTC().Format("2006-01-02 15:04 UTC")
			}
			if len(st.Warnings) > 0 {
				f.Status, f.Detail = warn, f.Detail+"; "+strings.Join(st.Warnings, " ")
				f.Fix = "run `umbra backup`, which says what is wrong; docs/backup.md tells how to keep one elsewhere"
			}
		}
	}
	if err != nil {
		f.Status, f.Detail, f.Fix = warn, describe(ctx, err), "look at the settings of backups"
	}
	return f
}

func engineVersion(ctx context.Context, d *db.DB) (string, error) {
	query, name := "SELECT sqlite_version()", "SQLite "
	if d.Engine == db.Postgres {
		query, name = "SHOW server_version", "PostgreSQL "
	}
	v, _, err := db.One(ctx, d, db.Value[string], query)
	return name + v, err
}

func checkSchema(ctx context.Context, s *server.Store) finding {
	f := finding{Name: "schema", Status: ok}
	v, err := s.Migrator.Version(ctx)
	if err == nil {
		err = s.Migrator.Check(ctx)
	}
	switch {
	case errors.Is(err, migrate.ErrNewer):
		f.Status, f.Detail, f.Fix = fail, err.Error(), "install the newer Umbra"
	case err != nil:
		f.Status, f.Detail, f.Fix = fail, describe(ctx, err), "give Umbra a database of its own"
	case v == 0:
		f.Status, f.Detail, f.Fix = fail, "the database is empty", "start `umbra serve` once, which fills it"
	case v < s.Migrator.Newest():
		f.Status = warn
		f.Detail = fmt.Sprintf("version %d, and this program needs %d", v, s.Migrator.Newest())
		f.Fix = "start `umbra serve`, or run `umbra migrate`"
	default:
		f.Detail = fmt.Sprintf("version %d, the newest", v)
	}
	return f
}

// checkConnection says whether what goes to another machine is encrypted, and
// how many connections there are.
func checkConnection(ctx context.Context, d *db.DB, where config.Database) finding {
	f := finding{Name: "connection", Status: ok}
	text, _, err := db.One(ctx, d, db.Value[string], `SELECT COALESCE((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), '')
		|| ',' || current_setting('max_connections') || ',' || (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend')`)
	if err != nil {
		f.Status, f.Detail, f.Fix = warn, describe(ctx, err), "look at the PostgreSQL server's log"
		return f
	}
	said := strings.Split(text, ",")
	f.Detail = said[0]
	if f.Detail == "" {
		f.Detail = "not encrypted"
		if !where.Local() {
			f.Status, f.Fix = warn, "add sslmode=verify-full to DATABASE_URL, unless you trust the network between: what it carries can be read and changed on the way"
		}
	}
	f.Detail += fmt.Sprintf("; %s of the server's %s connections are in use", said[2], said[1])
	return f
}

// checkIntegrity has SQLite read its whole file. PostgreSQL counts the pages
// whose checksum was wrong when it read them.
func checkIntegrity(ctx context.Context, d *db.DB, full bool) finding {
	f := finding{"integrity", ok, "the file is whole", ""}
	if d.Engine != db.SQLite {
		n, _, err := db.One(ctx, d, db.Value[string], `SELECT CASE current_setting('data_checksums') WHEN 'on'
			THEN (SELECT COALESCE(SUM(checksum_failures), 0)::text FROM pg_stat_database) ELSE '' END`)
		switch {
		case err != nil:
			f.Status, f.Detail, f.Fix = fail, describe(ctx, err), "look at the PostgreSQL server's log"
		case n == "":
			f.Detail = "kept by the PostgreSQL server, without checksums of its pages"
		case n == "0":
			f.Detail = "no page with a wrong checksum has been read"
		default:
			f.Status, f.Detail = fail, n+" pages were read with a wrong checksum: the disk or the memory is failing"
			f.Fix = "stop the server, keep a copy of the folder, look at the disk, and restore a backup"
		}
		return f
	}
	pragma := "PRAGMA quick_check(5)"
	if full {
		pragma = "PRAGMA integrity_check(5)"
	}
	said, err := db.Query(ctx, d, db.Value[string], pragma)
	if err == nil && strings.Join(said, "") != ok {
		err = errors.New("the file is damaged: " + strings.Join(said, "; "))
	}
	if err == nil {
		var orphans int64
		orphans, _, err = db.One(ctx, d, db.Value[int64], "SELECT COUNT(*) FROM pragma_foreign_key_check")
		if err == nil && orphans > 0 {
			err = fmt.Errorf("%d rows refer to something that is not there", orphans)
		}
	}
	if err != nil {
		f.Status, f.Detail = fail, describe(ctx, err)
		f.Fix = "stop the server, keep a copy of the folder, and restore a backup"
	}
	return f
}

func checkKey(ctx context.Context, s *server.Store) finding {
	f := finding{"secret key", ok, "opens the database", ""}
	if err := s.CheckKey(ctx); err != nil {
		f.Status, f.Detail, f.Fix = fail, describe(ctx, err), "bring back the secret.key of this data folder from a backup"
		if errors.Is(err, secret.ErrWrongKey) {
			f.Fix = "set SECRET_KEY to the one it was made with, or leave it out to use the data folder's secret.key"
		}
	}
	return f
}
