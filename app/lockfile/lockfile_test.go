package lockfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"umbra/app/lockfile"
)

func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	first, err := lockfile.Take(path, "serve")
	if err != nil {
		t.Fatal(err)
	}
	_, err = lockfile.Take(path, "other")
	var held *lockfile.HeldError
	if !errors.As(err, &held) || held.PID != os.Getpid() || held.Note != "serve" {
		t.Errorf("%v %+v", err, held)
	}
	first.Release()
	again, err := lockfile.Take(path, "")
	if err != nil {
		t.Fatalf("after it was let go: %v", err)
	}
	again.Release()
}

func TestWhereNothingCanBeMade(t *testing.T) {
	if _, err := lockfile.Take(filepath.Join(t.TempDir(), "nowhere", "a.lock"), ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
