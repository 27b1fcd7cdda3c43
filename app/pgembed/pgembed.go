// Package pgembed runs the PostgreSQL that the larger build carries: it unpacks
// it, makes a cluster in the data folder, runs it as a child that only this user
// can reach, and stops it cleanly. docs/adr/0008 says why no library does this.
//
// In the data folder:
//
//	postgres/data             the cluster (PGDATA); made whole or not at all, and never removed
//	postgres/password         of both roles, random, mode 0600
//	postgres/owner.lock       held by the umbra that runs PostgreSQL
//	postgres/postgresql.conf  and pg_hba.conf: written at each start
//	postgres/custom.conf      settings of the owner's own, when there is one
//	postgres/program-…        what was unpacked
//	postgres/run              the socket, where the system has sockets
package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"umbra/app/lockfile"
)

// Version is of the PostgreSQL that archives.lock names.
const (
	Version = "18.6"
	Major   = 18
)

const (
	database  = "umbra"
	role      = "umbra"    // owns the database, and nothing else
	superuser = "postgres" // makes them
	// serving is the note in owner.lock of an umbra that lets others in.
	serving = "serve"
)

// Options is what Start needs.
type Options struct {
	DataDir string
	Archive string // what the binary carries: a tar, compressed by zstd; "" in the smaller build
	Create  bool   // may make a cluster
	Serving bool   // this is serve: other commands use the PostgreSQL that it runs
	Log     *slog.Logger
}

// Waits for other processes.
const (
	attachWait = 15 * time.Second // for a serve that is starting
	ownerWait  = 20 * time.Second // for another command to end
	pollEvery  = 20 * time.Millisecond
)

// CannotRunError means that PostgreSQL cannot run here at all: nothing of it is
// left behind, and in a new folder SQLite may serve instead.
type CannotRunError struct {
	Reason, Fix string
}

func (e *CannotRunError) Error() string {
	if e.Fix == "" {
		return e.Reason
	}
	return e.Reason + ": " + e.Fix
}

// ErrNotCarried means that this is the build without PostgreSQL.
var ErrNotCarried = errors.New("this build carries no PostgreSQL: install the one that does (umbra-postgres, or `make build-postgres`), " +
	"or name another database with DATABASE_URL: sqlite:///umbra.db, or a postgres:// server")

// paths are the places in the data folder.
type paths struct{ home, data, password, lock, conf, hba, custom, run string }

func pathsIn(dataDir string) paths {
	home := filepath.Join(dataDir, "postgres")
	in := func(name string) string { return filepath.Join(home, name) }
	return paths{home: home, data: in("data"), password: in("password"), lock: in("owner.lock"), conf: in("postgresql.conf"),
		hba: in("pg_hba.conf"), custom: in("custom.conf"), run: in("run")}
}

// Start makes sure that the data folder's PostgreSQL runs: it starts it, making
// the cluster first when there is none (Create), or finds the one that serve
// runs. A cluster that is not ours to touch is refused untouched.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if o.Archive == "" {
		return nil, ErrNotCarried
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Options: o, paths: pathsIn(o.DataDir), halt: make(chan struct{})}
	if err := MayRun(o.DataDir); err != nil {
		if !s.serves() {
			return nil, err
		}
		return s, s.attach(ctx) // root may use what another user runs
	}
	found, err := Look(o.DataDir)
	if err != nil {
		return nil, err
	}
	if !found && !o.Create {
		return nil, fmt.Errorf("there is no PostgreSQL cluster in %s: start `umbra serve` once, which makes it, or name the right folder with --data-dir", o.DataDir)
	}
	s.fresh = !found
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		return nil, advise(err, s.home)
	}
	attached, err := s.own(ctx)
	if attached || err != nil {
		return s, err
	}
	defer func() {
		if err != nil {
			err = s.giveUp(ctx, err)
		}
	}()
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// prepare brings everything into place that the child needs.
func (s *Server) prepare(ctx context.Context) error {
	s.program = filepath.Join(s.home, programName(s.Archive))
	if err := s.stopOrphan(ctx); err != nil {
		return err
	}
	if err := s.unpack(); err != nil {
		return err
	}
	if s.fresh {
		return s.initdb(ctx)
	}
	return s.ensurePassword(ctx)
}

// own takes the right to run PostgreSQL, or finds that serve has it.
func (s *Server) own(ctx context.Context) (attached bool, err error) {
	note := ""
	if s.Serving {
		note = serving
	}
	for began := time.Now(); ; {
		s.lock, err = lockfile.Take(s.paths.lock, note)
		var held *lockfile.HeldError
		if !errors.As(err, &held) {
			return false, advise(err, s.home)
		}
		if held.Note == serving && !s.Serving {
			return true, s.attach(ctx)
		}
		if time.Since(began) > ownerWait {
			return false, fmt.Errorf("another umbra (process %d) is using the PostgreSQL in %s: wait until it has ended, or stop it", held.PID, s.DataDir)
		}
		if err := pause(ctx, pollEvery); err != nil {
			return false, err
		}
	}
}

// serves says whether serve runs PostgreSQL here. It makes no file.
func (s *Server) serves() bool {
	if _, err := os.Stat(s.paths.lock); s.Serving || err != nil {
		return false
	}
	l, err := lockfile.Take(s.paths.lock, "")
	if err == nil {
		l.Release()
	}
	var held *lockfile.HeldError
	return errors.As(err, &held) && held.Note == serving
}

// attach finds the PostgreSQL that another process runs.
func (s *Server) attach(ctx context.Context) error {
	s.attached = true
	for began := time.Now(); ; {
		p, err := readPostmaster(s.data)
		if err == nil {
			s.socketDir, s.port = p.socketDir, p.port
			err = s.readPassword()
		}
		if err == nil { // the database may be made at this moment
			if err = s.do(ctx, role, database, func(*pgx.Conn) error { return nil }); err == nil {
				return nil
			}
		}
		if time.Since(began) > attachWait {
			return fmt.Errorf("umbra serve is running, and its PostgreSQL is not ready after %s: look at the server's log (%w)", attachWait, err)
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// giveUp tidies after a start that failed. What this very start made goes with
// it, so that the folder is new again and SQLite may be chosen; nothing else does.
func (s *Server) giveUp(ctx context.Context, cause error) error {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = s.stop(stop)
	if s.fresh {
		var cannot *CannotRunError
		if ctx.Err() == nil && !diskFull(cause) && !errors.As(cause, &cannot) {
			cause = &CannotRunError{Reason: "PostgreSQL does not start here: " + cause.Error()}
		}
		for _, made := range append(s.made, s.run, s.conf, s.hba, s.paths.lock) {
			cause = errors.Join(cause, os.RemoveAll(made))
		}
		_ = os.Remove(s.home) // when nothing of the owner's is in it
	}
	s.lock.Release()
	return cause
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
