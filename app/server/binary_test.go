package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"umbra/app/db/dbtest"
)

// builds are the real programs, each built once a test run.
type build struct {
	once sync.Once
	path string
	err  error
}

var built, builtInside build

func (b *build) program(t *testing.T, flags ...string) string {
	t.Helper()
	b.once.Do(func() {
		dir, err := os.MkdirTemp("", "umbra-binary-")
		if err == nil {
			err = os.Chmod(dir, 0o755) // another user may have to run it
		}
		if err != nil {
			b.err = err
			return
		}
		b.path = filepath.Join(dir, "umbra")
		cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-o", b.path, ".")...)
		cmd.Dir = dbtest.Root()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.path
}

func binary(t *testing.T) string { return built.program(t) }

// TestMain removes the binary that tests built.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, path := range []string{built.path, builtInside.path} {
		if path != "" {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	}
	os.Exit(code)
}

// process is a real `umbra serve`.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	out    *lockedBuffer
	url    string
	cookie string
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

const testPassword = "seven purple umbrellas"

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// start runs serve on a data folder and waits until it answers; settings are NAME=value.
func start(t *testing.T, data string, settings ...string) *process {
	t.Helper()
	return launch(t, binary(t), nil, data, settings...)
}

// launch is start with another build of the program, as another user.
func launch(t *testing.T, program string, as *syscall.SysProcAttr, data string, settings ...string) *process {
	t.Helper()
	address := freeAddress(t)
	p := &process{t: t, out: &lockedBuffer{}, url: "http://" + address}
	p.cmd = exec.Command(program, "serve", "--data-dir", data, "--listen", address)
	p.cmd.SysProcAttr = as
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.Env = append(withoutUmbra(os.Environ()), "UMBRA_ARGON2_MEMORY_KIB=64", "UMBRA_ARGON2_TIME=1", "UMBRA_ARGON2_PARALLELISM=1")
	p.cmd.Env = append(p.cmd.Env, settings...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	for range 2000 {
		if resp, err := http.Get(p.url + "/api/health"); err == nil {
			_ = resp.Body.Close()
			return p
		}
		time.Sleep(5 * time.Millisecond) // another process: there is no clock of ours to move
	}
	t.Fatalf("serve did not answer: %s", p.out)
	return nil
}

func withoutUmbra(environ []string) []string {
	var out []string
	for _, e := range environ {
		if !strings.HasPrefix(e, "UMBRA_") && !strings.HasPrefix(e, "DATABASE_URL=") {
			out = append(out, e)
		}
	}
	return out
}

// kill ends the process as a power cut would, without a chance to tidy.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// send makes a request; an error means that there was no whole answer.
func (p *process) send(method, path, body string) (status int, answer []byte, err error) {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, p.url+path, r)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if p.cookie != "" {
		req.Header.Set("Cookie", p.cookie)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	if c := resp.Cookies(); len(c) > 0 {
		p.cookie = c[0].Name + "=" + c[0].Value
	}
	return resp.StatusCode, answer, err
}

// must makes a request that has to be answered with a status.
func (p *process) must(status int, method, path, body string) []byte {
	p.t.Helper()
	got, answer, err := p.send(method, path, body)
	if err != nil || got != status {
		p.t.Fatalf("%s %s: status %d, want %d: %s %v\n%s", method, path, got, status, answer, err, p.out)
	}
	return answer
}

func (p *process) setUp() {
	p.t.Helper()
	p.must(201, "POST", "/api/auth/setup", `{"username":"ann","password":"`+testPassword+`"}`)
}

func decodeJSON[T any](t *testing.T, b []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}
