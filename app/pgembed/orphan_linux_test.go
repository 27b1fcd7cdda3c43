package pgembed_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"umbra/app/pgembed"
)

// initdbs are the processes that make a cluster somewhere under dir.
func initdbs(dir string) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		b, _ := os.ReadFile(path) // it may have ended
		args := bytes.Split(b, []byte{0})
		if filepath.Base(string(args[0])) == "initdb" && slices.ContainsFunc(args, func(a []byte) bool { return strings.HasPrefix(string(a), dir) }) {
			pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}

// The initdb of a start that was killed removes what it made when it gets to it,
// and the next start has begun by then: that one's cluster is none of its business.
func TestAnInitdbThatOutlivesItsUmbra(t *testing.T) {
	options(t, "")
	dir := folder(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	until := func(what string, is func() bool) {
		t.Helper()
		for !is() {
			if ctx.Err() != nil {
				t.Fatal(what)
			}
			time.Sleep(time.Millisecond)
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveIn+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var first []int
	until("nobody makes a cluster", func() bool { first = initdbs(dir); return len(first) == 1 })
	made := func() (names []string) {
		names, _ = filepath.Glob(filepath.Join(dir, "postgres", "data*.new", "PG_VERSION"))
		return names
	}
	until("it makes none", func() bool { return len(made()) == 1 })
	if err := syscall.Kill(first[0], syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(first[0], syscall.SIGKILL) })
	killed(t, cmd)

	type start struct {
		s   *pgembed.Server
		err error
	}
	started := make(chan start, 1)
	go func() {
		s, err := pgembed.Start(ctx, options(t, dir))
		started <- start{s, err}
	}()
	until("nobody makes another", func() bool { return len(initdbs(dir)) == 2 && len(made()) == 1 })
	if err := syscall.Kill(first[0], syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	second := <-started
	if second.err != nil {
		t.Fatal(second.err)
	}
	if got := ask(t, second.s, "SELECT current_user::text"); got != "umbra" {
		t.Error(got)
	}
	stop(t, second.s)
	if left := made(); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
