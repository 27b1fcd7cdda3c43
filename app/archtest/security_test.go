package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"umbra/app/db/dbtest"
)

// requirements of OWASP ASVS 5.0 at levels 1 and 2.
const requirements = 253

var (
	securityRow  = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|not met) \| ([^|]+) \|$`)
	doesNotApply = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \| ([^|]+) \|$`)
	namedTest    = regexp.MustCompile("`([a-z0-9]+)\\.((?:Test|Fuzz)\\w+)`")
	namedStory   = regexp.MustCompile("`([a-z]+\\.spec\\.ts): ([^`]+)`") // of frontend/e2e
	namedPage    = regexp.MustCompile(`\]\(([\w-]+\.md)\)`)
)

// The table of docs/security.md is whole, says how many of its rows are met, and
// each test that it names is there.
func TestSecurityNamesTestsThatAreThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(dbtest.Root(), "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	there := testsThatAreThere(t)
	for _, m := range namedTest.FindAllStringSubmatch(string(text), -1) {
		if !there[m[1]+"."+m[2]] {
			t.Errorf("there is no test %s.%s", m[1], m[2])
		}
	}
	for _, m := range namedStory.FindAllStringSubmatch(string(text), -1) {
		b, err := os.ReadFile(filepath.Join(dbtest.Root(), "frontend", "e2e", m[1]))
		if err != nil || !strings.Contains(string(b), "test('"+m[2]+"',") {
			t.Errorf("there is no test %q in %s: %v", m[2], m[1], err)
		}
	}
	seen, states := map[string]bool{}, map[string]int{}
	once := func(number string) {
		if seen[number] {
			t.Errorf("%s is there twice", number)
		}
		seen[number] = true
	}
	for _, row := range securityRow.FindAllStringSubmatch(string(text), -1) {
		once(row[1])
		states[row[4]]++
		page := namedPage.FindStringSubmatch(row[5])
		if row[4] == "met" && !namedTest.MatchString(row[5]) && !namedStory.MatchString(row[5]) && page == nil {
			t.Errorf("%s is met by no test and no page: %s", row[1], row[5])
		}
		if page != nil {
			if _, err := os.Stat(filepath.Join(dbtest.Root(), "docs", page[1])); err != nil {
				t.Errorf("%s: %v", row[1], err)
			}
		}
	}
	for _, row := range doesNotApply.FindAllStringSubmatch(string(text), -1) {
		for number := range strings.SplitSeq(row[1], ", ") {
			once(number)
			states["does not apply"]++
		}
	}
	if len(seen) != requirements {
		t.Errorf("%d requirements are there, of %d", len(seen), requirements)
	}
	if says := fmt.Sprintf("%d met, %d not met, %d do not apply.", states["met"], states["not met"], states["does not apply"]); !strings.Contains(string(text), says) {
		t.Errorf("the table's head does not say: %s", says)
	}
}

// testsThatAreThere are "package.TestName", by the name of the folder.
func testsThatAreThere(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	root := os.DirFS(dbtest.Root())
	for _, under := range []string{"app", "cmd"} {
		err := fs.WalkDir(root, under, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
				return err
			}
			b, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, b, 0)
			if err != nil {
				return err
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
					out[path.Base(path.Dir(name))+"."+f.Name.Name] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}
