package cmd_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbra/cmd"
)

// TestVersionOfARelease: what the Makefile and the releases set arrives.
func TestVersionOfARelease(t *testing.T) {
	if testing.Short() {
		t.Skip("it links the program")
	}
	program := filepath.Join(t.TempDir(), "umbra.exe")
	link := exec.CommandContext(t.Context(), "go", "build", "-o", program, "-ldflags", "-s -w -X umbra/cmd.version=v1.2.3", "umbra")
	if out, err := link.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), program, "version", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var b cmd.Build
	if err := json.Unmarshal(out, &b); err != nil || b.Version != "v1.2.3" {
		t.Errorf("%s: %v", out, err)
	}
}

// TestOpenAPIIsTheDocumentInTheRepository, of a build that has no version.
func TestOpenAPIIsTheDocumentInTheRepository(t *testing.T) {
	code, stdout, stderr := run(t.Context(), t, nil, "openapi")
	if code != 0 || stderr != "" {
		t.Fatalf("%d: %s", code, stderr)
	}
	want, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := []byte(stdout); !bytes.Equal(got, want) {
		t.Errorf("docs/openapi.yaml is older than the code: `make generate`\n%s", cmp.Diff(string(want), stdout))
	}
}
