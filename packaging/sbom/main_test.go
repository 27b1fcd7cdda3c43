package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var imported = regexp.MustCompile(`(?m)(?:from|import)\s*\(?['"]((?:@[\w-]+/)?[\w-]+)[^'"]*['"]`)

// Each package that the interface's source imports is in the list of contents, and
// none that it does not, but for those that are copied whole.
func TestInterfacePackagesAreThoseImported(t *testing.T) {
	found := map[string]bool{"@sveltejs/kit": true} // its client is imported as $app/…
	source := os.DirFS("../../frontend/src")
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
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
	for name := range found {
		if !slices.Contains(interfacePackages, name) {
			t.Errorf("the interface imports %s, which is not in interfacePackages", name)
		}
	}
	for _, name := range interfacePackages {
		if !found[name] {
			t.Errorf("nothing in the interface imports %s", name)
		}
	}
}
