package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/opt"
	"umbra/app/server"
	"umbra/app/todo"
)

// several is some servers that share a database and a SECRET_KEY, each with a
// data folder of its own, and a client that asks one after the other.
type several struct {
	t       *testing.T
	address string
	dirs    []string
	env     []string

	mu      sync.Mutex
	servers []*process
	turn    atomic.Int64
	cookie  string
}

const sharedKey = "SECRET_KEY=one-umbrella-stand-for-all-of-the-3-halls"

// startSeveral starts them at once on an empty database, and sets Ann up.
func startSeveral(t *testing.T, n int, env ...string) *several {
	t.Helper()
	if testing.Short() {
		t.Skip("runs several real servers")
	}
	s := &several{t: t, address: dbtest.NewSchema(t), servers: make([]*process, n), env: env}
	binary(t)
	var wg sync.WaitGroup
	for i := range n {
		s.dirs = append(s.dirs, filepath.Join(t.TempDir(), "data"))
		wg.Go(func() { s.start(i) })
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	first := s.servers[0]
	first.setUp()
	s.cookie = first.cookie
	return s
}

func (s *several) start(i int) {
	p := start(s.t, s.dirs[i], append([]string{"DATABASE_URL=" + s.address, sharedKey}, s.env...)...)
	s.mu.Lock()
	s.servers[i] = p
	s.mu.Unlock()
}

// next is the server whose turn it is.
func (s *several) next() *process { return s.at(int(s.turn.Add(1)) % len(s.servers)) }

func (s *several) at(i int) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.servers[i]
}

// ask sends a request to one server; headers are names and values.
func (s *several) ask(p *process, method, path, body string, headers ...string) (status int, answer string, err error) {
	req, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", s.cookie)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func (s *several) is(status int, p *process, method, path, body string, headers ...string) string {
	s.t.Helper()
	got, answer, err := s.ask(p, method, path, body, headers...)
	if err != nil || got != status {
		s.t.Fatalf("%s %s at %s: %d %s, %v; want %d\n%s", method, path, p.url, got, answer, err, status, p.out)
	}
	return answer
}

func TestSessionsAndLocksHoldAcrossServers(t *testing.T) {
	s := startSeveral(t, 3)
	for i := range 3 {
		s.is(200, s.at(i), "GET", "/api/todos", "")
	}
	// Ten failures, wherever they were, lock; everywhere.
	for i := range 10 {
		s.is(401, s.next(), "POST", "/api/auth/login", fmt.Sprintf(`{"username": "ann", "password": "wrong %d"}`, i))
	}
	for i := range 3 {
		s.is(423, s.at(i), "POST", "/api/auth/login", `{"username": "ann", "password": "`+testPassword+`"}`)
	}
	// Twenty tries from one address are too many, at whichever server.
	for i := range 7 {
		s.is(401, s.next(), "POST", "/api/auth/login", fmt.Sprintf(`{"username": "nobody-%d", "password": "wrong"}`, i))
	}
	for i := range 3 {
		s.is(429, s.at(i), "POST", "/api/auth/login", `{"username": "nobody", "password": "wrong"}`)
	}
	// A session that ends at one has ended at all.
	s.is(204, s.at(0), "POST", "/api/auth/logout", "")
	for i := range 3 {
		s.is(401, s.at(i), "GET", "/api/todos", "")
	}
}

func TestARepeatedRequestIsOneAcrossServers(t *testing.T) {
	s := startSeveral(t, 3)
	for i := range 20 {
		key := fmt.Sprintf("key-%d", i)
		answers := make([]string, 3)
		var wg sync.WaitGroup
		for n := range 3 {
			wg.Go(func() {
				status, answer, err := s.ask(s.at(n), "POST", "/api/todos", fmt.Sprintf(`{"title": "Once %d"}`, i), "Idempotency-Key", key)
				if err != nil || status != 201 {
					t.Errorf("%d %s %v", status, answer, err)
				}
				answers[n] = answer
			})
		}
		wg.Wait()
		if answers[0] != answers[1] || answers[1] != answers[2] {
			t.Fatalf("one key, several answers: %s", answers)
		}
	}
	if all := decodeJSON[[]item](t, []byte(s.is(200, s.at(1), "GET", "/api/todos?limit=500", ""))); len(all) != 20 {
		t.Errorf("%d to-dos of 20", len(all))
	}
}

// A live stream hears what is written at another server as it happens, in order,
// each change once.
func TestLiveChangesCrossServers(t *testing.T) {
	s := startSeveral(t, 3)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // under the heartbeat, by which all would come
	defer stop()
	req, err := http.NewRequestWithContext(ctx, "GET", s.at(2).url+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", s.cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	await := func(prefix string) string {
		for lines.Scan() {
			if after, ok := strings.CutPrefix(lines.Text(), prefix); ok {
				return after
			}
		}
		t.Fatalf("the stream ended before %q: %v", prefix, lines.Err())
		return ""
	}
	await("event: ready")
	await("id: ")
	const writes = 40
	var slowest time.Duration
	go func() {
		for i := range writes {
			_, _, _ = s.ask(s.at(i%2), "POST", "/api/todos", fmt.Sprintf(`{"title": "%d"}`, time.Now().UnixNano()))
		}
	}()
	last := 0
	for range writes {
		_, number, _ := strings.Cut(await("id: "), "-")
		n, err := strconv.Atoi(number)
		if err != nil || n <= last {
			t.Fatalf("%q after %d", number, last)
		}
		last = n
		_, after, _ := strings.Cut(await("data: "), `"title":"`)
		title, _, _ := strings.Cut(after, `"`)
		sent, err := strconv.ParseInt(title, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		slowest = max(slowest, time.Since(time.Unix(0, sent)))
	}
	t.Logf("%d changes, the slowest heard of after %s", writes, slowest.Round(time.Millisecond))
}

// The connection that hears the others may break; what was missed is made up for.
func TestLiveChangesComeAfterTheConnectionBroke(t *testing.T) {
	address := dbtest.NewSchema(t)
	proxy := dbtest.NewProxy(t, address, 0)
	here := listen(t, "DATABASE_URL="+proxy.Address, sharedKey)
	other := listen(t, "DATABASE_URL="+address, sharedKey)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, "GET", here.url+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	cookie := other.setUp(t)
	req.Header.Set("Cookie", cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	hears := func(title string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), title) {
				return
			}
		}
		t.Fatalf("never heard of %q: %v", title, lines.Err())
	}
	hears("event: ready")
	other.ask(t, "POST", "/api/todos", `{"title": "Before"}`, "Cookie", cookie).is(201)
	hears("Before")
	proxy.Cut()
	other.ask(t, "POST", "/api/todos", `{"title": "Meanwhile"}`, "Cookie", cookie).is(201)
	hears("Meanwhile")
	other.ask(t, "POST", "/api/todos", `{"title": "After"}`, "Cookie", cookie).is(201)
	hears("After")

	// The command line is another process too; it tells before it ends.
	o := options(t, t.TempDir(), io.Discard, "DATABASE_URL="+address, sharedKey)
	o.Create, o.NoMigrate = false, true
	a, err := server.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	ann, err := a.Accounts.FindByName(ctx, "ann")
	if err != nil {
		t.Fatal(err)
	}
	as, err := a.Accounts.Caller(ctx, ann.ID, caller.CLI)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Services.Todos.Create(ctx, as, todo.Update{Title: opt.Some("By hand")}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	hears("By hand")
}

// Any server may be killed: a client that goes on at another, with the same
// Idempotency-Key, finds each change made once.
func TestKillOfOneOfSeveralLosesNothingAndRepeatsNothing(t *testing.T) {
	s := startSeveral(t, 3)
	kills := 9
	if n, err := strconv.Atoi(os.Getenv("UMBRA_TEST_KILLS")); err == nil {
		kills = n
	}
	var acknowledged sync.Map // title -> id
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for w := range 6 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				title := fmt.Sprintf("w%d-%d", w, i)
				for try := 0; ; try++ {
					status, answer, err := s.ask(s.next(), "POST", "/api/todos", `{"title": "`+title+`"}`, "Idempotency-Key", title)
					if err == nil && status == 201 {
						acknowledged.Store(title, decodeJSON[item](t, []byte(answer)).ID)
						break
					}
					if err == nil && status != 503 || try > 500 {
						t.Errorf("%s: %d %s %v", title, status, answer, err)
						return
					}
				}
			}
		})
	}
	chance := rand.New(rand.NewPCG(3, 1))
	for round := range kills {
		time.Sleep(time.Duration(20+chance.IntN(80)) * time.Millisecond) // the moment of the kill is what is tested
		s.at(round % 3).kill()
		s.start(round % 3)
	}
	close(stop)
	writers.Wait()
	d, err := db.OpenPostgres(t.Context(), s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	there, err := db.Query(t.Context(), d, func(r db.Scanner) (x item, err error) { return x, r.Scan(&x.ID, &x.Title) }, "SELECT id, title FROM todos")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, x := range there {
		count[x.Title]++
		if id, ok := acknowledged.Load(x.Title); !ok || id != x.ID {
			t.Errorf("%q has the id %d, and was answered with %v", x.Title, x.ID, id)
		}
	}
	n := 0
	acknowledged.Range(func(title, _ any) bool {
		n++
		if c := count[title.(string)]; c != 1 {
			t.Errorf("%s is there %d times", title, c)
		}
		return true
	})
	t.Logf("%d kills, %d to-dos acknowledged, %d there", kills, n, len(there))
	if n < kills {
		t.Errorf("only %d were written", n)
	}
	oneStory(t, d)
}

// oneStory says whether records, journal and counters agree, and the numbers of
// the journal have neither gap nor repetition.
func oneStory(t *testing.T, d *db.DB) {
	t.Helper()
	for query, want := range map[string]string{
		"SELECT CAST((SELECT COUNT(*) FROM todos) = (SELECT n FROM record_counts WHERE name = 'todo') AS TEXT)":                               "true",
		"SELECT CAST((SELECT MAX(seq) FROM journal) = (SELECT seq FROM journal_heads) AS TEXT)":                                               "true",
		"SELECT CAST((SELECT COUNT(*) FROM journal) = (SELECT seq FROM journal_heads) AS TEXT)":                                               "true",
		"SELECT CAST(COUNT(*) AS TEXT) FROM todos t WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.user_id = t.user_id AND j.seq = t.rev)": "0",
	} {
		if got, _, err := db.One(t.Context(), d, db.Value[string], query); err != nil || got != want {
			t.Errorf("%s: %q, %v", query, got, err)
		}
	}
}
