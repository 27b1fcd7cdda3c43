package pgembed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"umbra/app/lockfile"
)

// Server is a running PostgreSQL: a child of this process, which is started
// again when it dies, or one that serve runs.
type Server struct {
	Options
	paths

	program   string // where its programs are
	pass      string
	socketDir string // "" when it listens on a port
	port      int
	fresh     bool     // there was no cluster
	made      []string // what this start made, of a fresh one
	attached  bool     // another process runs it
	lock      *lockfile.Lock

	mu       sync.Mutex
	cmd      *exec.Cmd
	stopping bool
	running  bool
	tail     []string      // what it said last
	halt     chan struct{} // closed when it is to end
	done     chan struct{} // closed when it has ended for good
}

const portTries = 5

// start runs the server until it answers, and keeps it running.
func (s *Server) start(ctx context.Context) error {
	for try := 1; ; try++ {
		err := s.startOnce(ctx)
		if err == nil {
			break
		}
		// Somebody took the port between our choosing it and the server's listening.
		if s.socketDir != "" || try == portTries || !strings.Contains(err.Error(), "Address already in use") {
			return err
		}
	}
	s.removeOldPrograms()
	if root, err := os.OpenRoot(s.program); err == nil {
		go s.settle(root)
	}
	return nil
}

func (s *Server) startOnce(ctx context.Context) error {
	if err := s.choosePlace(); err != nil {
		return err
	}
	if err := s.writeSettings(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	s.done = make(chan struct{})
	go s.keep(ended, s.done)
	living, dead := context.WithCancel(ctx)
	defer dead()
	go func() { <-s.done; dead() }() // nobody else's answer on that port is waited for
	for told := time.Now(); ; {
		err := s.ensure(living)
		if err == nil {
			break
		}
		select {
		case why := <-ended:
			return why
		default:
		}
		if !starting(err) {
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return errors.Join(err, s.stop(stop))
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			s.Log.InfoContext(ctx, "PostgreSQL is still starting: after a crash it replays its log first", "said", err)
		}
		_ = pause(living, pollEvery/2)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.mu.Lock()
	s.running = true
	s.mu.Unlock()
	return nil
}

// keep runs the child, and runs it again when it ends unasked. The goroutine
// keeps its thread: on Linux the child is told when that ends.
func (s *Server) keep(ended chan<- error, done chan<- struct{}) {
	runtime.LockOSThread()
	defer close(done)
	for wait := restartWait; ; wait = min(2*wait, maxRestartWait) {
		began := time.Now()
		err := s.child()
		s.mu.Lock()
		stopping, running := s.stopping, s.running
		said := strings.Join(s.tail, "\n")
		s.mu.Unlock()
		if stopping {
			return
		}
		if !running { // it never came up
			ended <- advise(fmt.Errorf("PostgreSQL ended at once (%w): %s", err, said), s.home)
			return
		}
		if time.Since(began) > time.Minute {
			wait = restartWait
		}
		s.Log.Error("PostgreSQL ended by itself; it is started again", "error", err, "after", wait, "said", said)
		select {
		case <-time.After(wait):
		case <-s.halt:
			return
		}
	}
}

const (
	restartWait    = 50 * time.Millisecond
	maxRestartWait = 5 * time.Second
)

// child runs the server once, to its end.
func (s *Server) child() error {
	cmd := exec.CommandContext(context.Background(), s.bin("postgres"), "-D", s.data, "-c", "config_file="+s.conf) //nolint:gosec // what we unpacked
	cmd.Dir, cmd.Env = s.home, environment()
	isolate(cmd)
	endWithParent(cmd)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		return errors.New("it is being stopped")
	}
	s.tail = nil
	err = cmd.Start()
	s.cmd = cmd
	s.mu.Unlock()
	if err != nil {
		return err
	}
	s.listen(stderr)
	return cmd.Wait()
}

// listen hands what the server says to the log until it ends.
func (s *Server) listen(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		s.mu.Lock()
		s.tail = append(s.tail[max(0, len(s.tail)-9):], line)
		s.mu.Unlock()
		level, text := slog.LevelDebug, line
		switch kind, rest, _ := strings.Cut(line, ":"); kind {
		case "WARNING":
			level, text = slog.LevelWarn, rest
		case "PANIC":
			level, text = slog.LevelError, rest
		}
		s.Log.Log(context.Background(), level, "PostgreSQL: "+strings.TrimSpace(text))
	}
	_, _ = io.Copy(io.Discard, r) // after a line too long
}

// Stop ends the server cleanly. When ctx ends first it is ended at once, which
// loses nothing either: the next start replays its log.
func (s *Server) Stop(ctx context.Context) error {
	if s.attached {
		return nil
	}
	err := s.stop(ctx)
	s.lock.Release()
	return err
}

func (s *Server) stop(ctx context.Context) error {
	s.mu.Lock()
	if !s.stopping {
		s.stopping = true
		close(s.halt)
	}
	cmd := s.cmd
	s.mu.Unlock()
	if cmd == nil || cmd.Process == nil {
		return nil
	}
	for _, step := range []struct {
		how  howToStop
		wait time.Duration
	}{{fast, time.Until(deadline(ctx))}, {immediate, 2 * time.Second}, {kill, 2 * time.Second}} {
		if err := s.signal(cmd.Process, step.how); err != nil {
			s.Log.DebugContext(ctx, "stopping PostgreSQL", "how", step.how, "error", err)
		}
		select {
		case <-s.done:
			return nil
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end", cmd.Process.Pid)
}

func deadline(ctx context.Context) time.Time {
	if at, ok := ctx.Deadline(); ok {
		return at
	}
	return time.Now().Add(time.Minute)
}

// howToStop names pg_ctl's modes.
type howToStop string

const (
	fast      howToStop = "fast"      // end sessions, write everything down, end
	immediate howToStop = "immediate" // end; the log is replayed at the next start
	kill      howToStop = "kill"
)

func freePort() (int, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("PostgreSQL gets no port of this machine: %w", err)
	}
	defer func() { _ = l.Close() }()
	at, _ := l.Addr().(*net.TCPAddr)
	return at.Port, nil
}
