package pgembed

import (
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

const (
	errNoSpace = windows.ERROR_DISK_FULL
	libcAdvice = "use sqlite:///umbra.db, or a postgres:// server"
)

func exe(name string) string { return name + ".exe" }

// MayRun leaves it to PostgreSQL, which refuses administrators.
func MayRun(string) error { return nil }

func checkOwner(string, fs.FileInfo) error { return nil }

func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
}

func endWithParent(*exec.Cmd) {}

func alive(pid int) bool {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return false
	}
	defer func() { _ = windows.CloseHandle(h) }()
	var code uint32
	const stillActive = 259
	return windows.GetExitCodeProcess(h, &code) == nil && code == stillActive
}

func (s *Server) isOurs(p postmaster) bool { return p.answers() }

// signal goes through pg_ctl: a signal to PostgreSQL is a named pipe here.
func (s *Server) signal(p *os.Process, how howToStop) error {
	if how == kill {
		return p.Kill()
	}
	cmd := exec.Command(s.bin("pg_ctl"), "stop", "--no-wait", "-D", s.data, "-m", string(how))
	cmd.Env = environment()
	return cmd.Run()
}
