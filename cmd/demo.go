package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/demo"
	"umbra/app/fault"
	"umbra/app/server"
)

func (e *env) demo() *cobra.Command {
	c := &cobra.Command{
		Use:    "demo [NAME]",
		Hidden: true, // for those who work on Umbra, and for pictures of it
		Short:  "Fill an account with a believable household",
		Long: `Fills an account with a believable household: to-dos, events, reminders,
projects, people and places. An account that holds to-dos already is left alone.`,
		Example: "  umbra demo ada",
		Args:    between(0, 1, "the name of a user"),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
			n, err := a.Journal.Total(ctx, u.ID, "todo")
			if err != nil {
				return err
			}
			if n > 0 {
				return fault.Newf(fault.Conflict, "not_empty", "%s has %d to-dos already: take an account without any", u.Username, n)
			}
			as, err := a.Accounts.Caller(ctx, u.ID, caller.Demo)
			if err != nil {
				return err
			}
			if err := demo.Load(ctx, a.DB, as, clock.System{}.Now()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(e.Out, "filled the account of %s: %d to-dos, %d events, %d reminders, %d projects, %d people, %d places\n",
				u.Username, demo.Todos, demo.Events, demo.Reminders, demo.Projects, demo.People, demo.Places)
			return err
		})
	}
	return c
}
