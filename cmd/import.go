package cmd

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"umbra/app/server"
	"umbra/app/transfer"
)

// importFrom has a subcommand for each source.
func (e *env) importFrom() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Bring records in from a file, or from elsewhere",
		Long: `Brings records in from a file: .ics, .vcf, .csv, todo.txt, Umbra's own export,
and those of Todoist, TickTick, Trello, Microsoft To Do, Vikunja, Google Takeout
and Monica; - is standard input. What it is is recognised. Start with --dry-run.

An import happens whole or not at all, it can be undone as one change, and doing
it twice changes nothing the second time.`,
		Example: `  umbra import takeout.zip --dry-run
  umbra import Garden.csv --user ada
  umbra import umbra-legacy --from postgres://umbra@db/umbra --dry-run`,
	}
	e.importFile(c)
	c.AddCommand(e.importLegacy())
	return c
}

func targetOf(a *server.App) transfer.Target {
	s := a.Services
	return transfer.Target{DB: a.DB, Journal: a.Journal, Accounts: a.Accounts, Todos: s.Todos, Events: s.Events, Reminders: s.Reminders,
		Projects: s.Projects, People: s.People, Locations: s.Locations}
}

// writeReport says to a person what an import did.
func writeReport(w io.Writer, r transfer.Report) error {
	did := "imported"
	if r.DryRun {
		did = "to import"
		fmt.Fprintln(w, "This is a dry run: nothing was changed.")
	}
	for _, u := range r.Users {
		about := "the account that is there already"
		if u.Made {
			about = "a new account; its first password: " + u.Password
		}
		fmt.Fprintf(w, "\n%s: %s\n", u.Username, about)
		if u.PasswordDue {
			fmt.Fprintln(w, "  Change it after the first log-in: Umbra will ask for it.")
		}
		rows := [][]string{{"  table", "rows", did, "there already", "deleted since", "refused"}}
		for _, table := range transfer.Tables() {
			if n, ok := u.Records[table]; ok {
				rows = append(rows, []string{"  " + table, strconv.Itoa(n.Read), strconv.Itoa(n.Imported), strconv.Itoa(n.There), strconv.Itoa(n.Deleted), strconv.Itoa(n.Refused)})
			}
		}
		if err := writeTable(w, rows); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		title string
		rows  []string
	}{
		{"Not imported, and why", said(r.Refused)},
		{"Changed on the way; the value of before is in the record's text", said(r.Notes)},
		{"Unknown tables, left where they are", columns(r.UnknownTables)},
		{"Unknown columns, left where they are (--keep-unknown puts their values into the records' texts)", columns(r.UnknownColumns)},
		{"Known, and not moved", columns(r.LeftOut)},
	} {
		if len(part.rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s:\n", part.title)
		for i, row := range part.rows {
			if i == maxReported {
				fmt.Fprintf(w, "  … and %d more: --json lists all\n", len(part.rows)-i)
				break
			}
			fmt.Fprintln(w, "  "+row)
		}
	}
	return nil
}

// maxReported bounds each list on the screen.
const maxReported = 50

func said(notes []transfer.Note) (out []string) {
	for _, n := range notes {
		out = append(out, fmt.Sprintf("%s %s: %s", n.Table, n.Row, n.Text))
	}
	return out
}

func columns(all []transfer.Column) (out []string) {
	for _, c := range all {
		name, what := c.Table, "rows"
		if c.Column != "" {
			name, what = c.Table+"."+c.Column, "values"
		}
		if c.Type != "" {
			name += " (" + c.Type + ")"
		}
		if c.Values == 1 {
			what = strings.TrimSuffix(what, "s")
		}
		line := fmt.Sprintf("%s: %d %s", name, c.Values, what)
		if c.Why != "" {
			line += "; " + c.Why
		}
		out = append(out, line)
	}
	return out
}
