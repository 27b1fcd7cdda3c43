package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/server"
)

func (e *env) user() *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "Add, list and delete users, and let them in again",
		Long: `Keeps the users of Umbra, also while the server runs. Names may be in any case;
where [NAME] is optional it may be left out while there is one user. Passwords
are asked for on a terminal and read from standard input otherwise.`,
		Example: `  umbra user list
  umbra user reset`,
		Args: noSubcommand,
		RunE: helpAsError,
	}
	c.AddCommand(e.userAdd(), e.userList(), e.userReset(), e.userUnlock(), e.userDisableMFA(), e.userSessions(), e.userDelete())
	return c
}

// onUser runs do on the user that args name.
func (e *env) onUser(c *cobra.Command, args []string, do func(ctx context.Context, a *server.App, u account.User) error) error {
	name := ""
	if len(args) > 0 {
		if name = args[0]; name == "" {
			return misused(c, "the name is empty")
		}
	}
	return e.open(c.Context(), func(a *server.App) error {
		u, err := a.Accounts.FindByName(c.Context(), name)
		switch {
		case fault.Is(err, fault.Invalid):
			return misused(c, "there is more than one user: say which")
		case fault.Is(err, fault.NotFound) && name != "":
			return fault.Newf(fault.NotFound, "user_not_found", "there is no user %q; `umbra user list` lists them", name)
		case fault.Is(err, fault.NotFound):
			return fault.New(fault.NotFound, "user_not_found", "there is no user yet: open Umbra in a browser, or run `umbra user add NAME --admin`")
		case err != nil:
			return err
		}
		return do(c.Context(), a, u)
	})
}

// all reads every page of a list.
func all[T any](read func(page.Request) (page.Page[T], error)) ([]T, error) {
	out := []T{}
	req := page.Request{Limit: page.MaxLimit}
	for {
		p, err := read(req)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Items...)
		if p.Next == "" {
			return out, nil
		}
		req.Cursor = p.Next
	}
}
