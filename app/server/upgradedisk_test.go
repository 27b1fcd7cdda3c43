//go:build linux

package server_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"umbra/app/db"
)

// A full disk, whether the copy does not fit on it or the migration: nothing is
// changed, and it says what to do.
func TestAnUpgradeOnAFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	for name, c := range map[string]struct {
		room float64 // how many times the database
		says string
	}{
		"the copy does not fit":      {0.5, "could not be copied before migrating it"},
		"the migration does not fit": {3, "was taken back whole"},
	} {
		t.Run(name, func(t *testing.T) {
			data, settings := layFixture(t, db.SQLite, slices.Max(versions(t)))
			small := t.TempDir()
			if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=32m", "umbra-test", small).CombinedOutput(); err != nil {
				t.Skipf("cannot mount a small file system here: %s", out)
			}
			t.Cleanup(func() {
				if out, err := exec.Command("umount", small).CombinedOutput(); err != nil {
					t.Errorf("umount: %s", out)
				}
			})
			if err := os.CopyFS(small, os.DirFS(data)); err != nil {
				t.Fatal(err)
			}
			before := look(t, small, settings)
			leave(t, small, c.room)
			o := options(t, small, io.Discard, settings...)
			o.Migrations = more(t, muchBulk)
			says(t, tryOpen(t, o), c.says, "free some space", "the Umbra that ran before opens it")
			if left, _ := filepath.Glob(filepath.Join(small, "umbra.db.before-*")); strings.Contains(name, "copy") && len(left) > 0 {
				t.Errorf("half a copy was left: %q", left)
			}
			isAsBefore(t, small, settings, before)
		})
	}
}

// leave fills a small disk until there is room for a database as large as the
// one in it, times this.
func leave(t *testing.T, dir string, times float64) {
	t.Helper()
	var disk syscall.Statfs_t
	info, err := os.Stat(filepath.Join(dir, "umbra.db"))
	if err == nil {
		err = syscall.Statfs(dir, &disk)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, int64(disk.Bavail)*disk.Bsize-int64(times*float64(info.Size()))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
