package packaging_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dockerfile is what the Dockerfile says about the image that is shipped.
type dockerfile struct {
	text       string
	env        []string
	copies     [][]string // from the stage that builds, to the image
	user       string
	entrypoint []string
	cmd        []string
	health     []string
}

func readDockerfile(t *testing.T) dockerfile {
	t.Helper()
	b, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	d := dockerfile{text: string(b)}
	_, image, found := strings.Cut(d.text, "\nFROM scratch\n")
	if !found {
		t.Fatal("the image is no longer made from scratch: this test knows nothing else")
	}
	list := func(text string) (out []string) {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return out
	}
	for line := range strings.Lines(image) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "ENV":
			d.env = strings.Fields(rest)
		case "COPY":
			d.copies = append(d.copies, strings.Fields(regexp.MustCompile(`--\S+ `).ReplaceAllString(rest, "")))
		case "USER":
			d.user = rest
		case "ENTRYPOINT":
			d.entrypoint = list(rest)
		case "CMD":
			d.cmd = list(rest)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			d.health = list(command)
		}
	}
	return d
}

// The image is built with the Go that go.mod asks for.
func TestDockerfileBuildsWithOurGo(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(mod)
	if want := fmt.Sprintf(" golang:%s-", version[1]); !strings.Contains(readDockerfile(t).text, want) {
		t.Errorf("the Dockerfile does not build from%s", want)
	}
}

// What the Dockerfile puts together runs on a root that cannot be written, as a user
// without rights, with nothing but the program, certificates and /data: there it is
// set up, asked for its health, backed up, and stopped. It stands in for a container,
// which machines that build Umbra seldom run.
func TestImageRuns(t *testing.T) {
	program := made(t, "umbra_linux_*/umbra")
	if os.Getuid() != 0 || exec.Command("unshare", "--mount", "true").Run() != nil {
		t.Skip("only root may make a file system of its own")
	}
	d := readDockerfile(t)
	root, data := t.TempDir(), t.TempDir()
	for _, dir := range []string{root, data, filepath.Dir(root)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	sources := map[string]string{"/out/umbra": program, "LICENSE": "../LICENSE", "/etc/ssl/certs/ca-certificates.crt": "", "/out/data": ""}
	for _, c := range d.copies {
		from, known := sources[c[0]]
		if !known {
			t.Fatalf("the Dockerfile copies %s, of which this test knows nothing", c[0])
		}
		to := filepath.Join(root, c[1])
		switch c[1] {
		case "/data":
			if err := os.MkdirAll(to, 0o755); err != nil {
				t.Fatal(err)
			}
		default:
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			b := []byte{}
			if from != "" {
				var err error
				if b, err = os.ReadFile(from); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(to, b, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	uid, gid, _ := strings.Cut(d.user, ":")
	run(t, "chown", uid+":"+gid, data)

	port := free(t)
	inside := func(words ...string) *exec.Cmd {
		const mounts = `mount --bind "$1" "$1" && mount --bind "$2" "$1/data" && mount -o remount,bind,ro "$1" && shift 2 &&
			exec env -i "$@"`
		args := append([]string{"--mount", "sh", "-c", mounts, "sh", root, data}, d.env...)
		args = append(args, "UMBRA_LISTEN=0.0.0.0:"+port, "/usr/sbin/chroot", "--userspec="+d.user, root)
		return exec.Command("unshare", append(args, words...)...)
	}
	if !strings.Contains(strings.Join(d.env, " "), "UMBRA_LISTEN=0.0.0.0:8000") {
		t.Errorf("the image listens elsewhere than on 0.0.0.0:8000: %v", d.env)
	}
	said := &strings.Builder{}
	server := inside(append(d.entrypoint, d.cmd...)...)
	server.Stdout, server.Stderr = said, said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	healthy := func() bool { return inside(d.health...).Run() == nil }
	for range 100 {
		if healthy() {
			break
		}
		time.Sleep(50 * time.Millisecond) // another process: there is no clock of ours to move
	}
	if !healthy() {
		t.Fatalf("it does not get healthy: %s", said)
	}
	code := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(said.String())
	res, err := http.Post("http://127.0.0.1:"+port+"/api/auth/setup", "application/json",
		strings.NewReader(`{"username":"ada","password":"correct horse battery","setup_code":"`+code+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s %v\n%s", res.Status, answer, err, said)
	}
	for _, words := range [][]string{{"user", "list"}, {"backup", "/data/by-hand.umbra"}, {"verify", "/data/by-hand.umbra"}} {
		if out, err := inside(append(d.entrypoint, words...)...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", words, err, out)
		}
	}
	if out, err := inside(append(d.entrypoint, "backup", "/by-hand.umbra")...).CombinedOutput(); err == nil {
		t.Errorf("the root can be written: %s", out)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("it did not stop cleanly: %v\n%s", err, said)
	}
	if _, err := os.Stat(filepath.Join(data, "umbra.db")); err != nil {
		t.Error(err)
	}
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
