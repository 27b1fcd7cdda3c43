package main

import (
	"embed"
	"io/fs"
)

// The "all:" keeps names that begin with _ or a dot, as _app/ does.
//
//go:embed all:frontend_dist
var embeddedFrontend embed.FS

//go:embed all:migrations
var embeddedMigrations embed.FS

// What the binary carries: the built interface, and the migrations with one
// folder an engine.
var (
	frontendFS   = below(embeddedFrontend, "frontend_dist")
	migrationsFS = below(embeddedMigrations, "migrations")
)

// below panics on a bad name only, and ours are the two above.
func below(files embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return sub
}
