package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"umbra/app/backup"
	"umbra/app/config"
	"umbra/app/server"
)

func (e *env) backup() *cobra.Command {
	c := &cobra.Command{
		Use:   "backup [FILE]",
		Short: "Make a backup, and prove that it restores",
		Long: `Makes one file of everything, also while the server runs: as of one moment, for
either engine, and for this version of Umbra and later ones. It is restored to a
database of its own and compared row by row before it gets its name. Without a
FILE it goes to the folder of scheduled backups and to the second place, and
counts as one of them.

UMBRA_BACKUP_PASSPHRASE (or …_FILE) encrypts it; --encrypt asks for a passphrase
instead: twice on a terminal, else one line of standard input. Without one the
file does not hold SECRET_KEY: keep secret.key apart, or second factors and saved
tokens are lost with it.`,
		Example: `  umbra backup
  umbra backup /media/stick/umbra.tar.zst
  umbra backup --encrypt /media/stick/umbra.tar.zst.age`,
		Args: between(0, 1, "the name of a file"),
	}
	asJSON := jsonFlag(c)
	encrypt := c.Flags().Bool("encrypt", false, "ask for a passphrase")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *encrypt && len(args) == 0 {
			return misused(c, "--encrypt needs a FILE: the scheduled backups have their passphrase in UMBRA_BACKUP_PASSPHRASE")
		}
		return e.store(c.Context(), func(s *server.Store) error {
			b, err := s.NewBackups(c.Context())
			if err != nil {
				return err
			}
			defer b.Close()
			made, err := e.makeBackup(c.Context(), s, b, args, *encrypt)
			if err != nil {
				return err
			}
			return e.tellBackup(made, *asJSON)
		})
	}
	return c
}

func (e *env) makeBackup(ctx context.Context, s *server.Store, b *backup.Service, args []string, encrypt bool) (backup.Made, error) {
	if len(args) == 0 {
		p := e.progress()
		defer p.end()
		return b.Make(ctx, p.say)
	}
	path, err := filepath.Abs(args[0])
	if err != nil {
		return backup.Made{}, err
	}
	pass, err := s.Config.Passphrase()
	if encrypt {
		pass, err = e.newPassphrase(ctx)
	}
	if err != nil {
		return backup.Made{}, err
	}
	if pass != "" && b.SecretKey == "" {
		fmt.Fprintln(e.Err, "umbra: warning: the SECRET_KEY of this database is not here, so that the backup does not hold it")
	}
	p := e.progress()
	defer p.end()
	return b.MakeAt(ctx, path, pass, p.say)
}

// backupResult is what --json prints of a backup.
type backupResult struct {
	File    string    `json:"file"`
	Bytes   int64     `json:"bytes,omitempty"`
	Records int64     `json:"records"`
	Digest  string    `json:"digest"`
	MadeAt  time.Time `json:"made_at"`
	Umbra   string    `json:"umbra"`
	Schema  int64     `json:"schema"`
	Engine  string    `json:"engine"`
	Warning string    `json:"warning,omitempty"`
}

func resultOf(file string, h backup.Header, m backup.Manifest) backupResult {
	return backupResult{File: file, Records: m.Records, Digest: m.Digest, MadeAt: h.MadeAt, Umbra: h.Umbra, Schema: h.Schema, Engine: h.Engine}
}

func (e *env) tellBackup(made backup.Made, asJSON bool) error {
	if asJSON {
		r := resultOf(made.Path, made.Header, made.Manifest)
		r.Bytes, r.Warning = made.Bytes, made.Warning
		return writeJSON(e.Out, r)
	}
	if made.Warning != "" {
		fmt.Fprintln(e.Err, "umbra: warning: "+made.Warning)
	}
	_, err := fmt.Fprintf(e.Out, "%s: %d records, %s, proven\n", made.Path, made.Manifest.Records, size(made.Bytes))
	return err
}

func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// newPassphrase asks for the passphrase of a new backup.
func (e *env) newPassphrase(ctx context.Context) (string, error) {
	if _, ok := e.terminal(); !ok {
		line, err := readLine(e.In)
		if err == nil {
			err = config.CheckPassphrase(line)
		}
		if err != nil {
			return "", fmt.Errorf("the passphrase on standard input: %w", err)
		}
		return line, nil
	}
	pass, err := e.hidden(ctx, "Passphrase for the backup: ")
	if err != nil {
		return "", err
	}
	if err := config.CheckPassphrase(pass); err != nil {
		return "", fmt.Errorf("the passphrase %w", err)
	}
	again, err := e.hidden(ctx, "The same again: ")
	if err == nil && again != pass {
		err = errors.New("the two passphrases are not the same")
	}
	return pass, err
}

// passphrase is asked when a backup turns out to be encrypted: of the settings,
// else of a person.
func (e *env) passphrase(ctx context.Context, c config.Config) func() (string, error) {
	return func() (string, error) {
		if pass, err := c.Passphrase(); err != nil || pass != "" {
			return pass, err
		}
		if _, ok := e.terminal(); ok {
			return e.hidden(ctx, "Passphrase of the backup: ")
		}
		return readLine(e.In)
	}
}
