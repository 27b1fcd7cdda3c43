//go:build unix

package cmd

import (
	"io/fs"
	"syscall"
)

// ownerOf is who a file belongs to, -1 where that is not known.
func ownerOf(info fs.FileInfo) int {
	if s, is := info.Sys().(*syscall.Stat_t); is {
		return int(s.Uid)
	}
	return -1
}
