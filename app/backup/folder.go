package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Second is a second place for backups, away from the first.
type Second interface {
	// Put copies a file there under its name, and is content only when what
	// arrived is what was sent.
	Put(ctx context.Context, path string) error
	List(ctx context.Context) ([]Stored, error)
	Remove(ctx context.Context, name string) error
	String() string
}

// Folder is a place on this machine or on a share that is mounted.
type Folder string

func (f Folder) String() string { return string(f) }

// Put implements Second. It does not make the folder: one that is not there is
// a disk that is not mounted.
func (f Folder) Put(_ context.Context, path string) error {
	info, err := os.Stat(string(f))
	if err != nil || !info.IsDir() {
		return fmt.Errorf("the second place for backups, %s, is not there: is it mounted?", f)
	}
	to := filepath.Join(string(f), filepath.Base(path))
	part := filepath.Join(string(f), "."+filepath.Base(path)+".part")
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) { // of one that was interrupted
		return err
	}
	if err := copyFile(path, part); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	sent, err := digestOf(path)
	if err != nil {
		return err
	}
	if got, err := digestOf(part); err != nil || got != sent {
		return errors.Join(fmt.Errorf("what arrived in %s is not what was sent", f), err, os.Remove(part))
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncFolder(string(f))
}

// List implements Second.
func (f Folder) List(context.Context) (out []Stored, err error) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if s, ok := storedAs(e.Name(), info.Size()); ok {
			out = append(out, s)
		}
	}
	sortStored(out)
	return out, nil
}

// Remove implements Second.
func (f Folder) Remove(_ context.Context, name string) error {
	return os.Remove(filepath.Join(string(f), name))
}

// tidy removes the half backup that an interrupted attempt left behind.
func (f Folder) tidy() {
	parts, _ := filepath.Glob(filepath.Join(string(f), ".umbra-*.part"))
	for _, p := range parts {
		_ = os.Remove(p)
	}
}

const (
	proofPrefix = ".umbra-proof-"
	deadProof   = time.Hour // nothing was written in it for so long
)

// tidyProofs removes the databases of proofs that were interrupted, not those
// that somebody is filling.
func tidyProofs(dir string) {
	found, _ := filepath.Glob(filepath.Join(dir, proofPrefix+"*"))
	for _, p := range found {
		last := time.Time{}
		_ = filepath.Walk(p, func(_ string, info fs.FileInfo, err error) error {
			if err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
			return nil // what vanishes while we look is being removed by its owner
		})
		if time.Since(last) > deadProof {
			_ = os.RemoveAll(p)
		}
	}
}

func digestOf(path string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}
