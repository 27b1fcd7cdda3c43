//go:build unix

package pgembed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

const (
	errNoSpace = syscall.ENOSPC
	libcAdvice = "it needs Linux with glibc 2.27 or newer (not musl), or the system it was built for; use sqlite:///umbra.db, or a postgres:// server"
)

func exe(name string) string { return name }

// MayRun refuses root, as PostgreSQL does.
func MayRun(dataDir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return &CannotRunError{Reason: "PostgreSQL refuses to run as root",
		Fix: fmt.Sprintf("run umbra as a user of its own (useradd --system --home-dir %[1]s --shell /usr/sbin/nologin umbra; "+
			"chown -R umbra: %[1]s; setpriv --reuid=umbra --regid=umbra --init-groups umbra serve), or use sqlite:///umbra.db", dataDir)}
}

// checkOwner refuses what PostgreSQL would refuse with fewer words.
func checkOwner(dir string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if os.Geteuid() == 0 && st.Uid != 0 {
		return nil // root looks, and starts nothing
	}
	if int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("the PostgreSQL cluster in %s belongs to %s, and umbra runs as %s: %s; run umbra as its owner, or give the whole data folder to this user with chown -R",
			dir, userName(int(st.Uid)), userName(os.Geteuid()), untouched)
	}
	if info.Mode().Perm()&0o027 != 0 {
		return fmt.Errorf("the PostgreSQL cluster in %s is open to others on this machine (mode %04o): %s; run `chmod 700 %s`",
			dir, info.Mode().Perm(), untouched, dir)
	}
	return nil
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "user " + strconv.Itoa(uid)
}

// isolate keeps the child out of the terminal's Ctrl-C, which is for us: we end
// requests first, and then the child.
func isolate(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid = true
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// signal asks as pg_ctl does: SIGINT is fast, SIGQUIT immediate.
func (s *Server) signal(p *os.Process, how howToStop) error {
	return p.Signal(map[howToStop]os.Signal{fast: syscall.SIGINT, immediate: syscall.SIGQUIT, kill: syscall.SIGKILL}[how])
}
