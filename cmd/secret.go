package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"umbra/app/server"
)

func (e *env) secret() *cobra.Command {
	c := &cobra.Command{
		Use:     "secret",
		Short:   "Change SECRET_KEY",
		Long:    "Keeps SECRET_KEY, the root of the keys that sign log-ins and seal what is secret in the database.",
		Example: "  umbra secret rotate",
		Args:    noSubcommand,
		RunE:    helpAsError,
	}
	c.AddCommand(e.secretRotate())
	return c
}

func (e *env) secretRotate() *cobra.Command {
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Give the database another SECRET_KEY",
		Long: `Seals with another key what the present one sealed: second factors, the tokens of
ntfy and webhooks, browsers that show notifications. It ends all sessions, and the
links in messages that were sent; passwords, passkeys, tokens, app passwords and
recovery codes go on. Stop every server on this database first.

Where the key lies in the data folder (secret.key), a new one takes its place. Where
SECRET_KEY is set, the new one is one line of standard input, asked for on a
terminal: put it into SECRET_KEY, on every server, before the next start.

Backups from before hold what the old key sealed: keep it as long as you keep them.`,
		Example: `  umbra secret rotate
  openssl rand -base64 48 | tee new.key | umbra secret rotate`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return e.store(c.Context(), func(s *server.Store) error {
			next := ""
			if s.Config.SecretKey != "" {
				var err error
				if next, err = e.newKey(c.Context()); err != nil {
					return err
				}
			}
			done, err := s.Rotate(c.Context(), next)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Out, done)
			}
			then := "The new key is in the data folder."
			if !done.InFile {
				then = "Set SECRET_KEY to the new key before the next start, on every server."
			}
			_, err = fmt.Fprintf(e.Out, "%d secrets are sealed with a new key, and %d sessions are ended. %s\n", done.Sealed, done.Sessions, then)
			return err
		})
	}
	return c
}

// newKey asks for the new SECRET_KEY on a terminal, and reads one line of
// standard input otherwise.
func (e *env) newKey(ctx context.Context) (key string, err error) {
	if _, ok := e.terminal(); ok {
		key, err = e.hidden(ctx, "New SECRET_KEY: ")
	} else {
		key, err = readLine(e.In)
	}
	if err == nil && key == "" {
		err = errors.New("SECRET_KEY is set, so that the new one must come from you: write it to standard input as one line, or run this on a terminal")
	}
	return key, err
}
