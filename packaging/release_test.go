// Package packaging_test looks at what a release holds. packaging/test-release.sh
// makes one for this machine, twice, and names both.
package packaging_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"umbra/cmd"
)

// dist is the folder that the release is in.
func dist(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("UMBRA_TEST_DIST")
	if dir == "" {
		t.Skip("make test-release makes a release to look at")
	}
	return dir
}

// made is the one file in the release whose name matches.
func made(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dist(t), pattern))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v, %v", pattern, names, err)
	}
	return names[0]
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	var errors bytes.Buffer
	c.Stderr = &errors
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, &errors)
	}
	return string(out)
}

func sum(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The same commit gives the same bytes, wherever it is built.
func TestReproducible(t *testing.T) {
	first, again := dist(t), os.Getenv("UMBRA_TEST_DIST_AGAIN")
	var compared []string
	for _, pattern := range []string{"umbra_linux_*/umbra", "umbra_*.deb", "umbra_*.rpm", "umbra_*.apk", "umbra_*.tar.gz", "umbra_*.cdx.json"} {
		names, err := filepath.Glob(filepath.Join(again, pattern))
		if err != nil || len(names) != 1 {
			t.Fatalf("%s in %s: %v, %v", pattern, again, names, err)
		}
		name, err := filepath.Rel(again, names[0])
		if err != nil {
			t.Fatal(err)
		}
		if a, b := sum(t, filepath.Join(first, name)), sum(t, names[0]); a != b {
			t.Errorf("%s: %s and %s", name, a, b)
		}
		compared = append(compared, name)
	}
	t.Logf("the same in both: %s", strings.Join(compared, ", "))
}

func TestVersionNamesTheCommit(t *testing.T) {
	for flavour, postgres := range map[string]bool{"umbra": false, "umbra-postgres": true} {
		var v cmd.Build
		out := run(t, made(t, flavour+"_linux_*/umbra"), "version", "--json")
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if v.Version != "v0.0.1-pre" || len(v.Commit) != 40 || v.Time == "" || v.SQLite == "" || (v.Postgres != "") != postgres {
			t.Errorf("%s: %s", flavour, out)
		}
	}
}

// What people download does not grow unnoticed.
func TestTheProgramsAreSmall(t *testing.T) {
	for flavour, most := range map[string]int64{"umbra": 40_000_000, "umbra-postgres": 60_000_000} {
		info, err := os.Stat(made(t, flavour+"_linux_*/umbra"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() >= most {
			t.Errorf("%s takes %d bytes, and should stay below %d (docs/dependencies.md)", flavour, info.Size(), most)
		}
	}
}

// The sums are those of all files, and signed: by us, for this purpose.
func TestSumsAndTheirSignature(t *testing.T) {
	sums, err := os.ReadFile(made(t, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(sums)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = true
		if got := sum(t, filepath.Join(dist(t), name)); got != want {
			t.Errorf("%s: %s, and SHA256SUMS says %s", name, got, want)
		}
	}
	for _, pattern := range []string{"*.deb", "*.rpm", "*.apk", "*.tar.gz", "*.cdx.json"} {
		names, err := filepath.Glob(filepath.Join(dist(t), pattern))
		if err != nil || len(names) == 0 {
			t.Errorf("%s: %v, %v", pattern, names, err)
		}
		for _, name := range names {
			if !listed[filepath.Base(name)] {
				t.Errorf("%s has no sum", name)
			}
		}
	}

	public, err := os.ReadFile(os.Getenv("UMBRA_TEST_SIGNER"))
	if err != nil {
		t.Fatal(err)
	}
	signers := filepath.Join(t.TempDir(), "signers")
	if err := os.WriteFile(signers, append([]byte("umbra "), public...), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := func(text []byte) error {
		c := exec.Command("ssh-keygen", "-Y", "verify", "-f", signers, "-I", "umbra", "-n", "umbra-release", "-s", made(t, "SHA256SUMS.sig"))
		c.Stdin = bytes.NewReader(text)
		return c.Run()
	}
	if err := verify(sums); err != nil {
		t.Errorf("the signature does not hold: %v", err)
	}
	if verify(bytes.Replace(sums, []byte("a"), []byte("b"), 1)) == nil {
		t.Error("the signature holds for other sums")
	}
}

// The list of what is inside names modules, the interface's packages and engines.
func TestBillOfMaterials(t *testing.T) {
	for flavour, postgres := range map[string]bool{"umbra": false, "umbra-postgres": true} {
		b, err := os.ReadFile(made(t, flavour+"_*.cdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		var bom struct {
			BOMFormat, SpecVersion string
			Metadata               struct {
				Component struct{ Name, Version string }
			}
			Components []struct{ Name, Version, PURL string }
		}
		if err := json.Unmarshal(b, &bom); err != nil {
			t.Fatal(err)
		}
		if bom.BOMFormat != "CycloneDX" || bom.SpecVersion != "1.6" || bom.Metadata.Component.Name != "umbra" || bom.Metadata.Component.Version != "v0.0.1-pre" {
			t.Errorf("%s: %+v", flavour, bom.Metadata)
		}
		there := map[string]bool{}
		for _, c := range bom.Components {
			there[c.Name] = true
			if c.Version == "" || !strings.HasSuffix(c.PURL, "@"+strings.TrimPrefix(c.Version, "go")) {
				t.Errorf("%s: %+v", flavour, c)
			}
		}
		modules := regexp.MustCompile(`(?m)^\tdep\t(\S+)`).FindAllStringSubmatch(run(t, "go", "version", "-m", made(t, flavour+"_linux_*/umbra")), -1)
		if len(modules) < 40 {
			t.Errorf("%s is made of %d modules", flavour, len(modules))
		}
		for _, m := range modules {
			if !there[m[1]] {
				t.Errorf("%s: %s is not in the list", flavour, m[1])
			}
		}
		if !there["std"] || !there["svelte"] || there["PostgreSQL"] != postgres {
			t.Errorf("%s: %v", flavour, there)
		}
	}
}

// Every page of the manual is one that mandoc has nothing to say against.
func TestManual(t *testing.T) {
	dist(t)
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Fatal("mandoc is missing: make needs")
	}
	pages, err := filepath.Glob(filepath.Join(dist(t), "..", ".cache", "manual", "man", "*.gz"))
	if err != nil || len(pages) < 25 {
		t.Fatalf("%v, %v", pages, err)
	}
	for _, page := range pages {
		c := exec.Command("mandoc", "-T", "lint", "-W", "warning")
		c.Stdin = bytes.NewReader(gunzip(t, page))
		if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", filepath.Base(page), err, out)
		}
	}
	read := func(page string) string {
		c := exec.Command("mandoc", "-T", "ascii")
		c.Stdin = bytes.NewReader(gunzip(t, filepath.Join(filepath.Dir(pages[0]), page)))
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`.\x08`).ReplaceAllString(string(out), "")
	}
	for page, want := range map[string]string{
		"umbra-user-add.1.gz": "umbra user add grace --time-zone Europe/Berlin < password.txt",
		"umbra.1.gz":          "Umbra v0.0.1-pre",
		"umbra.env.5.gz":      "UMBRA_LISTEN, --listen",
		"umbra-service.8.gz":  "sudo umbra user reset",
	} {
		if text := read(page); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q:\n%s", page, want, text)
		}
	}
}

func gunzip(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// completing asks bash what comes after "umbra ver", as readline does.
const completing = `
_get_comp_words_by_ref() { # bash-completion's, as far as the script needs it
  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
}
source %q
COMP_WORDS=(umbra ver) COMP_CWORD=1 COMP_LINE="umbra ver" COMP_POINT=9 COMP_TYPE=9
$(complete -p umbra | sed 's/.*-F \([^ ]*\).*/\1/') >/dev/null
printf '%%s\n' "${COMPREPLY[@]}"
`

func TestCompletions(t *testing.T) {
	scripts := filepath.Join(dist(t), "..", ".cache", "manual", "completions")
	c := exec.Command("bash", "--norc", "-c", fmt.Sprintf(completing, filepath.Join(scripts, "umbra.bash")))
	c.Env = append(os.Environ(), "PATH="+filepath.Dir(made(t, "umbra_linux_*/umbra"))+":"+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "verify") || !strings.Contains(string(out), "version") || strings.Contains(string(out), "serve") {
		t.Errorf("bash: %v\n%s", err, out)
	}
	for _, shell := range []struct{ name, script string }{{"zsh", "_umbra"}, {"fish", "umbra.fish"}} {
		if _, err := exec.LookPath(shell.name); err == nil {
			run(t, shell.name, "-n", filepath.Join(scripts, shell.script))
		}
	}
}

// names are the pages of a command and of those below it.
func names(c *cobra.Command) []string {
	out := []string{strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1.gz"}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			out = append(out, names(sub)...)
		}
	}
	return out
}

// What each package puts where, with which mode and owner, and what it keeps of it.
// UPDATE_GOLDEN=1 make test-release writes what is there.
func TestPackages(t *testing.T) {
	dist(t)
	docs, err := filepath.Glob("../docs/*.md")
	if err != nil || len(docs) < 20 {
		t.Fatalf("%v, %v", docs, err)
	}
	pages := names(cmd.Commands())
	for _, tt := range []struct {
		name, file string
		list       func(t *testing.T, file string) []string
	}{
		{"umbra.deb", "umbra_*.deb", deb}, {"umbra.rpm", "umbra_*.rpm", rpm}, {"umbra.apk", "umbra_*.apk", apk},
		{"umbra-postgres.deb", "umbra-postgres_*.deb", deb}, {"umbra-postgres.rpm", "umbra-postgres_*.rpm", rpm},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := tt.list(t, made(t, tt.file))
			// Pages come and go with commands and documents, so they are no part of the golden.
			flavour, _, _ := strings.Cut(tt.name, ".")
			for _, group := range []struct {
				dir   string
				names []string
			}{{"/usr/share/doc/" + flavour, docs}, {"/usr/share/man/man1", pages}} {
				for _, name := range group.names {
					name = path.Join(group.dir, filepath.Base(name))
					i := slices.Index(lines, "-rw-r--r-- root:root "+name)
					if i < 0 {
						t.Errorf("%s is not there as it should be", name)
						continue
					}
					lines = slices.Delete(lines, i, i+1)
				}
			}
			golden := filepath.Join("testdata", tt.name+".txt")
			got := strings.Join(lines, "\n") + "\n"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s:\n%s", golden, diff)
			}
		})
	}
}

var tarLine = regexp.MustCompile(`^(\S+) (\S+)/(\S+) +\d+ \S+ \S+ \.?/?(.*?)/?$`)

// tarred lists the files of a tar's table of contents.
func tarred(table string) (lines []string) {
	for line := range strings.Lines(table) {
		if m := tarLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil && m[4] != "" {
			lines = append(lines, fmt.Sprintf("%s %s:%s /%s", m[1], m[2], m[3], m[4]))
		}
	}
	return lines
}

func deb(t *testing.T, file string) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(run(t, "dpkg-deb", "-f", file, "Package", "Version", "Depends", "Recommends", "Conflicts", "Replaces", "Provides", "Section")), "\n")
	slices.Sort(lines)
	lines = append(lines, "Conffiles: "+strings.TrimSpace(run(t, "dpkg-deb", "-I", file, "conffiles")))
	return append(lines, tarred(run(t, "dpkg-deb", "-c", file))...)
}

func rpm(t *testing.T, file string) []string {
	t.Helper()
	const tags = `Name: %{NAME}\nVersion: %{VERSION}-%{RELEASE}\nLicense: %{LICENSE}\n[Conflicts: %{CONFLICTS}\n][Obsoletes: %{OBSOLETES}\n]` +
		`[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES} %{FILEFLAGS:fflags}\n]`
	var lines []string
	for line := range strings.Lines(run(t, "rpm", "-qp", "--qf", tags, file)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	for line := range strings.Lines(run(t, "rpm", "-qp", "--requires", file)) {
		if !strings.HasPrefix(line, "rpmlib(") {
			lines = append(lines, "Requires: "+strings.TrimSpace(line))
		}
	}
	return lines
}

func apk(t *testing.T, file string) []string {
	t.Helper()
	info := run(t, "tar", "--ignore-zeros", "-xzOf", file, ".PKGINFO")
	lines := regexp.MustCompile(`(?m)^(pkgname|pkgver|license|depend|replaces|conflicts|provides) = .*$`).FindAllString(info, -1)
	return append(lines, tarred(run(t, "tar", "--ignore-zeros", "-tvzf", file))...)
}
