package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"umbra/bench/account"
	"umbra/bench/process"
)

type server struct {
	account.Account
	addr, metrics string
	process       *exec.Cmd
	log           bytes.Buffer
	client        http.Client
}

func start(binary, dir string) (s *server, err error) {
	s = &server{client: http.Client{Timeout: 30 * time.Second}}
	for _, at := range []*string{&s.addr, &s.metrics} {
		if *at, err = process.Address(); err != nil {
			return nil, err
		}
	}
	s.process = exec.Command(binary, "serve", "--data-dir", dir, "--listen", s.addr)
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	s.process.Env = append(process.Environment(), "UMBRA_METRICS_LISTEN="+s.metrics)
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	healthy := func() bool { _, err := s.do("GET", "/api/health", ""); return err == nil }
	if !process.Within(20*time.Millisecond, healthy) {
		s.stop()
		return nil, fmt.Errorf("it does not answer: %s", s.log.String())
	}
	if s.Account, err = account.Make(s.addr); err != nil {
		s.stop()
	}
	return s, err
}

func (s *server) stop() { process.Stop(s.process) }

// do sends a request of the signed-in person, or where the path is that of devices
// of one of theirs; anything but 2xx is an error.
func (s *server) do(method, path, body string, headers ...string) ([]byte, error) {
	return s.as(s.Cookie, method, path, body, headers...)
}

func (s *server) as(cookie, method, path, body string, headers ...string) ([]byte, error) {
	b, _, err := s.send(cookie, method, path, body, headers...)
	return b, err
}

func (s *server) send(cookie, method, path, body string, headers ...string) ([]byte, http.Header, error) {
	r, err := http.NewRequest(method, "http://"+s.addr+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if strings.HasPrefix(path, "/dav/") {
		r.SetBasicAuth(account.Name, s.Device)
	} else {
		r.Header.Set("Cookie", cookie)
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, b)
	}
	return b, res.Header, err
}

func (s *server) read(to any, method, path, body string) error {
	b, err := s.do(method, path, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, to)
}

// look asks the server's own metrics, and the machine for its memory.
func (s *server) look() (x sample, err error) {
	res, err := s.client.Get("http://" + s.metrics + "/metrics")
	if err != nil {
		return x, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return x, err
	}
	found := 0
	for l := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(strings.TrimSpace(l), " ")
		to := map[string]*float64{"go_goroutines": &x.goroutines, "process_open_fds": &x.files, "go_memstats_heap_inuse_bytes": &x.heap}[name]
		if to == nil {
			continue
		}
		if *to, err = strconv.ParseFloat(value, 64); err != nil {
			return x, err
		}
		found++
	}
	if found != 3 {
		return x, fmt.Errorf("%d of the 3 metrics were found", found)
	}
	x.heap /= 1 << 20
	x.memory, err = process.Memory(process.Family(s.process.Process.Pid))
	return x, err
}
