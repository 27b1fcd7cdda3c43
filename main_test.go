package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"umbra": main})
}

// TestScripts runs the program itself, each script with a home and a port of its own.
// UMBRA_TEST_PROGRAM names another one to run, whose file has to be called umbra, and
// UMBRA_TEST_PLATFORM what that was built for.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "cmd/testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			second, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			address := listener.Addr().String()
			env.Setenv("METRICS", second.Addr().String())
			_, port, _ := net.SplitHostPort(address)
			if other := os.Getenv("UMBRA_TEST_PROGRAM"); other != "" {
				env.Setenv("PATH", filepath.Dir(other)+string(os.PathListSeparator)+env.Getenv("PATH"))
			}
			env.Setenv("PLATFORM", cmp.Or(os.Getenv("UMBRA_TEST_PLATFORM"), runtime.GOOS+"/"+runtime.GOARCH))
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("DATA", filepath.Join(home, ".local", "share", "umbra"))
			env.Setenv("UMBRA_LISTEN", address)
			env.Setenv("PORT", port)
			env.Setenv("UMBRA_ARGON2_MEMORY_KIB", "64")
			env.Setenv("UMBRA_ARGON2_TIME", "1")
			env.Setenv("UMBRA_ARGON2_PARALLELISM", "1")
			jar, err := cookiejar.New(nil)
			env.Values["client"] = &http.Client{Jar: jar, Timeout: 10 * time.Second}
			return errors.Join(err, listener.Close(), second.Close(), os.MkdirAll(home, 0o700))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  exits,
			"up":     up,
			"http":   request,
			"signal": signal,
			"made":   made,
		},
	})
}

// exits runs a program that must end with this code: exits 2 umbra nonsense.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s\n%s", code, args[0], ts.ReadFile("stderr"))
	}
	if text := ts.ReadFile("stderr"); strings.Contains(text, "goroutine ") {
		ts.Fatalf("a stack trace:\n%s", text)
	}
}

// up waits until the server in the background answers.
func up(ts *testscript.TestScript, _ bool, _ []string) {
	for range 500 {
		res, err := http.Get("http://" + ts.Getenv("UMBRA_LISTEN") + "/api/health")
		if err == nil {
			ts.Check(res.Body.Close())
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("the server did not come up within 10 s")
}

// request asks the server, keeping cookies: http 200 POST /api/auth/login '{…}'.
func request(ts *testscript.TestScript, _ bool, args []string) {
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(args[3])
	}
	req, err := http.NewRequest(args[1], "http://"+ts.Getenv("UMBRA_LISTEN")+args[2], body)
	ts.Check(err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	client, _ := ts.Value("client").(*http.Client)
	res, err := client.Do(req)
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(answer)
	ts.Check(err)
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("%s %s: %s, want %s\n%s", args[1], args[2], res.Status, args[0], answer)
	}
}

// signal sends SIGTERM or SIGINT to what runs in the background.
func signal(ts *testscript.TestScript, _ bool, args []string) {
	which := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT}[args[0]]
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(which))
	}
}

// made compares permissions: made 0700 $DATA.
func made(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s has mode %s, want %s", name, got, args[0])
		}
	}
}

// TestEmbedded: the program carries what it serves and what it migrates with.
func TestEmbedded(t *testing.T) {
	page, err := frontendFS.Open("index.html")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = page.Close() }()
	b, err := io.ReadAll(page)
	if err != nil || !bytes.Contains(b, []byte("<html")) {
		t.Errorf("index.html is no page: %v", err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		f, err := migrationsFS.Open(engine + "/00001_foundation.sql")
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
}
