package secret

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// littleMemory is where Recommended's 64 MiB a log-in would hurt: a Pi of 512 MB.
const littleMemory = 768 << 20

// DefaultParams picks the costs for this machine, or for the container it is in:
// Small with 768 MiB of memory or less, otherwise Recommended.
func DefaultParams() Params { return ParamsFor(MemoryOf(os.DirFS("/"))) }

// ParamsFor picks the costs for so many bytes of memory; 0 means unknown.
func ParamsFor(memory uint64) Params {
	if memory != 0 && memory <= littleMemory {
		return Small
	}
	return Recommended
}

// MemoryOf reads how much memory, in bytes, the machine with this root file
// system gives us: the least of its own and what the control groups (v2, v1) and
// the process's limit of data (RLIMIT_DATA) allow. 0 means unknown, as on systems
// without /proc.
func MemoryOf(root fs.FS) uint64 {
	least := uint64(math.MaxUint64)
	take := func(n uint64) {
		if n > 0 && n < least {
			least = n
		}
	}
	if b, err := fs.ReadFile(root, "proc/meminfo"); err == nil {
		for line := range bytes.Lines(b) {
			if f := strings.Fields(string(line)); len(f) >= 2 && f[0] == "MemTotal:" {
				kib, _ := strconv.ParseUint(f[1], 10, 54)
				take(kib << 10)
			}
		}
	}
	limits, _ := fs.ReadFile(root, "proc/self/limits")
	for line := range bytes.Lines(limits) {
		if soft, ok := strings.CutPrefix(string(line), "Max data size"); ok {
			if f := strings.Fields(soft); len(f) > 0 {
				n, _ := strconv.ParseUint(f[0], 10, 64) // "unlimited" is none
				take(n)
			}
		}
	}
	b, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range bytes.Lines(b) {
		// "0::/system.slice/umbra.service", "9:memory:/docker/…"
		f := strings.SplitN(strings.TrimSpace(string(line)), ":", 3)
		if len(f) != 3 {
			continue
		}
		base, file := "sys/fs/cgroup", "memory.max"
		if f[1] == "memory" {
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if f[1] != "" {
			continue
		}
		// A limit further up holds as well.
		for group := path.Clean("/" + f[2]); ; group = path.Dir(group) {
			if b, err := fs.ReadFile(root, path.Join(base, group, file)); err == nil {
				n, _ := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64) // "max" is none
				take(n)
			}
			if group == "/" {
				break
			}
		}
	}
	if least == math.MaxUint64 {
		return 0
	}
	return least
}
