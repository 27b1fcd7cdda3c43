package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// topic is ntfy's side: it counts what arrives, by title and id.
type topic struct {
	mu   sync.Mutex
	ids  map[string]map[string]int
	lags []time.Duration
	due  time.Time
	url  string
}

func newTopic(t *testing.T) *topic {
	p := &topic{ids: map[string]map[string]int{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		var m struct {
			Title string `json:"title"`
			ID    string `json:"sequence_id"`
		}
		_ = json.Unmarshal(b, &m)
		p.mu.Lock()
		if p.ids[m.Title] == nil {
			p.ids[m.Title] = map[string]int{}
			p.lags = append(p.lags, time.Since(p.due))
		}
		p.ids[m.Title][m.ID]++
		p.mu.Unlock()
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

// count is how many things were told, and in how many messages.
func (p *topic) count() (told, messages int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ids := range p.ids {
		for _, n := range ids {
			messages += n
		}
	}
	return len(p.ids), messages
}

// told is what was told since it was asked last, by title, once an id.
func (p *topic) told() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for title, ids := range p.ids {
		for range ids {
			out = append(out, title)
		}
	}
	clear(p.ids)
	slices.Sort(out)
	return out
}

// once says what was told under more than one id, which a receiver cannot drop.
func (p *topic) once(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for title, ids := range p.ids {
		if len(ids) != 1 || ids[""] != 0 {
			t.Errorf("%s arrived under the ids %v", title, ids)
		}
	}
}

func fromEnv(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// All that is due at one moment arrives, once by its id, while servers are
// killed. UMBRA_TEST_DUE says how much (200), UMBRA_TEST_DUE_KILLS how often (3).
func TestKillLosesNoReminder(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a real server many times")
	}
	peer := newTopic(t)
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, data, "UMBRA_OUTBOUND_ALLOW=127.0.0.1")
	p.setUp()
	due, total := fillTogether(t, p, peer)
	chance := rand.New(rand.NewPCG(3, 4))
	time.Sleep(time.Until(due))
	kills := fromEnv("UMBRA_TEST_DUE_KILLS", 3)
	for range kills {
		time.Sleep(time.Duration(50+chance.IntN(400)) * time.Millisecond) // the moment of the kill is what is tested
		p.kill()
		cookie := p.cookie
		p = start(t, data, "UMBRA_OUTBOUND_ALLOW=127.0.0.1")
		p.cookie = cookie
		p.must(200, "GET", "/api/dashboard", "")
	}
	report(t, p, peer, total, kills)
}

// Three servers share the work.
func TestSeveralServersDeliverOnce(t *testing.T) {
	s := startSeveral(t, 3, "UMBRA_OUTBOUND_ALLOW=127.0.0.1")
	peer := newTopic(t)
	first := s.at(0)
	first.cookie = s.cookie
	due, total := fillTogether(t, first, peer)
	time.Sleep(time.Until(due))
	kills := fromEnv("UMBRA_TEST_DUE_KILLS", 3)
	for i := range kills {
		time.Sleep(200 * time.Millisecond)
		s.at(i % 3).kill()
		s.start(i % 3)
	}
	p := s.at(0)
	p.cookie = s.cookie
	report(t, p, peer, total, kills)
}

// fillTogether makes reminders that are due together.
func fillTogether(t *testing.T, p *process, peer *topic) (due time.Time, total int) {
	t.Helper()
	total = fromEnv("UMBRA_TEST_DUE", 200)
	p.must(200, "PUT", "/api/settings", `{"ntfy_server":"`+peer.url+`","ntfy_topic":"ann","ntfy_enabled":true}`)
	due = time.Now().Add(4*time.Second + time.Duration(total)*4*time.Millisecond).Truncate(time.Second)
	peer.due = due
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < total; i += 8 {
				status, answer, err := p.send("POST", "/api/reminders", fmt.Sprintf(`{"title":"r%d","remind_at":%q}`, i, due.Format(time.RFC3339)))
				if err != nil || status != 201 {
					t.Errorf("%d %s %v", status, answer, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	if time.Now().After(due) {
		t.Logf("making %d reminders took longer than was left", total)
	}
	return due, total
}

// report waits until all has arrived, and says how long it took.
func report(t *testing.T, p *process, peer *topic, total, kills int) {
	t.Helper()
	slowest := time.Duration(0)
	for end := time.Now().Add(2 * time.Minute); ; {
		if told, _ := peer.count(); told >= total {
			break
		}
		if time.Now().After(end) {
			told, _ := peer.count()
			t.Fatalf("%d of %d arrived", told, total)
		}
		began := time.Now()
		p.must(200, "GET", "/api/dashboard", "")
		slowest = max(slowest, time.Since(began))
		time.Sleep(20 * time.Millisecond)
	}
	peer.once(t)
	told, messages := peer.count()
	slices.Sort(peer.lags)
	t.Logf("%d reminders in %d messages, %d kills: median %s, p99 %s, last %s after the due time; the dashboard answered within %s meanwhile",
		told, messages, kills, peer.lags[total/2].Round(time.Millisecond), peer.lags[total*99/100].Round(time.Millisecond), peer.lags[total-1].Round(time.Millisecond), slowest.Round(time.Millisecond))
}
