package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"umbra/app/server"
)

func (e *env) copy() *cobra.Command {
	c := &cobra.Command{
		Use:   "copy --to URL",
		Short: "Copy the database to another one, of either engine",
		Long: `Copies the database that the settings name to an empty one, of the same engine or
the other, as of one moment, and compares every row. Neither the old database nor
the settings are changed. What the server writes after the copy began is not in
it: stop it first, to move house. Then set DATABASE_URL to the new one.`,
		Example: `  umbra copy --to postgres://umbra@localhost/umbra
  umbra copy --database-url postgres://umbra@localhost/umbra --to sqlite:///umbra.db`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	to := c.Flags().String("to", "", "where to: sqlite:///path, embedded-postgres: or postgres://user@host/name")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *to == "" {
			return misused(c, "say where to, with --to")
		}
		settings, err := e.settings()
		if err != nil {
			return err
		}
		target, err := settings.Resolve(*to)
		if err != nil {
			return misused(c, "--to %s", err)
		}
		if strings.Contains(target.Masked(), "xxxxx") {
			fmt.Fprintln(e.Err, "umbra: warning: the password in --to can be read by others on this machine: a .pgpass file keeps it")
		}
		began := time.Now()
		p := e.progress()
		done, err := server.Copy(c.Context(), e.options(settings), target, p.say)
		p.end()
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(e.Out, resultOf(target.Masked(), done.Header, done.Manifest))
		}
		_, err = fmt.Fprintf(e.Out, "copied %d records to %s, and compared every one\nWhat was changed after %s is not in it. Set DATABASE_URL to the new one and start `umbra serve` again.\n",
			done.Manifest.Records, target.Masked(), began.Format("15:04:05"))
		return err
	}
	return c
}
