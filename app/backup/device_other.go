//go:build !unix

package backup

import (
	"path/filepath"
	"strings"
)

// sameDevice says whether two folders lie on one drive.
func sameDevice(a, b string) (same, known bool) {
	return strings.EqualFold(filepath.VolumeName(a), filepath.VolumeName(b)), true
}
