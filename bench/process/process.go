// Package process looks at the servers that are measured as the machine sees them.
package process

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Rest is how long a server is let rest before its idle memory is looked at.
const Rest = 15 * time.Second

// Environment leaves out what is meant for the bench itself: Umbra refuses settings it does not know.
func Environment() []string {
	all := slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "UMBRA_") || strings.HasPrefix(s, "DATABASE_URL=") })
	return append(all, "TZ=UTC")
}

// Address is a free one of this machine.
func Address() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Within looks each time that every has passed, for 30 s, whether a server is ready.
func Within(every time.Duration, ready func() bool) bool {
	for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(every) {
		if ready() {
			return true
		}
	}
	return false
}

// Stop ends a server as its user would, and after 15 s as the machine does.
func Stop(c *exec.Cmd) {
	_ = c.Process.Signal(syscall.SIGTERM)
	ended := time.AfterFunc(15*time.Second, func() { _ = c.Process.Kill() })
	_ = c.Wait()
	ended.Stop()
}

// Family is processes and those that work for them, children of children too.
func Family(pids ...int) []int {
	for i := 0; i < len(pids); i++ {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pids[i], pids[i]))
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(b)) {
			if pid, err := strconv.Atoi(field); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// Memory is the proportional set size of processes in MiB: pages that they share
// count once. Those that have ended count nothing.
func Memory(pids []int) (float64, error) { return memory(pids, "Pss:") }

// Own is what of it are no pages of files, which the machine takes back when it needs them.
func Own(pids []int) (float64, error) { return memory(pids, "Pss_Anon:") }

func memory(pids []int, field string) (float64, error) {
	sum := 0.0
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			return 0, err
		}
		for l := range strings.Lines(string(b)) {
			if rest, ok := strings.CutPrefix(l, field); ok {
				kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				if err != nil {
					return 0, err
				}
				sum += kb / 1024
			}
		}
	}
	return sum, nil
}

// Written is how many bytes the kernel has sent to the disk for processes.
func Written(pids []int) (sum int64) {
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
		if err != nil {
			continue // one that has just ended
		}
		for l := range strings.Lines(string(b)) {
			if rest, ok := strings.CutPrefix(l, "write_bytes: "); ok {
				n, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
				sum += n
			}
		}
	}
	return sum
}

// Machine is what the figures were measured on.
func Machine() string {
	cpu := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(b)) {
			if name, found := strings.CutPrefix(l, "model name"); found {
				cpu = strings.Trim(name, "\t :\n")
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s/%s", runtime.NumCPU(), cpu, runtime.GOOS, runtime.GOARCH)
}
