package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"umbra/app/config"
	"umbra/app/disk"
	"umbra/app/server"
)

const (
	mib        = 1 << 20
	memoryLow  = 128 * mib
	oldestYear = 2025 // no clock that is right shows less
)

func checkSettings(c config.Config) finding {
	f := finding{"settings", ok, "all are right", ""}
	if w := c.Warnings(); len(w) > 0 {
		f.Status, f.Detail, f.Fix = warn, strings.Join(w, "; "), "change what it says; `umbra config` shows every setting"
	}
	return f
}

func checkFolder(dir string) finding {
	f := finding{"data folder", ok, dir, ""}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		f.Status, f.Detail = fail, dir+" is not there"
		f.Fix = "start `umbra serve` once, which makes it, or name the right folder with --data-dir"
		return f
	}
	if err != nil {
		f.Status, f.Detail, f.Fix = fail, err.Error(), "run this as the user that runs the server"
		return f
	}
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		f.Status, f.Detail, f.Fix = fail, "cannot be written to: "+err.Error(), "run this as the user that runs the server, or make room on the disk"
		return f
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		f.Status, f.Detail = warn, fmt.Sprintf("%s is open to others on this machine (mode %04o)", dir, mode)
		f.Fix = "run `chmod 700 " + dir + "`"
	}
	return f
}

func checkDisk(c config.Config, room func(dir string) (uint64, error)) finding {
	f := finding{Name: "disk space", Status: ok}
	dir := c.DataDir
	size := int64(0)
	if path := server.DatabasePath(c); path != "" {
		if info, err := os.Stat(path); err == nil {
			dir, size = filepath.Dir(path), info.Size()
		}
	} else if c.DB.Engine == config.EmbeddedPostgres {
		size = sizeOf(filepath.Join(c.DataDir, "postgres", "data"))
	}
	free, err := room(dir)
	if err != nil {
		f.Detail = "not known: " + err.Error()
		return f
	}
	f.Detail = fmt.Sprintf("%d MiB free, the database has %d MiB", free/mib, size/mib)
	if copies, bytes := copiesIn(dir); copies > 0 {
		f.Detail += fmt.Sprintf("; %d copies from before upgrades and restores (*.before-*) take %d MiB, and may go", copies, bytes/mib)
	}
	switch {
	case free < disk.Empty:
		f.Status, f.Fix = fail, "free some space: nothing can be written when the disk is full"
	case free < disk.Low || free < 2*uint64(size):
		f.Status, f.Fix = warn, "free some space: an upgrade copies the database first"
	}
	return f
}

// copiesIn counts what upgrades and restores have kept.
func copiesIn(dir string) (n int, bytes int64) {
	names, _ := filepath.Glob(filepath.Join(dir, "*.before-*"))
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			n, bytes = n+1, bytes+info.Size()
		}
	}
	return n, bytes
}

// sizeOf is what the files in a folder take, as far as they can be seen.
func sizeOf(dir string) (total int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}

// checkServer is no failure when nothing runs: that may be meant.
func checkServer(ctx context.Context, c config.Config) finding {
	f := finding{Name: "server", Status: ok}
	address, err := localAddress(c.Listen)
	if err == nil {
		err = healthy(ctx, address)
	}
	switch {
	case err == nil:
		f.Detail = "answers at http://" + address
	case address == "" || errors.Is(err, syscall.ECONNREFUSED):
		f.Detail = "is not running"
	default:
		f.Status, f.Detail = warn, err.Error()
		f.Fix = "look at the server's log, or whether another program has the port"
	}
	return f
}

// checkClock holds the clock to what can be told of it without asking anybody.
func checkClock(now time.Time, set clockState) finding {
	f := finding{"clock", ok, now.Format(time.RFC3339) + string(set), ""}
	switch {
	case now.Year() < oldestYear:
		f.Status, f.Fix = fail, "set the clock, with NTP best: reminders and log-ins go by it"
	case set == clockAdrift:
		f.Status, f.Fix = warn, "have the clock set over the network (`timedatectl set-ntp true`, or chrony): reminders, log-ins by code and certificates go by it"
	}
	return f
}

// clockState is whether something on this machine keeps the clock right.
type clockState string

const (
	clockKept    clockState = ", kept by the network"
	clockAdrift  clockState = ", which nothing sets"
	clockUnknown clockState = ""
)

// checkZones tries one that no machine lacks which has any, and one with odd rules.
func checkZones(load func(name string) error) finding {
	f := finding{"time zones", ok, "known", ""}
	for _, name := range []string{"Europe/Berlin", "Pacific/Chatham"} {
		if err := load(name); err != nil {
			f.Status, f.Detail, f.Fix = fail, err.Error(), "the zone data should be inside this program: get it from its releases again"
		}
	}
	return f
}

// checkMemory knows how much there is as bytes; 0 is not known.
func checkMemory(c config.Config, memory uint64) finding {
	f := finding{"memory", ok, "not known", ""}
	if memory == 0 {
		return f
	}
	hash := uint64(c.Argon2().MemoryKiB) << 10
	f.Detail = fmt.Sprintf("%d MiB, of which a log-in takes %d MiB for a moment", memory/mib, hash/mib)
	switch {
	case hash*4 > memory:
		f.Status, f.Fix = warn, "lower UMBRA_ARGON2_MEMORY_KIB (19456 is OWASP's least): a few log-ins at once take most of it"
	case memory < memoryLow:
		f.Status, f.Fix = warn, "give it 128 MiB or more"
	}
	return f
}
