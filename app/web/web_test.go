package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"umbra/app/web"
)

const (
	home   = "<!doctype html><title>Home</title><script>start()</script>"
	script = "console.log('a script that is long enough to be worth packing')\n"
)

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func files() fstest.MapFS {
	return fstest.MapFS{
		"index.html":                  {Data: []byte(home)},
		"docs.html":                   {Data: []byte("<title>Docs</title><script src=/a.js></script>")},
		"redoc.html":                  {Data: []byte("<title>Reference</title>")},
		"app.js":                      {Data: []byte(script)},
		"app.js.br":                   {Data: []byte("brotli of app.js")},
		"app.js.gz":                   {Data: packed(script)},
		"big.css.br":                  {Data: []byte("brotli of big.css")},
		"big.css.gz":                  {Data: packed(strings.Repeat("a{b:c}\n", 1000))},
		"photo.png":                   {Data: []byte("\x89PNG")},
		"odd.xyz":                     {Data: []byte("?")},
		".gitkeep":                    {Data: nil},
		"_app/immutable/start.abc.js": {Data: []byte("start")},
	}
}

func newSite(t *testing.T) *web.Site {
	t.Helper()
	s, err := web.New(files(), web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends one request with headers given as "Name: value".
func ask(h http.Handler, method, target string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://umbra.test/", nil)
	path, query, _ := strings.Cut(target, "?")
	r.URL.RawPath, r.URL.RawQuery = path, query
	r.URL.Path = unescape(path)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func unescape(p string) string {
	return strings.NewReplacer("%2e", ".", "%2f", "/", "%2F", "/", "%5c", `\`, "%00", "\x00", "%ff", "\xff").Replace(p)
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPaths(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		target  string
		headers []string
		status  int
		holds   string
	}{
		{"/", nil, 200, "Home"},
		{"/index.html", nil, 200, "Home"},
		{"/docs", nil, 200, "Docs"},
		{"/docs/?a=b", nil, 308, ""},
		{"/app.js", nil, 200, "console.log"},
		{"/calendar", nil, 200, "Home"},
		{"/calendar/2026/11/", nil, 200, "Home"},
		{"/calendar", []string{"Accept: text/html,application/xhtml+xml,*/*;q=0.8"}, 200, "Home"},
		{"/calendar", []string{"Accept: application/json"}, 404, `"title":"Not Found"`},
		{"/calendar", []string{"Accept: text/html;q=0, */*"}, 404, ""},
		{"/calendar", []string{"Accept: text/html", "Sec-Fetch-Mode: navigate"}, 200, "Home"},
		{"/calendar", []string{"Accept: */*", "Sec-Fetch-Mode: cors"}, 404, ""},
		{"/missing.js", nil, 404, ""},
		{"/app.js.gz", nil, 404, ""},
		{"/.gitkeep", nil, 404, ""},
		{"/_app/immutable/gone", nil, 404, ""},
		{"/vendor/gone", nil, 404, ""},
		{"/.well-known/caldav", nil, 404, ""},
		{"/api", nil, 404, `"status":404`},
		{"/api/nothing", []string{"Accept: text/html"}, 404, `"status":404`},
		{"/dav/ada/", nil, 404, ""},
		{"/apiary", nil, 200, "Home"},
		{"/%2e%2e/go.mod", nil, 404, ""},
		{"/../index.html", nil, 404, ""},
		{"/a/./b", nil, 404, ""},
		{"//app.js", nil, 404, ""},
		{"//evil.test/docs/", nil, 404, ""},
		{"/calendar//today", nil, 404, ""},
		{"/_app%2fimmutable/start.abc.js", nil, 404, ""},
		{"/app%5capp.js", nil, 404, ""},
		{"/calendar%00", nil, 404, ""},
		{"/calendar%ff", nil, 404, ""},
		{"", nil, 404, ""},
	} {
		t.Run(tc.target, func(t *testing.T) {
			r := ask(s, "GET", tc.target, tc.headers...)
			body := text(t, r)
			if r.StatusCode != tc.status {
				t.Fatalf("status %d, want %d", r.StatusCode, tc.status)
			}
			if !strings.Contains(body, tc.holds) {
				t.Errorf("body %q does not hold %q", body, tc.holds)
			}
			if tc.status == 404 && (strings.Contains(body, "<") || r.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("404 with body %q, Cache-Control %q", body, r.Header.Get("Cache-Control"))
			}
		})
	}
}

func TestRedirectStaysHere(t *testing.T) {
	r := ask(newSite(t), "GET", "/docs/?a=b")
	if got := r.Header.Get("Location"); got != "/docs?a=b" {
		t.Errorf("Location %q", got)
	}
}

func TestMethods(t *testing.T) {
	s := newSite(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"} {
		r := ask(s, method, "/")
		if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
	if r := ask(s, "POST", "/api/nothing"); r.StatusCode != 404 {
		t.Errorf("POST under /api: %d", r.StatusCode)
	}
	for _, target := range []string{"/app.js", "/big.css", "/photo.png"} {
		get, head := ask(s, "GET", target), ask(s, "HEAD", target)
		if n := len(text(t, head)); n != 0 {
			t.Errorf("HEAD %s has %d bytes", target, n)
		}
		for _, name := range []string{"Content-Length", "Content-Type", "ETag", "Cache-Control"} {
			if get.Header.Get(name) != head.Header.Get(name) || get.Header.Get(name) == "" {
				t.Errorf("%s of %s: GET %q, HEAD %q", name, target, get.Header.Get(name), head.Header.Get(name))
			}
		}
	}
}

func TestTypesAndCaching(t *testing.T) {
	s := newSite(t)
	for target, want := range map[string][2]string{
		"/":                            {"text/html; charset=utf-8", "no-cache"},
		"/calendar":                    {"text/html; charset=utf-8", "no-cache"},
		"/app.js":                      {"text/javascript; charset=utf-8", "no-cache"},
		"/big.css":                     {"text/css; charset=utf-8", "no-cache"},
		"/photo.png":                   {"image/png", "no-cache"},
		"/odd.xyz":                     {"application/octet-stream", "no-cache"},
		"/_app/immutable/start.abc.js": {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
	} {
		h := ask(s, "GET", target).Header
		if got := [2]string{h.Get("Content-Type"), h.Get("Cache-Control")}; got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
		if h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s may be embedded elsewhere", target)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(fstest.MapFS){
		"no fallback page": func(m fstest.MapFS) { delete(m, "index.html") },
		"Brotli alone":     func(m fstest.MapFS) { delete(m, "big.css.gz") },
		"a page that is no gzip": func(m fstest.MapFS) {
			delete(m, "docs.html")
			m["docs.html.gz"] = &fstest.MapFile{Data: []byte("not gzip at all")}
		},
	} {
		m := files()
		change(m)
		if _, err := web.New(m, web.Options{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := web.New(files(), web.Options{Fallback: "redoc.html"}); err != nil {
		t.Errorf("another fallback: %v", err)
	}
}
