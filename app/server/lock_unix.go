//go:build unix

package server

import (
	"errors"
	"os"
	"syscall"
)

func lockFile(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func diskFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }
