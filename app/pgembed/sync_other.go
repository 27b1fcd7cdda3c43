//go:build !linux

package pgembed

import (
	"io/fs"
	"os"
)

var howToSync []string

// syncAll has everything in a folder on the disk, as far as the system lets us.
func syncAll(root *os.Root) bool {
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := root.Open(name)
		if err != nil {
			return err
		}
		_ = f.Sync() // Windows wants to write for it
		return f.Close()
	})
	return err == nil
}
