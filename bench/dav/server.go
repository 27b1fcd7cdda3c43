package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"umbra/bench/account"
	"umbra/bench/process"
)

// server is one that is measured: how it is started, filled and asked.
type server struct {
	name    string
	command func(addr string) []string
	fill    func(s *server, items int) error // makes the calendar and what is in it

	dir, calendar string // calendar is its path
	user, pass    string
	addr          string
	process       *exec.Cmd
	log           bytes.Buffer
	client        http.Client
	most          float64    // MiB of memory that were seen
	filling       [2]float64 // items a second, at the beginning and at the end of filling; 0 where it is filled otherwise
}

func (s *server) start() error {
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		return err
	}
	addr, err := process.Address()
	if err != nil {
		return err
	}
	s.addr = addr
	args := s.command(s.addr)
	s.process = exec.Command(args[0], args[1:]...)
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	s.process.Env = process.Environment()
	if err := s.process.Start(); err != nil {
		return err
	}
	listens := func() bool {
		c, err := net.Dial("tcp", s.addr)
		return err == nil && c.Close() == nil
	}
	if process.Within(20*time.Millisecond, listens) {
		return nil
	}
	s.stop()
	return fmt.Errorf("%s does not answer: %s", s.name, s.log.String())
}

func (s *server) stop() { process.Stop(s.process) }

// do sends a request and answers the body of what must be one of 2xx.
func (s *server) do(method, path, body string, headers ...string) ([]byte, error) {
	r, err := http.NewRequest(method, "http://"+s.addr+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if s.user != "" {
		r.SetBasicAuth(s.user, s.pass)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, b)
	}
	return b, err
}

func (s *server) put(i int) error {
	name, component := item(i)
	_, err := s.do("PUT", s.calendar+name, object(component), "Content-Type", "text/calendar; charset=utf-8", "If-None-Match", "*")
	return err
}

// putAll fills the calendar as a client does, item by item.
func putAll(s *server, items int) error {
	tenth := max(items/10, 1)
	begun := time.Now()
	for i := range items {
		if err := s.put(i); err != nil {
			return err
		}
		switch i + 1 {
		case tenth:
			s.filling[0] = float64(tenth) / time.Since(begun).Seconds()
		case items - tenth:
			begun = time.Now()
		case items:
			s.filling[1] = float64(tenth) / time.Since(begun).Seconds()
		}
	}
	return nil
}

// memory is that of the server and its children in MiB.
func (s *server) memory() (float64, error) {
	return process.Memory(process.Family(s.process.Process.Pid))
}

func umbra(binary, dir string) *server {
	s := &server{name: "Umbra", dir: dir}
	s.command = func(addr string) []string { return []string{binary, "serve", "--data-dir", dir, "--listen", addr} }
	s.fill = func(s *server, items int) error {
		a, err := account.Make(s.addr)
		if err != nil {
			return err
		}
		s.user, s.pass, s.calendar = account.Name, a.Device, a.Calendar
		return putAll(s, items)
	}
	return s
}

// radicale lets anybody in and, like the others, syncs to the disk. Storing one
// by one would take it an hour: it is filled by one upload, which it can do.
func radicale(python, dir string) *server {
	s := &server{name: "Radicale", dir: dir, calendar: "/bench/calendar/", user: "bench", pass: "bench"}
	s.command = func(addr string) []string {
		return []string{python, "-m", "radicale", "--config", "", "--hosts", addr, "--auth-type", "none", "--storage-filesystem-folder", filepath.Join(dir, "collections"), "--logging-level", "error"}
	}
	s.fill = func(s *server, items int) error {
		var all strings.Builder
		for i := range items {
			_, component := item(i)
			all.WriteString(component)
		}
		if _, err := s.do("MKCALENDAR", s.calendar, ""); err != nil {
			return err
		}
		_, err := s.do("PUT", s.calendar, object(all.String()), "Content-Type", "text/calendar; charset=utf-8")
		return err
	}
	return s
}

// xandikos keeps a Git repository: its files are written there at once.
func xandikos(python, dir string) *server {
	s := &server{name: "Xandikos", dir: dir, calendar: "/bench/calendars/bench/"}
	s.command = func(addr string) []string {
		host, port, _ := net.SplitHostPort(addr)
		return []string{python, "-m", "xandikos", "serve", "--defaults", "-d", dir, "-l", host, "-p", port, "--current-user-principal", "/bench/"}
	}
	s.fill = func(s *server, items int) error {
		if _, err := s.do("MKCALENDAR", s.calendar, ""); err != nil {
			return err
		}
		folder := filepath.Join(dir, "bench", "calendars", "bench")
		for i := range items {
			name, component := item(i)
			if err := os.WriteFile(filepath.Join(folder, name), []byte(object(component)), 0o644); err != nil {
				return err
			}
		}
		for _, args := range [][]string{{"add", "."}, {"-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", "all"}} {
			git := exec.Command("git", args...)
			git.Dir = folder
			if out, err := git.CombinedOutput(); err != nil {
				return fmt.Errorf("git: %w: %s", err, out)
			}
		}
		return nil
	}
	return s
}
