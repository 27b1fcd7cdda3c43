package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/server"
)

func (e *env) userUnlock() *cobra.Command {
	return &cobra.Command{
		Use:     "unlock [NAME]",
		Short:   "Let a user who failed too often try again at once",
		Long:    "Ends the lock that ten failed log-ins put on an account, so that the user may try again at once.",
		Example: "  umbra user unlock ada",
		Args:    between(0, 1, "the name of a user"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
				if err := a.Accounts.Unlock(ctx, u.ID); err != nil {
					return err
				}
				_, err := fmt.Fprintf(e.Out, "%s may try again\n", u.Username)
				return err
			})
		},
	}
}
