package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/moving"
	"umbra/app/resource"
	"umbra/app/server"
)

func houseOf(a *server.App) moving.House {
	s := a.Services
	return moving.House{DB: a.DB, Journal: a.Journal, Todos: s.Todos, Calendars: s.Calendars, Events: s.Events, Templates: s.Templates, Reminders: s.Reminders,
		Projects: s.Projects, People: s.People, Locations: s.Locations, Resources: resource.New(a.DB)}
}

// named is the user of a flag, as onUser takes one.
func named(user string) []string {
	if user == "" {
		return nil
	}
	return []string{user}
}

// importFile makes c, the command above the other imports, import a file itself.
func (e *env) importFile(c *cobra.Command) {
	c.Args = between(1, 1, "the name of a file, or - for standard input")
	user := c.Flags().String("user", "", "whose the records become; may be left out while there is one user")
	dryRun := c.Flags().Bool("dry-run", false, "try everything, change nothing")
	format := c.Flags().String("format", "", "what the file is: "+strings.Join(moving.Names(), ", ")+" (default: recognised)")
	columns := c.Flags().StringToString("column", nil, "HEADING=FIELD: what a column of a table means: "+strings.Join(moving.TableFields(), ", "))
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		f, err := e.fileToImport(args[0])
		if err != nil {
			return err
		}
		if len(*columns) > 0 {
			f.Columns = map[string]string{}
			for heading, field := range *columns {
				f.Columns[strings.ToLower(heading)] = field
			}
		}
		return e.onUser(c, named(*user), func(ctx context.Context, a *server.App, u account.User) error {
			who, err := a.Accounts.Caller(ctx, u.ID, caller.CLI)
			if err != nil {
				return err
			}
			p := e.progress()
			r, err := houseOf(a).Import(ctx, who, f, moving.Options{Format: *format, DryRun: *dryRun, Now: clock.System{}.Now(),
				Progress: func(done, total int) { p.say("importing", "of "+strconv.Itoa(total), int64(done)) }})
			p.end()
			if err != nil {
				return err
			}
			if *asJSON {
				err = writeJSON(e.Out, r)
			} else {
				err = writeResult(e.Out, r)
			}
			if n := r.Lost(); err == nil && n > 0 {
				err = fmt.Errorf("not imported: %d; each is listed above with the reason", n)
			}
			return err
		})
	}
}

func (e *env) fileToImport(name string) (*moving.File, error) {
	in := e.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, moving.MaxFile+1))
	if err != nil {
		return nil, err
	}
	return moving.NewFile(name, data)
}

// writeResult says to a person what an import did.
func writeResult(w io.Writer, r moving.Result) error {
	did := "imported"
	if r.DryRun {
		did = "to import"
		fmt.Fprintln(w, "This is a dry run: nothing was changed.")
	}
	fmt.Fprintf(w, "The file is taken for: %s\n\n", r.Format)
	rows := [][]string{{"kind", "in the file", did, "there already", "refused"}}
	for _, k := range r.Kinds {
		rows = append(rows, []string{strings.ReplaceAll(k.Kind, "_", " "), strconv.Itoa(k.Read), strconv.Itoa(k.Made), strconv.Itoa(k.There + k.Alike), strconv.Itoa(k.Refused)})
	}
	if err := writeTable(w, rows); err != nil {
		return err
	}
	for _, c := range r.Columns {
		if c.Field == "" {
			c.Field = "nothing (--column " + strconv.Quote(c.Name) + "=FIELD)"
		}
		fmt.Fprintf(w, "column %q is taken for %s\n", c.Name, c.Field)
	}
	for _, part := range []struct {
		title string
		notes []moving.Note
	}{{"Not imported, and why", r.Refused}, {"Changed on the way", r.Changed}} {
		if len(part.notes) > 0 {
			fmt.Fprintf(w, "\n%s:\n", part.title)
		}
		for _, n := range part.notes {
			fmt.Fprintln(w, "  "+place(n)+n.Text)
		}
	}
	if r.More > 0 {
		fmt.Fprintf(w, "  … and %d more\n", r.More)
	}
	return nil
}

// place says where in the file a note stands, and about what.
func place(n moving.Note) string {
	var parts []string
	if n.File != "" {
		parts = append(parts, n.File)
	}
	if n.Line > 0 {
		parts = append(parts, "line "+strconv.Itoa(n.Line))
	}
	if n.Title != "" {
		parts = append(parts, strconv.Quote(n.Title))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": "
}
