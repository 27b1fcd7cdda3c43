package memory

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// letProgramGo takes the pages of the program's file out of the process: those that
// it runs on come again from the system's cache, at a microsecond each. A part of
// which any page was written, as a loader does that moves it, is left alone.
func letProgramGo() {
	name, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	// smaps(5): a line that names a part of the process, then a line a property.
	b, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	var from, to uintptr
	written := false
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		key, rest, _ := strings.Cut(lines.Text(), " ")
		switch {
		case !strings.HasSuffix(key, ":"):
			from, to = part(key, rest, name)
			written = false
		case key == "Anonymous:" || key == "Swap:":
			written = written || strings.TrimSpace(rest) != "0 kB"
		case key == "VmFlags:": // the last of a part
			if from < to && !written {
				_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
			}
			from, to = 0, 0
		}
	}
}

// part answers where a part of the process lies, if it is one of the program's file
// that is only read.
func part(addresses, rest, program string) (from, to uintptr) {
	mode, rest, _ := strings.Cut(rest, " ")
	if !strings.HasSuffix(rest, " "+program) || len(mode) != 4 || mode[0] != 'r' || mode[1] != '-' || mode[3] != 'p' {
		return 0, 0
	}
	a, b, _ := strings.Cut(addresses, "-")
	begin, err1 := strconv.ParseUint(a, 16, 64)
	end, err2 := strconv.ParseUint(b, 16, 64)
	if err1 != nil || err2 != nil {
		return 0, 0
	}
	return uintptr(begin), uintptr(end)
}
