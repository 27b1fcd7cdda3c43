//go:build linux || darwin || freebsd

package disk

import "syscall"

// Free is the room left for us on the disk that holds dir, in bytes.
func Free(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	// The field has another type on each system; FreeBSD counts into the reserve.
	available := max(int64(s.Bavail), 0)
	return uint64(available) * uint64(s.Bsize), nil
}
