package pgembed

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Look says whether the data folder holds a cluster, and refuses one that this
// program must not start. It changes nothing.
func Look(dataDir string) (found bool, err error) {
	dir, password := pathsIn(dataDir).data, pathsIn(dataDir).password
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(password); err == nil { // it is written after the cluster
			return true, fmt.Errorf("the PostgreSQL cluster that was in %s is gone: %s; if a disk should be mounted there, mount it; "+
				"bring the folder back from a copy; or, to begin anew, remove %s", dir, untouched, password)
		}
		return false, nil
	}
	if err != nil {
		return true, fmt.Errorf("the PostgreSQL cluster cannot be looked at: %w", err)
	}
	if !info.IsDir() {
		return true, fmt.Errorf("%s is not a folder: nothing was changed; move it away, or restore a backup", dir)
	}
	if err := checkOwner(dir, info); err != nil {
		return true, err
	}
	return true, checkVersion(dir)
}

const untouched = "nothing was changed"

// checkVersion reads PG_VERSION. What cannot be read for certain is refused:
// a wrong guess would cost the owner's data.
func checkVersion(dir string) error {
	name := filepath.Join(dir, "PG_VERSION")
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing, so %s is not a whole PostgreSQL cluster: %s; "+
			"if a disk should be mounted there, mount it; otherwise bring the folder back from a copy, or move it away and restore a backup", name, dir, untouched)
	}
	if err != nil {
		return fmt.Errorf("the version of the PostgreSQL cluster cannot be read: %w; %s; check the disk and the folder's permissions", err, untouched)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(b)))
	switch {
	case err != nil || major < 1:
		return fmt.Errorf("%s does not hold a version: %s; bring the folder back from a copy, or move it away and restore a backup", name, untouched)
	case major < Major:
		return fmt.Errorf("the cluster in %s was made by PostgreSQL %d, and this program carries %d, which cannot open it: %s; "+
			"run `umbra backup` with the Umbra that made it, move the folder %s away, and `umbra restore` the backup with this one", dir, major, Major, untouched, filepath.Dir(dir))
	case major > Major:
		return fmt.Errorf("the cluster in %s was made by PostgreSQL %d, and this program carries %d: %s; start the newer Umbra that made it", dir, major, Major, untouched)
	}
	return nil
}

// initdb makes the cluster under another name first: killed half-way, it leaves
// nothing that looks like a cluster. The name is new each time: the initdb of a
// start that was killed may still be about to remove its own. The password's file
// comes last, since one without a cluster means that a cluster was lost.
func (s *Server) initdb(ctx context.Context) error {
	s.sweep()
	half := s.data + "." + rand.Text() + ".new"
	s.pass = rand.Text()
	once := s.paths.password + ".new"
	s.made = append(s.made, half, once)
	if err := s.writeFile(once, s.pass+"\n"); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, s.bin("initdb"), append(howToSync, "-D", half, "-U", superuser, "--auth=scram-sha-256", "--pwfile="+once, //nolint:gosec // what we unpacked
		"--encoding=UTF8", "--locale=C", "--data-checksums", "--wal-segsize=4")...)
	cmd.Env = environment()
	isolate(cmd)
	endWithParent(cmd)
	runtime.LockOSThread() // the kernel watches the thread that started it
	defer runtime.UnlockOSThread()
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return advise(fmt.Errorf("making the cluster: %w: %s", err, lastLines(string(out), 6)), s.home)
	}
	if err := os.Rename(half, s.data); err != nil {
		return err
	}
	s.sweep()
	s.made = append(s.made, s.data, s.paths.password)
	if err := os.Rename(once, s.paths.password); err != nil {
		return err
	}
	return syncFolder(s.home)
}

// sweep removes what starts that were killed have left; it never held anything.
// What cannot be removed, since its initdb is removing it too, is left to that.
func (s *Server) sweep() {
	entries, _ := os.ReadDir(s.home)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(s.data)+".") && strings.HasSuffix(e.Name(), ".new") {
			_ = os.RemoveAll(filepath.Join(s.home, e.Name()))
		}
	}
}

// ensurePassword reads the password. A cluster whose password is lost gets
// another, which only the owner of its files can do.
func (s *Server) ensurePassword(ctx context.Context) error {
	if err := s.readPassword(); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.pass = rand.Text()
	single := exec.CommandContext(ctx, s.bin("postgres"), "--single", "-D", s.data, "-c", "exit_on_error=on", "postgres") //nolint:gosec // what we unpacked
	single.Env = environment()
	single.Stdin = strings.NewReader("ALTER ROLE " + superuser + " PASSWORD '" + s.pass + "'\n")
	isolate(single)
	if out, err := single.CombinedOutput(); err != nil {
		return fmt.Errorf("%s is missing, and giving the cluster another password failed: %w: %s", s.paths.password, err, lastLines(string(out), 6))
	}
	s.Log.WarnContext(ctx, "PostgreSQL's password was missing, and it has another now", "file", s.paths.password)
	return s.writeFile(s.paths.password, s.pass+"\n")
}

func (s *Server) readPassword() error {
	b, err := os.ReadFile(s.paths.password)
	s.pass = strings.TrimSpace(string(b))
	if err == nil && s.pass == "" { // a power cut before the first start ended
		err = fs.ErrNotExist
	}
	return err
}

// writeFile writes a small file whole or not at all, for its owner alone.
func (s *Server) writeFile(name, text string) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, []byte(text)) {
		return nil
	}
	f, err := os.CreateTemp(s.home, ".new-*") // mode 0600
	if err != nil {
		return advise(err, s.home)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return advise(err, s.home)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// diskFull also reads it from what PostgreSQL printed.
func diskFull(err error) bool {
	return errors.Is(err, errNoSpace) || err != nil && strings.Contains(err.Error(), "No space left on device")
}

// advise says what to do about what went wrong in a folder.
func advise(err error, dir string) error {
	switch {
	case err == nil:
		return nil
	case diskFull(err):
		return fmt.Errorf("the disk is full: PostgreSQL needs about 150 MB in %s at first; free some space and start again (%w)", dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: run umbra as the user that owns %s", err, filepath.Dir(dir))
	}
	return err
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
