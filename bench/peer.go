package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"umbra/bench/process"
)

// peer is a server that is measured: how it is started, signed in to and asked.
type peer struct {
	name    string
	binary  string
	command func(dir, addr string) []string // arguments
	setUp   func(p *peer) error             // makes the account
	logIn   func(p *peer) (headers string, err error)

	todos string // path of the collection
	list  string // path of 50 open to-dos by due date

	dir      string
	addr     string
	headers  string // what signs a request in
	process  *exec.Cmd
	asNobody bool // PostgreSQL refuses root
	log      *bytes.Buffer
	ids      []string
}

// start runs the server until it answers, and says how long that took.
func (p *peer) start() (time.Duration, error) {
	addr, err := process.Address()
	if err != nil {
		return 0, err
	}
	p.addr = addr
	p.log = &bytes.Buffer{}
	p.process = exec.Command(p.binary, p.command(p.dir, p.addr)...)
	p.process.Stdout, p.process.Stderr = p.log, p.log
	p.process.Env = process.Environment()
	if p.asNobody && os.Getuid() == 0 {
		p.process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	begun := time.Now()
	if err := p.process.Start(); err != nil {
		return 0, err
	}
	healthy := func() bool {
		c, err := dial(p.addr)
		if err != nil {
			return false
		}
		defer c.close()
		status, _, _, err := c.do(appendRequest(nil, p.addr, "GET", "/api/health", "", ""), "")
		return err == nil && status == 200
	}
	if process.Within(500*time.Microsecond, healthy) {
		return time.Since(begun), nil
	}
	p.stop()
	return 0, fmt.Errorf("%s did not answer within 30 s: %s", p.name, p.log)
}

const nobody = 65534

func (p *peer) stop() {
	if p.process == nil {
		return
	}
	process.Stop(p.process)
	p.process = nil
}

// coldStarts starts an existing data folder n times and answers the median.
func (p *peer) coldStarts(n int) (time.Duration, error) {
	var all []time.Duration
	for range n {
		took, err := p.start()
		if err != nil {
			return 0, err
		}
		p.stop()
		all = append(all, took)
	}
	slices.Sort(all)
	return all[n/2], nil
}

// call is one request outside the measurements; 2xx or an error.
func (p *peer) call(method, path, body, wanted string) (header string, answer map[string]any, err error) {
	c, err := dial(p.addr)
	if err != nil {
		return "", nil, err
	}
	defer c.close()
	status, header, b, err := c.do(appendRequest(nil, p.addr, method, path, p.headers, body), wanted)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("%s: %s %s: %d: %.300s", p.name, method, path, status, b)
	}
	if err == nil && len(b) > 0 {
		err = json.Unmarshal(b, &answer)
	}
	return header, answer, err
}

// family is the server's process and those that work for it, such as a PostgreSQL inside.
func (p *peer) family() []int {
	all := []int{p.process.Process.Pid}
	// The PostgreSQL inside is no child: it outlives whoever starts it, and its folder says who it is.
	if b, err := os.ReadFile(filepath.Join(p.dir, "postgres", "data", "postmaster.pid")); err == nil {
		first, _, _ := strings.Cut(string(b), "\n")
		if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil {
			all = append(all, pid)
		}
	}
	return process.Family(all...)
}

// memory is that of the server and its children in MiB.
func (p *peer) memory() (float64, error) { return process.Memory(p.family()) }

// own is what of it is not the executable.
func (p *peer) own() (float64, error) { return process.Own(p.family()) }

// cpu is the processor time that the server and its children have used, those that have ended with it:
// PostgreSQL ends a process with each connection, and its parent has waited for it.
func (p *peer) cpu() (time.Duration, error) {
	ticks := 0
	for _, pid := range p.family() {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // a connection's process that has just ended
		}
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		for _, field := range fields[11:15] { // user and system, and those of children that have ended
			n, err := strconv.Atoi(field)
			if err != nil {
				return 0, err
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // ticks of 100 Hz
}

// onDisk is the size of the data folder's files in MiB.
func (p *peer) onDisk() (float64, error) {
	var sum int64
	err := filepath.WalkDir(p.dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return float64(sum) / (1 << 20), err
}
