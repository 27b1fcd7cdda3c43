// Sbom writes what an executable of Umbra is made of (CycloneDX 1.6): the Go modules
// that the linker put into it, the packages of the interface, and PostgreSQL where
// it carries one.
//
//	go run ./packaging/sbom umbra umbra.cdx.json v1.2.3
//
// The same executable gives the same document.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"umbra/app/pgembed"
)

// interfacePackages are those of npm that reach browsers; frontend/package-lock.json
// knows their versions.
var interfacePackages = []string{
	"@internationalized/date", "@lucide/svelte", "@sveltejs/kit", "marked", "openapi-fetch", "redoc", "svelte", "swagger-ui-dist",
	"uqr", "virtua", "world-atlas",
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("sbom: ")
	if len(os.Args) != 4 {
		log.Fatal("say which executable, where to and its version: go run ./packaging/sbom umbra umbra.cdx.json v1.2.3")
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func write(executable, document, version string) error {
	info, err := buildinfo.ReadFile(executable)
	if err != nil {
		return err
	}
	lock, err := lockFile()
	if err != nil {
		return err
	}
	bom, err := bill(info, lock, version)
	if err != nil {
		return err
	}
	f, err := os.Create(document) //nolint:gosec // where it was told to
	if err != nil {
		return err
	}
	return errors.Join(cdx.NewBOMEncoder(f, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6), f.Close())
}

// lockFile lies in the repository, and releases are made in a folder of it.
func lockFile() ([]byte, error) {
	const name = "frontend/package-lock.json"
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return os.ReadFile("../" + name)
	}
	return b, err
}

// bill is what is inside a program that was built so, with the interface so locked.
func bill(info *debug.BuildInfo, lock []byte, version string) (*cdx.BOM, error) {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	npm, err := npm(lock)
	if err != nil {
		return nil, err
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp: settings["vcs.time"],
		Component: &cdx.Component{BOMRef: "umbra", Type: cdx.ComponentTypeApplication, Name: "umbra", Version: version,
			Licenses: &cdx.Licenses{{License: &cdx.License{ID: "AGPL-3.0-or-later"}}}},
	}
	components := []cdx.Component{library("pkg:golang/std@"+strings.TrimPrefix(info.GoVersion, "go"), "std", info.GoVersion)}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		components = append(components, library("pkg:golang/"+m.Path+"@"+m.Version, m.Path, m.Version))
	}
	components = append(components, npm...)
	if settings["-tags"] == "postgres" {
		components = append(components, cdx.Component{BOMRef: "postgresql", Type: cdx.ComponentTypeApplication, Name: "PostgreSQL",
			Version: pgembed.Version, PackageURL: "pkg:generic/postgresql@" + pgembed.Version, CPE: "cpe:2.3:a:postgresql:postgresql:" + pgembed.Version + ":*:*:*:*:*:*:*",
			Licenses: &cdx.Licenses{{License: &cdx.License{ID: "PostgreSQL"}}}})
	}
	refs := make([]string, len(components))
	for i := range components {
		refs[i] = components[i].BOMRef
	}
	bom.Components, bom.Dependencies = &components, &[]cdx.Dependency{{Ref: "umbra", Dependencies: &refs}}
	return bom, nil
}

// npm are the packages of the interface, with their versions.
func npm(lock []byte) ([]cdx.Component, error) {
	var locked struct {
		Packages map[string]struct{ Version, License string }
	}
	if err := json.Unmarshal(lock, &locked); err != nil {
		return nil, fmt.Errorf("frontend/package-lock.json: %w", err)
	}
	out := make([]cdx.Component, 0, len(interfacePackages))
	for _, name := range interfacePackages {
		p, found := locked.Packages["node_modules/"+name]
		if !found {
			return nil, fmt.Errorf("frontend/package-lock.json has no %s: take it out of interfacePackages", name)
		}
		c := library("pkg:npm/"+strings.Replace(name, "@", "%40", 1)+"@"+p.Version, name, p.Version)
		c.Licenses = &cdx.Licenses{{License: &cdx.License{ID: p.License}}}
		out = append(out, c)
	}
	return out, nil
}

func library(purl, name, version string) cdx.Component {
	return cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: name, Version: version, PackageURL: purl}
}
