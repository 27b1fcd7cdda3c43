package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/server"
)

func (e *env) userDisableMFA() *cobra.Command {
	return &cobra.Command{
		Use:   "disable-mfa [NAME]",
		Short: "Take away the second factor of a user who lost it",
		Long: `Takes a user's second factor away, for one who lost it, and ends all of their
sessions. The password stays, and so do passkeys, which are a way in of their own.`,
		Example: "  umbra user disable-mfa ada",
		Args:    between(0, 1, "the name of a user"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
				was, err := a.Accounts.DisableMFA(ctx, u.ID)
				if err != nil {
					return err
				}
				if !was {
					_, err = fmt.Fprintf(e.Out, "%s had no second factor; all sessions are ended\n", u.Username)
					return err
				}
				_, err = fmt.Fprintf(e.Out, "%s logs in with the password alone; all sessions are ended\n", u.Username)
				return err
			})
		},
	}
}
