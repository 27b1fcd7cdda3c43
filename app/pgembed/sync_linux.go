package pgembed

import (
	"os"

	"golang.org/x/sys/unix"
)

// howToSync has initdb wait for the disk once, and not for each of a thousand files.
var howToSync = []string{"--sync-method=syncfs"}

// syncAll has everything in a folder on the disk.
func syncAll(root *os.Root) bool {
	f, err := root.Open(".")
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return unix.Syncfs(int(f.Fd())) == nil
}
