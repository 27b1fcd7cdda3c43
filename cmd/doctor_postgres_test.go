package cmd_test

import (
	"regexp"
	"strings"
	"testing"

	"umbra/app/db/dbtest"
)

// What doctor says of a PostgreSQL server: its version, whether what goes there
// is encrypted, how full it is, and its checksums.
func TestDoctorOfAPostgreSQLServer(t *testing.T) {
	_, stdout, stderr := run(t.Context(), t, []string{"DATABASE_URL=" + dbtest.NewSchema(t)}, "doctor")
	for _, want := range []string{`ok +database +postgres://.*\(PostgreSQL \d+`, `ok +connection +not encrypted; \d+ of the server's \d+ connections`,
		`ok +integrity +(no page with|kept by)`, `fail +schema +the database is empty`} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("it does not say %s:\n%s%s", want, stdout, stderr)
		}
	}
	_, stdout, _ = run(t.Context(), t, []string{"DATABASE_URL=postgres://ann:hunter2@no-such-host.invalid/house"}, "doctor")
	if !strings.Contains(stdout, `"no-such-host.invalid" in DATABASE_URL is not known`) || strings.Contains(stdout, "hunter2") {
		t.Error(stdout)
	}
}
