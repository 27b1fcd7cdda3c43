package pgembed_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"umbra/app/db/dbtest"
	"umbra/app/pgembed"
)

// contents is every file with its bytes, mode and time.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&out, path, info.Mode(), info.ModTime(), info.Size())
		if b, err := os.ReadFile(path); err == nil {
			fmt.Fprintf(&out, "%x\n", b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func says(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("%v, want an error that says %q", err, w)
		}
	}
}

// A cluster that this program must not start stays as it is, byte for byte.
func TestAClusterOfAnotherKindIsRefusedUntouched(t *testing.T) {
	version := func(text string) func(t *testing.T, home string) {
		return func(t *testing.T, home string) { put(t, filepath.Join(home, "data", "PG_VERSION"), text) }
	}
	for name, tt := range map[string]struct {
		make func(t *testing.T, home string)
		says []string
	}{
		"no version":  {func(*testing.T, string) {}, []string{"PG_VERSION is missing", "mount it"}},
		"empty":       {version(""), []string{"does not hold a version"}},
		"garbage":     {version("eighteen\n"), []string{"does not hold a version"}},
		"half a word": {version("1"), []string{"made by PostgreSQL 1,"}},
		"older":       {version("17\n"), []string{"made by PostgreSQL 17", "umbra backup", "umbra restore"}},
		"newer":       {version("19\n"), []string{"made by PostgreSQL 19", "newer Umbra"}},
		"very old":    {version("9.6\n"), []string{"does not hold a version"}},
		"not readable": {func(t *testing.T, home string) {
			version("18\n")(t, home)
			mode(t, filepath.Join(home, "data", "PG_VERSION"), 0)
		}, []string{"cannot be read", "permission"}},
		"a folder in its place": {func(t *testing.T, home string) { mkdir(t, filepath.Join(home, "data", "PG_VERSION")) },
			[]string{"cannot be read"}},
		"open to others": {func(t *testing.T, home string) { version("18\n")(t, home); mode(t, filepath.Join(home, "data"), 0o755) },
			[]string{"open to others", "chmod 700"}},
		"somebody else's": {func(t *testing.T, home string) {
			if err := errors.Join(os.Remove(filepath.Join(home, "data", "base")), os.Remove(filepath.Join(home, "data")), os.Symlink("/etc", filepath.Join(home, "data"))); err != nil {
				t.Fatal(err)
			}
		}, []string{"belongs to root", "chown"}},
		"a file": {func(t *testing.T, home string) {
			if err := os.RemoveAll(filepath.Join(home, "data")); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(home, "data"), "?")
		}, []string{"is not a folder"}},
		"gone": {func(t *testing.T, home string) {
			if err := os.RemoveAll(filepath.Join(home, "data")); err != nil {
				t.Fatal(err)
			}
		}, []string{"is gone", "to begin anew"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, folder(t))
			home := filepath.Join(o.DataDir, "postgres")
			mkdir(t, filepath.Join(home, "data", "base"))
			put(t, filepath.Join(home, "password"), "secret\n")
			tt.make(t, home)
			before := contents(t, home)
			for _, create := range []bool{true, false} {
				o.Create = create
				s, err := pgembed.Start(t.Context(), o)
				if err == nil {
					stop(t, s)
				}
				says(t, err, tt.says...)
				says(t, err, "nothing was changed")
				if e := (*pgembed.CannotRunError)(nil); errors.As(err, &e) {
					t.Error("SQLite might take its place")
				}
			}
			if contents(t, home) != before {
				t.Error("the folder was changed")
			}
			mode(t, home, 0o700)
		})
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(name, 0o700); err != nil {
		t.Fatal(err)
	}
}

func mode(t *testing.T, name string, m os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, m); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutAnArchive(t *testing.T) {
	dir := folder(t)
	if _, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir, Create: true}); !errors.Is(err, pgembed.ErrNotCarried) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOnlyServeMakesACluster(t *testing.T) {
	o := options(t, folder(t))
	o.Create = false
	_, err := pgembed.Start(t.Context(), o)
	says(t, err, "no PostgreSQL cluster", "umbra serve")
	if left, _ := os.ReadDir(o.DataDir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// pack makes an archive of programs that are shell scripts.
func pack(t *testing.T, programs map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for name, text := range programs {
		err = errors.Join(err, w.WriteHeader(&tar.Header{Name: "bin/" + name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}))
		_, werr := w.Write([]byte(text))
		err = errors.Join(err, werr)
	}
	if err := errors.Join(err, w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Where PostgreSQL does not run, nothing of it is left, so that SQLite may serve.
func TestWhereItCannotRunNothingIsLeft(t *testing.T) {
	options(t, "") // it skips without an archive
	const good = "#!/bin/sh\necho PostgreSQL 18\n"
	for name, tt := range map[string]struct {
		archive string
		says    string
	}{
		"another system's program": {pack(t, map[string]string{"postgres": "\x7fELF?"}), "does not run here"},
		"its libraries are older":  {pack(t, map[string]string{"postgres": "#!/bin/sh\necho GLIBC_2.27 not found\nexit 1\n"}), "glibc 2.27"},
		"no cluster can be made":   {pack(t, map[string]string{"postgres": good, "initdb": "#!/bin/sh\necho no semaphores\nexit 1\n"}), "no semaphores"},
		"the server ends at once": {pack(t, map[string]string{"initdb": "#!/bin/sh\nmkdir $3\n",
			"postgres": "#!/bin/sh\n[ $1 = --version ] && exit 0\necho FATAL: no shared memory >&2\nexit 1\n"}), "no shared memory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			_, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir, Archive: tt.archive, Create: true, Serving: true})
			says(t, err, tt.says)
			if e := (*pgembed.CannotRunError)(nil); !errors.As(err, &e) {
				t.Errorf("%T: %v", err, err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	t.Run("what the owner put there stays", func(t *testing.T) {
		dir := folder(t)
		mkdir(t, filepath.Join(dir, "postgres", "data-of-last-year"))
		put(t, filepath.Join(dir, "postgres", "custom.conf"), "work_mem = 8MB\n")
		_, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir, Archive: pack(t, map[string]string{"postgres": "?"}), Create: true})
		says(t, err, "does not run here")
		left, _ := os.ReadDir(filepath.Join(dir, "postgres"))
		if len(left) != 2 {
			t.Errorf("left: %v", left)
		}
	})
	t.Run("a damaged archive", func(t *testing.T) {
		dir := folder(t)
		bad := []byte(archive()[:100_000])
		_, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir, Archive: string(bad), Create: true})
		says(t, err, "damaged")
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("stopped while it begins", func(t *testing.T) {
		dir := folder(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o := options(t, dir)
		if _, err := pgembed.Start(ctx, o); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestAFullDiskIsSaid(t *testing.T) {
	small := os.Getenv(smallDisk)
	if small == "" {
		t.Skip("needs root to mount a small file system")
	}
	o := options(t, small)
	_, err := pgembed.Start(t.Context(), o)
	says(t, err, "the disk is full", "150 MB", small)
	if e := (*pgembed.CannotRunError)(nil); errors.As(err, &e) {
		t.Error("a full disk is no reason to change the engine")
	}
	if left, _ := os.ReadDir(small); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheLockNamesThisVersion(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(dbtest.Root(), "app", "pgembed", "archives.lock"))
	if err != nil {
		t.Fatal(err)
	}
	platforms := 0
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); f[0] != "#" {
			platforms++
			if len(f) != 4 || !strings.HasPrefix(f[2], pgembed.Version+".") || len(f[3]) != 128 {
				t.Errorf("%s: version %s, want %s, with a SHA-512", f[0], f[2], pgembed.Version)
			}
		}
	}
	if platforms != 5 {
		t.Errorf("%d platforms", platforms)
	}
}
