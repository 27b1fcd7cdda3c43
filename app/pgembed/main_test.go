package pgembed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"umbra/app/db/dbtest"
	"umbra/app/pgembed"
)

// archive is what `make build-postgres` made for this machine.
var archive = sync1(func() string {
	b, err := os.ReadFile(filepath.Join(dbtest.Root(), ".cache", "postgres", runtime.GOOS+"_"+runtime.GOARCH+".tar.zst"))
	if err != nil {
		return ""
	}
	return string(b)
})

// serveIn has the test program serve a folder until it is killed; smallDisk is
// a folder with little room.
const (
	serveIn   = "UMBRA_TEST_SERVE_IN"
	smallDisk = "UMBRA_TEST_SMALL_DISK"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveIn); dir != "" {
		os.Exit(serveUntilKilled(dir))
	}
	if os.Getuid() == 0 && runtime.GOOS == "linux" && archive() != "" {
		os.Exit(asNobody())
	}
	pgembed.NoSync()
	code := m.Run()
	if template != "" {
		_ = os.RemoveAll(filepath.Dir(template))
	}
	os.Exit(code)
}

// asNobody runs the tests again as a user that PostgreSQL accepts.
func asNobody() int {
	dir, err := os.MkdirTemp("", "pg-")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		err = errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "t"), 0o700), os.Chown(filepath.Join(dir, "t"), nobody, nobody))
	}
	program := filepath.Join(dir, "test")
	if err == nil {
		err = copyProgram(program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// Go's own folder is not nobody's to write to.
	args := slices.DeleteFunc(os.Args[1:], func(a string) bool { return strings.HasPrefix(a, "-test.testlogfile=") })
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+filepath.Join(dir, "t"), "HOME="+filepath.Join(dir, "t"))
	small := filepath.Join(dir, "small")
	if os.Mkdir(small, 0o755) == nil && exec.Command("mount", "-t", "tmpfs", "-o", "size=80m,mode=0777", "umbra-test", small).Run() == nil {
		defer func() { _ = exec.Command("umount", small).Run() }()
		cmd.Env = append(cmd.Env, smallDisk+"="+small)
	}
	cmd.SysProcAttr = asUser(nobody)
	if err := cmd.Run(); err != nil {
		if cmd.ProcessState == nil {
			fmt.Fprintln(os.Stderr, err)
		}
		return 1
	}
	return 0
}

const nobody = 65534

func copyProgram(to string) error {
	from, err := os.Open(os.Args[0])
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	f, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}

func sync1(read func() string) func() string {
	var text *string
	return func() string {
		if text == nil {
			t := read()
			text = &t
		}
		return *text
	}
}

// folder is a data folder whose name is short enough for a socket.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "d")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

var template string

// cluster is a data folder that holds a cluster with a table, kept, and no row
// in it: a copy of one that is made once.
func cluster(t *testing.T) string {
	t.Helper()
	if template == "" {
		options(t, "")
		dir, err := os.MkdirTemp("", "t")
		if err != nil {
			t.Fatal(err)
		}
		s, err := pgembed.Start(t.Context(), options(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, "CREATE TABLE kept (v text)")
		stop(t, s)
		template = filepath.Join(dir, "postgres")
	}
	dir := folder(t)
	home := filepath.Join(dir, "postgres")
	programs, err := filepath.Glob(filepath.Join(template, "program-*"))
	if err != nil || len(programs) != 1 {
		t.Fatalf("%v, %v", programs, err)
	}
	err = errors.Join(os.Mkdir(home, 0o700), os.Symlink(programs[0], filepath.Join(home, filepath.Base(programs[0]))))
	if out, e := exec.Command("cp", "-a", filepath.Join(template, "data"), filepath.Join(template, "password"), home).CombinedOutput(); err != nil || e != nil {
		t.Fatalf("%v, %v: %s", err, e, out)
	}
	return dir
}

// options are those of a test's data folder; it skips without an archive.
func options(t *testing.T, dir string) pgembed.Options {
	t.Helper()
	if archive() == "" {
		t.Skip("no PostgreSQL to embed: run `make postgres`, which fetches it")
	}
	return pgembed.Options{DataDir: dir, Archive: archive(), Create: true, Serving: true,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))}
}

// serveUntilKilled is another umbra.
func serveUntilKilled(dir string) int {
	if archive() == "" {
		return 1
	}
	_, err := pgembed.Start(context.Background(), pgembed.Options{DataDir: dir, Archive: archive(), Create: true, Serving: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	select {}
}
