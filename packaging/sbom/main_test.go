package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"umbra/packaging/carried"
)

var imported = regexp.MustCompile(`(?m)(?:from|import)\s*\(?['"]((?:@[\w-]+/)?[\w-]+)[^'"]*['"]`)

// Each package that the interface's source imports is in the list of contents, and
// each that it takes over whole.
func TestPackagesThatAreImportedAreListed(t *testing.T) {
	all, err := carried.Packages()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{"@sveltejs/kit": true} // its client is imported as $app/…
	source := os.DirFS("../../frontend/src")
	err = fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(name, ".test.") || strings.HasSuffix(name, ".d.ts") ||
			!slices.Contains([]string{".ts", ".svelte"}, filepath.Ext(name)) {
			return err
		}
		b, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		for _, m := range imported.FindAllSubmatch(b, -1) {
			found[string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	build, err := os.ReadFile("../../frontend/build.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`from: '([^']+)'`).FindAllSubmatch(build, -1) {
		found[string(m[1])] = true
	}
	if len(found) < 8 {
		t.Fatalf("only %d packages are imported", len(found))
	}
	listed := map[string]bool{}
	for _, c := range *bill(&debug.BuildInfo{}, all, "v1.2.3").Components {
		if strings.HasPrefix(c.PackageURL, "pkg:npm/") && c.Version != "" && c.Licenses != nil {
			listed[c.Name] = true
		}
	}
	for name := range found {
		if !listed[name] {
			t.Errorf("the interface imports %s, which is not in frontend/licences.json: run make frontend", name)
		}
	}
}
