package cmd

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (e *env) completion() *cobra.Command {
	shells := map[string]func(root *cobra.Command, w io.Writer) error{
		"bash":       func(r *cobra.Command, w io.Writer) error { return r.GenBashCompletionV2(w, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(r *cobra.Command, w io.Writer) error { return r.GenFishCompletion(w, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	names := slices.Sorted(maps.Keys(shells))
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the script that completes commands in your shell",
		Long: `Prints a script for your shell that completes Umbra's commands and flags.
Load it where the shell starts, or put it where the shell looks for such scripts.`,
		Example: `  source <(umbra completion bash)
  umbra completion zsh > "${fpath[1]}/_umbra"
  umbra completion fish > ~/.config/fish/completions/umbra.fish
  umbra completion powershell | Out-String | Invoke-Expression`,
		Args:      between(1, 1, "a shell: "+strings.Join(names, ", ")),
		ValidArgs: names,
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := shells[args[0]]
			if !ok {
				return misused(c, "there is no completion for %q, only for %s", args[0], strings.Join(names, ", "))
			}
			return write(c.Root(), e.Out)
		},
	}
}
