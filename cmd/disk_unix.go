//go:build linux || darwin || freebsd

package cmd

import "syscall"

// freeBytes is the room left for us on the disk that holds dir.
func freeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	available := max(int64(s.Bavail), 0)            //nolint:gosec,unconvert // the types differ; FreeBSD counts into the reserve
	return uint64(available) * uint64(s.Bsize), nil //nolint:gosec,unconvert // the same
}
