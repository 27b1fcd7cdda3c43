//go:build !postgres || !((linux && (amd64 || arm64)) || (darwin && (amd64 || arm64)) || (windows && amd64))

package main

// The usual build carries no PostgreSQL; `make build-postgres` makes the one that does.
const embeddedPostgres = ""
