//go:build unix

// Package docs_test holds the pages to the program: what they tell people to type
// is typed here, in a folder that is thrown away.
package docs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "umbra/cmd" // go test forgets what it knows when the program changes
)

// preparations are what a page may have done before its next block, in the shell.
var preparations = map[string]string{
	"a running server": "serve",
	"ada":              `serve; curl -fsS -o "$HOME/ada.json" -H 'Content-Type: application/json' -d '{"username": "ada", "password": "seven purple umbrellas"}' "http://$UMBRA_LISTEN/api/auth/setup"`,
	"no server":        "stop",
}

// prologue is what the shell of each page begins with. serve stands for `umbra
// serve`: it goes on when the server answers, and takes the place of an earlier one.
const prologue = `set -euo pipefail
server=
stop() { if [ -n "$server" ]; then kill "$server"; wait "$server" || true; server=; fi; }
trap stop EXIT
serve() {
  stop
  umbra serve "$@" > "$HOME/server.log" 2>&1 &
  server=$!
  for i in $(seq 400); do
    if umbra healthcheck "$@" > /dev/null 2>&1; then return; fi
    kill -0 "$server" 2> /dev/null || break
    sleep 0.05
  done
  cat "$HOME/server.log"; return 1
}
`

var root = sync.OnceValue(func() string {
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return filepath.Dir(here)
})

// program builds the real program, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "umbra-docs-")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "umbra"), ".")
	build.Dir = root()
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := program(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// pages are all that people read first.
func pages(t *testing.T) []string {
	t.Helper()
	out, err := filepath.Glob(filepath.Join(root(), "docs", "*.md"))
	if err != nil || len(out) < 20 {
		t.Fatalf("%d pages, %v", len(out), err)
	}
	return append(out, filepath.Join(root(), "README.md"), filepath.Join(root(), "CONTRIBUTING.md"))
}

// Every command in the pages runs, and prints what they say that it prints. What
// cannot run here says why.
func TestEveryCommandInThePagesRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs a server for each page")
	}
	for _, tool := range []string{"bash", "curl", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s here", tool)
		}
	}
	dir, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen, ran, not, marks := 0, 0, 0, map[string][]string{}
	t.Run("pages", func(t *testing.T) {
		for _, path := range pages(t) {
			name, err := filepath.Rel(root(), path)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				r := run(t, dir, string(b))
				for _, problem := range r.problems {
					t.Errorf("%s: %s", name, problem)
				}
				mu.Lock()
				defer mu.Unlock()
				seen++
				ran += r.ran
				for _, f := range r.marked {
					not++
					why := f.attrs["norun"]
					marks[why] = append(marks[why], fmt.Sprintf("%s:%d", name, f.line))
				}
			})
		}
	})
	t.Logf("%d blocks were run, %d were not:", ran, not)
	for _, why := range slices.Sorted(maps.Keys(marks)) {
		slices.Sort(marks[why])
		t.Logf("  %d %s (%s): %s", len(marks[why]), why, reasons[why], strings.Join(marks[why], ", "))
	}
	if seen == len(pages(t)) && ran < 20 {
		t.Errorf("only %d blocks were run", ran)
	}
}

// result is what came of a page.
type result struct {
	problems []string
	ran      int
	marked   []fence
}

// step is what the shell does for one block.
type step struct {
	fence
	outputs []command // of a console block
}

// run types a page into a shell of its own.
func run(t *testing.T, dir, page string) (r result) {
	t.Helper()
	all, err := fences(page)
	if err != nil {
		return result{problems: []string{err.Error()}}
	}
	scratch := t.TempDir()
	ports := map[string]string{"8000": freePort(t), "8001": freePort(t), "9090": freePort(t)}
	here := func(text string) string {
		for documented, free := range ports {
			text = strings.ReplaceAll(text, ":"+documented, ":"+free)
		}
		return strings.NewReplacer("/media/stick", filepath.Join(scratch, "stick"), "/run/umbra", scratch).Replace(text)
	}
	script := strings.Builder{}
	script.WriteString(prologue)
	var steps []step
	for _, f := range all {
		if err := f.check(); err != nil {
			r.problems = append(r.problems, err.Error())
			continue
		}
		if _, marked := f.attrs["norun"]; marked {
			r.marked = append(r.marked, f)
			continue
		}
		text, outputs, err := f.script(here, scratch, len(steps))
		if err != nil {
			r.problems = append(r.problems, err.Error())
			continue
		}
		if f.before == "" && !data[f.lang] {
			r.ran++
		}
		fmt.Fprintf(&script, "echo %d > \"$HOME/step\"\n%s\n", len(steps), text)
		steps = append(steps, step{f, outputs})
	}
	if len(r.problems) > 0 || r.ran == 0 {
		return r
	}
	out, err := shell(t, dir, scratch, ports["8000"], script.String())
	back := strings.NewReplacer(":"+ports["8000"], ":8000", ":"+ports["8001"], ":8001", ":"+ports["9090"], ":9090", filepath.Join(scratch, "stick"), "/media/stick", scratch, "~")
	if err != nil {
		last, _ := os.ReadFile(filepath.Join(scratch, "step"))
		n := 0
		_, _ = fmt.Sscan(string(last), &n)
		r.problems = append(r.problems, fmt.Sprintf("line %d: %v\n%s\n%s", steps[n].line, err, steps[n].text, back.Replace(out+lastOutput(scratch))))
		return r
	}
	for n, s := range steps {
		for k, c := range s.outputs {
			b, err := os.ReadFile(filepath.Join(scratch, fmt.Sprintf("out.%d.%d", n, k)))
			if got := back.Replace(string(b)); err != nil || !c.prints(got) {
				r.problems = append(r.problems, fmt.Sprintf("line %d: %s prints\n%s\nand the page says\n%s", s.line, strings.TrimSpace(c.text), got, c.want))
			}
		}
	}
	return r
}

// lastOutput is what the last command of a console block had printed.
func lastOutput(scratch string) string {
	names, _ := filepath.Glob(filepath.Join(scratch, "out.*"))
	newest, text := time.Time{}, ""
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(newest) {
			b, _ := os.ReadFile(name)
			newest, text = info.ModTime(), string(b)
		}
	}
	return text
}

var serving = regexp.MustCompile(`(?m)^umbra serve\b`)

// script is what a block makes the shell do; here puts ports and folders of this
// machine in.
func (f fence) script(here func(string) string, scratch string, n int) (text string, outputs []command, err error) {
	if f.before != "" {
		return preparations[f.before], nil, nil
	}
	body := here(f.text)
	name := filepath.Join(scratch, fmt.Sprintf("block.%d", n))
	if file := f.attrs["file"]; file != "" {
		return "", nil, os.WriteFile(filepath.Join(scratch, filepath.Base(file)), []byte(body), 0o600)
	}
	body = serving.ReplaceAllString(body, "serve")
	switch f.lang {
	case "sh":
		return body, nil, nil
	case "console":
		of := f
		of.text = body
		commands, err := of.commands()
		if err != nil {
			return "", nil, err
		}
		shown, err := f.commands() // as the page has them
		if err != nil {
			return "", nil, err
		}
		for k, c := range commands {
			or := ""
			if _, may := f.attrs["exit"]; may {
				or = " || [ $? = " + f.attrs["exit"] + " ]"
			}
			text += fmt.Sprintf("{ %s\n} > \"$HOME/out.%d.%d\" 2>&1%s\n", strings.TrimSpace(serving.ReplaceAllString(c.text, "serve")), n, k, or)
		}
		return text, shown, nil
	case "env":
		return "umbra config --env-file " + name + " > /dev/null", nil, os.WriteFile(name, []byte(body), 0o600)
	case "python":
		return "python3 " + name, nil, os.WriteFile(name, []byte(body), 0o600)
	case "json":
		if !json.Valid([]byte(f.text)) {
			return "", nil, fmt.Errorf("line %d: this is no JSON", f.line)
		}
	}
	return "", nil, nil
}

// shell runs a script with the program on its path, and nothing of ours around it.
func shell(t *testing.T, dir, scratch, port, script string) (string, error) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(scratch, "stick"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "bash", "-c", script)
	c.Dir = scratch
	c.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + scratch, "LANG=C.UTF-8", "UMBRA_LISTEN=127.0.0.1:" + port, "TZ=UTC", "PYTHONDONTWRITEBYTECODE=1"}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// What is wrong with a page is found.
func TestAWrongPageIsFound(t *testing.T) {
	dir, err := program()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		page, says string
		ran        int
	}{
		"good":                    {"```sh\numbra version\n```\n```console\n$ echo a; echo b\na\nb\n$ umbra version --json\n{\n…\n  \"platform\": \"…/…\",\n…\n}\n```\n", "", 2},
		"a shell keeps its state": {"```sh\nx=1; mkdir d; cd d\n```\n```console\n$ echo $x; basename $PWD\n1\nd\n```\n", "", 2},
		"a server":                {"<!-- before: ada -->\n```console\n$ curl -s http://127.0.0.1:8000/api/auth/status\n{\"setup_required\":false,…}\n```\n", "", 1},
		"settings":                {"```env\nUMBRA_LISTEN=:8000\n```\n", "", 1},
		"a failing command":       {"text\n```sh\numbra nonsense\n```\n", "line 2: exit status 2", 1},
		"another output":          {"```console\n$ echo a\nb\n```\n", "prints\na", 1},
		"more output":             {"```console\n$ echo a; echo b\na\n```\n", "prints\na\nb", 1},
		"a setting that is not":   {"```env\nUMBRA_NONSENSE=1\n```\n", "UMBRA_NONSENSE", 1},
		"an unknown mark":         {"```sh norun=later\nx\n```\n", "norun=later", 0},
		"a mark without a reason": {"```sh norun\nx\n```\n", "norun=", 0},
		"an unknown word":         {"```sh nofail\nx\n```\n", "nofail", 0},
		"no language":             {"```\nx\n```\n", "says what it is", 0},
		"an unknown one":          {"```shell\nx\n```\n", `"shell"`, 0},
		"no JSON":                 {"```json\n{a}\n```\n", "no JSON", 0},
		"an open block":           {"```sh\nx\n", "does not end", 0},
		"a wrong preparation":     {"<!-- before: rain -->\n", `"rain"`, 0},
		"one that is marked":      {"```sh norun=docker\nfalse\n```\n", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, dir, c.page)
			got := strings.Join(r.problems, "\n")
			if (got == "") != (c.says == "") || !strings.Contains(got, c.says) || r.ran != c.ran {
				t.Errorf("%d run, %q, want %d and %q", r.ran, got, c.ran, c.says)
			}
		})
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// No page leads to one that is not there, and the list of pages has them all.
func TestLinksBetweenPages(t *testing.T) {
	list := ""
	for _, path := range pages(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "docs/README.md") {
			list = string(b)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s leads to %s, which is not there", filepath.Base(path), m[1])
			}
		}
	}
	for _, path := range pages(t) {
		if name := filepath.Base(path); filepath.Base(filepath.Dir(path)) == "docs" && name != "README.md" && !strings.Contains(list, "("+name) {
			t.Errorf("docs/README.md does not list %s", name)
		}
	}
}
