//go:build ignore

// Gen_archive fetches the PostgreSQL that the larger build carries, as
// archives.lock names it, from Maven, and packs what a server needs of it
// anew: `go run app/pgembed/gen_archive.go linux_amd64` writes
// .cache/postgres/linux_amd64.tar.zst, which is made once.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

const (
	lockFile = "app/pgembed/archives.lock"
	outDir   = ".cache/postgres"
	maven    = "https://repo1.maven.org/maven2/io/zonky/test/postgres"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("build-postgres: ")
	platforms := os.Args[1:]
	if len(platforms) == 0 {
		platforms = []string{runtime.GOOS + "_" + runtime.GOARCH}
	}
	lines, err := lock()
	if err != nil {
		log.Fatal(err)
	}
	if platforms[0] == "all" {
		platforms = slices.Sorted(maps.Keys(lines))
	}
	for _, p := range platforms {
		if err := build(p, lines[p]); err != nil {
			log.Fatalf("%s: %v", p, err)
		}
	}
}

// lock answers each platform's line: artifact, version, sum.
func lock() (map[string][]string, error) {
	b, err := os.ReadFile(lockFile)
	if err != nil {
		return nil, err
	}
	lines := map[string][]string{}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 4 && f[0] != "#" {
			lines[f[0]] = f[1:]
		}
	}
	return lines, nil
}

func build(platform string, line []string) error {
	if line == nil {
		return errors.New("there is no PostgreSQL for it in " + lockFile)
	}
	out := filepath.Join(outDir, platform+".tar.zst")
	stamp, want := out+".from", strings.Join(line, " ")+"\n"
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		if _, err := os.Stat(out); err == nil {
			return nil
		}
	}
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return err
	}
	jar, err := fetch(line[0], line[1], line[2])
	if err != nil {
		return err
	}
	files, err := read(jar)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(platform, "windows") {
		link(files)
	}
	packed, err := pack(files)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out+".new", packed, 0o644); err != nil {
		return err
	}
	if err := os.Rename(out+".new", out); err != nil {
		return err
	}
	log.Printf("%s: %s %s, %.1f MB", out, line[0], line[1], float64(len(packed))/1e6)
	return os.WriteFile(stamp, []byte(want), 0o644)
}

// fetch brings the jar, and believes its sum alone.
func fetch(artifact, version, sum string) ([]byte, error) {
	url := fmt.Sprintf("%s/%s/%s/%s-%s.jar", maven, artifact, version, artifact, version)
	res, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, res.Status)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if got := fmt.Sprintf("%x", sha512.Sum512(b)); got != sum {
		return nil, fmt.Errorf("%s has the sum %s, and %s wants %s: nothing was kept", url, got, lockFile, sum)
	}
	return b, nil
}

type file struct {
	body []byte
	link string // what a symbolic link points to
}

// wanted says whether a server needs a file: not what one compiles, documents
// or translates with, and no languages that need an interpreter.
func wanted(name string) bool {
	for _, part := range []string{"/pgxs/", "/pkgconfig/", "/include/", "/doc/", "/man/", "/locale/", "/libecpg", "/libpgtypes",
		"/wxmsw", "/wxbase", "/plperl", "/plpython", "/pltcl", "/jsonb_plperl", "/jsonb_plpython", "/hstore_plperl", "/hstore_plpython", "/ltree_plpython"} {
		if strings.Contains("/"+name, part) {
			return false
		}
	}
	if strings.Contains(name, "/extension/") { // contrib: ours needs the language alone
		return strings.HasPrefix(path.Base(name), "plpgsql")
	}
	ext := path.Ext(name)
	return ext != ".a" && ext != ".lib" && ext != ".pdb"
}

// read takes the files out of the jar, which holds one .txz.
func read(jar []byte) (map[string]file, error) {
	z, err := zip.NewReader(bytes.NewReader(jar), int64(len(jar)))
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(z, "*.txz")
	if err != nil || len(names) != 1 {
		return nil, fmt.Errorf("the jar holds %d archives, %v", len(names), err)
	}
	txz, err := fs.ReadFile(z, names[0])
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "build-postgres-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	tar := exec.Command("tar", "-xJf", "-", "-C", dir)
	tar.Stdin, tar.Stderr = bytes.NewReader(txz), os.Stderr
	if err := tar.Run(); err != nil {
		return nil, fmt.Errorf("tar -xJ (it needs xz): %w", err)
	}
	files := map[string]file{}
	return files, filepath.WalkDir(dir, func(full string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, full)
		if err != nil || !wanted(filepath.ToSlash(name)) {
			return err
		}
		var f file
		if d.Type()&fs.ModeSymlink != 0 {
			f.link, err = os.Readlink(full)
		} else {
			f.body, err = os.ReadFile(full)
		}
		files[filepath.ToSlash(name)] = f
		return err
	})
}

// link makes libraries that are there under several names, as in macOS's
// archive, one file and links to it.
func link(files map[string]file) {
	first := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		body := string(files[name].body)
		if path.Dir(name) != "lib" || body == "" {
			continue
		}
		if same, found := first[body]; found {
			files[name] = file{link: path.Base(same)}
		} else {
			first[body] = name
		}
	}
}

// pack writes the same bytes for the same files.
func pack(files map[string]file) ([]byte, error) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20),
		zstd.WithEncoderCRC(true), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(f.body)), Typeflag: tar.TypeReg}
		if strings.HasPrefix(name, "bin/") {
			h.Mode = 0o755
		}
		if f.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, f.link
		}
		if err := t.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := t.Write(f.body); err != nil {
			return nil, err
		}
	}
	err = errors.Join(t.Close(), z.Close())
	return out.Bytes(), err
}
