package cmd

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"umbra/app/backup"
)

func (e *env) verify() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Prove that a backup restores",
		Long: `Reads a backup to its end, restores it to a database of its own, checks that and
compares it with the file row by row; then the database is removed again. Nothing
else is touched: it works anywhere, also beside a running server. The passphrase
of an encrypted one comes from UMBRA_BACKUP_PASSPHRASE (or …_FILE), is asked for
on a terminal, or is one line of standard input.`,
		Example: `  umbra verify /media/stick/umbra.tar.zst
  umbra verify backups/umbra-20261124T030000Z.tar.zst --json`,
		Args: between(1, 1, "the name of a backup"),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		settings, err := e.settings()
		if err != nil {
			return err
		}
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		scratch := settings.DataDir // has room for a database, where a folder for temporary files may lie in memory
		if info, err := os.Stat(scratch); err != nil || !info.IsDir() {
			scratch = ""
		}
		p := e.progress()
		h, m, err := backup.Prove(c.Context(), f, e.passphrase(c.Context(), settings), e.assets.Migrations, build().Version, scratch, p.say)
		p.end()
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		if *asJSON {
			return writeJSON(e.Out, resultOf(args[0], h, m))
		}
		_, err = fmt.Fprintf(e.Out, "%s is good: %d records, made %s by Umbra %s from %s\n",
			args[0], m.Records, h.MadeAt.UTC().Format("2006-01-02 15:04 UTC"), h.Umbra, h.Engine)
		return err
	}
	return c
}
