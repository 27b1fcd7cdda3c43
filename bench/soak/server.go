package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"umbra/bench/process"
)

const (
	username = "soak"
	password = "correct horse battery staple 7"
)

type server struct {
	addr, metrics string
	process       *exec.Cmd
	log           bytes.Buffer
	client        http.Client
	cookie, app   string // what signs requests in, and the app password of a device
	calendar      string // its path for devices
}

func start(binary, dir string) (*server, error) {
	s := &server{client: http.Client{Timeout: 30 * time.Second}}
	for _, at := range []*string{&s.addr, &s.metrics} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		*at = l.Addr().String()
		_ = l.Close()
	}
	s.process = exec.Command(binary, "serve", "--data-dir", dir, "--listen", s.addr)
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	s.process.Env = append(process.Environment(), "UMBRA_METRICS_LISTEN="+s.metrics)
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(20 * time.Millisecond) {
		if _, err := s.do("GET", "/api/health", ""); err == nil {
			return s, s.signIn()
		}
	}
	s.stop()
	return nil, fmt.Errorf("it does not answer: %s", s.log.String())
}

func (s *server) stop() { process.Stop(s.process) }

func credentials() string { return fmt.Sprintf(`{"username":%q,"password":%q}`, username, password) }

func (s *server) signIn() (err error) {
	if _, err = s.do("POST", "/api/auth/setup", credentials()); err != nil {
		return err
	}
	if s.cookie, err = s.logIn(); err != nil {
		return err
	}
	var token struct{ Token string }
	if err := s.read(&token, "POST", "/api/auth/tokens", `{"name":"soak","scopes":["dav"]}`); err != nil {
		return err
	}
	s.app = token.Token
	var calendars []struct{ ID int64 }
	if err := s.read(&calendars, "GET", "/api/calendars", ""); err != nil {
		return err
	}
	s.calendar = fmt.Sprintf("/dav/calendars/1/calendar-%d/", calendars[0].ID)
	return nil
}

func (s *server) logIn() (cookie string, err error) {
	res, err := s.client.Post("http://"+s.addr+"/api/auth/login", "application/json", strings.NewReader(credentials()))
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	cookie, _, _ = strings.Cut(res.Header.Get("Set-Cookie"), ";")
	if res.StatusCode != http.StatusOK || cookie == "" {
		return "", fmt.Errorf("log-in: %s", res.Status)
	}
	return cookie, nil
}

// do sends a request of the signed-in person, or where the path is that of devices
// of one of theirs; anything but 2xx is an error.
func (s *server) do(method, path, body string, headers ...string) ([]byte, error) {
	return s.as(s.cookie, method, path, body, headers...)
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
		r.SetBasicAuth(username, s.app)
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
