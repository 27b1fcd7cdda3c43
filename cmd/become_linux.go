package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// becomeOwner makes of root the user whose data folder it is, for good: what root
// made there, the service could not open afterwards. So `sudo umbra backup` is
// the service's own doing.
func becomeOwner(folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	s, is := info.Sys().(*syscall.Stat_t)
	if !is || s.Uid == 0 {
		return nil
	}
	for _, step := range []error{syscall.Setgroups([]int{int(s.Gid)}), syscall.Setgid(int(s.Gid)), syscall.Setuid(int(s.Uid))} {
		if step != nil {
			return fmt.Errorf("becoming the user of %s: %w", folder, step)
		}
	}
	return nil
}
