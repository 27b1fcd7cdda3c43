package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/server"
	"umbra/app/transfer"
)

func (e *env) importLegacy() *cobra.Command {
	c := &cobra.Command{
		Use:   "umbra-legacy --from postgres://…",
		Short: "Move over from the older Umbra (FastAPI and PostgreSQL)",
		Long: `Reads the PostgreSQL database of the older Umbra and makes its records here. It
changes nothing there. Start with --dry-run and read what it says.

Its columns were never written down: they are found by name and type, and what
is not known is listed. A database of the time when one PIN opened it makes an
administrator, admin, whose first password is the PIN; a later one brings its
users and their passwords. Where Umbra has users already, --user says whose the
records without an owner become.

A password in --from can be seen by the machine's other users: leave it out and
set PGPASSWORD, or keep it in ~/.pgpass.`,
		Example: `  umbra import umbra-legacy --from postgres://umbra@localhost/umbra --dry-run
  umbra import umbra-legacy --from postgres://umbra@localhost/umbra --user ada`,
		Args: between(0, 0, ""),
	}
	o := transfer.Legacy{}
	from := c.Flags().String("from", "", "the older database, postgres://USER@HOST/NAME; its DATABASE_URL will do")
	c.Flags().StringVar(&o.User, "user", "", "whose the records without an owner become")
	c.Flags().StringToStringVar(&o.Rename, "rename", nil, "OLD=NEW: another name for a user, where the old one is not possible here")
	c.Flags().StringVar(&o.Zone, "time-zone", "", "the zone of users whose settings name none, like Europe/Berlin (default UTC)")
	naive := c.Flags().String("naive-times", "local", "what times without a zone are: local (the user's clock) or utc")
	c.Flags().BoolVar(&o.KeepUnknown, "keep-unknown", false, "put the values of unknown columns into the records' texts")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "try everything, change nothing")
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *from == "" {
			return misused(c, "%s needs --from postgres://…, the database of the older Umbra", c.CommandPath())
		}
		source, err := config.ParseDatabase(*from)
		if err != nil {
			return misused(c, "--from: %s", err)
		}
		if source.Engine != config.Postgres {
			return misused(c, "--from must be a postgres:// address: the older Umbra knew PostgreSQL alone")
		}
		if *naive != "local" && *naive != "utc" {
			return misused(c, "--naive-times must be local or utc")
		}
		if o.Zone != "" {
			if _, err := clock.Zone(o.Zone); err != nil {
				return misused(c, "--time-zone: there is no zone %q", o.Zone)
			}
		}
		o.Address, o.Masked, o.NaiveUTC, o.Now = source.DSN(), source.Masked(), *naive == "utc", clock.System{}.Now()
		if o.Masked != o.Address {
			fmt.Fprintln(e.Err, "umbra: warning: the password in --from can be seen by this machine's other users; PGPASSWORD or ~/.pgpass hides it")
		}
		return e.open(c.Context(), func(a *server.App) error {
			r, err := o.Run(c.Context(), targetOf(a))
			if err != nil {
				return err
			}
			if *asJSON {
				err = writeJSON(e.Out, r)
			} else {
				err = writeReport(e.Out, r)
			}
			if err == nil && len(r.Refused) > 0 {
				err = fmt.Errorf("not imported: %d; each is listed above with the reason", len(r.Refused))
			}
			return err
		})
	}
	return c
}
