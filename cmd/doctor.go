package cmd

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/disk"
	"umbra/app/secret"
)

// The states of a finding.
const (
	ok   = "ok"
	warn = "warn"
	fail = "fail"
)

// finding is what one check found, and what to do about it unless it is ok.
type finding struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok, warn or fail
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"`
}

func (e *env) doctor() *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at everything that can be wrong, and say what to do",
		Long: `Looks at the data folder and who may read it, the disk, the database and its
schema, the secret key, backups, notifications, how Umbra is reached (address,
name, certificate), the mail server and the identity provider, the clock, the
time zones and the memory, and says what to do about what is not right. It
changes nothing, sends nothing but a log-in at the mail server, and works beside a
running server. docs/troubleshooting.md tells more about each, and the form of --json.
Exit code 1 when something fails; warnings do not count.`,
		Example: `  umbra doctor
  umbra doctor --full
  umbra doctor --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	full := c.Flags().Bool("full", false, "check the indexes of the database as well, which takes longer")
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := e.settings()
		if err != nil {
			return err
		}
		findings := e.examine(c.Context(), settings, *full)
		if err := c.Context().Err(); err != nil {
			return err
		}
		if *asJSON {
			err = writeJSON(e.Out, findings)
		} else {
			err = e.writeFindings(findings)
		}
		for _, f := range findings {
			if err == nil && f.Status == fail {
				err = errSilent
			}
		}
		return err
	}
	return c
}

func (e *env) examine(ctx context.Context, c config.Config, full bool) []finding {
	if o, err := e.options(c).Settled(); err == nil { // what is wrong, opening it says
		c = o.Config
	}
	findings := []finding{checkSettings(c), checkFolder(c.DataDir), checkPermissions(c.DataDir), checkDisk(c, disk.Free)}
	findings = append(findings, e.checkStore(ctx, c, full)...)
	now := clock.System{}.Now()
	return append(findings, checkServer(ctx, c), checkReach(c), checkName(ctx, c, net.DefaultResolver, ownAddresses()), checkCertificate(ctx, c, now),
		checkMail(ctx, c), checkProvider(ctx, c), checkClock(now, clockIs()), checkZones(zone), checkMemory(c, secret.MemoryOf(os.DirFS("/"))))
}

func zone(name string) error {
	_, err := clock.Zone(name)
	return err
}

func (e *env) writeFindings(findings []finding) error {
	rows := make([][]string, 0, len(findings))
	oneLine := strings.NewReplacer("\n", " ", "\t", "") // drivers' errors have more
	for _, f := range findings {
		rows = append(rows, []string{f.Status, f.Name, oneLine.Replace(f.Detail)})
		if f.Fix != "" {
			rows = append(rows, []string{"", "", "-> " + f.Fix})
		}
	}
	if err := writeTable(e.Out, rows); err != nil {
		return err
	}
	count := map[string]int{}
	for _, f := range findings {
		count[f.Status]++
	}
	_, err := fmt.Fprintf(e.Out, "%d ok, %d to look at, %d failed\n", count[ok], count[warn], count[fail])
	return err
}
