package server_test

import (
	"os"
	"path/filepath"
	"testing"

	"umbra/app/db/dbtest"
	"umbra/app/server"
)

// docs/openapi.yaml is what the code says, so that a change of the API shows in
// a review and the interface's client is made from it.
func TestDocumentGolden(t *testing.T) {
	got, _, err := server.Document("devel")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dbtest.Root(), "docs", "openapi.yaml")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != string(got) {
		t.Errorf("docs/openapi.yaml is not what the code says (%v): look at the difference after `make generate`", err)
	}
}
