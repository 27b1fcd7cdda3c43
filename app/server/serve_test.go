package server_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (s served) get(t *testing.T, path, cookie string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestAStopEndsLiveStreams(t *testing.T) {
	s := listen(t)
	ann := s.setUp(t)
	stream := s.get(t, "/api/live", ann)
	lines := bufio.NewReader(stream.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "event: ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	began := time.Now()
	s.stop()
	if _, err := io.ReadAll(lines); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
	select {
	case err := <-s.done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it still runs")
	}
	// Not by running into the limit for requests that do not end.
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestServeTellsWhereToOpenIt(t *testing.T) {
	s := listen(t, "UMBRA_LISTEN=:0")
	if !strings.HasPrefix(s.url, "http://localhost:") {
		t.Errorf("%s", s.url)
	}
	if resp := s.get(t, "/api/health", ""); resp.StatusCode != 200 {
		t.Errorf("%d", resp.StatusCode)
	}
	taken := open(t, "UMBRA_LISTEN="+strings.Replace(strings.TrimPrefix(s.url, "http://"), "localhost", "", 1))
	says(t, taken.Serve(t.Context(), func(string) { t.Error("ready, without its port") }), "address already in use")
}

func TestDocumentationIsServed(t *testing.T) {
	s := listen(t)
	for path, want := range map[string]string{"/docs": "text/html", "/redoc": "text/html", "/openapi.json": "application/json", "/openapi.yaml": "application/yaml", "/": "text/html"} {
		resp := s.get(t, path, "")
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), want) || len(body) == 0 {
			t.Errorf("%s: %d %s, %d bytes, %v", path, resp.StatusCode, resp.Header.Get("Content-Type"), len(body), err)
		}
		if strings.Contains(string(body), "https://unpkg") || strings.Contains(string(body), "//cdn") {
			t.Errorf("%s asks another host", path)
		}
	}
}
