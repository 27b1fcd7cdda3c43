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
	user, group := ownerOf(info)
	if user <= 0 {
		return nil
	}
	// The groups first: who is not root any more may not set them.
	for _, become := range []func() error{
		func() error { return syscall.Setgroups([]int{group}) },
		func() error { return syscall.Setgid(group) },
		func() error { return syscall.Setuid(user) },
	} {
		if err := become(); err != nil {
			return fmt.Errorf("becoming the user of %s: %w", folder, err)
		}
	}
	return nil
}
