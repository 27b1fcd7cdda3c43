package cmd

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/page"
	"umbra/app/server"
)

func (e *env) userSessions() *cobra.Command {
	c := &cobra.Command{
		Use:   "sessions [NAME]",
		Short: "List where a user is logged in",
		Long:  "Lists where a user is logged in, last seen first. `umbra user reset` ends them all.",
		Example: `  umbra user sessions
  umbra user sessions ada --json`,
		Args: between(0, 1, "the name of a user"),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return e.onUser(c, args, func(ctx context.Context, a *server.App, u account.User) error {
			sessions, err := all(func(r page.Request) (page.Page[account.Session], error) {
				return a.Accounts.Sessions(ctx, u.ID, 0, r)
			})
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Out, sessions)
			}
			rows := [][]string{{"ID", "LAST SEEN", "SINCE", "ENDS", "ADDRESS", "CLIENT"}}
			for _, s := range sessions {
				rows = append(rows, []string{strconv.FormatInt(s.ID, 10), shortTime(s.LastSeenAt), shortTime(s.CreatedAt),
					shortTime(s.ExpiresAt), s.Address, strings.TrimSpace(s.UserAgent)})
			}
			return writeTable(e.Out, rows)
		})
	}
	return c
}
