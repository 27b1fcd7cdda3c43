//go:build unix

package server_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/server"
)

// inside builds the program that carries PostgreSQL, and answers with it a data
// folder and who runs it: PostgreSQL refuses root. It skips without an archive.
func inside(t *testing.T) (program string, as *syscall.SysProcAttr, data string) {
	t.Helper()
	archive := filepath.Join(dbtest.Root(), ".cache", "postgres", runtime.GOOS+"_"+runtime.GOARCH+".tar.zst")
	if _, err := os.Stat(archive); err != nil {
		t.Skip("no PostgreSQL to embed: run `make postgres`, which fetches it")
	}
	home, err := os.MkdirTemp("", "u") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	if os.Getuid() == 0 {
		const nobody = 65534
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := os.Chown(home, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	return builtInside.program(t, "-tags", "postgres"), as, filepath.Join(home, "data")
}

func rounds(few int) int {
	if n, err := strconv.Atoi(os.Getenv("UMBRA_TEST_KILLS")); err == nil {
		return n
	}
	return few
}

func newLedger() *ledger {
	return &ledger{titles: map[int64]string{}, unsure: map[int64]bool{}, deleted: map[int64]bool{}}
}

// The same as with SQLite: an umbra that is killed with the PostgreSQL inside has
// lost nothing that it acknowledged, and needs no help to start again.
func TestKillWithPostgreSQLInside(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a real server many times")
	}
	program, as, data := inside(t)
	l := newLedger()
	p := launch(t, program, as, data)
	p.setUp()
	chance := rand.New(rand.NewPCG(3, 4))
	kills := rounds(3)
	for round := range kills {
		var wg sync.WaitGroup
		for w := range 4 {
			writer := &process{t: t, url: p.url, cookie: p.cookie}
			seed := uint64(round*10 + w)
			wg.Go(func() { l.write(writer, rand.New(rand.NewPCG(seed, 8)), nil) })
		}
		time.Sleep(time.Duration(5+chance.IntN(300)) * time.Millisecond) // the moment of the kill is what is tested
		p.kill()
		wg.Wait()
		cookie := p.cookie
		p = launch(t, program, as, data)
		p.cookie = cookie
		l.compare(t, p, round)
		if t.Failed() {
			t.Log(p.out)
			return
		}
	}
	consistent(t, data)
	t.Logf("%d kills of umbra, %d to-dos acknowledged, %d deleted", kills, len(l.titles), len(l.deleted))
}

// PostgreSQL is killed under a server that goes on: it is started again,
// requests wait for it or are told 503, and nothing acknowledged is lost.
func TestKillOfPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a real server many times")
	}
	program, as, data := inside(t)
	l := newLedger()
	p := launch(t, program, as, data)
	p.setUp()
	chance := rand.New(rand.NewPCG(5, 6))
	kills := rounds(4)
	for round := range kills {
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 4 {
			writer := &process{t: t, url: p.url, cookie: p.cookie}
			seed := uint64(round*10 + w)
			wg.Go(func() { l.write(writer, rand.New(rand.NewPCG(seed, 9)), stop) })
		}
		time.Sleep(time.Duration(5+chance.IntN(300)) * time.Millisecond)
		victim := postmasterOf(t, data)
		if children := childrenOf(victim); round%2 == 1 && len(children) > 0 {
			victim = children[chance.IntN(len(children))]
		}
		_ = syscall.Kill(victim, syscall.SIGKILL) // a child may have ended by itself
		time.Sleep(time.Duration(100+chance.IntN(400)) * time.Millisecond)
		close(stop)
		wg.Wait()
		p.ready() // on a busy machine its recovery takes longer than a request waits
		l.compare(t, p, round)
		if t.Failed() {
			t.Log(p.out)
			return
		}
	}
	consistent(t, data)
	t.Logf("%d kills of PostgreSQL, %d to-dos acknowledged, %d deleted, %d requests refused with 503", kills, len(l.titles), len(l.deleted), l.refused)
}

// ready waits until the server's database answers.
func (p *process) ready() {
	p.t.Helper()
	for range 600 {
		if status, _, err := p.send("GET", "/api/ready", ""); err == nil && status == 200 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Fatalf("the database did not come back within a minute\n%s", p.out)
}

func postmasterOf(t *testing.T, data string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// childrenOf is empty where /proc does not tell.
func childrenOf(pid int) (out []int) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, f := range strings.Fields(string(b)) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// consistent says whether journal, counters and records tell one story, beside
// the server that runs.
func consistent(t *testing.T, data string) {
	t.Helper()
	o := options(t, data, io.Discard)
	o.Create, o.Postgres = false, "what serve runs is used"
	s, err := server.OpenStore(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if s.DB.Engine != db.Postgres {
		t.Fatal("it is not PostgreSQL")
	}
	for what, query := range map[string]string{
		"the counter counts":              "SELECT (SELECT COUNT(*) FROM todos) = (SELECT n FROM record_counts WHERE name = 'todo')",
		"the newest number is the head's": "SELECT (SELECT MAX(seq) FROM journal) = (SELECT seq FROM journal_heads)",
		"no number is missing":            "SELECT (SELECT COUNT(*) FROM journal) = (SELECT seq FROM journal_heads)",
		"each to-do is in the journal":    "SELECT NOT EXISTS (SELECT 1 FROM todos t WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.user_id = t.user_id AND j.seq = t.rev))",
	} {
		if is, _, err := db.One(t.Context(), s.DB, db.Value[bool], query); err != nil || !is {
			t.Errorf("%s: %v, %v", what, is, err)
		}
	}
}

// Told to end, umbra ends PostgreSQL too, within its ten seconds, though
// somebody is still connected and writes.
func TestAnOrderlyEndWithPostgreSQLInside(t *testing.T) {
	program, as, data := inside(t)
	began := time.Now()
	p := launch(t, program, as, data)
	t.Logf("first start: %s", time.Since(began))
	p.setUp()
	l := newLedger()
	var wg sync.WaitGroup
	writer := &process{t: t, url: p.url, cookie: p.cookie}
	wg.Go(func() { l.write(writer, rand.New(rand.NewPCG(1, 1)), nil) })
	time.Sleep(200 * time.Millisecond)
	pid := postmasterOf(t, data)
	began = time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := p.cmd.Wait()
	took := time.Since(began)
	wg.Wait()
	if err != nil || took > 10*time.Second {
		t.Errorf("%v after %s\n%s", err, took, p.out)
	}
	if syscall.Kill(pid, 0) == nil {
		t.Errorf("PostgreSQL (%d) is still there", pid)
	}
	for _, name := range []string{"data/postmaster.pid", "run/.s.PGSQL.5432"} {
		if _, err := os.Stat(filepath.Join(data, "postgres", name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
	cookie := p.cookie
	began = time.Now()
	p = launch(t, program, as, data)
	t.Logf("end: %s; second start: %s", took, time.Since(began))
	p.cookie = cookie
	l.compare(t, p, 0)
	if !strings.Contains(p.out.String(), "inside, in "+data) {
		t.Errorf("it does not say which database it has:\n%s", p.out)
	}
}
