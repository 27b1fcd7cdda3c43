// Package web serves the embedded interface, and holds the headers and the Host
// check that every answer of the server goes through.
//
// A site is a folder of built files. Beside X may lie X.br and X.gz, its
// compressed forms; X itself may then be left out, and is inflated from X.gz for
// a client that takes neither coding. "index.html" is served at "/", and
// "docs.html" at "/docs".
package web

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// DefaultFallback is the page that paths of the interface get.
const DefaultFallback = "index.html"

// Options are what a site may differ in. The zero value is Umbra's.
type Options struct {
	// Fallback names the page, among the files, that answers a path without an
	// extension that nothing else is at. Empty is DefaultFallback.
	Fallback string
}

// Site serves a folder of built files. Its table is made once, by New; bodies
// are read from the folder at each request and never copied into memory.
type Site struct {
	assets   map[string]*asset // by URL path
	fallback *asset
}

// asset is one file of the site in the codings it is kept in.
type asset struct {
	name      string // its path in the folder, without .br or .gz
	mediaType string
	variants  []*variant // best first
	policy    string     // its Content-Security-Policy
	immutable bool       // its name changes with its content
}

// New makes a site of files. It reads names and pages, not the bodies of other
// files, and fails when the fallback page is missing or a file is kept in no
// form that every client can read.
func New(files fs.FS, o Options) (*Site, error) {
	byName, err := findAssets(files)
	if err != nil {
		return nil, err
	}
	s := &Site{assets: make(map[string]*asset, len(byName))}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		a := byName[name]
		if err := a.complete(); err != nil {
			return nil, err
		}
		s.assets["/"+name] = a
		if clean, isPage := strings.CutSuffix(name, ".html"); isPage {
			s.assets["/"+strings.TrimSuffix(clean, "index")] = a
		}
	}
	fallback := o.Fallback
	if fallback == "" {
		fallback = DefaultFallback
	}
	s.fallback = byName[fallback]
	if s.fallback == nil {
		return nil, fmt.Errorf("the interface has no %s", fallback)
	}
	return s, nil
}

func findAssets(files fs.FS) (map[string]*asset, error) {
	byName := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// What an editor or a desktop leaves behind is not part of the site.
		if strings.HasPrefix(d.Name(), ".") && file != "." {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		name, c := splitCoding(file)
		a := byName[name]
		if a == nil {
			a = &asset{
				name:      name,
				mediaType: mediaType(name),
				immutable: strings.HasPrefix(name, "_app/immutable/"),
			}
			byName[name] = a
		}
		a.variants = append(a.variants, newVariant(files, file, c))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the interface: %w", err)
	}
	return byName, nil
}

// complete adds the identity form when only compressed ones are kept, and the
// policy. Scripts have one too, since a worker obeys that of its own file.
func (a *asset) complete() error {
	plain := a.find(identity)
	if plain == nil {
		packed := a.find(gzipped)
		if packed == nil {
			return fmt.Errorf("the interface holds %s.br alone, which not every client can read", a.name)
		}
		plain = newInflated(packed)
		a.variants = append(a.variants, plain)
	}
	slices.SortFunc(a.variants, func(x, y *variant) int { return int(x.coding) - int(y.coding) })
	a.policy = strict.String()
	if !a.isPage() {
		return nil
	}
	html, err := plain.read()
	if err != nil {
		return fmt.Errorf("reading %s: %w", a.name, err)
	}
	a.policy = pagePolicy(a.name, html)
	return nil
}

func (a *asset) isPage() bool { return path.Ext(a.name) == ".html" }

func (a *asset) find(c coding) *variant {
	for _, v := range a.variants {
		if v.coding == c {
			return v
		}
	}
	return nil
}

var _ http.Handler = (*Site)(nil)
