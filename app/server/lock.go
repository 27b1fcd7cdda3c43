package server

import (
	"errors"
	"fmt"
	"path/filepath"

	"umbra/app/lockfile"
)

// ErrServing means that another serve holds the data folder.
var ErrServing = errors.New("another umbra serve is using this data folder")

// lockFolder keeps a second serve out of a data folder.
func lockFolder(dir string) (*lockfile.Lock, error) {
	l, err := lockfile.Take(filepath.Join(dir, "serve.lock"), "")
	if held := (*lockfile.HeldError)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("%w (%s): process %d holds it; stop that one first", ErrServing, dir, held.PID)
	}
	return l, err
}
