package server

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// folderLock keeps a second serve out of a data folder.
type folderLock struct{ file *os.File }

// ErrServing means that another serve holds the data folder.
var ErrServing = errors.New("another umbra serve is using this data folder")

// lockFolder takes the lock, which ends with the process, however that ends.
func lockFolder(dir string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "serve.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		pid, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		return nil, fmt.Errorf("%w (%s): process %s holds it; stop that one first", ErrServing, dir, strings.TrimSpace(string(pid)))
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil && !diskFull(err) { // the number is for people: a full disk must not keep us from starting
		_ = f.Close()
		return nil, err
	}
	return &folderLock{f}, nil
}

func (l *folderLock) release() { _ = l.file.Close() }
