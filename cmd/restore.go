package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/backup"
	"umbra/app/server"
)

func (e *env) restore() *cobra.Command {
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup into the place of the database",
		Long: `Restores a backup to the database that the settings name, on either engine, and
brings it to this version's schema. Stop the server first, on PostgreSQL every
server of that database. The file is read to its end before anything is touched,
and the new database is built beside the old one and put into its place in one
step: interrupted, the old one is still there.

A database that holds data is replaced with --replace alone, and is kept: SQLite's
file under another name, of PostgreSQL a backup. Log-ins are ended, and programs
that followed changes start anew.`,
		Example: `  umbra restore /media/stick/umbra.tar.zst
  umbra restore backups/umbra-20261124T030000Z.tar.zst --replace`,
		Args: between(1, 1, "the name of a backup"),
	}
	asJSON := jsonFlag(c)
	replace := c.Flags().Bool("replace", false, "replace a database that holds data, after keeping it")
	c.RunE = func(c *cobra.Command, args []string) error {
		settings, err := e.settings()
		if err != nil {
			return err
		}
		p := e.progress()
		done, err := server.Restore(c.Context(), e.options(settings), server.Restoring{File: args[0], Replace: *replace,
			Passphrase: e.passphrase(c.Context(), settings), Progress: p.say})
		p.end()
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		for _, lost := range done.Lost {
			fmt.Fprintf(e.Err, "umbra: warning: lost: %s, of %d. The backup does not hold the SECRET_KEY it was sealed with: set it up again\n", lost.What, lost.Users)
		}
		if done.Beside != "" {
			fmt.Fprintf(e.Err, "umbra: warning: the data folder holds %s as well, which is as it was and not in use: keep DATABASE_URL set, or move that one away\n", done.Beside)
		}
		if *asJSON {
			return writeJSON(e.Out, struct {
				backupResult
				Kept string        `json:"kept,omitempty"`
				Key  bool          `json:"secret_key"`
				Lost []backup.Lost `json:"lost"`
			}{resultOf(args[0], done.Header, done.Manifest), done.Kept, done.KeepKey != "", append([]backup.Lost{}, done.Lost...)})
		}
		if done.Kept != "" {
			fmt.Fprintln(e.Out, "kept from before: "+done.Kept)
		}
		_, err = fmt.Fprintf(e.Out, "restored %d records of %s to %s\n", done.Manifest.Records, done.Header.MadeAt.UTC().Format("2006-01-02 15:04 UTC"), databaseName(done.Config))
		return err
	}
	return c
}
