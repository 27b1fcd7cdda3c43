// Umbra is a personal server for to-dos, calendar, reminders, projects, people
// and places: one program, one database.
package main

import (
	"context"
	"os"

	"umbra/cmd"
)

func main() {
	os.Exit(cmd.Main(context.Background(), os.Args[1:],
		cmd.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()},
		cmd.Assets{Frontend: frontendFS, Migrations: migrationsFS, Postgres: embeddedPostgres}))
}
