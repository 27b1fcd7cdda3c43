//go:build unix

package cmd

import (
	"io/fs"
	"syscall"
)

// ownerOf is who a file belongs to, user and group; -1 where that is not known.
func ownerOf(info fs.FileInfo) (user, group int) {
	if s, is := info.Sys().(*syscall.Stat_t); is {
		return int(s.Uid), int(s.Gid)
	}
	return -1, -1
}
