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
	"errors"
	"log"
	"os"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"umbra/app/pgembed"
	"umbra/packaging/carried"
)

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
	npm, err := carried.Packages()
	if err != nil {
		return err
	}
	bom := bill(info, npm, version)
	f, err := os.Create(document) //nolint:gosec // where it was told to
	if err != nil {
		return err
	}
	return errors.Join(cdx.NewBOMEncoder(f, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6), f.Close())
}

// bill is what is inside a program that was built so, with an interface of these packages.
func bill(info *debug.BuildInfo, npm []carried.Package, version string) *cdx.BOM {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
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
	for _, p := range npm {
		c := library("pkg:npm/"+strings.Replace(p.Name, "@", "%40", 1)+"@"+p.Version, p.Name, p.Version)
		c.Licenses = &cdx.Licenses{{License: &cdx.License{ID: p.License}}}
		components = append(components, c)
	}
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
	return bom
}

func library(purl, name, version string) cdx.Component {
	return cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: name, Version: version, PackageURL: purl}
}
