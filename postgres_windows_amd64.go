//go:build postgres

package main

import _ "embed"

//go:embed .cache/postgres/windows_amd64.tar.zst
var embeddedPostgres string
