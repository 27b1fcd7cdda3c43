// Package archtest holds the tree to its arrows: who may import whom.
package archtest_test

import (
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"umbra/app/db/dbtest"
)

// place is a layer: the packages that lie in it and what they may import
// beside the standard library.
type place struct {
	name     string
	packages []string
	from     []string // places whose packages they may import
	peers    bool     // each other too
	modules  []string // prefixes of other people's modules; "*" is any
	never    []string // of the standard library
}

// places, lowest first. A place never imports a later one.
var places = []place{
	{name: "kernel", peers: true,
		packages: []string{"app/fault", "app/clock", "app/page", "app/opt", "app/check", "app/caller", "app/recur", "app/limit", "app/ical", "app/mobileconfig"},
		never:    []string{"net/http", "database/sql"}},
	{name: "platform", peers: true, from: []string{"kernel"}, modules: []string{"*"},
		packages: []string{"app/metrics", "app/memory", "app/disk", "app/release",
			"app/lockfile", "app/pgembed", "app/config", "app/db", "app/migrate", "app/journal", "app/secret", "app/qr", "app/passkey", "app/fold", "app/order", "app/jobs"},
		never: []string{"net/http"}},
	{name: "outbound", from: []string{"kernel"}, modules: []string{"*"}, // the platform's one way out: it speaks HTTP itself
		packages: []string{"app/notify", "app/oidc", "app/certs"}, never: []string{"database/sql"}},
	{name: "features", from: []string{"kernel", "platform", "outbound"}, modules: []string{"golang.org/x/text/"},
		packages: []string{"app/account", "app/todo", "app/event", "app/calendar", "app/template", "app/reminder", "app/project",
			"app/person", "app/location", "app/share", "app/agenda", "app/search", "app/push", "app/resource", "app/alarm"},
		never: []string{"net/http", "database/sql"}},
	// A feature over every table, with drivers of its own: archives, encryption, storage.
	{name: "backup", from: []string{"kernel", "platform"}, modules: []string{"*"},
		packages: []string{"app/backup"}, never: []string{"net/http", "database/sql"}},
	// What an administrator must see to: over what can go wrong.
	{name: "care", from: []string{"kernel", "platform", "outbound", "features", "backup"}, packages: []string{"app/care"}, never: []string{"net/http", "database/sql"}},
	// Records as other applications write them: over the features, without storage of its own.
	{name: "forms", from: []string{"kernel", "platform", "features"},
		packages: []string{"app/vobject"}, never: []string{"net/http", "database/sql"}},
	// Records in and out by files: over the features and those forms.
	{name: "moving", from: []string{"kernel", "platform", "features", "forms"},
		packages: []string{"app/moving"}, never: []string{"net/http", "database/sql"}},
	// Calendars that are filled from addresses: over the features, the forms and the way out.
	{name: "webcal", from: []string{"kernel", "platform", "outbound", "features", "forms"}, modules: []string{"golang.org/x/text/"},
		packages: []string{"app/webcal"}, never: []string{"net/http", "database/sql"}},
	{name: "demo", from: []string{"kernel", "platform", "features", "forms"},
		packages: []string{"app/demo", "app/transfer"}, never: []string{"net/http", "database/sql"}},
	{name: "edges", from: []string{"kernel", "platform", "outbound", "features", "forms", "moving", "webcal", "backup", "care"}, modules: []string{"*"},
		packages: []string{"app/api", "app/web", "app/dav"}},
	{name: "server", from: []string{"kernel", "platform", "outbound", "features", "forms", "moving", "webcal", "backup", "care", "demo", "edges"}, modules: []string{"*"},
		packages: []string{"app/server"}},
	{name: "cmd", from: []string{"kernel", "platform", "outbound", "features", "moving", "backup", "demo", "server"}, modules: []string{"*"},
		packages: []string{"cmd"}},
	{name: "main", from: []string{"cmd"}, packages: []string{"."}},
	// What makes a release of the program, and is no part of it.
	{name: "what a release reads", packages: []string{"packaging/carried"}},
	{name: "packaging", from: []string{"platform", "cmd", "what a release reads"}, modules: []string{"*"}, packages: []string{"packaging/manual", "packaging/sbom", "packaging/only"}},
	{name: "test support", peers: true, from: []string{"kernel", "platform"}, modules: []string{"github.com/go-jose/", "github.com/fxamacker/cbor/"},
		packages: []string{"app/caller/germantest", "app/db/dbtest", "app/journal/journaltest", "app/oidc/oidctest", "app/passkey/passkeytest"}},
}

// heavy are packages that look methods up by name, for which the linker keeps every
// method of every type: 4 MB of the executable.
var heavy = []string{"html/template", "text/template"}

const module = "umbra"

func placeOf(pkg string) *place {
	for i := range places {
		if slices.Contains(places[i].packages, pkg) {
			return &places[i]
		}
	}
	return nil
}

func TestImportsFollowTheArrows(t *testing.T) {
	packages := imports(t, os.DirFS(dbtest.Root()))
	if len(packages) < 20 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for _, problem := range check(packages) {
		t.Error(problem)
	}
}

func TestWhatBreaksTheArrowsIsNamed(t *testing.T) {
	tests := []struct{ name, pkg, imported, want string }{
		{"a feature may not know another", "app/todo", "umbra/app/event", "app/todo (features) imports umbra/app/event (features)"},
		{"nor HTTP", "app/todo", "net/http", "app/todo (features) imports net/http"},
		{"nor an edge", "app/todo", "umbra/app/api", "app/todo (features) imports umbra/app/api (edges)"},
		{"nobody uses templates", "app/server", "html/template", "app/server (server) imports html/template"},
		{"the kernel has no dependencies", "app/clock", "github.com/google/uuid", "app/clock (kernel) imports github.com/google/uuid"},
		{"nor the platform", "app/clock", "umbra/app/db", "app/clock (kernel) imports umbra/app/db (platform)"},
		{"edges do not know each other", "app/web", "umbra/app/api", "app/web (edges) imports umbra/app/api (edges)"},
		{"the program does not carry test support", "app/server", "umbra/app/db/dbtest", "app/server (server) imports umbra/app/db/dbtest (test support)"},
		{"a new package has no place", "app/weather", "fmt", "app/weather has no place yet"},
		{"a part of a feature has none either", "app/todo/store", "fmt", "app/todo/store has no place yet"},
		{"demo fills features", "app/demo", "umbra/app/todo", ""},
		{"a feature stands on the platform", "app/todo", "umbra/app/journal", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problems := check(map[string][]string{tt.pkg: {tt.imported}})
			switch {
			case tt.want == "" && len(problems) > 0:
				t.Errorf("unexpected: %v", problems)
			case tt.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], tt.want)):
				t.Errorf("%q, want one that says %q", problems, tt.want)
			}
		})
	}
}

// check says what is wrong with the imports of packages.
func check(packages map[string][]string) (problems []string) {
	for pkg, imported := range packages {
		p := placeOf(pkg)
		if p == nil {
			problems = append(problems, pkg+" has no place yet: add it to one of the places in app/archtest/arch_test.go "+
				"(a feature stands on kernel and platform alone and knows neither HTTP nor other features; an edge speaks a protocol)")
			continue
		}
		for _, name := range imported {
			if !p.may(pkg, name) {
				at := ""
				if q := placeOf(strings.TrimPrefix(name, module+"/")); q != nil && strings.HasPrefix(name, module+"/") {
					at = " (" + q.name + ")"
				}
				problems = append(problems, pkg+" ("+p.name+") imports "+name+at+", which it may not: let the caller pass in what is needed, "+
					"or move what both need to a lower place")
			}
		}
	}
	slices.Sort(problems)
	return problems
}

func (p *place) may(pkg, name string) bool {
	if ours, ok := strings.CutPrefix(name, module+"/"); ok {
		q := placeOf(ours)
		if q == nil {
			return true // reported as the package that has no place
		}
		return slices.Contains(p.from, q.name) || p.peers && q.name == p.name
	}
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		if slices.Contains(heavy, name) {
			return false
		}
		return !slices.ContainsFunc(p.never, func(n string) bool { return name == n || strings.HasPrefix(name, n+"/") })
	}
	return slices.ContainsFunc(p.modules, func(m string) bool { return m == "*" || strings.HasPrefix(name, m) })
}

// imports reads what each package of the module imports, but for its tests.
func imports(t *testing.T, tree fs.FS) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if _, err := fs.Stat(tree, path.Join(file, "go.mod")); file != "." &&
				(err == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(tree, file)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Base(file), src, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		for _, group := range f.Comments {
			for _, c := range group.List {
				if x, err := constraint.Parse(c.Text); err == nil && x.String() == "ignore" {
					return nil // a tool that is run by hand
				}
			}
		}
		pkg := path.Dir(file)
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			out[pkg] = append(out[pkg], name)
		}
		if out[pkg] == nil {
			out[pkg] = []string{}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
