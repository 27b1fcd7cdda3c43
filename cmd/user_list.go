package cmd

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/page"
	"umbra/app/server"
)

func (e *env) userList() *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "List all users",
		Long:  "Lists all users by name, with what keeps them out: disabled, or locked after failed log-ins.",
		Example: `  umbra user list
  umbra user list --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return e.open(c.Context(), func(a *server.App) error {
			users, err := all(func(r page.Request) (page.Page[account.Listed], error) { return a.Accounts.Users(c.Context(), r) })
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Out, users)
			}
			rows := [][]string{{"ID", "NAME", "ROLE", "STATE", "SECOND FACTOR", "SINCE"}}
			for _, u := range users {
				rows = append(rows, []string{strconv.FormatInt(u.ID, 10), u.Username, string(u.Role), state(u), yesNo(u.TOTPEnabled), shortTime(u.CreatedAt)})
			}
			return writeTable(e.Out, rows)
		})
	}
	return c
}

func state(u account.Listed) string {
	switch {
	case u.Disabled:
		return "disabled"
	case !u.LockedUntil.IsZero():
		return "locked until " + shortTime(u.LockedUntil)
	}
	return "active"
}

// shortTime is a time for people, in the zone of their machine.
func shortTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04 MST") }
