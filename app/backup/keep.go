package backup

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Keep says for how many days, weeks and months the newest backup is kept.
type Keep struct{ Daily, Weekly, Monthly int }

// Stored is a backup in a place.
type Stored struct {
	Name   string
	Bytes  int64
	MadeAt time.Time // from the name
}

var named = regexp.MustCompile(`^umbra-(\d{8}T\d{6}Z)(-\d+)?\.tar\.zst(\.age)?$`)

const nameTime = "20060102T150405Z"

// nameFor is what a backup of that moment is called.
func nameFor(at time.Time, encrypted bool) string {
	name := "umbra-" + at.UTC().Format(nameTime) + ".tar.zst"
	if encrypted {
		name += ".age"
	}
	return name
}

// nameNext is another name for the same moment.
func nameNext(name string, n int) string {
	head, tail, _ := strings.Cut(name, ".")
	return fmt.Sprintf("%s-%d.%s", head, n, tail)
}

// storedAs reads a name of ours; ok is false for any other, which stays untouched.
func storedAs(name string, size int64) (s Stored, ok bool) {
	m := named.FindStringSubmatch(name)
	if m == nil {
		return s, false
	}
	at, err := time.Parse(nameTime, m[1])
	return Stored{Name: name, Bytes: size, MadeAt: at}, err == nil
}

// sortStored puts the newest first.
func sortStored(files []Stored) {
	slices.SortFunc(files, func(a, b Stored) int {
		return cmp.Or(b.MadeAt.Compare(a.MadeAt), cmp.Compare(len(b.Name), len(a.Name)), cmp.Compare(b.Name, a.Name))
	})
}

// surplus are the backups that need not be kept: not the newest one, nor the
// newest of one of the last days, weeks or months that have any (UTC).
func (k Keep) surplus(files []Stored) (out []Stored) {
	files = slices.Clone(files)
	sortStored(files)
	rules := []struct {
		left int
		span func(t time.Time) string
		last string
	}{
		{left: max(k.Daily, 1), span: func(t time.Time) string { return t.Format("2006-01-02") }},
		{left: k.Weekly, span: func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, "-", w) }},
		{left: k.Monthly, span: func(t time.Time) string { return t.Format("2006-01") }},
	}
	for _, f := range files {
		keep := false
		for i := range rules {
			r := &rules[i]
			if span := r.span(f.MadeAt); r.left > 0 && span != r.last {
				r.last = span
				r.left--
				keep = true
			}
		}
		if !keep {
			out = append(out, f)
		}
	}
	return out
}
