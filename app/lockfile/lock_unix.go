//go:build unix

package lockfile

import (
	"os"
	"syscall"
)

const errDiskFull = syscall.ENOSPC

func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
