package server

import (
	"os"

	"golang.org/x/sys/windows"
)

// The lock lies far behind the process id, which others may then read.
func lockFile(f *os.File) error {
	at := &windows.Overlapped{Offset: 1 << 30}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}

func diskFull(error) bool { return false }
