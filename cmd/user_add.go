package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/server"
)

func (e *env) userAdd() *cobra.Command {
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a user",
		Long: `Adds a user. The password is asked for twice on a terminal, and is one line of
standard input otherwise. The first user must be an administrator.`,
		Example: `  umbra user add ada --admin
  umbra user add grace --time-zone Europe/Berlin < password.txt`,
		Args: between(1, 1, "the name of the new user"),
	}
	admin := c.Flags().Bool("admin", false, "make an administrator")
	zone := c.Flags().String("time-zone", "UTC", "the user's time zone, like Europe/Berlin")
	language := c.Flags().String("language", "en", "the user's language, like de")
	c.RunE = func(c *cobra.Command, args []string) error {
		return e.open(c.Context(), func(a *server.App) error {
			in := account.NewUser{Username: args[0], Role: account.Member, Zone: *zone, Language: *language}
			if *admin {
				in.Role = account.Admin
			}
			return e.addUser(c.Context(), a.Accounts, in)
		})
	}
	return c
}

func (e *env) addUser(ctx context.Context, accounts *account.Service, in account.NewUser) error {
	first, err := accounts.SetupRequired(ctx)
	if err != nil {
		return err
	}
	if first && in.Role != account.Admin {
		return errors.New("the first user must be an administrator: add --admin")
	}
	if in.Password, err = e.newPassword(ctx, in.Username); err != nil {
		return err
	}
	u, err := accounts.Add(ctx, in)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "added %s (%s)\n", u.Username, u.Role)
	return err
}
