package pgembed

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// programName tells archives apart by their length and last bytes, which are
// the checksum of what is packed: reading all 19 MB would cost each start.
func programName(archive string) string {
	tail := archive[max(0, len(archive)-16):]
	return fmt.Sprintf("program-%s-%d-%08x", Version, len(archive), crc32.ChecksumIEEE([]byte(tail)))
}

// whole is a file in the programs' folder that says that all of them are on the
// disk. Without it, after a power cut perhaps, they are unpacked again.
const whole = "whole"

var syncPrograms = syncAll

// unpack puts the programs into the data folder, once.
func (s *Server) unpack() error {
	if _, err := os.Stat(filepath.Join(s.program, whole)); err == nil {
		return nil
	}
	half := s.program + ".new"
	if err := errors.Join(os.RemoveAll(half), os.RemoveAll(s.program)); err != nil {
		return err
	}
	s.made = append(s.made, half, s.program)
	err := extract(s.Archive, half)
	if err == nil {
		err = s.tryProgram(filepath.Join(half, "bin", exe("postgres")))
	}
	if err == nil {
		err = os.Rename(half, s.program)
	}
	if err != nil {
		_ = os.RemoveAll(half)
		return advise(err, s.home)
	}
	return nil
}

// settle waits for the disk, while the server already works, and says that the
// programs are whole.
func (s *Server) settle(root *os.Root) {
	defer func() { _ = root.Close() }()
	if _, err := root.Stat(whole); err == nil || !syncPrograms(root) {
		return
	}
	if f, err := root.Create(whole); err == nil {
		_, _ = f.Sync(), f.Close()
	}
}

// tryProgram finds out whether it runs here, before a cluster is made.
func (s *Server) tryProgram(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	e := &CannotRunError{Reason: fmt.Sprintf("the PostgreSQL in this build does not run here (%v %s)", err, strings.TrimSpace(string(out))), Fix: libcAdvice}
	if errors.Is(err, os.ErrPermission) {
		e.Fix = "programs may not run in " + s.DataDir + " (mounted noexec?): put the data folder on another file system, or use sqlite:///umbra.db"
	}
	return e
}

// removeOldPrograms removes what earlier versions unpacked, and halves.
func (s *Server) removeOldPrograms() {
	names, _ := filepath.Glob(filepath.Join(s.home, "program-*"))
	for _, name := range names {
		if name != s.program {
			_ = os.RemoveAll(name)
		}
	}
}

func (s *Server) bin(name string) string { return filepath.Join(s.program, "bin", exe(name)) }

// extract unpacks an archive, which our own build made, into a folder.
func extract(archive, dir string) error {
	z, err := zstd.NewReader(strings.NewReader(archive), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return err
	}
	defer z.Close()
	root, err := openRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	made := map[string]bool{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		if parent := filepath.Dir(filepath.FromSlash(h.Name)); !made[parent] {
			if err := root.MkdirAll(parent, 0o700); err != nil {
				return err
			}
			made[parent] = true
		}
		if h.Typeflag == tar.TypeSymlink {
			if err := root.Symlink(h.Linkname, h.Name); err != nil {
				return err
			}
			continue
		}
		if err := writeEntry(root, h, t); err != nil {
			return err
		}
	}
}

func damaged(err error) error {
	return fmt.Errorf("the PostgreSQL in this program is damaged (%w): get the program from its releases again", err)
}

func openRoot(dir string) (*os.Root, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

func writeEntry(root *os.Root, h *tar.Header, from io.Reader) error {
	f, err := root.OpenFile(h.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, os.FileMode(h.Mode)&0o700|0o400)
	if err != nil {
		return err
	}
	if _, err = io.Copy(f, from); err != nil && !diskFull(err) {
		err = damaged(err)
	}
	return errors.Join(err, f.Close())
}
