//go:build postgres

package main

import _ "embed"

//go:embed .cache/postgres/darwin_arm64.tar.zst
var embeddedPostgres string
