package cmd

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"umbra/app/db"
	"umbra/app/pgembed"
)

// version is set where the build tells it: -ldflags "-X umbra/cmd.version=v1.2.3".
var version string

// Build is what this program was made from, as `umbra version --json` prints it.
type Build struct {
	Version  string `json:"version"` // like v1.2.3; devel when it was not made from a tag
	Commit   string `json:"commit"`  // "" when it is not known
	Modified bool   `json:"modified"`
	Time     string `json:"time"` // of the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
	SQLite   string `json:"sqlite"`
	Postgres string `json:"postgres"` // of the one inside; "" when there is none
}

func build() Build {
	b := Build{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, SQLite: db.SQLiteVersion}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	if v := cmp.Or(version, info.Main.Version); v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		case "vcs.time":
			b.Time = s.Value
		}
	}
	return b
}

func (e *env) version() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it was built from",
		Long:  "Prints the version of Umbra, the commit it was built from, and the versions of Go and the databases inside.",
		Example: `  umbra version
  umbra version --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		b := build()
		if e.assets.Postgres != "" {
			b.Postgres = pgembed.Version
		}
		if *asJSON {
			return writeJSON(e.Out, b)
		}
		commit, postgres := b.Commit, b.Postgres
		if commit == "" {
			commit = "unknown"
		}
		if b.Modified {
			commit += ", modified"
		}
		if postgres == "" {
			postgres = "none in this build"
		}
		_, err := fmt.Fprintf(e.Out, "umbra %s\ncommit    %s\ngo        %s %s\nsqlite    %s\npostgres  %s\n",
			b.Version, commit, b.Go, b.Platform, b.SQLite, postgres)
		return err
	}
	return c
}
