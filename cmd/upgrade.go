package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"umbra/app/config"
	"umbra/app/notify"
	"umbra/app/release"
)

// exitNewer is how `umbra upgrade --check` ends when there is a newer version.
const exitNewer = 3

// errNewer says it; everything was printed already.
var errNewer = errors.New("")

// upgradeAnswer is what `umbra upgrade --json` prints; docs/upgrade.md tells its fields.
type upgradeAnswer struct {
	Current   string     `json:"current"`
	Asked     bool       `json:"asked"` // whether a feed was asked
	Newest    string     `json:"newest,omitempty"`
	Newer     bool       `json:"newer"`
	URL       string     `json:"url,omitempty"`
	Published *time.Time `json:"published,omitempty"`
	Installed string     `json:"installed"`
	How       []string   `json:"how"`

	known bool // the running version can be compared
}

func (e *env) upgrade() *cobra.Command {
	c := &cobra.Command{
		Use:   "upgrade",
		Short: "Say how to upgrade this Umbra, and whether there is a newer one",
		Long: `Says which Umbra this is, how it was installed, and how a newer one takes its
place. It replaces nothing by itself.

With --check it asks the feed of releases at UMBRA_UPGRADE_FEED which version is
the newest. Nobody is asked without that setting.

Exit codes: 0 this is the newest (or no feed is set, or this one was built between
releases), 1 the feed could not be read, 2 wrong use or wrong settings, 3 there is
a newer version.`,
		Example: `  umbra upgrade
  umbra upgrade --check
  umbra upgrade --check --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	check := c.Flags().Bool("check", false, "ask the feed at UMBRA_UPGRADE_FEED for the newest version")
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := e.settings()
		if err != nil {
			return err
		}
		a := upgradeAnswer{Current: build().Version}
		program, err := os.Executable()
		if err == nil {
			program, err = filepath.EvalSymlinks(program)
		}
		if err != nil {
			program = cmp.Or(program, "umbra")
		}
		by := installedAs(os.DirFS("/"), program, a.Current)
		a.Installed, a.How = by.By, by.How
		if *check && settings.UpgradeFeed != "" {
			if err := a.ask(c.Context(), settings); err != nil {
				return fmt.Errorf("the feed of releases at UMBRA_UPGRADE_FEED cannot be used: %w", err)
			}
		}
		if *asJSON {
			err = writeJSON(e.Out, a)
		} else {
			err = e.writeUpgrade(a, *check)
		}
		if err == nil && a.Newer {
			err = errNewer
		}
		return err
	}
	return c
}

// ask reads the feed by the guarded way out, which the feed's own address is
// allowed on: the administrator named it. Its server does not learn our version.
func (a *upgradeAnswer) ask(ctx context.Context, c config.Config) error {
	address := string(c.UpgradeFeed)
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	out := notify.NewOutbound(notify.OutboundOptions{Agent: "Umbra", Allow: func(host string, ip netip.Addr, p uint16) bool {
		return host == u.Hostname() && strconv.Itoa(int(p)) == port || c.OutboundAllow.Allows(host, ip, p)
	}})
	defer out.Close()
	got, err := out.Get(ctx, address, release.Accept, "", "", release.MaxBytes)
	if err != nil {
		return err
	}
	all, err := release.Parse(got.Body)
	if err != nil {
		return err
	}
	a.Asked = true
	newest, found := release.Newest(all)
	if !found {
		return nil
	}
	a.Newest, a.URL = newest.Version, newest.URL
	if !newest.Published.IsZero() {
		a.Published = &newest.Published
	}
	a.Newer, a.known = release.Newer(newest, a.Current)
	return nil
}

func (e *env) writeUpgrade(a upgradeAnswer, check bool) error {
	lines := []string{"this is umbra " + a.Current + ", installed as: " + a.Installed}
	newest := a.Newest
	if a.Published != nil {
		newest += " of " + a.Published.Format(time.DateOnly)
	}
	switch {
	case !check:
	case !a.Asked:
		lines = append(lines, "nobody was asked whether there is a newer one: set UMBRA_UPGRADE_FEED to a feed of releases (docs/upgrade.md)")
	case a.Newest == "":
		lines = append(lines, "the feed names no release")
	case !a.known:
		lines = append(lines, "the newest release is "+newest+"; this one was built between releases and cannot be compared")
	case a.Newer:
		lines = append(lines, "there is a newer one: "+newest)
	default:
		lines = append(lines, "it is the newest")
	}
	if check && a.URL != "" && (a.Newer || !a.known) {
		lines = append(lines, a.URL)
	}
	if !check || a.Newer || a.Asked && !a.known && a.Newest != "" {
		lines = append(lines, "", "to upgrade:", "  - umbra backup, and read what changed")
		for _, how := range a.How {
			lines = append(lines, "  - "+how)
		}
		lines = append(lines, "The database is kept and migrated at the first start. What fails is taken back: docs/upgrade.md")
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(e.Out, line); err != nil {
			return err
		}
	}
	return nil
}
