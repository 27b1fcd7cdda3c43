package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// postmaster is what postmaster.pid says of a running server.
type postmaster struct {
	pid       int
	port      int
	socketDir string
	ready     bool
}

// readPostmaster reads postmaster.pid: lines of process, folder, start time,
// port, socket folder, address, shared memory and status.
func readPostmaster(dataDir string) (postmaster, error) {
	b, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(b), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	lines = append(lines, make([]string, 8)...)
	var p postmaster
	p.pid, _ = strconv.Atoi(lines[0]) // a full disk leaves it empty
	p.port, _ = strconv.Atoi(lines[3])
	p.socketDir, p.ready = lines[4], lines[7] == "ready"
	return p, nil
}

// orphanWait is how long a server that lost its umbra may take to end by itself.
const orphanWait = 10 * time.Second

// stopOrphan ends a server whose umbra was killed. Where postmaster.pid names a
// process that is none (a number that was given anew, after a reboot or in a
// container), it is told apart and let be. We hold owner.lock: no umbra runs one.
func (s *Server) stopOrphan(ctx context.Context) error {
	p, err := readPostmaster(s.data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if p.pid <= 0 || !alive(p.pid) { // what is left of it PostgreSQL looks at itself
		return nil
	}
	if !s.isOurs(p) {
		s.Log.InfoContext(ctx, "postmaster.pid is of an earlier run: its number belongs to another process now", "process", p.pid)
		return s.disown()
	}
	s.Log.WarnContext(ctx, "stopping the PostgreSQL that an Umbra left behind", "process", p.pid)
	process, err := os.FindProcess(p.pid)
	if err != nil {
		return err
	}
	for _, how := range []howToStop{fast, immediate} {
		if err := s.signal(process, how); err != nil && alive(p.pid) {
			return fmt.Errorf("PostgreSQL (process %d) runs without its umbra and cannot be stopped: %w; stop it yourself", p.pid, err)
		}
		for began := time.Now(); time.Since(began) < orphanWait; {
			if !alive(p.pid) {
				return nil
			}
			if err := pause(ctx, pollEvery); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) runs without its umbra and does not stop: stop it yourself", p.pid)
}

// disown puts our own number in place of a stranger's: PostgreSQL would refuse
// to start beside a living process, but not beside its parent, and goes on to
// see whether anybody uses the old shared memory.
func (s *Server) disown() error {
	name := filepath.Join(s.data, "postmaster.pid")
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(b), "\n")
	return os.WriteFile(name, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600) //nolint:gosec // the file is in our own folder
}
