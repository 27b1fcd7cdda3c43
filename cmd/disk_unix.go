//go:build linux || darwin || freebsd

package cmd

import "syscall"

// freeBytes is the room left for us on the disk that holds dir.
func freeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	// The field has another type on each system; FreeBSD counts into the reserve.
	available := max(int64(s.Bavail), 0)
	return uint64(available) * uint64(s.Bsize), nil
}
