package server_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"umbra/app/db/dbtest"
)

// scrape asks the metrics, as Prometheus would, and answers its status and text.
func scrape(t *testing.T, address, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// value is a metric's, NaN when it is not there.
func value(t *testing.T, text, name string) float64 {
	t.Helper()
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(line)
			}
			return v
		}
	}
	t.Fatalf("no %s in\n%s", name, text)
	return 0
}

const metricsToken = "xyzzy scrape me 0123"

// watched is a house that listens, with metrics, on either engine.
func watched(t *testing.T, database string, more ...string) (s served, metrics string) {
	t.Helper()
	metrics = freeAddress(t)
	settings := append([]string{"UMBRA_METRICS_LISTEN=" + metrics, "UMBRA_METRICS_TOKEN=" + metricsToken}, more...)
	if database != "" {
		settings = append(settings, database)
	}
	return listen(t, settings...), metrics
}

func TestMetricsOfTheRealServer(t *testing.T) {
	eachEngine(t, func(t *testing.T, _, database string) {
		s, metrics := watched(t, database)
		ann := s.setUp(t)
		for range 3 {
			s.ask(t, "POST", "/api/todos", `{"title":"xyzzy"}`, "Cookie", ann).is(201)
		}
		s.ask(t, "GET", "/api/todos/1", "", "Cookie", ann).is(200)
		s.ask(t, "GET", "/api/todos/404", "", "Cookie", ann).is(404)
		s.ask(t, "GET", "/api/xyzzy", "").is(404)
		s.ask(t, "XYZZY", "/api/todos", "", "Cookie", ann).is(405)
		s.ask(t, "GET", "/calendar", "").is(200)
		end := follow(t, s, ann)
		defer end()

		status, text := scrape(t, metrics, metricsToken)
		if status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		for name, want := range map[string]float64{
			`umbra_http_requests_total{method="POST",route="/api/todos",code="201"}`:     3,
			`umbra_http_request_seconds_count{method="POST",route="/api/todos"}`:         3,
			`umbra_http_requests_total{method="GET",route="/api/todos/{id}",code="200"}`: 1,
			`umbra_http_requests_total{method="GET",route="/api/todos/{id}",code="404"}`: 1,
			`umbra_http_requests_total{method="GET",route="other of /api",code="404"}`:   1,
			`umbra_http_requests_total{method="other",route="other of /api",code="405"}`: 1,
			`umbra_http_requests_total{method="GET",route="interface",code="200"}`:       1,
			"umbra_sessions": 1, "umbra_users": 1, "umbra_live_streams": 1, "umbra_password_hashes_waiting": 0,
		} {
			if got := value(t, text, name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		for _, some := range []string{"umbra_journal_entries", "umbra_db_bytes", `umbra_db_seconds_count{kind="read"}`,
			`umbra_db_seconds_count{kind="transaction"}`, "process_resident_memory_bytes", "process_open_fds", "go_goroutines"} {
			if value(t, text, some) <= 0 {
				t.Errorf("%s is not above 0", some)
			}
		}
		if strings.Contains(text, "xyzzy") || strings.Contains(strings.ToLower(text), "xyzzy") {
			t.Errorf("what a client sent is in the metrics: %s", text)
		}
		wellFormed(t, text)
	})
}

// wellFormed holds the text to the exposition format: each line a comment or a
// sample, each sample once, each family of ours with its type.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	sample := regexp.MustCompile(`^([a-z_]+)(\{[A-Za-z]+="[^"\n]*"(, ?[A-Za-z]+="[^"\n]*")*\})? (NaN|[-+]?(Inf|[0-9.e+-]+))$`)
	seen, types := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, _, _ := strings.Cut(rest, " ")
			types[name] = true
			continue
		}
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no sample: %q", line)
			continue
		}
		if seen[m[1]+m[2]] {
			t.Errorf("twice: %s", line)
		}
		seen[m[1]+m[2]] = true
		family := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(m[1], "")
		if strings.HasPrefix(m[1], "umbra_") && !types[family] && !types[m[1]] {
			t.Errorf("%s has no type", m[1])
		}
	}
}

// follow opens a live stream and answers once it has begun.
func follow(t *testing.T, s served, cookie string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(err, resp)
	}
	if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return func() { cancel(); _ = resp.Body.Close() }
}

func TestMetricsAreApart(t *testing.T) {
	s, metrics := watched(t, "")
	for _, token := range []string{"", "xyzzy", metricsToken + "x"} {
		if status, text := scrape(t, metrics, token); status != 401 || strings.Contains(text, "umbra_") {
			t.Errorf("with the token %q: %d %s", token, status, text)
		}
	}
	s.ask(t, "GET", "/metrics", "").is(200) // the interface, which has no such page
	if body := s.ask(t, "GET", "/metrics", "").Body.String(); strings.Contains(body, "umbra_http") {
		t.Errorf("metrics at the public address: %s", body)
	}
	if resp, err := http.Get("http://" + metrics + "/api/health"); err != nil || resp.StatusCode != 404 {
		t.Errorf("the API at the metrics' address: %v %v", resp, err)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", metrics); err == nil {
		_ = c.Close()
		t.Error("the metrics are still served")
	}
}

func TestProfilesOnASocketAlone(t *testing.T) {
	dir, err := os.MkdirTemp("", "u") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "debug")
	left, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false) // as a killed server leaves it
	_ = left.Close()
	s := listen(t, "UMBRA_DEBUG_SOCKET="+path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	resp, err := client.Get("http://debug/debug/pprof/goroutine?debug=1")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != 200 || !strings.Contains(string(b), "goroutine profile: total") {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	if body := s.ask(t, "GET", "/debug/pprof/goroutine?debug=1", "").Body.String(); strings.Contains(body, "goroutine profile") {
		t.Error("profiles at the public address")
	}
}

func TestAnAccessLogWithoutSecrets(t *testing.T) {
	h := open(t, "UMBRA_ACCESS_LOG=on")
	ann := h.setUp(t)
	a := h.ask(t, "GET", "/api/todos?q=xyzzy", "", "Cookie", ann).is(200)
	h.ask(t, "GET", "/api/todos", "", "Authorization", "Bearer xyzzy").is(401)
	log := h.log.String()
	for _, want := range []string{"level=INFO msg=request", "request=" + a.Header().Get("X-Request-Id"), "path=/api/todos status=200", "client=127.0.0.1"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in %s", want, log)
		}
	}
	if _, token, _ := strings.Cut(ann, "="); strings.Contains(log, "xyzzy") || strings.Contains(log, token) {
		t.Errorf("a secret in %s", log)
	}
}

// What a client sends stays within quotation marks in the one line that tells of it.
func TestNobodyWritesLinesIntoTheLog(t *testing.T) {
	h := open(t, "UMBRA_ACCESS_LOG=on", "UMBRA_TRUSTED_PROXIES=127.0.0.1")
	before := len(h.log.String())
	paths := []string{"/api/x%0Alevel=ERROR%20msg=forged", "/x%0D%0Atime=1%20msg=forged", "/api/%22%20msg=forged%20a=%22", "/api/%1B[31mforged", "/x%E2%80%A8msg=forged"}
	for _, path := range paths {
		h.ask(t, "GET", path, "", "X-Forwarded-For", "1.2.3.4\" msg=forged", "User-Agent", "forged")
	}
	log := h.log.String()[before:]
	if n := strings.Count(log, "\n"); n != len(paths) || strings.ContainsAny(log, "\r\x1b\u2028") {
		t.Errorf("%d lines for %d requests: %q", n, len(paths), log)
	}
	quoted := regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	for line := range strings.Lines(log) {
		if bare := quoted.ReplaceAllString(line, `""`); !strings.HasPrefix(line, "time=") || strings.Count(bare, "msg=") != 1 || strings.Contains(bare, "forged") {
			t.Errorf("forged: %s", line)
		}
	}
}

// The dashboard asks for what there is.
func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	s, metrics := watched(t, "")
	s.setUp(t)
	_, text := scrape(t, metrics, metricsToken)
	b, err := os.ReadFile(filepath.Join(dbtest.Root(), "packaging", "grafana", "umbra.json"))
	if err != nil {
		t.Fatal(err)
	}
	dashboard := decodeJSON[struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}](t, b)
	names := regexp.MustCompile(`\b(umbra|process|go)_[a-z_]+`)
	n := 0
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			for _, name := range names.FindAllString(target.Expr, -1) {
				if n++; !regexp.MustCompile(`(?m)^` + name + `[ {]`).MatchString(text) {
					t.Errorf("%s: there is no %s", p.Title, name)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d metrics are asked for", n)
	}
}

// The page that explains the metrics knows each that there is, and no other; what
// a household wants to see of its server stands on the dashboard.
func TestEachMetricIsExplained(t *testing.T) {
	s, metrics := watched(t, "")
	end := follow(t, s, s.setUp(t))
	defer end()
	_, text := scrape(t, metrics, metricsToken)
	there := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(umbra_[a-z_]+?)(_bucket|_sum|_count)?[ {]`).FindAllStringSubmatch(text, -1) {
		there[m[1]] = true
	}
	page, err := os.ReadFile(filepath.Join(dbtest.Root(), "docs", "monitoring.md"))
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile("`((umbra|…)_[a-z_]*(\\{[a-z_,]+\\}[a-z_]*)?)").FindAllStringSubmatch(string(page), -1) {
		for _, name := range spelledOut(strings.Replace(m[1], "…", "umbra_password_hashes", 1)) {
			explained[name] = true
		}
	}
	for name := range there {
		if !explained[name] {
			t.Errorf("docs/monitoring.md does not explain %s", name)
		}
	}
	for name := range explained {
		if !there[name] {
			t.Errorf("docs/monitoring.md explains %s, which is not there", name)
		}
	}
	dashboard, err := os.ReadFile(filepath.Join(dbtest.Root(), "packaging", "grafana", "umbra.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"umbra_http_requests_total", "umbra_db_seconds_bucket", "umbra_jobs_lag_seconds", "umbra_deliveries_sent_total", "umbra_deliveries_lag_seconds",
		"umbra_backup_last_good_timestamp_seconds", "umbra_sessions", "umbra_journal_entries"} {
		if !strings.Contains(string(dashboard), name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// spelledOut is umbra_jobs_{done,failed}_total as two names; braces at the end are labels.
func spelledOut(name string) (out []string) {
	head, rest, braces := strings.Cut(name, "{")
	inner, tail, _ := strings.Cut(rest, "}")
	if !braces || tail == "" {
		return []string{head}
	}
	for _, part := range strings.Split(inner, ",") {
		out = append(out, head+part+tail)
	}
	return out
}
