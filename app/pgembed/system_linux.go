package pgembed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// endWithParent has the kernel tell the child when the thread that started it
// is gone: a killed umbra leaves no server behind.
func endWithParent(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGINT }

// isOurs says whether the process is a server of this cluster: it has changed
// into its folder.
func (s *Server) isOurs(p postmaster) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", p.pid))
	if err != nil {
		return false // another user's: not one that may use our files
	}
	data, err := filepath.EvalSymlinks(s.data)
	return err == nil && cwd == data
}
