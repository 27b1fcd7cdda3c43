package cmd

import "github.com/spf13/cobra"

func (e *env) config() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Print each setting, its value and where it came from",
		Long: `Prints each setting, its value and where it came from: a flag, the environment,
.env or the default. Secrets are masked. Wrong settings are named, all at once.`,
		Example: `  umbra config
  umbra config --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		settings, err := e.settings()
		if err != nil {
			return err
		}
		e.warn(settings)
		if *asJSON {
			return writeJSON(e.Out, settings.Settings())
		}
		return settings.WriteText(e.Out)
	}
	return c
}
