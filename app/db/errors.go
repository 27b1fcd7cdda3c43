package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"umbra/app/fault"
)

// mapError turns what a driver said into a fault, by number, in this one place.
// What nobody can do anything about stays a plain error: Internal.
func mapError(ctx context.Context, query string, err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		return fault.New(fault.Overloaded, "cancelled", "The request ended before the database answered.").Because(err).After(time.Second)
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		return mapSQLite(query, se)
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return mapPostgres(query, pe)
	}
	if lost(err) {
		return unreachable(err)
	}
	return fmt.Errorf("%s: %w", head(query), err)
}

func mapSQLite(query string, err *sqlite.Error) error {
	because := fmt.Errorf("%s: %w", head(query), err)
	switch err.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return taken(because)
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return dangling(because)
	// A full disk shows as FULL when a page does not fit, and as a failed write,
	// sync or growth of the shared memory elsewhere.
	case lib.SQLITE_FULL, lib.SQLITE_IOERR_WRITE, lib.SQLITE_IOERR_SHMSIZE, lib.SQLITE_IOERR_TRUNCATE:
		return full(because)
	}
	switch err.Code() & 0xff {
	case lib.SQLITE_FULL:
		return full(because)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_INTERRUPT:
		return fault.New(fault.Overloaded, "busy", "The database is busy. Try again in a moment.").Because(because).After(time.Second)
	}
	return because
}

func mapPostgres(query string, err *pgconn.PgError) error {
	because := fmt.Errorf("%s: %w", head(query), err)
	switch err.Code {
	case "23505":
		return taken(because)
	case "23503":
		return dangling(because)
	case "53100":
		return full(because)
	case "22021": // NUL or no UTF-8, in a parameter that no rule looked at
		return fault.New(fault.Invalid, "characters", "The text holds a character that cannot be stored.").Because(because)
	case "40001", "40P01", "55P03", "57014": // 57014 is statement_timeout
		return fault.New(fault.Overloaded, "busy", "The database is busy. Try again in a moment.").Because(because).After(time.Second)
	}
	if class := err.Code[:2]; lost(err) || class == "53" || class == "57" {
		return unreachable(because)
	}
	return because
}

// DiskFull says whether a driver's error means that there is no room.
func DiskFull(err error) bool {
	var f *fault.Error
	return errors.As(mapError(context.Background(), "", err), &f) && f.Kind == fault.Full
}

// Damaged says whether a driver's error means that SQLite's file is not whole.
func Damaged(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code()&0xff == lib.SQLITE_CORRUPT || se.Code()&0xff == lib.SQLITE_NOTADB)
}

func taken(cause error) error {
	return fault.New(fault.Conflict, "taken", "Something with this name or id is already there.").Because(cause)
}

func dangling(cause error) error {
	return fault.New(fault.Conflict, "reference", "It refers to something that is not there (any more).").Because(cause)
}

func full(cause error) error {
	return fault.New(fault.Full, "disk_full", "The server's disk is full. Nothing was changed; free some space and try again.").Because(cause)
}

func unreachable(cause error) error {
	return fault.New(fault.Overloaded, "database_unreachable", "The database cannot be reached right now. Try again in a moment.").Because(cause).After(2 * time.Second)
}

// retriable says whether PostgreSQL rolled back only because of a neighbour: a
// conflict, or a migration that changed what a prepared statement answers.
func retriable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "0A000" && pe.Routine == "RevalidateCachedQuery")
}

// head is the start of a statement, enough to find it in the code.
func head(query string) string {
	q := strings.Join(strings.Fields(query), " ")
	if len(q) > 60 {
		q = q[:60] + "…"
	}
	return q
}
