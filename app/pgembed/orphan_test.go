//go:build unix

package pgembed_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"umbra/app/pgembed"
)

// another starts this test program as an umbra of its own, which serves until
// it is killed.
func another(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveIn+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

func killed(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

func TestAKilledUmbraNeedsNoHelp(t *testing.T) {
	dir := cluster(t)
	for round := range 3 {
		u := another(t, dir)
		killed(t, u)
		s := run(t, options(t, dir))
		change(t, s, fmt.Sprintf("INSERT INTO kept VALUES ('%d')", round))
		if got := ask(t, s, "SELECT count(*)::text FROM kept"); got != strconv.Itoa(round+1) {
			t.Errorf("%s rows after round %d", got, round)
		}
		stop(t, s)
	}
}

// A server that goes on without its umbra (where the kernel does not tell it) is
// stopped, and another one started.
func TestAnOrphanIsStopped(t *testing.T) {
	dir := cluster(t)
	stop(t, run(t, options(t, dir))) // it writes the settings
	home := filepath.Join(dir, "postgres")
	programs, err := filepath.Glob(filepath.Join(home, "program-*", "bin", "postgres"))
	if err != nil || len(programs) != 1 {
		t.Fatalf("%v %v", programs, err)
	}
	orphan := exec.Command(programs[0], "-D", filepath.Join(home, "data"), "-c", "config_file="+filepath.Join(home, "postgresql.conf"))
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = orphan.Wait(); close(ended) }()
	waitFor(t, func() bool { _, err := os.Stat(filepath.Join(home, "run", ".s.PGSQL.5432")); return err == nil })
	s := run(t, options(t, dir))
	<-ended
	if got := ask(t, s, "SELECT count(*)::text FROM kept"); got != "0" || s.PID() == orphan.Process.Pid {
		t.Errorf("%s rows; process %d, the orphan was %d", got, s.PID(), orphan.Process.Pid)
	}
}

func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond) // other processes: there is no clock of ours to move
	}
	t.Fatal("it did not come about in 10 s")
}

// After a reboot the number in postmaster.pid may be anybody's.
func TestAStalePidFile(t *testing.T) {
	stranger := exec.Command("sleep", "100")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	dir := cluster(t)
	data := filepath.Join(dir, "postgres", "data")
	for name, text := range map[string]string{
		"a stranger's number": fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  5432001    123\nready   \n", stranger.Process.Pid, data, filepath.Join(dir, "postgres", "run")),
		"root's number":       fmt.Sprintf("1\n%s\n1700000000\n5432\n%s\n\n  5432001    123\nready   \n", data, filepath.Join(dir, "postgres", "run")),
		"nobody's number":     fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  5432001    123\nready   \n", dead.Process.Pid, data, filepath.Join(dir, "postgres", "run")),
	} {
		t.Run(name, func(t *testing.T) {
			put(t, filepath.Join(data, "postmaster.pid"), text)
			s := run(t, options(t, dir))
			if got := ask(t, s, "SELECT 'here'"); got != "here" {
				t.Error(got)
			}
			stop(t, s)
			if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
				t.Fatalf("the stranger was harmed: %v", err)
			}
		})
	}
}

func TestAServerThatDiesIsStartedAgain(t *testing.T) {
	s := run(t, options(t, cluster(t)))
	change(t, s, "INSERT INTO kept VALUES ('yes')")
	for range 3 {
		was := s.PID()
		if err := syscall.Kill(was, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool {
			c, err := pgx.Connect(t.Context(), s.URL())
			if err == nil {
				_ = c.Close(t.Context())
			}
			return err == nil && s.PID() != was
		})
	}
	if got := ask(t, s, "SELECT v FROM kept"); got != "yes" {
		t.Errorf("kept %q", got)
	}
}

func TestOthersUseTheOneThatServeRuns(t *testing.T) {
	dir := cluster(t)
	s := run(t, options(t, dir))
	o := options(t, dir)
	o.Create, o.Serving = false, false
	beside := run(t, o)
	change(t, beside, "INSERT INTO kept VALUES ('yes')")
	stop(t, beside)
	if got := ask(t, s, "SELECT v FROM kept"); got != "yes" {
		t.Errorf("kept %q", got)
	}
	stop(t, s)

	// Without serve each runs its own, one after the other.
	first, err := pgembed.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		s, err := pgembed.Start(context.Background(), o)
		if err == nil {
			err = s.Stop(context.Background())
		}
		second <- err
	}()
	select {
	case err := <-second:
		t.Errorf("the second did not wait: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	stop(t, first)
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestATakenPortIsNotTheOnlyOne(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	ports := 0
	defer pgembed.UsePort(func() (int, error) {
		ports++
		if ports < 3 {
			at, _ := taken.Addr().(*net.TCPAddr)
			return at.Port, nil
		}
		return pgembed.FreePort()
	})()
	dir := cluster(t)
	s := run(t, options(t, dir))
	if ports != 3 || !strings.Contains(s.URL(), "127.0.0.1:") {
		t.Errorf("%d ports, %s", ports, strings.Replace(s.URL(), "umbra:", "…", 1))
	}
	if got := ask(t, s, "SHOW listen_addresses"); got != "127.0.0.1" {
		t.Errorf("it listens on %q", got)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "postgres", "run")); err == nil {
		t.Errorf("and on a socket: %v", left)
	}
	o := options(t, dir)
	o.Create, o.Serving = false, false
	if got := ask(t, run(t, o), "SELECT 'here'"); got != "here" { // others find it
		t.Error(got)
	}
}

func TestItTakesTheRandomPasswordAlone(t *testing.T) {
	dir := cluster(t)
	s := run(t, options(t, dir))
	b, err := os.ReadFile(filepath.Join(dir, "postgres", "password"))
	password := strings.TrimSpace(string(b))
	if err != nil || len(password) < 20 || !strings.Contains(s.URL(), password) {
		t.Fatalf("%d characters, %v", len(password), err)
	}
	for name, address := range map[string]string{
		"another password": strings.Replace(s.URL(), password, "postgres", 1),
		"none":             strings.Replace(s.URL(), ":"+password, "", 1),
		"the superuser":    strings.Replace(strings.Replace(s.URL(), password, "postgres", 1), "umbra:", "postgres:", 1),
	} {
		c, err := pgx.Connect(t.Context(), address)
		if err == nil {
			_ = c.Close(t.Context())
			t.Errorf("%s opens it", name)
		}
	}
	stop(t, s)
	other := run(t, options(t, folder(t)))
	if strings.Contains(other.URL(), password) {
		t.Error("two clusters have one password")
	}
	stop(t, other)

	// Lost, it is made anew; another cluster's is named.
	if err := os.Remove(filepath.Join(dir, "postgres", "password")); err != nil {
		t.Fatal(err)
	}
	s = run(t, options(t, dir))
	if got := ask(t, s, "SELECT current_user::text"); got != "umbra" || strings.Contains(s.URL(), password) {
		t.Errorf("after it was lost: %s", got)
	}
	stop(t, s)
	put(t, filepath.Join(dir, "postgres", "password"), "another cluster's\n")
	_, err = pgembed.Start(t.Context(), options(t, dir))
	says(t, err, "password", "remove the file")
}

func TestTheOwnersSettings(t *testing.T) {
	dir := cluster(t)
	put(t, filepath.Join(dir, "postgres", "custom.conf"), "work_mem = 7MB\nlisten_addresses = '*'\nfsync = off\n")
	s := run(t, options(t, dir))
	for query, want := range map[string]string{"SHOW work_mem": "7MB", "SHOW listen_addresses": "", "SHOW fsync": "on"} {
		if got := ask(t, s, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// Without time to end well it ends at once, and loses nothing.
func TestAStopWithoutTime(t *testing.T) {
	dir := cluster(t)
	s := run(t, options(t, dir))
	change(t, s, "INSERT INTO kept VALUES ('yes')")
	c, err := pgx.Connect(t.Context(), s.URL()) // somebody is still connected
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	ctx, cancel := context.WithCancel(t.Context())
	ctx, done := context.WithTimeout(ctx, 0)
	defer done()
	cancel()
	began := time.Now()
	if err := s.Stop(ctx); err != nil || time.Since(began) > 4*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	s = run(t, options(t, dir))
	if got := ask(t, s, "SELECT v FROM kept"); got != "yes" {
		t.Errorf("kept %q", got)
	}
}

// Killed at any moment of its first start, it starts the next time.
func TestKilledAtItsFirstStart(t *testing.T) {
	options(t, "")
	for _, after := range []time.Duration{300, 900, 1500} {
		dir := folder(t)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), serveIn+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond) // the moment of the kill is what is tested
		killed(t, cmd)
		s, err := pgembed.Start(t.Context(), options(t, dir))
		if err != nil {
			t.Fatalf("killed after %d ms: %v", after, err)
		}
		if got := ask(t, s, "SELECT current_user::text"); got != "umbra" {
			t.Errorf("killed after %d ms: %s", after, got)
		}
		stop(t, s)
		left, err := filepath.Glob(filepath.Join(dir, "postgres", "*.new"))
		if err != nil || len(left) > 0 {
			t.Errorf("killed after %d ms, it left %v", after, left)
		}
	}
}
