package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"umbra/app/migrate"
	"umbra/app/server"
)

func (e *env) migrate() *cobra.Command {
	up := func(c *cobra.Command, _ []string) error {
		return e.move(c.Context(), (*migrate.Migrator).Up)
	}
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this version's schema, or back",
		Long: `Brings the database to the schema that this version needs, which serve also does
when it starts. A database with data is kept first: SQLite's as a copy beside it,
of PostgreSQL a backup. It is refused while a server runs on the data folder.`,
		Example: `  umbra migrate
  umbra migrate status`,
		Args: noSubcommand,
		RunE: up,
	}
	c.AddCommand(
		&cobra.Command{
			Use:     "up",
			Short:   "Migrate to the newest schema",
			Long:    "Migrates to the newest schema that this version knows, like `umbra migrate` alone.",
			Example: "  umbra migrate up",
			Args:    between(0, 0, ""),
			RunE:    up,
		},
		&cobra.Command{
			Use:   "down",
			Short: "Take back the newest migration",
			Long: `Takes back the newest migration, after a copy. What only the newer schema can
hold is lost but for that copy: do this to go back to an older Umbra.`,
			Example: "  umbra migrate down",
			Args:    between(0, 0, ""),
			RunE: func(c *cobra.Command, _ []string) error {
				return e.move(c.Context(), (*migrate.Migrator).Down)
			},
		},
		&cobra.Command{
			Use:     "to VERSION",
			Short:   "Migrate up or down to a version of the schema",
			Long:    "Migrates up or down to a version of the schema, after a copy. `umbra migrate status` lists the versions.",
			Example: "  umbra migrate to 1",
			Args:    between(1, 1, "the version of the schema"),
			RunE: func(c *cobra.Command, args []string) error {
				version, err := strconv.ParseUint(args[0], 10, 31)
				if err != nil {
					return misused(c, "%q is not a version: give a number that `umbra migrate status` lists, or 0 for none", args[0])
				}
				return e.move(c.Context(), func(m *migrate.Migrator, ctx context.Context) (string, error) {
					return m.To(ctx, int64(version))
				})
			},
		},
		e.migrateStatus(),
	)
	return c
}

// move changes the schema while no server runs.
func (e *env) move(ctx context.Context, to func(m *migrate.Migrator, ctx context.Context) (string, error)) error {
	return e.store(ctx, func(s *server.Store) error {
		if err := s.Lock(); err != nil {
			return err
		}
		from, err := s.Migrator.Version(ctx)
		if err != nil {
			return err
		}
		snapshot, err := to(s.Migrator, ctx)
		if err != nil {
			return err
		}
		if snapshot != "" {
			fmt.Fprintln(e.Out, "copy from before: "+snapshot)
		}
		now, err := s.Migrator.Version(ctx)
		if err != nil {
			return err
		}
		if now == from {
			_, err = fmt.Fprintf(e.Out, "nothing to do: the schema is version %d\n", now)
		} else {
			_, err = fmt.Fprintf(e.Out, "migrated from version %d to %d\n", from, now)
		}
		return err
	})
}

func (e *env) migrateStatus() *cobra.Command {
	c := &cobra.Command{
		Use:   "status",
		Short: "Say which migrations the database has",
		Long:  "Says which version the database's schema is, which this version of Umbra needs, and lists the migrations.",
		Example: `  umbra migrate status
  umbra migrate status --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return e.store(c.Context(), func(s *server.Store) error {
			// A newer database is told below, by its numbers.
			if err := s.Migrator.Check(c.Context()); err != nil && !errors.Is(err, migrate.ErrNewer) {
				return err
			}
			version, err := s.Migrator.Version(c.Context())
			if err != nil {
				return err
			}
			steps, err := s.Migrator.Status(c.Context())
			if err != nil {
				return err
			}
			newest := s.Migrator.Newest()
			if *asJSON {
				return writeJSON(e.Out, struct {
					Version    int64          `json:"version"`
					Newest     int64          `json:"newest"`
					Migrations []migrate.Step `json:"migrations"`
				}{version, newest, steps})
			}
			rows := [][]string{{"VERSION", "NAME", "APPLIED"}}
			for _, step := range steps {
				rows = append(rows, []string{strconv.FormatInt(step.Version, 10), step.Name, yesNo(step.Applied)})
			}
			if err := writeTable(e.Out, rows); err != nil {
				return err
			}
			_, err = fmt.Fprintf(e.Out, "the schema is version %d, and this program's %d\n", version, newest)
			return err
		})
	}
	return c
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
