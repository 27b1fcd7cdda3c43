// Package lockfile keeps a second process out: a lock that ends with the
// process that holds it, however that ends.
package lockfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Lock is a file that this process holds.
type Lock struct{ file *os.File }

// HeldError means that another process has the lock.
type HeldError struct {
	PID  int    // 0 when it is not known
	Note string // what that process wrote about itself
}

func (e *HeldError) Error() string { return fmt.Sprintf("process %d holds it", e.PID) }

// Take locks the file at path, which it makes when it is not there, and writes
// this process's number and the note into it. It answers *HeldError at once
// when another process has it.
func Take(path, note string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		text, _ := io.ReadAll(io.LimitReader(f, 100))
		_ = f.Close()
		number, note, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
		pid, _ := strconv.Atoi(number)
		return nil, &HeldError{PID: pid, Note: note}
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strings.TrimSpace(strconv.Itoa(os.Getpid())+" "+note)+"\n"), 0)
	}
	if err != nil && !errors.Is(err, errDiskFull) { // the number is for people: a full disk must not keep us from starting
		_ = f.Close()
		return nil, err
	}
	return &Lock{f}, nil
}

// Release lets others have it.
func (l *Lock) Release() { _ = l.file.Close() }
