package moving_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/moving"
)

// What cannot be read at all is refused in words, and nothing is changed.
func TestFilesThatAreRefused(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.Create("calendar.ics")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, 70<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	many := make([]string, 0, 40_004)
	for i := range 20_002 {
		many = append(many, fmt.Sprint(i, ".ics"), "")
	}
	inner := zipOf(t, "a.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n")
	for name, want := range map[string][2]string{
		"empty.ics":                         {"", "The file is empty."},
		"big.ics":                           {strings.Repeat("x", moving.MaxFile+1), "larger than 32 MB"},
		"broken.zip":                        {"PK\x03\x04 and no more", "cannot be opened"},
		"bomb.zip":                          {bomb.String(), "unpacks to far more"},
		"many.zip":                          {zipOf(t, many...), "more than"},
		"nested.zip":                        {zipOf(t, "inner.ics", inner), "holds another zip"},
		"picture.png":                       {"\x89PNG", "of no kind that can be imported"},
		"nothing.ics":                       {"BEGIN:VTODO\nEND:VTODO\n", "holds no VCALENDAR"},
		"half.json":                         {`{"items": [{"id": 1}], "projects": [`, "no whole JSON; the trouble is in line 1"},
		"shape.json":                        {"{\"items\":\n 3, \"projects\": []}", "not as expected: items in line 2"},
		"umbra.json":                        {`{"format": "umbra", "version": 2}`, "newer Umbra"},
		"damaged/umbra.json":                {`{"format": "umbra", "version": 1, "todos": [{"title": "x"`, "is damaged"},
		strings.Repeat("../", 9) + "passwd": {"root:x:0:0", "of no kind"},
	} {
		f, err := moving.NewFile(name, []byte(want[0]))
		if err == nil {
			_, err = h.Import(t.Context(), h.c, f, moving.Options{Now: now})
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%s: %v, want one that says %q", name, err, want[1])
		}
	}
	if n := len(h.todos()) + len(h.events()); n != 0 {
		t.Errorf("%d records were made", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A record that breaks a rule is told with its line; the others are made.
func TestWhatOneRecordBreaksIsTold(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		text := `{
"format": "umbra",
"version": 1,
"todos": [
{"uid": "good", "title": "Good"},
{"uid": "bad", "title": "Bad", "priority": "urgent"},
{"uid": "odd", "title": 7},
{"uid": "part", "title": "Part", "links": {"parent_id": "bad"}},
{"uid": "a", "title": "Circle a", "links": {"parent_id": "b"}},
{"uid": "b", "title": "Circle b", "links": {"parent_id": "a"}},
{"uid": "self", "title": "Its own part", "links": {"parent_id": "self"}}
]
}`
		r := h.take(h.file("umbra.json", text), moving.Options{})
		if n := made(r, "todo"); n.Made != 5 || n.Refused != 1 || r.Lost() != 2 {
			t.Fatalf("%s", asJSON(r))
		}
		for line, want := range map[int]string{6: "priority must be one of", 7: "no todo as Umbra writes it"} {
			found := false
			for _, n := range r.Refused {
				found = found || n.Line == line && strings.Contains(n.Text, want)
			}
			if !found {
				t.Errorf("line %d is not told: %s", line, asJSON(r.Refused))
			}
		}
		if h.todo("Part").ParentID != nil || len(r.Changed) != 3 {
			t.Errorf("%s", asJSON(r.Changed))
		}
	})
}

// Files that are made to cost much cost little: a comment that goes on and on,
// and as many zones as events.
func TestWhatIsMadeToCostMuchDoesNot(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	r := h.take(h.file("x.csv", "TYPE,CONTENT,PRIORITY,INDENT\ntask,Long,4,1\n"+strings.Repeat("note,"+strings.Repeat("x", 200)+",,\n", 50_000)), moving.Options{})
	if r.Made() != 2 || len(h.todo("Long").Description) > 110_000 {
		t.Errorf("%s", asJSON(r.Kinds))
	}
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "BEGIN:VTIMEZONE\nTZID:z%d\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:%d\nDTSTART;TZID=z%d:20250101T100000\nEND:VEVENT\n", i, i, i)
	}
	b.WriteString("END:VCALENDAR\n")
	if r = h.take(h.file("x.ics", b.String()), moving.Options{DryRun: true}); made(r, "event").Made != 3000 {
		t.Errorf("%s", asJSON(r.Kinds))
	}
}

// More notes than are told are counted.
func TestNotesAreBounded(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, db.SQLite))
	r := h.take(h.file("x.csv", "title,due\n"+strings.Repeat("x,someday\n", 1000)), moving.Options{DryRun: true})
	if len(r.Changed) != 200 || r.More != 800 {
		t.Errorf("%d changed, %d more", len(r.Changed), r.More)
	}
}

// Real calendars and address books are read or refused with a reason, and never
// more than that goes wrong. UMBRA_REAL_DATA names a folder with more of them.
func TestRealFiles(t *testing.T) {
	root := os.Getenv("UMBRA_REAL_DATA")
	if root == "" {
		root = filepath.Join(dbtest.Root(), "..", "shared", "data")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skip("no folder with calendars and address books of others: ", root)
	}
	each(t, func(t *testing.T, h house) {
		files, taken, lost := 0, 0, map[string]int{}
		for _, pattern := range []string{"ics/*.ics", "vcf/*.vcf"} {
			names, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				files++
				f, err := moving.NewFile(name, data)
				if err == nil {
					var r moving.Result
					r, err = h.Import(t.Context(), h.c, f, moving.Options{Now: now})
					taken += r.Made()
					for _, n := range r.Refused {
						lost[n.Text]++
						t.Logf("%s %d %q: %s", filepath.Base(name), n.Line, n.Title, n.Text)
					}
				}
				switch {
				case err == nil:
				case fault.Is(err, fault.Invalid):
					lost[err.Error()]++
					t.Logf("%s: %v", filepath.Base(name), err)
				default:
					t.Errorf("%s: %v", filepath.Base(name), err)
				}
			}
		}
		t.Logf("%d files, %d records; refused: %s", files, taken, asJSON(lost))
		if taken == 0 {
			t.Error("none was taken")
		}
		if export := h.export(h.c); len(export) == 0 {
			t.Error("they cannot be exported")
		}
	})
}
