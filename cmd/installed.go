package cmd

import (
	"bufio"
	"io/fs"
	"strings"

	"golang.org/x/mod/semver"
)

// installed is how this program came here, and what brings a newer one.
type installed struct {
	By  string   // container, deb, rpm, apk, brew, source or file
	How []string // what to do, line by line
}

// installedAs finds out by what package managers leave behind: root is the whole
// file system, program the path of this executable, version what it calls itself.
func installedAs(root fs.FS, program, version string) installed {
	there := func(names ...string) bool {
		for _, name := range names {
			if _, err := fs.Stat(root, name); err == nil {
				return true
			}
		}
		return false
	}
	switch {
	case there(".dockerenv", "run/.containerenv"):
		return installed{"container", []string{"get the newer image, and start a container of it with the same volume: `docker pull`, `docker stop`, `docker run` as before"}}
	case strings.Contains(program, "/Cellar/umbra/"):
		return installed{"brew", []string{"brew upgrade umbra", "brew services restart umbra"}}
	case lineIn(root, "var/lib/dpkg/info/umbra.list", program):
		return installed{"deb", []string{"download the newer .deb for this machine (`dpkg --print-architecture`)", "sudo apt install ./umbra_….deb, which restarts the service"}}
	case lineIn(root, "lib/apk/db/installed", "P:umbra") && strings.HasPrefix(program, "/usr/"):
		return installed{"apk", []string{"download the newer .apk for this machine (`apk --print-arch`)", "doas apk add --allow-untrusted ./umbra-….apk", "doas rc-service umbra restart"}}
	case strings.HasPrefix(program, "/usr/bin/") && there("usr/lib/sysimage/rpm", "var/lib/rpm") && there("usr/share/doc/umbra", "usr/lib/systemd/system/umbra.service"):
		return installed{"rpm", []string{"download the newer .rpm for this machine (`uname -m`)", "sudo dnf install ./umbra-….rpm, which restarts the service"}}
	case !semver.IsValid(version) || semver.Prerelease(version) != "":
		return installed{"source", []string{"git pull && make build, in its source", "start it again"}}
	}
	return installed{"file", []string{"download the archive for this machine, and compare it with the checksums that are beside it", "stop `umbra serve`, put the new executable at " + program + ", and start it again"}}
}

func lineIn(root fs.FS, name, line string) bool {
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		if s.Text() == line {
			return true
		}
	}
	return false
}
