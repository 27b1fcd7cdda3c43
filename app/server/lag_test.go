package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// How long after their time messages arrive when a hundred are due each second.
// It prints and asserts nothing of time: UMBRA_TEST_LAG says for how many seconds
// (make soak: 20); without it this is skipped.
func TestLagOfDeliveries(t *testing.T) {
	seconds := fromEnv("UMBRA_TEST_LAG", 0)
	if seconds == 0 {
		t.Skip("UMBRA_TEST_LAG is not set")
	}
	eachEngine(t, func(t *testing.T, _, database string) {
		var mu sync.Mutex
		lags := map[string]time.Duration{}
		all := make(chan struct{})
		total := seconds * 100
		peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			at := time.Now()
			b, _ := io.ReadAll(r.Body)
			var m struct{ Title string }
			_ = json.Unmarshal(b, &m)
			_, text, _ := strings.Cut(m.Title, " ")
			due, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Errorf("%s: %v", b, err)
			}
			mu.Lock()
			if _, had := lags[m.Title]; !had {
				lags[m.Title] = at.Sub(due)
				if len(lags) == total {
					close(all)
				}
			}
			mu.Unlock()
			_, _ = io.WriteString(w, "{}")
		}))
		defer peer.Close()
		p := start(t, filepath.Join(t.TempDir(), "data"), "UMBRA_OUTBOUND_ALLOW=127.0.0.1", database)
		p.setUp()
		p.must(200, "PUT", "/api/settings", `{"ntfy_server":"`+peer.URL+`","ntfy_topic":"ann","ntfy_enabled":true}`)
		first := time.Now().Add(5*time.Second + time.Duration(total)*8*time.Millisecond).Truncate(time.Second)
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := w; i < total; i += 4 {
					due := first.Add(time.Duration(i/100) * time.Second).UTC().Format(time.RFC3339)
					status, answer, err := p.send("POST", "/api/reminders", fmt.Sprintf(`{"title":"r%d %s","remind_at":%q}`, i, due, due))
					if err != nil || status != 201 {
						t.Errorf("%d %s %v", status, answer, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		if behind := time.Since(first); behind > 0 {
			t.Logf("writing them down took %s longer than was left", behind)
		}
		select {
		case <-all:
		case <-time.After(time.Until(first) + time.Duration(seconds)*time.Second + 2*time.Minute):
			t.Fatal("not all arrived")
		}
		var sorted []time.Duration
		for _, l := range lags {
			sorted = append(sorted, l)
		}
		slices.Sort(sorted)
		at := func(share int) time.Duration { return sorted[(len(sorted)-1)*share/100].Round(time.Millisecond) }
		t.Logf("%d messages, 100 due each second: p50 %s, p90 %s, p99 %s, last %s", total, at(50), at(90), at(99), at(100))
	})
}
