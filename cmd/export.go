package cmd

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/moving"
	"umbra/app/server"
)

func (e *env) export() *cobra.Command {
	c := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write everything of one user into a zip",
		Long: `Writes all records of one user into a zip: umbra.json, which is complete and
which another Umbra imports, and the same as .ics, .vcf and Markdown, for other
programs and for people. Without a FILE it goes to standard output. It is no
backup: that is of all users, with their accounts and history.`,
		Example: `  umbra export ada.zip --user ada
  umbra export > all.zip`,
		Args: between(0, 1, "the name of a file"),
	}
	user := c.Flags().String("user", "", "whose; may be left out while there is one user")
	c.RunE = func(c *cobra.Command, args []string) error {
		if f, ok := e.Out.(*os.File); ok && len(args) == 0 && term.IsTerminal(int(f.Fd())) {
			return misused(c, "a zip is not for the screen: name a FILE, or send it on with >")
		}
		return e.onUser(c, named(*user), func(ctx context.Context, a *server.App, u account.User) error {
			if len(args) == 0 || args[0] == "-" {
				return e.exportTo(ctx, a, u, e.Out)
			}
			return e.exportFile(ctx, a, u, args[0])
		})
	}
	return c
}

// exportFile writes a new file that the user alone may read; where that does not
// succeed none is left.
func (e *env) exportFile(ctx context.Context, a *server.App, u account.User, name string) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return fmt.Errorf("%s is there already: name another file", name)
	}
	if err != nil {
		return err
	}
	err = e.exportTo(ctx, a, u, f)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(name)
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "%s: everything of %s, %s\n", name, u.Username, size(info.Size()))
	return err
}

func (e *env) exportTo(ctx context.Context, a *server.App, u account.User, w io.Writer) error {
	who, err := a.Accounts.Caller(ctx, u.ID, caller.CLI)
	if err != nil {
		return err
	}
	settings, err := a.Accounts.Settings(ctx, who)
	if err != nil {
		return err
	}
	return houseOf(a).Write(ctx, who, w, moving.Export{Username: u.Username, Settings: settings, Version: a.Version, Now: clock.System{}.Now()})
}
