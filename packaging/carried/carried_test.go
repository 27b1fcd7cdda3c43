package carried_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"umbra/packaging/carried"
)

// What was written when the interface was built last is what is locked now.
func TestVersionsAreThoseThatAreLocked(t *testing.T) {
	all, err := carried.Packages()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../../frontend/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var locked struct {
		Packages map[string]struct{ Version, License string }
	}
	if err := json.Unmarshal(b, &locked); err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Errorf("only %d packages", len(all))
	}
	for _, p := range all {
		if at := locked.Packages["node_modules/"+p.Name]; at.Version != p.Version || at.License != p.License {
			t.Errorf("%s is %s (%s), and locked as %s (%s): run make frontend", p.Name, p.Version, p.License, at.Version, at.License)
		}
		if found := regexp.MustCompile(`registry\.[\w.-]+`).FindString(p.Text); found != "" {
			t.Errorf("the licence of %s names %s", p.Name, found)
		}
	}
}

func TestWithoutTheListThereIsAReason(t *testing.T) {
	t.Chdir(t.TempDir())
	if all, err := carried.Packages(); err == nil {
		t.Errorf("%v", all)
	}
}
