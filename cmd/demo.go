package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/demo"
	"umbra/app/server"
)

// demo is hidden: nobody wants it in an account they live with.
func (e *env) demo() *cobra.Command {
	return &cobra.Command{
		Use:     "demo [NAME]",
		Short:   "Fill an account with a household to look at",
		Long:    "Adds 300 to-dos, 500 events, 120 people and more to an account, to look at. It cannot be taken back in one step: use an account of its own.",
		Example: "  umbra demo visitor",
		Hidden:  true,
		Args:    between(0, 1, "the name of a user"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
				as, err := a.Accounts.Caller(ctx, u.ID, caller.Demo)
				if err != nil {
					return err
				}
				if err := demo.Load(ctx, a.DB, as, clock.System{}.Now()); err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.Out, "%s has a household now\n", u.Username)
				return err
			})
		},
	}
}
