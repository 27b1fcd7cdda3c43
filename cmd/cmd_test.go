package cmd_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"umbra/cmd"
)

// run runs a command line in this process. What users do with the program is
// in testdata/script; here is what a script cannot reach.
func run(ctx context.Context, t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	environ = append(environ, "UMBRA_DATA_DIR="+filepath.Join(t.TempDir(), "data"))
	code = cmd.Main(ctx, args, cmd.IO{In: strings.NewReader(""), Out: &out, Err: &err, Environ: environ},
		cmd.Assets{Frontend: os.DirFS("../frontend_dist"), Migrations: os.DirFS("../migrations")})
	return code, out.String(), err.String()
}

// TestServeTellsSystemd: ready, then alive again and again, then stopping.
func TestServeTellsSystemd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no systemd here")
	}
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	if err := socket.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	hear := func() string {
		b := make([]byte, 100)
		n, err := socket.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan string, 1)
	go func() {
		code, _, stderr := run(ctx, t, []string{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=100000", "UMBRA_LISTEN=127.0.0.1:0"}, "serve")
		done <- fmt.Sprint(code, stderr)
	}()
	for _, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := hear(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	stop()
	for got := hear(); got != "STOPPING=1"; got = hear() {
		if got != "WATCHDOG=1" {
			t.Errorf("%s while it stops", got)
		}
	}
	if got := <-done; got != "0" {
		t.Errorf("serve ended with %s", got)
	}
}

func TestServeWithoutSystemdsSocket(t *testing.T) {
	code, _, stderr := run(t.Context(), t, []string{"NOTIFY_SOCKET=/nowhere/notify", "UMBRA_LISTEN=127.0.0.1:0"}, "serve")
	if code != 1 || !strings.Contains(stderr, "NOTIFY_SOCKET") {
		t.Errorf("%d: %s", code, stderr)
	}
}

func TestHealthcheckOfSomethingElse(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	address := strings.TrimPrefix(other.URL, "http://")
	code, stdout, stderr := run(t.Context(), t, nil, "healthcheck", "--listen", address)
	if code != 1 || stdout != "" || !strings.Contains(stderr, "is not well: it answered 404") {
		t.Errorf("%d %s %s", code, stdout, stderr)
	}
	code, stdout, _ = run(t.Context(), t, nil, "doctor", "--listen", address)
	if code != 1 || !strings.Contains(stdout, "another program has the port") {
		t.Errorf("%d %s", code, stdout)
	}
}

// TestHealthcheckFindsTheServer: what is listened on is not always what is asked.
func TestHealthcheckFindsTheServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/health" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	for _, listen := range []string{":" + port, "0.0.0.0:" + port, "127.0.0.1:" + port, "localhost:" + port} {
		if code, _, stderr := run(t.Context(), t, []string{"HTTP_PROXY=http://127.0.0.1:1"}, "healthcheck", "--listen", listen); code != 0 {
			t.Errorf("%s: %s", listen, stderr)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { panic("a defect") }

func TestADefectIsOneLine(t *testing.T) {
	var stderr bytes.Buffer
	code := cmd.Main(t.Context(), []string{"version"}, cmd.IO{Out: broken{}, Err: &stderr}, cmd.Assets{Frontend: fstest.MapFS{}, Migrations: fstest.MapFS{}})
	if code != 1 || stderr.String() != "umbra: this is a defect, please report it: a defect\n" {
		t.Errorf("%d %s", code, stderr.String())
	}
}

func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if code, _, stderr := run(ctx, t, nil, "doctor"); code != 1 || stderr != "umbra: interrupted\n" {
		t.Errorf("%d %s", code, stderr)
	}
}

// TestEveryCommandIsDescribed: help in full, with an example that runs it.
func TestEveryCommandIsDescribed(t *testing.T) {
	commands := []string{"serve", "migrate", "migrate up", "migrate down", "migrate to", "migrate status", "backup", "verify", "restore", "copy", "user", "user add", "user list",
		"user reset", "user unlock", "user disable-mfa", "user sessions", "user delete", "config", "doctor", "upgrade", "healthcheck", "openapi",
		"version", "completion", "help", "demo"}
	for _, name := range commands {
		code, stdout, _ := run(t.Context(), t, nil, append([]string{"help"}, strings.Fields(name)...)...)
		_, example, found := strings.Cut(stdout, "Examples:\n")
		if code != 0 || !found || !strings.Contains(example, "umbra "+name) && name != "user" {
			t.Errorf("%s has no example of itself:\n%s", name, stdout)
		}
	}
}
