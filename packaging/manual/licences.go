package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"umbra/packaging/carried"
)

// platforms whose programs differ in the modules they carry.
var platforms = []string{"linux", "darwin", "windows", "freebsd"}

// licences are those of everything that Umbra's programs carry: they may be given
// away with their licences alone.
func licences() ([]byte, error) {
	dirs, err := modules()
	if err != nil {
		return nil, err
	}
	goroot, err := run(nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	dirs["Go, its standard library and runtime"] = strings.TrimSpace(goroot)
	npm, err := carried.Packages()
	if err != nil {
		return nil, err
	}
	postgres, err := os.ReadFile("docs/licence-postgresql.txt")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("Umbra is under the GNU Affero General Public License, version 3 or later.\nIt carries these, each under its own licence:\n")
	write := func(name, text string) {
		line := strings.Repeat("=", 80)
		b.WriteString("\n" + line + "\n" + name + "\n" + line + "\n\n" + strings.TrimRight(text, "\n") + "\n")
	}
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		text, err := texts(dirs[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		write(name, text)
	}
	for _, p := range npm {
		write(p.Name+" "+p.Version+" ("+p.License+"), in the interface", p.Text)
	}
	write("PostgreSQL, in the build that carries it", string(postgres))
	return b.Bytes(), nil
}

// modules are the folders of those that the program is made of.
func modules() (map[string]string, error) {
	dirs := map[string]string{}
	for _, platform := range platforms {
		out, err := run([]string{"GOOS=" + platform}, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			if name, dir, found := strings.Cut(strings.TrimSpace(line), "\t"); found {
				dirs[name] = dir
			}
		}
	}
	return dirs, nil
}

// texts are the licences and notices in a folder.
func texts(dir string) (string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, f := range files {
		name := strings.ToUpper(f.Name())
		if f.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "NOTICE") && !strings.HasPrefix(name, "PATENTS") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return "", err
		}
		found = append(found, string(text))
	}
	if len(found) == 0 {
		return "", errors.New("it has no licence that could be given on")
	}
	return strings.Join(found, "\n"), nil
}

func run(env []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(context.Background(), name, args...) //nolint:gosec // ours alone call it
	c.Env, c.Stderr = append(os.Environ(), env...), os.Stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(out), nil
}
