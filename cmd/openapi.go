package cmd

import (
	"github.com/spf13/cobra"

	"umbra/app/server"
)

func (e *env) openapi() *cobra.Command {
	c := &cobra.Command{
		Use:   "openapi",
		Short: "Print the OpenAPI document",
		Long:  "Prints the OpenAPI 3.1 document of the API as YAML or JSON. It needs neither settings nor a database.",
		Example: `  umbra openapi > openapi.yaml
  umbra openapi --json`,
		Args: between(0, 0, ""),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(*cobra.Command, []string) error {
		yaml, json, err := server.Document(build().Version)
		if err != nil {
			return err
		}
		if *asJSON {
			yaml = append(json, '\n')
		}
		_, err = e.Out.Write(yaml)
		return err
	}
	return c
}
