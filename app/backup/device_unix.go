//go:build unix

package backup

import "syscall"

// sameDevice says whether two folders lie on one file system; known is false
// where one of them is not there.
func sameDevice(a, b string) (same, known bool) {
	var x, y syscall.Stat_t
	if syscall.Stat(a, &x) != nil || syscall.Stat(b, &y) != nil {
		return false, false
	}
	return x.Dev == y.Dev, true
}
