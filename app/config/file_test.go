package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"umbra/app/config"
)

func TestDataDir(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), "")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	const flagged, named, state, xdg, home = "/a/flag", "UMBRA_DATA_DIR=/a/env", "STATE_DIRECTORY=/a/state:/a/other", "XDG_DATA_HOME=/a/xdg", "HOME=/a/home"
	for _, tc := range []struct {
		name    string
		args    []string
		environ []string
		want    string // the folder, or what the error says
		from    config.Source
	}{
		{"flag", []string{"--data-dir", flagged}, []string{named, state, xdg, home}, "/a/flag", config.FromFlag},
		{"environment", nil, []string{named, state, xdg, home}, "/a/env", config.FromEnvironment},
		{"systemd", nil, []string{state, xdg, home}, "/a/state", config.FromEnvironment},
		{"XDG", nil, []string{xdg, home}, "/a/xdg/umbra", config.FromDefault},
		{"home", nil, []string{"XDG_DATA_HOME=relative", home}, "/a/home/.local/share/umbra", config.FromDefault},
		{"a relative flag", []string{"--data-dir", "data/../d"}, nil, filepath.Join(here, "d"), config.FromFlag},
		{"nothing", nil, nil, "UMBRA_DATA_DIR is needed", ""},
		{"relative", nil, []string{"UMBRA_DATA_DIR=data"}, `must be an absolute path (it is "data")`, ""},
		{"a relative state folder", nil, []string{"STATE_DIRECTORY=data"}, "STATE_DIRECTORY (environment) must be", ""},
		{"tilde", []string{"--data-dir=~/umbra"}, nil, "written out", ""},
		{"a file", []string{"--data-dir", file}, nil, "is not a folder", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := load(tc.args, tc.environ)
			if tc.from == "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || c.DataDir != tc.want || source(c, "UMBRA_DATA_DIR").Source != tc.from {
				t.Errorf("%s from %s, %v", c.DataDir, source(c, "UMBRA_DATA_DIR").Source, err)
			}
		})
	}
}

func TestCreateDataDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	c := mustLoad(t, []string{"--data-dir", dir}, nil)
	if _, err := os.Stat(dir); err == nil {
		t.Error("reading the settings made the folder")
	}
	for range 2 {
		if err := c.CreateDataDir(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestEnvFile(t *testing.T) {
	dir := t.TempDir()
	data := "UMBRA_DATA_DIR=" + dir
	write(t, filepath.Join(dir, ".env"), "UMBRA_LISTEN=:1\n")
	other := write(t, filepath.Join(t.TempDir(), "umbra.env"), "UMBRA_LOG_FORMAT=json\n")

	c := mustLoad(t, []string{"--env-file", other}, []string{data})
	if c.LogFormat != "json" || c.Listen == ":1" || c.EnvFile != other {
		t.Errorf("the file named stands in for the one in the data folder: %+v", c)
	}
	if c = mustLoad(t, nil, []string{data, "UMBRA_ENV_FILE=" + other}); c.LogFormat != "json" {
		t.Errorf("named by the environment: %+v", c)
	}
	_, err := load([]string{"--env-file", other + ".missing"}, []string{data})
	if err == nil || !strings.Contains(err.Error(), "umbra.env.missing cannot be read") {
		t.Errorf("one that is missing: %v", err)
	}
	_, err = load([]string{"--env-file", dir}, []string{data})
	if err == nil {
		t.Error("a folder was read")
	}

	// Another project's file lies in the working directory.
	t.Chdir(t.TempDir())
	write(t, ".env", "UMBRA_LISTEN=:9\nUMBRA_NONSENSE=1\n")
	if c = mustLoad(t, nil, []string{data}); c.Listen != ":1" {
		t.Errorf("listens on %s", c.Listen)
	}
}

// A command line without a word about where finds what the service of the machine has.
func TestTheSettingsOfAPackage(t *testing.T) {
	service, mine := t.TempDir(), t.TempDir()
	config.KeepSystem(t, write(t, filepath.Join(t.TempDir(), "umbra.env"), "UMBRA_DATA_DIR="+service+"\nUMBRA_LISTEN=:7\n"))
	other := write(t, filepath.Join(t.TempDir(), "other.env"), "UMBRA_DATA_DIR="+mine+"\n")
	home := "HOME=" + mine
	for name, tc := range map[string]struct {
		flags, environ []string
		packaged       bool
	}{
		"nothing is named":          {nil, []string{home}, true},
		"a setting is":              {nil, []string{home, "UMBRA_LOG_FORMAT=json"}, true},
		"a folder is":               {[]string{"--data-dir", mine}, []string{home}, false},
		"by the environment":        {nil, []string{home, "UMBRA_DATA_DIR=" + mine}, false},
		"by another unit's systemd": {nil, []string{home, "STATE_DIRECTORY=" + mine}, false},
		"another file is":           {[]string{"--env-file", other}, []string{home}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := mustLoad(t, tc.flags, tc.environ)
			if c.Packaged != tc.packaged || (c.DataDir == service) != tc.packaged || (c.Listen == ":7") != tc.packaged {
				t.Errorf("%v %s %s", c.Packaged, c.DataDir, c.Listen)
			}
		})
	}
	config.KeepSystem(t, filepath.Join(mine, "none"))
	if c := mustLoad(t, nil, []string{home}); c.Packaged || c.DataDir == service {
		t.Errorf("without a package: %+v", c)
	}
}

func TestEnvFileErrors(t *testing.T) {
	for name, tc := range map[string]struct{ text, says string }{
		"no assignment":      {"TOTP_ISSUER=x\n\nhunter2 is the password\nUMBRA_LISTEN=:1\n", "line 3 is not NAME=value"},
		"an open quote":      {"TOTP_ISSUER=x\nSECRET_KEY=\"hunter2\n", "line 2 is not"},
		"a dollar":           {"DATABASE_URL=postgres://u:hunter2$ABC@h/d\n", "DATABASE_URL (.env) has a $"},
		"a dollar in quotes": {"DATABASE_URL=\"postgres://u:hunter2${ABC}@h/d\"\n", "single quotes"},
		"a later name":       {"DATABASE_URL=postgres://u:hunter2${ABC}@h/d\nABC=x\n", "above it"},
		"its own name":       {"UMBRA_ENV_FILE=/hunter2\n", "cannot be set in"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, ".env"), tc.text)
			_, err := load([]string{"--data-dir", dir}, nil)
			if err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v", err)
			}
		})
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "DATABASE_URL='postgres://u:pa$ABC@h/d'\nTOTP_ISSUER=a$b\n")
	if c := mustLoad(t, []string{"--data-dir", dir}, nil); c.DB.DSN() != "postgres://u:pa$ABC@h/d" || c.TOTPIssuer != "a$b" {
		t.Errorf("%s, %s", c.DB.DSN(), c.TOTPIssuer)
	}
}

func TestAReadableFileWithSecretsWarns(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing there")
	}
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, ".env"), "SECRET_KEY="+key+"\n")
	for mode, warns := range map[os.FileMode]int{0o600: 0, 0o640: 0, 0o644: 1} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if got := mustLoad(t, []string{"--data-dir", dir}, nil).Warnings(); len(got) != warns {
			t.Errorf("mode %o: %q", mode, got)
		}
	}
}
