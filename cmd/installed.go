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
	case strings.Contains(program, "/Caskroom/umbra/"), strings.Contains(program, "/Cellar/umbra/"):
		return installed{"brew", []string{"brew upgrade umbra", "start it again"}}
	}
	for _, name := range []string{"umbra", "umbra-postgres"} { // the two flavours
		switch {
		case lineIn(root, "var/lib/dpkg/info/"+name+".list", program):
			return installed{"deb", []string{"download the newer package for this machine (`dpkg --print-architecture`)", "sudo apt install ./" + name + "_VERSION_linux_….deb, which starts the service anew"}}
		case lineIn(root, "lib/apk/db/installed", "P:"+name) && strings.HasPrefix(program, "/usr/"):
			return installed{"apk", []string{"download the newer package for this machine (`apk --print-arch`)", "apk add --allow-untrusted ./" + name + "_VERSION_linux_….apk", "rc-service umbra restart"}}
		case strings.HasPrefix(program, "/usr/bin/") && there("usr/lib/sysimage/rpm", "var/lib/rpm") && there("usr/share/doc/"+name, "usr/share/licenses/"+name, "usr/lib/systemd/system/umbra.service"):
			return installed{"rpm", []string{"download the newer package for this machine (`uname -m`)", "sudo dnf install ./" + name + "_VERSION_linux_….rpm, which starts the service anew"}}
		}
	}
	if !semver.IsValid(version) || semver.Prerelease(version) != "" {
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
