package server_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// elsewherePage is another site's: it tries to read and write the API at %API%, and says
// in its text what it got.
const elsewherePage = `<!doctype html><title>elsewhere</title><pre id=out></pre><script>
const api = "%API%", out = {};
async function attempt(name, f) {
  try { out[name] = await f(); } catch (e) { out[name] = "blocked"; }
}
(async () => {
  const cookie = {credentials: "include"}, json = {"Content-Type": "application/json"};
  await attempt("read", async () => {
    const r = await fetch(api + "/api/auth/status", cookie);
    return r.status + " " + (await r.json()).authenticated;
  });
  await attempt("list", async () => (await fetch(api + "/api/todos?count=true", cookie)).status);
  await attempt("write", async () => {
    const r = await fetch(api + "/api/todos", {...cookie, method: "POST", headers: {...json, "Idempotency-Key": "k"}, body: '{"title":"from elsewhere"}'});
    return r.status + " " + (r.headers.get("ETag") ? "etag" : "") + " " + r.headers.get("Location");
  });
  await attempt("change", async () => (await fetch(api + "/api/todos/1", {...cookie, method: "PATCH", headers: {...json, "If-Match": "*"}, body: '{"priority":"low"}'})).status);
  // No preflight protects from this one.
  await attempt("blind", async () => (await fetch(api + "/api/auth/logout", {...cookie, method: "POST", mode: "no-cors"})).type);
  document.getElementById("out").textContent = JSON.stringify(out);
})();
</script>`

var outText = regexp.MustCompile(`<pre id="out">([^<]+)</pre>`)

// browse opens an address in a real browser and answers the page's text.
func browse(t *testing.T, address string) map[string]any {
	t.Helper()
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium: install it to see what a real browser does")
	}
	profile, err := os.MkdirTemp("", "umbra-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // t.TempDir would fail over a helper process that still writes
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--no-proxy-server", "--user-data-dir="+profile, "--virtual-time-budget=5000", "--dump-dom", address)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	m := outText.FindSubmatch(out)
	if m == nil {
		t.Fatalf("the page says nothing: %v\n%s", err, out)
	}
	return decodeJSON[map[string]any](t, []byte(html.UnescapeString(string(m[1]))))
}

func TestAPageElsewhereInARealBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a browser")
	}
	tests := []struct {
		name   string
		host   string // of the page
		listed bool
		want   map[string]any
		still  bool // whether the session is alive afterwards
		wrote  bool
	}{
		// Another port of the same host is another origin of the same site: the cookie goes along.
		{"the same site, listed", "127.0.0.1", true, map[string]any{"read": "200 true", "list": 200.0, "write": "201 etag /api/todos/1", "change": 200.0, "blind": "opaque"}, false, true},
		{"the same site, not listed", "127.0.0.1", false, map[string]any{"read": "blocked", "list": "blocked", "write": "blocked", "change": "blocked", "blind": "opaque"}, true, false},
		{"another site, listed", "localhost", true, map[string]any{"read": "200 false", "list": 401.0, "write": "401  null", "change": 401.0, "blind": "opaque"}, true, false},
		{"another site, not listed", "localhost", false, map[string]any{"read": "blocked", "list": "blocked", "write": "blocked", "change": "blocked", "blind": "opaque"}, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			var text, cookie string
			elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				name, value, _ := strings.Cut(cookie, "=")
				// Cookies know no ports: the browser has Umbra's session from here on.
				http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = w.Write([]byte(text))
			}))
			defer elsewhere.Close()
			origin := strings.Replace(elsewhere.URL, "127.0.0.1", tt.host, 1)
			data := t.TempDir()
			listed := "http://127.0.0.1:9"
			if tt.listed {
				listed += "," + origin
			}
			if err := os.WriteFile(filepath.Join(data, ".env"), []byte("UMBRA_CORS_ORIGINS="+listed+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			umbra := start(t, data)
			umbra.setUp()
			mu.Lock()
			cookie = umbra.cookie
			text = strings.ReplaceAll(elsewherePage, "%API%", umbra.url)
			mu.Unlock()

			got := browse(t, origin)
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s: %v, want %v", name, got[name], want)
				}
			}
			umbra.cookie = cookie
			if still := umbra.signedIn(); still != tt.still {
				t.Errorf("still signed in: %v", still)
			}
			umbra.cookie = ""
			umbra.must(200, "POST", "/api/auth/login", `{"username":"ann","password":"`+testPassword+`"}`)
			if wrote := strings.Contains(string(umbra.must(200, "GET", "/api/todos", "")), "from elsewhere"); wrote != tt.wrote {
				t.Errorf("a to-do was made: %v", wrote)
			}
		})
	}
}

func (p *process) signedIn() bool {
	p.t.Helper()
	return decodeJSON[map[string]any](p.t, p.must(200, "GET", "/api/auth/status", ""))["authenticated"] == true
}
