package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"umbra/app/config"
	"umbra/app/server"
)

// env is what the commands share: input, output, and what the program carries.
type env struct {
	IO
	assets Assets
	root   *cobra.Command
}

// Commands are what the program takes, for those who describe them. They do not run.
func Commands() *cobra.Command { return newRoot(&env{}) }

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "umbra",
		Short: "A personal server for to-dos, calendar, reminders, projects, people and places",
		Long: `Umbra is a personal server: to-dos, calendar, reminders, projects, people and
places in one database that you own. Everything works without any setting.

Settings come from flags, the environment, and .env in the data folder.
Exit codes: 0 ok, 1 failed, 2 wrong use or wrong settings.`,
		Example: `  umbra serve
  umbra serve --listen :8000
  umbra user reset`,
		Args:          noSubcommand,
		RunE:          helpAsError,
		SilenceErrors: true,
		SilenceUsage:  true,

		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	e.root = root
	config.Register(root.PersistentFlags())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return misused(c, "%s", err) })
	root.SetHelpCommand(helpCommand())
	root.AddCommand(
		e.serve(), e.migrate(), e.backup(), e.verify(), e.restore(), e.copy(), e.user(), e.secret(), e.config(), e.doctor(), e.upgrade(), e.healthcheck(),
		e.openapi(), e.version(), e.completion(), e.demo(), e.importFrom(), e.export(),
	)
	return root
}

func (e *env) settings() (config.Config, error) {
	c, err := config.Load(e.root.PersistentFlags(), e.Environ)
	if err == nil && c.Packaged {
		err = becomeOwner(c.DataDir)
	}
	return c, err
}

// warn says what works but is better changed.
func (e *env) warn(c config.Config) {
	for _, w := range c.Warnings() {
		fmt.Fprintln(e.Err, "umbra: warning: "+w)
	}
}

func (e *env) options(c config.Config) server.Options {
	return server.Options{Config: c, Frontend: e.assets.Frontend, Migrations: e.assets.Migrations, Postgres: e.assets.Postgres, Log: e.log(c), Version: build().Version}
}

func (e *env) log(c config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.Err, o))
	}
	return slog.New(slog.NewTextHandler(e.Err, o))
}

// open runs do on the database that is there. It neither makes nor migrates one.
func (e *env) open(ctx context.Context, do func(a *server.App) error) (err error) {
	c, err := e.settings()
	if err != nil {
		return err
	}
	o := e.options(c)
	o.NoMigrate = true
	a, err := server.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if e := a.Close(); err == nil {
			err = e
		}
	}()
	return do(a)
}

// store runs do on the database as it is.
func (e *env) store(ctx context.Context, do func(s *server.Store) error) (err error) {
	c, err := e.settings()
	if err != nil {
		return err
	}
	s, err := server.OpenStore(ctx, e.options(c))
	if err != nil {
		return err
	}
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	return do(s)
}

// noSubcommand refuses what a command with subcommands does not know.
func noSubcommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return misused(c, "%s has no command %q; did you mean %s?", c.CommandPath(), args[0], strings.Join(near, " or "))
	}
	return misused(c, "%s has no command %q", c.CommandPath(), args[0])
}

// helpAsError is for a command that is nothing without a subcommand.
func helpAsError(c *cobra.Command, _ []string) error {
	c.SetOut(c.ErrOrStderr())
	if err := c.Help(); err != nil {
		return err
	}
	return usageError{}
}

// between takes this many arguments; what names them for the error.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misused(c, "%s needs %s", c.CommandPath(), what)
		case len(args) > most && most == 0:
			return misused(c, "%s takes no arguments, and got %q", c.CommandPath(), args[0])
		case len(args) > most:
			return misused(c, "%s takes only %s, and got %q as well", c.CommandPath(), what, args[most])
		}
		return nil
	}
}

// helpCommand is cobra's, but an unknown command is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Help for any command",
		Long:    "Help for any command; `umbra COMMAND --help` says the same.",
		Example: "  umbra help user reset",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil {
				return err
			}
			if about.HasSubCommands() {
				if err := noSubcommand(about, rest); err != nil {
					return err
				}
			}
			return about.Help()
		},
	}
}
