package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"umbra/app/web"
)

const distDir = "../../frontend_dist"

func builtSite(t testing.TB) *web.Site {
	t.Helper()
	s, err := web.New(os.DirFS(distDir), web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// builtNames are the files of the built interface, without .br and .gz.
func builtNames(t *testing.T) map[string][]string {
	t.Helper()
	codings := map[string][]string{}
	err := fs.WalkDir(os.DirFS(distDir), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimSuffix(strings.TrimSuffix(file, ".br"), ".gz")
		codings[name] = append(codings[name], strings.TrimPrefix(file[len(name):], "."))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codings
}

func TestEveryBuiltFile(t *testing.T) {
	s := builtSite(t)
	for name, codings := range builtNames(t) {
		plain := ask(s, "GET", "/"+name)
		want := text(t, plain)
		if plain.StatusCode != 200 || want == "" || plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, %d bytes, in %q", name, plain.StatusCode, len(want), plain.Header.Get("Content-Encoding"))
		}
		if kind := plain.Header.Get("Content-Type"); kind == "application/octet-stream" {
			t.Errorf("%s has no type of its own", name)
		}
		for _, coding := range codings {
			switch coding {
			case "gz":
				r := ask(s, "GET", "/"+name, "Accept-Encoding: gzip")
				z, err := gzip.NewReader(r.Body)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got, err := io.ReadAll(z)
				if err != nil || string(got) != want {
					t.Errorf("%s differs in gzip (%v)", name, err)
				}
			case "br":
				packed := text(t, ask(s, "GET", "/"+name, "Accept-Encoding: br"))
				if got, ok := unbrotli(t, packed); ok && got != want {
					t.Errorf("%s differs in Brotli", name)
				}
			}
		}
	}
}

// unbrotli asks Node, which the build needs anyway: Go's library has no Brotli.
func unbrotli(t *testing.T, packed string) (string, bool) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Log("Brotli is not compared: there is no node on the path")
		return "", false
	}
	const script = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"
	cmd := exec.CommandContext(t.Context(), node, "-e", script)
	cmd.Stdin = strings.NewReader(packed)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("not Brotli: %v", err)
	}
	return out.String(), true
}

var (
	loads       = regexp.MustCompile(`(?i)(?:src|href|action|data|poster)\s*=\s*"([^"]*)"`)
	inlineStyle = regexp.MustCompile(`(?i)<style|\sstyle\s*=|\son[a-z]+\s*=`)
)

func TestBuiltPagesStandAlone(t *testing.T) {
	s := builtSite(t)
	for name := range builtNames(t) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		r := ask(s, "GET", "/"+name)
		html := text(t, r)
		for _, m := range loads.FindAllStringSubmatch(html, -1) {
			if !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
				t.Errorf("%s names %q", name, m[1])
			}
			// The server answers these two kinds itself.
			if strings.HasPrefix(m[1], "/api/") || strings.HasPrefix(m[1], "/openapi.") {
				continue
			}
			if status := ask(s, "GET", m[1]).StatusCode; status != 200 {
				t.Errorf("%s names %s, which answers %d", name, m[1], status)
			}
		}
		if inlineStyle.MatchString(html) {
			t.Errorf("%s has inline styles or handlers", name)
		}
		policy := r.Header.Get("Content-Security-Policy")
		for directive := range strings.SplitSeq(policy, "; ") {
			isScript := strings.HasPrefix(directive, "script-src") || strings.HasPrefix(directive, "default-src")
			if isScript && (strings.Contains(directive, "unsafe") || strings.Contains(directive, "http")) {
				t.Errorf("%s: %s", name, directive)
			}
			if strings.Contains(directive, "unsafe") && name != "redoc.html" {
				t.Errorf("%s: %s", name, directive)
			}
		}
	}
}

func TestBundlesCallNobody(t *testing.T) {
	s := builtSite(t)
	for target, hosts := range map[string][]string{
		"/vendor/redoc/redoc.standalone.js": {"cdn.redoc.ly", "cdn.redocly.com", "otel.cloud.redocly.com"},
		"/vendor/swagger-ui/swagger-ui.css": {"url(http", "url(//", "@import"},
	} {
		body := text(t, ask(s, "GET", target))
		for _, host := range hosts {
			if strings.Contains(body, host) {
				t.Errorf("%s holds %s", target, host)
			}
		}
	}
}

// The only messages between windows are those to the interface's own worker,
// through its port: no page hears what another window posts, or posts to any.
func TestNoPageHearsOtherWindows(t *testing.T) {
	s, ports := builtSite(t), 0
	for name := range builtNames(t) {
		if !strings.HasSuffix(name, ".js") || !strings.HasPrefix(name, "_app/") || strings.HasPrefix(name, "_app/immutable/workers/") {
			continue
		}
		body := text(t, ask(s, "GET", "/"+name))
		for _, m := range messages.FindAllString(body, -1) {
			if ports++; !strings.HasSuffix(m, ".port.onmessage") && !strings.HasSuffix(m, ".port.postMessage(") {
				t.Errorf("%s: %s", name, m)
			}
		}
	}
	if ports == 0 {
		t.Error("the test is blind: the worker's port is not seen")
	}
}

var messages = regexp.MustCompile(`.{0,20}(?:addEventListener\(.message.|\bonmessage\b|postMessage\()`)

func BenchmarkNew(b *testing.B) {
	files := os.DirFS(distDir)
	for b.Loop() {
		if _, err := web.New(files, web.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkServe(b *testing.B) {
	s := builtSite(b)
	for b.Loop() {
		ask(s, "GET", "/", "Accept-Encoding: gzip, deflate, br")
	}
}
