package lockfile

import (
	"os"

	"golang.org/x/sys/windows"
)

const errDiskFull = windows.ERROR_DISK_FULL

// The lock lies far behind the process id, which others may then read.
func lock(f *os.File) error {
	at := &windows.Overlapped{Offset: 1 << 30}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}
