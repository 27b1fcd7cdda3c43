package moving

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"umbra/app/caller"
)

// FuzzRead reads whatever a file may hold, by each format: none may panic, and
// what is read fits the bounds.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		if filepath.Ext(name) == ".golden" || filepath.Ext(name) == "" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for i := range Formats() {
			if Formats()[i].Recognise(&File{Name: filepath.Base(name), Data: data}) {
				f.Add(uint8(i), data)
			}
		}
	}
	f.Add(uint8(0), []byte(`{"format": "umbra", "version": 1, "todos": [{"uid": "a", "title": "x", "links": {"parent_id": ["b"]}}], "people": [null, 3]}`))
	home := time.FixedZone("east", 3600)
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		format := Formats()[int(which)%len(Formats())]
		file, err := NewFile("file.txt", data)
		if err != nil {
			return
		}
		format.Recognise(file)
		if file.zip == nil && (format.Name == "vikunja" || format.Name == "google-takeout" || format.Name == "zip") {
			return
		}
		if file.zip != nil && format.Name == "vikunja" && file.entry("data.json") == nil || file.zip != nil && format.Name == "umbra" && file.entry(ownName) == nil {
			return
		}
		b := newBatch(caller.Caller{Zone: home}, time.Date(2025, 1, 31, 12, 0, 0, 0, time.UTC))
		_ = format.Read(file, b)
		if len(b.Refused) > maxNotes || len(b.Changed) > maxNotes || len(b.Records) > MaxRecords {
			t.Error("more than the bounds allow")
		}
		for _, r := range b.Records {
			_, _ = titleOf(r), saying(r)
			if r.Object != nil {
				_, _ = r.Object.Data()
			}
		}
	})
}
