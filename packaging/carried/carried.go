// Package carried reads which packages the interface is made of: a list that its
// build writes (frontend/licences.mjs), for who makes releases.
package carried

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Package is one of npm whose code, or data, reaches browsers.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	License string `json:"license"` // as SPDX names it
	Text    string `json:"text"`    // of the licence, with notices
}

// Packages are those of the repository in which, or in a folder of which, a
// program of a release runs.
func Packages() ([]Package, error) {
	name := filepath.Join("frontend", "licences.json")
	b, err := os.ReadFile(name)
	for up := 0; errors.Is(err, fs.ErrNotExist) && up < 2; up++ {
		name = filepath.Join("..", name)
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: run this in a checkout of Umbra", err)
	}
	var all []Package
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, p := range all {
		if p.Name == "" || p.Version == "" || p.License == "" || p.Text == "" {
			return nil, fmt.Errorf("%s says too little of %q: make it anew by `make frontend`", name, p.Name)
		}
	}
	return all, nil
}
