package config

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// dataDir finds the data folder. It must be the same from any working
// directory, so only a flag, typed for this one run, may be relative.
func (l *loader) dataDir(c *Config) {
	path, from := l.lookup(find(envDataDir))
	name := envDataDir
	if path == "" {
		// systemd gives a list when the unit names several.
		path, _, _ = strings.Cut(l.environ["STATE_DIRECTORY"], ":")
		name, from = "STATE_DIRECTORY", FromEnvironment
	}
	if path == "" {
		path, from = l.userDataDir(), FromDefault
	}
	l.note(envDataDir, path, from)
	switch {
	case path == "":
		l.fail(envDataDir, "", "is needed: neither it nor STATE_DIRECTORY, XDG_DATA_HOME or HOME is set")
		return
	case path == "~" || strings.HasPrefix(path, "~/"):
		l.fail(name, from, "must be written out: ~ is not replaced here")
		return
	case !filepath.IsAbs(path) && from != FromFlag:
		l.fail(name, from, fmt.Sprintf("must be an absolute path (it is %q)", path))
		return
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		l.fail(name, from, "cannot be resolved")
		return
	}
	if info, err := os.Stat(abs); err == nil && !info.IsDir() {
		l.fail(name, from, abs+" is not a folder")
		return
	}
	c.DataDir = abs
}

// userDataDir is the XDG data folder + /umbra; relative values are ignored, as
// the XDG specification says.
func (l *loader) userDataDir() string {
	if base := l.environ["XDG_DATA_HOME"]; filepath.IsAbs(base) {
		return filepath.Join(base, "umbra")
	}
	if base := l.environ["LOCALAPPDATA"]; runtime.GOOS == "windows" && filepath.IsAbs(base) {
		return filepath.Join(base, "umbra")
	}
	if home := l.environ["HOME"]; filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "umbra")
	}
	return ""
}

// CreateDataDir makes the data folder with mode 0700 when it is not there. One
// that is there keeps its mode.
func (c Config) CreateDataDir() error {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	return nil
}
