package server_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fewMemory is a machine of 512 MB, as far as a process can be told: data of at
// most so much (RLIMIT_DATA; Go reserves more address space than that without
// using it, so that RLIMIT_AS would not even let it start), and the runtime's
// own aim below.
const fewMemory = `#!/bin/sh
ulimit -d 524288 || exit 9
exec %q "$@"
`

// Fifty people who log in at once neither crash a server with 512 MB nor keep
// others from reading. It takes a minute and is run by `make soak`, which prints
// what it measured: UMBRA_TEST_LOGINS says how many people there are.
func TestManyLogInsAtOnceInLittleMemory(t *testing.T) {
	people := 0
	if _, err := fmt.Sscan(os.Getenv("UMBRA_TEST_LOGINS"), &people); err != nil || runtime.GOOS != "linux" {
		t.Skip("a measurement of its own on Linux: UMBRA_TEST_LOGINS=50")
	}
	program := filepath.Join(t.TempDir(), "umbra")
	if err := os.WriteFile(program, fmt.Appendf(nil, fewMemory, binary(t)), 0o755); err != nil {
		t.Fatal(err)
	}
	p := launch(t, program, nil, filepath.Join(t.TempDir(), "data"), "UMBRA_TRUSTED_PROXIES=127.0.0.1", "GOMEMLIMIT=400MiB",
		"UMBRA_ARGON2_MEMORY_KIB=", "UMBRA_ARGON2_TIME=", "UMBRA_ARGON2_PARALLELISM=") // what it chooses by itself
	c := crowd{t: t, p: p}
	c.invite(people)
	idle := c.read(func() {}, 5*time.Second)
	answers := map[int]int{}
	busy := c.read(func() {
		for range 3 {
			for status, n := range c.logIn() {
				answers[status] += n
			}
		}
	}, 0)
	t.Logf("three times %d log-ins at once: answers by status %v, peak RSS %s", people, answers, c.peak())
	t.Logf("reads idle: %s", idle)
	t.Logf("reads meanwhile: %s (p99 is %.1f times that of idle)", busy, float64(busy.at(99))/float64(idle.at(99)))
	if answers[200] == 0 || answers[200]+answers[503] != 3*people {
		t.Errorf("answers %v", answers)
	}
	p.must(200, "GET", "/api/todos", "") // it stands
	if log := p.out.String(); strings.Contains(log, "panic") || strings.Contains(log, "fatal error") || strings.Contains(log, "out of memory") {
		t.Errorf("%s", log)
	}
}

// crowd is many users of one server.
type crowd struct {
	t     *testing.T
	p     *process
	names []string
}

// ask sends a request from an address of its own.
func (c *crowd) ask(from int, method, path, body string) (int, http.Header) {
	req, err := http.NewRequest(method, c.p.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.%d.%d", from/200, 1+from%200))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Errorf("%v: %s", err, c.p.out)
		return 0, nil
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header
}

func (c *crowd) invite(people int) {
	c.t.Helper()
	code := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(c.p.out.String())
	c.p.must(201, "POST", "/api/auth/setup", `{"username":"ann","password":"`+testPassword+`","setup_code":"`+code+`"}`)
	for i := range people {
		link := decodeJSON[struct{ URL string }](c.t, c.p.must(201, "POST", "/api/invitations", `{}`)).URL
		_, token, _ := strings.Cut(link, "#")
		name := fmt.Sprintf("guest-%d", i)
		if status, _ := c.ask(i, "POST", "/api/auth/invitation/accept", `{"token":"`+token+`","username":"`+name+`","password":"`+testPassword+`"}`); status != 201 {
			c.t.Fatalf("%d: %s", status, c.p.out)
		}
		c.names = append(c.names, name)
	}
	for i := range 50 {
		c.p.must(201, "POST", "/api/todos", fmt.Sprintf(`{"title":"to-do %d"}`, i))
	}
}

// logIn lets everybody log in at once and counts the answers by status; one that
// sends people away says when to come again.
func (c *crowd) logIn() map[int]int {
	answers := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, name := range c.names {
		wg.Go(func() {
			status, header := c.ask(i, "POST", "/api/auth/login", `{"username":"`+name+`","password":"`+testPassword+`"}`)
			if status == 503 && header.Get("Retry-After") == "" {
				c.t.Error("503 without Retry-After")
			}
			mu.Lock()
			answers[status]++
			mu.Unlock()
		})
	}
	wg.Wait()
	return answers
}

// took is how long requests took, in order.
type took []time.Duration

func (d took) at(percent int) time.Duration { return d[min(len(d)-1, len(d)*percent/100)] }

func (d took) String() string {
	return fmt.Sprintf("%d, p50 %v, p99 %v, slowest %v", len(d), d.at(50).Round(10*time.Microsecond), d.at(99).Round(10*time.Microsecond), d[len(d)-1].Round(10*time.Microsecond))
}

// read reads as one person does who works, every 5 ms, until what happens
// meanwhile is over, and for so long at least.
func (c *crowd) read(meanwhile func(), least time.Duration) (out took) {
	done := make(chan struct{})
	go func() { defer close(done); meanwhile() }()
	began := time.Now()
	for over := false; !over || time.Since(began) < least; {
		select {
		case <-done:
			over = true
		default:
		}
		from := time.Now()
		c.p.must(200, "GET", "/api/todos?limit=20", "")
		out = append(out, time.Since(from))
		time.Sleep(5 * time.Millisecond) // a measurement of time: there is no clock of ours in another process
	}
	slices.Sort(out)
	return out
}

// peak is the most memory that the process had at once, as Linux says.
func (c *crowd) peak() string {
	out, err := exec.Command("sed", "-n", "s/^VmHWM:[[:space:]]*//p", fmt.Sprintf("/proc/%d/status", c.p.cmd.Process.Pid)).Output()
	if err != nil {
		c.t.Error(err)
	}
	return strings.TrimSpace(string(out))
}
