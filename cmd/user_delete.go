package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/server"
)

func (e *env) userDelete() *cobra.Command {
	c := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a user and everything of theirs, for good",
		Long: `Deletes a user with all of their records, history and trash. Nothing brings them
back. The name must be typed again on a terminal; elsewhere, --yes is needed.`,
		Example: `  umbra user delete ada
  umbra user delete ada --yes`,
		Args: between(1, 1, "the name of a user"),
	}
	yes := c.Flags().Bool("yes", false, "delete without asking")
	c.RunE = func(c *cobra.Command, args []string) error {
		_, asks := e.terminal()
		if !*yes && !asks {
			return misused(c, "deleting cannot be undone: add --yes")
		}
		return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
			if !*yes {
				typed, err := e.ask(ctx, "This deletes "+u.Username+" and everything of theirs, for good. Type the name to go on: ")
				if err != nil {
					return err
				}
				if strings.TrimSpace(typed) != u.Username {
					return errors.New("that is not the name: nothing was deleted")
				}
			}
			if err := a.Accounts.Delete(ctx, u.ID); err != nil {
				return err
			}
			_, err := fmt.Fprintln(e.Out, "deleted "+u.Username)
			return err
		})
	}
	return c
}
