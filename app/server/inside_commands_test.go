//go:build unix

package server_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"umbra/app/pgembed"
)

// The command line beside a server with PostgreSQL inside and without one, and
// a household that moves from SQLite into it and back.
func TestCommandsWithPostgreSQLInside(t *testing.T) {
	program, as, data := inside(t)
	const asSQLite, asInside = "DATABASE_URL=sqlite:///umbra.db", "DATABASE_URL=embedded-postgres:"
	command := func(setting string, code int, says string, args ...string) {
		t.Helper()
		cmd := exec.Command(program, append(args, "--data-dir", data)...)
		cmd.Env, cmd.SysProcAttr, cmd.Dir = append(withoutUmbra(os.Environ()), setting), as, filepath.Dir(data)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != code || !strings.Contains(string(out), says) {
			t.Fatalf("umbra %s: %v, want %d and %q\n%s", strings.Join(args, " "), cmd.ProcessState, code, says, out)
		}
	}
	end := func(p *process) {
		t.Helper()
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := p.cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, p.out)
		}
	}
	command("", 0, `"postgres": "`+pgembed.Version+`"`, "version", "--json")

	p := launch(t, program, as, data, asSQLite)
	p.setUp()
	for i := range 20 {
		p.must(201, "POST", "/api/todos", fmt.Sprintf(`{"title":"to-do %d"}`, i))
	}
	cookie, before := p.cookie, p.must(200, "GET", "/api/todos?limit=500&sort=created_at", "")
	end(p)

	command(asInside, 1, "umbra copy --to embedded-postgres:", "serve")
	command("", 0, "compared every one", "copy", "--to", "embedded-postgres:")
	command("", 1, "holds two databases", "serve")
	p = launch(t, program, as, data, asInside)
	p.cookie = cookie
	if after := p.must(200, "GET", "/api/todos?limit=500&sort=created_at", ""); string(after) != string(before) {
		t.Errorf("to-dos are not the same in PostgreSQL:\n%s\n%s", before, after)
	}
	command(asInside, 0, "ann", "user", "list") // beside serve
	command(asInside, 0, "PostgreSQL "+pgembed.Version, "doctor")
	end(p)
	command(asInside, 0, "ann", "user", "list") // and alone
	command(asInside, 0, "no page with a wrong checksum", "doctor")
	if err := os.Rename(filepath.Join(data, "umbra.db"), filepath.Join(data, "before.db")); err != nil {
		t.Fatal(err)
	}
	command("", 0, "ann", "user", "list") // nothing is said, and the folder says it
	command(asSQLite, 1, "umbra copy --to sqlite:///", "serve")
	command("", 0, "compared every one", "copy", "--to", "sqlite:///back.db")
	if err := os.Rename(filepath.Join(data, "postgres"), filepath.Join(data, "moved-away")); err != nil {
		t.Fatal(err)
	}
	p = launch(t, program, as, data, "DATABASE_URL=sqlite:///back.db")
	p.cookie = cookie
	if after := p.must(200, "GET", "/api/todos?limit=500&sort=created_at", ""); string(after) != string(before) {
		t.Errorf("to-dos are not the same, back in SQLite:\n%s\n%s", before, after)
	}
}
