package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/joho/godotenv"
	"github.com/spf13/pflag"
)

// loader gathers what is wrong while it reads.
type loader struct {
	flags    *pflag.FlagSet
	environ  map[string]string
	path     string // of the .env that was looked for
	file     map[string]string
	from     map[string]Source
	text     map[string]string
	problems []Problem
	warnings []string
}

func parseEnviron(environ []string) map[string]string {
	m := make(map[string]string, len(environ))
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok {
			m[name] = value
		}
	}
	return m
}

func (l *loader) fail(name string, from Source, message string) {
	l.problems = append(l.problems, Problem{Name: name, Source: from, Message: message})
}

func (l *loader) warn(message string) { l.warnings = append(l.warnings, message) }

// lookup is the order of precedence.
func (l *loader) lookup(f field) (string, Source) {
	if f.flag != "" && l.flags != nil && l.flags.Changed(f.flag) {
		if v, err := l.flags.GetString(f.flag); err == nil && v != "" {
			return v, FromFlag
		}
	}
	if v := l.environ[f.env]; v != "" {
		return v, FromEnvironment
	}
	if v := l.file[f.env]; v != "" {
		return v, FromFile
	}
	return f.def, FromDefault
}

func (l *loader) read(f field, c *Config) {
	text, from := l.lookup(f)
	l.note(f.env, text, from)
	if text == "" {
		return
	}
	if err := f.set(c, text); err != nil {
		message := err.Error()
		if !f.secret() && len(text) <= 80 && !strings.Contains(text, "@") { // an @ may follow a password
			message += fmt.Sprintf(" (it is %q)", text)
		}
		l.fail(f.env, from, message)
	}
}

func (l *loader) note(env, text string, from Source) {
	if l.from == nil {
		l.from, l.text = map[string]Source{}, map[string]string{}
	}
	l.from[env], l.text[env] = from, text
}

// files finds the data folder and the settings file: each may name the other,
// but the one in the data folder cannot say where the data folder is.
func (l *loader) files(c *Config) {
	path, from := l.lookup(find(envFile))
	if path == "" && l.packaged() {
		path = system
		c.Packaged = true
	}
	l.note(envFile, path, from)
	if path != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			l.fail(envFile, from, "cannot be resolved")
			return
		}
		c.EnvFile = abs
		l.readFile(abs, true)
	}
	l.dataDir(c)
	if path == "" && c.DataDir != "" {
		c.EnvFile = filepath.Join(c.DataDir, ".env")
		l.readFile(c.EnvFile, false)
		for _, name := range []string{envDataDir, envFile} {
			if l.file[name] != "" {
				l.fail(name, FromFile, "cannot be set in the data folder's own "+c.EnvFile)
			}
		}
	} else if l.file[envFile] != "" {
		l.fail(envFile, FromFile, "cannot be set in the file that it names")
	}
}

// system is where packages keep the settings of the service.
var system = "/etc/umbra/umbra.env"

// packaged says whether the settings are those of this machine's service: nobody
// named a file or a data folder, and a package put its file there.
func (l *loader) packaged() bool {
	if folder, from := l.lookup(find(envDataDir)); folder != "" && from != FromDefault || l.environ["STATE_DIRECTORY"] != "" {
		return false
	}
	_, err := os.Stat(system)
	return err == nil
}

func (l *loader) readFile(path string, must bool) {
	l.path = path
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !must {
		return
	}
	if errors.Is(err, fs.ErrPermission) && path == system {
		l.fail(path, "", "holds the settings of this machine's Umbra, and is not yours to read: run the command with sudo, or name another data folder with --data-dir")
		return
	}
	if err != nil {
		l.fail(path, "", "cannot be read: "+errors.Unwrap(err).Error())
		return
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	l.file, err = godotenv.Unmarshal(text)
	if err != nil {
		// The parser's own message quotes the file, secrets and all.
		l.fail(path, "", fmt.Sprintf("line %d is not NAME=value", badLine(text)))
		return
	}
	l.dollars(text)
}

var reference = regexp.MustCompile(`\\?\$\{?([A-Z0-9_]+)`)

// dollars reports values that lost a part: the parser puts what NAME holds in
// place of $NAME, nothing when no line above has it, and passwords contain $.
func (l *loader) dollars(text string) {
	const mark = "\x01"
	written, err := godotenv.Unmarshal(strings.ReplaceAll(text, "$", mark))
	if err != nil {
		return
	}
	for _, f := range fields {
		value := strings.ReplaceAll(written[f.env], mark, "$")
		if value == l.file[f.env] { // in single quotes, or without any
			continue
		}
		for _, m := range reference.FindAllStringSubmatch(value, -1) {
			put, there := l.file[m[1]]
			if m[0][0] != '\\' && (!there || !strings.Contains(l.file[f.env], put)) {
				l.fail(f.env, FromFile, "has a $ that stands for a name the file does not hold above it: put the value in 'single quotes'")
				break
			}
		}
	}
}

// badLine is the line after the longest beginning that can be parsed.
func badLine(text string) int {
	good, end, n := 0, 0, 0
	for line := range strings.Lines(text) {
		n++
		end += len(line)
		if _, err := godotenv.Unmarshal(text[:end]); err == nil {
			good = n
		}
	}
	return good + 1
}

func (l *loader) fileInfo() (fs.FileInfo, bool) {
	if l.file == nil || runtime.GOOS == "windows" {
		return nil, false
	}
	info, err := os.Stat(l.path)
	return info, err == nil
}

// unknown reports names that look like ours and are not: a slip of the hand
// must not silently leave a default in force.
func (l *loader) unknown() {
	for _, given := range []struct {
		names map[string]string
		from  Source
	}{{l.environ, FromEnvironment}, {l.file, FromFile}} {
		for _, name := range slices.Sorted(maps.Keys(given.names)) {
			known := slices.ContainsFunc(fields, func(f field) bool { return f.env == name })
			if known || !strings.HasPrefix(strings.ToUpper(name), prefix) {
				continue
			}
			message := "is not a setting"
			if near := nearest(name); near != "" {
				message += "; did you mean " + near + "?"
			}
			l.fail(name, given.from, message)
		}
	}
}

// nearest is the known name within three slips of the hand, or "".
func nearest(name string) string {
	best, at := "", 4
	for _, f := range fields {
		if d := distance(strings.ToUpper(name), f.env); d < at {
			best, at = f.env, d
		}
	}
	return best
}

// distance counts the characters to change, add or take away (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
