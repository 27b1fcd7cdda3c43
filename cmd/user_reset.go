package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/server"
)

func (e *env) userReset() *cobra.Command {
	return &cobra.Command{
		Use:   "reset [NAME]",
		Short: "Set a new password for a user who cannot log in",
		Long: `Sets a new password without the old one, ends all of the user's sessions and
tokens, removes passkeys and linked identities, and unlocks the account. The
second factor stays. The password is asked for twice on a terminal, and is one
line of standard input otherwise. It works while the server runs.`,
		Example: `  umbra user reset
  umbra user reset ada < password.txt`,
		Args: between(0, 1, "the name of a user"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
				password, err := e.newPassword(ctx, u.Username)
				if err != nil {
					return err
				}
				if err := a.Accounts.ResetPassword(ctx, u.ID, password); err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.Out, "%s has a new password; all sessions are ended\n", u.Username)
				if u.Disabled {
					fmt.Fprintf(e.Err, "umbra: warning: %s is disabled and cannot log in\n", u.Username)
				}
				return err
			})
		},
	}
}
