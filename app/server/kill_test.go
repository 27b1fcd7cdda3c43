package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"umbra/app/db"
)

type item struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
}

// ledger is what the server acknowledged.
type ledger struct {
	mu      sync.Mutex
	titles  map[int64]string // what must be there
	unsure  map[int64]bool   // a change was under way when it died: either state is right
	deleted map[int64]bool
	refused int
}

// A server that is killed at any moment has lost nothing that it answered with
// 2xx, and its database is whole. UMBRA_TEST_KILLS says how many times (25).
func TestKillLosesNothingAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a real server many times")
	}
	kills := 25
	if n, err := strconv.Atoi(os.Getenv("UMBRA_TEST_KILLS")); err == nil {
		kills = n
	}
	data := filepath.Join(t.TempDir(), "data")
	l := &ledger{titles: map[int64]string{}, unsure: map[int64]bool{}, deleted: map[int64]bool{}}
	p := start(t, data)
	p.setUp()
	chance := rand.New(rand.NewPCG(1, 2))
	for round := range kills {
		var wg sync.WaitGroup
		for w := range 4 {
			writer := &process{t: t, url: p.url, cookie: p.cookie}
			seed := uint64(round*10 + w)
			wg.Go(func() { l.write(writer, rand.New(rand.NewPCG(seed, 7)), nil) })
		}
		time.Sleep(time.Duration(5+chance.IntN(60)) * time.Millisecond) // the moment of the kill is what is tested
		p.kill()
		wg.Wait()
		cookie := p.cookie
		p = start(t, data)
		p.cookie = cookie // sessions live on too
		l.compare(t, p, round)
		if t.Failed() {
			return
		}
	}
	p.kill()
	integrity(t, filepath.Join(data, "umbra.db"))
	t.Logf("%d kills, %d to-dos acknowledged, %d deleted", kills, len(l.titles), len(l.deleted))
}

// write makes, changes and deletes to-dos until the server is gone; with stop,
// until that is closed, going on after a 503.
func (l *ledger) write(p *process, chance *rand.Rand, stop <-chan struct{}) {
	var own []int64
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		title := fmt.Sprintf("t%d-%d", chance.Uint32(), i)
		body := `{"title":"` + title + `"}`
		method, path := "POST", "/api/todos"
		var id int64
		if len(own) > 0 && i%3 == 1 {
			id = own[chance.IntN(len(own))]
			method, path = "PUT", fmt.Sprintf("/api/todos/%d", id)
		}
		if len(own) > 3 && i%7 == 6 {
			id, own = own[0], own[1:]
			method, path, body = "DELETE", fmt.Sprintf("/api/todos/%d", id), ""
		}
		status, answer, err := p.send(method, path, body)
		l.mu.Lock()
		switch {
		case err != nil || status >= 300:
			if id != 0 {
				l.unsure[id] = true
			}
			if stop != nil && (err != nil || status != 503) {
				p.t.Errorf("%s %s: %d %s %v", method, path, status, answer, err)
			}
			l.refused++
			l.mu.Unlock()
			if stop == nil {
				return
			}
			continue
		case method == "POST":
			id = decodeJSON[item](p.t, answer).ID
			own = append(own, id)
			l.titles[id] = title
		case method == "PUT":
			l.titles[id] = title
			delete(l.unsure, id)
		default:
			delete(l.titles, id)
			l.deleted[id] = true
		}
		l.mu.Unlock()
	}
}

func (l *ledger) compare(t *testing.T, p *process, round int) {
	t.Helper()
	there := map[int64]string{}
	last := int64(0)
	for { // by creation, so that a page boundary is an id
		path := fmt.Sprintf("/api/todos?limit=500&sort=created_at&cursor=%s", cursorAfter(last))
		page := decodeJSON[[]item](t, p.must(200, "GET", path, ""))
		for _, x := range page {
			there[x.ID], last = x.Title, x.ID
		}
		if len(page) < 500 {
			break
		}
	}
	for id, title := range l.titles {
		if got, found := there[id]; !l.unsure[id] && (!found || got != title) {
			t.Errorf("round %d: to-do %d was acknowledged as %q and is %q (found: %v)", round, id, title, got, found)
		}
	}
	for id := range l.deleted {
		if _, found := there[id]; found && !l.unsure[id] {
			t.Errorf("round %d: to-do %d was deleted and is there", round, id)
		}
	}
	for id := range l.unsure { // from here on it is what it is
		delete(l.unsure, id)
		if title, found := there[id]; found {
			l.titles[id] = title
		} else {
			delete(l.titles, id)
		}
	}
}

func integrity(t *testing.T, file string) {
	t.Helper()
	d, err := db.OpenSQLite(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for query, want := range map[string]string{
		"PRAGMA integrity_check": "ok",
		// The journal, the counters and the records tell one story.
		"SELECT CAST((SELECT COUNT(*) FROM todos) = (SELECT n FROM record_counts WHERE name = 'todo') AS TEXT)":                               "1",
		"SELECT CAST((SELECT MAX(seq) FROM journal) = (SELECT seq FROM journal_heads) AS TEXT)":                                               "1",
		"SELECT CAST((SELECT COUNT(*) FROM journal) = (SELECT seq FROM journal_heads) AS TEXT)":                                               "1",
		"SELECT CAST(COUNT(*) AS TEXT) FROM todos t WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.user_id = t.user_id AND j.seq = t.rev)": "0",
	} {
		if got, _, err := db.One(context.Background(), d, db.Value[string], query); err != nil || got != want {
			t.Errorf("%s: %q, %v", query, got, err)
		}
	}
}
