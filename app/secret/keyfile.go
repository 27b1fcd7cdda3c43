package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// KeyFile is the name of the key in the data folder.
const KeyFile = "secret.key"

// NextKeyFile is the name of a key that is about to take KeyFile's place.
const NextKeyFile = "secret.key.next"

// LoadOrCreate reads the key kept in the data folder, or makes a random one
// there, once: mode 0600, complete and on the disk before it is used, and two
// processes at once agree on one. It refuses a file that anyone may read.
func LoadOrCreate(dir string) (Keys, error) {
	keys, err := Load(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := create(dir, KeyFile, newRoot()); err != nil {
		return Keys{}, fmt.Errorf("making the secret key in %s: %w", dir, err)
	}
	return Load(dir)
}

func newRoot() string {
	raw := make([]byte, 48)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

// MakeNext makes another key beside the one in the data folder, on the disk
// before it is used. One that was made before and never used is thrown away.
func MakeNext(dir string) (root string, err error) {
	if err := os.Remove(filepath.Join(dir, NextKeyFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("making another secret key: %w", err)
	}
	root = newRoot()
	if err := create(dir, NextKeyFile, root); err != nil {
		return "", fmt.Errorf("making another secret key in %s: %w", dir, err)
	}
	return root, nil
}

// LoadNext reads the key that MakeNext made. Without one the error is fs.ErrNotExist.
func LoadNext(dir string) (Keys, error) { return load(dir, NextKeyFile) }

// TakeNext puts the key that MakeNext made into the place of the present one.
func TakeNext(dir string) error {
	if err := os.Rename(filepath.Join(dir, NextKeyFile), filepath.Join(dir, KeyFile)); err != nil {
		return fmt.Errorf("putting the new secret key in its place: %w", err)
	}
	return syncDir(dir)
}

// Load reads the key kept in the data folder. Without one the error is fs.ErrNotExist.
func Load(dir string) (Keys, error) { return load(dir, KeyFile) }

func load(dir, name string) (Keys, error) {
	root, err := read(filepath.Join(dir, name))
	if err != nil {
		return Keys{}, err
	}
	keys, err := NewKeys(root)
	if err != nil {
		return Keys{}, fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
	}
	return keys, nil
}

// Keep puts a key that was made elsewhere into a data folder that has none.
func Keep(dir, root string) error {
	if err := CheckKey(root); err != nil {
		return err
	}
	if err := create(dir, KeyFile, root); err != nil {
		return fmt.Errorf("keeping the secret key in %s: %w", dir, err)
	}
	if kept, err := Root(dir); err != nil || kept != root {
		return errors.Join(err, fmt.Errorf("%s holds another key", filepath.Join(dir, KeyFile)))
	}
	return nil
}

// Root is the key kept in the data folder itself, for a backup under a
// passphrase. Without one the error is fs.ErrNotExist.
func Root(dir string) (string, error) { return read(filepath.Join(dir, KeyFile)) }

func read(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading the secret key: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("reading the secret key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > 4096 {
		return "", fmt.Errorf("%s is not a key file", path)
	}
	if info.Mode().Perm()&0o007 != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("%s can be read by everyone on this machine (mode %04o): run `chmod 600 %s`, "+
			"and when others had access, `umbra secret rotate`", path, info.Mode().Perm(), path)
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil && info.Size() > 0 {
		return "", fmt.Errorf("reading the secret key: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// create writes beside the final name and links it there, which fails when it
// exists: so neither a crash nor a second process leaves or sees half a key.
func create(dir, name, root string) (err error) {
	tmp, err := os.CreateTemp(dir, KeyFile+".*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(root + "\n")
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	final := filepath.Join(dir, name)
	err = os.Link(tmp.Name(), final)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		// A file system without hard links (exFAT, some mounts).
		if _, statErr := os.Stat(final); statErr == nil {
			return nil
		}
		if err := os.Rename(tmp.Name(), final); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// syncDir makes a new name in dir survive a power cut.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // cannot sync a folder and does not need to
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
