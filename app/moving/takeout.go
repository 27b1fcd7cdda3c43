package moving

import (
	"archive/zip"
	"path"
	"slices"
	"strings"
)

// takeout is the zip of Google Takeout: calendars, contacts, tasks.
var takeout = Format{Name: "google-takeout", Recognise: func(f *File) bool {
	for _, e := range f.entries(".ics", ".vcf", ".json", ".html") {
		if strings.HasPrefix(e.Name, "Takeout/") || path.Base(e.Name) == "archive_browser.html" {
			return true
		}
	}
	return f.entry("Tasks.json") != nil
}, Read: readTakeout}

// zipped is a zip of .ics, .vcf and .csv files, as address books, calendars and
// Todoist's backups come.
var zipped = Format{Name: "zip", Recognise: func(f *File) bool { return len(f.entries(".ics", ".vcf", ".csv")) > 0 }, Read: readZip}

func readTakeout(f *File, b *Batch) error {
	if e := f.entry("Tasks.json"); e != nil {
		data, err := f.read(e)
		if err != nil {
			return err
		}
		b.file = show(e.Name)
		err = readGoogleTasks(data, b)
		b.file = ""
		if err != nil {
			return err
		}
	}
	if err := icsEntries(f, b); err != nil {
		return err
	}
	return vcfEntries(f, b)
}

func readZip(f *File, b *Batch) error {
	if err := icsEntries(f, b); err != nil {
		return err
	}
	if err := vcfEntries(f, b); err != nil {
		return err
	}
	return b.each(f, func(e *zip.File, data []byte) error {
		if !isTodoist(data) {
			b.refuse(0, "", "A table in a zip is not imported: unpack it, and import it by itself, to see its columns.")
			return nil
		}
		return readTodoistCSV(show(e.Name), data, b)
	}, ".csv")
}

func vcfEntries(f *File, b *Batch) error {
	return b.each(f, func(_ *zip.File, data []byte) error { return readVCF(data, b) }, ".vcf")
}

func icsEntries(f *File, b *Batch) error {
	return b.each(f, func(e *zip.File, data []byte) error { return readICS(e.Name, data, b) }, ".ics")
}

// each reads the files of a zip with an ending, in the order of their names. One
// that cannot be read does not keep the others out.
func (b *Batch) each(f *File, read func(e *zip.File, data []byte) error, ending string) error {
	all := f.entries(ending)
	slices.SortFunc(all, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	defer func() { b.file = "" }()
	for _, e := range all {
		data, err := f.read(e)
		if err != nil {
			return err
		}
		b.file = show(e.Name)
		if len(data) == 0 {
			continue
		}
		if err := read(e, data); err != nil {
			if err == errTooMany { //nolint:errorlint // made here alone
				return err
			}
			b.refuse(0, "", wordsOf(err))
		}
	}
	return nil
}

func readGoogleTasks(data []byte, b *Batch) error {
	var in struct {
		Items []struct {
			Title string `json:"title"`
			Items []struct {
				ID        key    `json:"id"`
				Title     string `json:"title"`
				Notes     string `json:"notes"`
				Status    string `json:"status"`
				Due       string `json:"due"`
				Completed string `json:"completed"`
				Created   string `json:"created"`
				Parent    key    `json:"parent"`
				Deleted   bool   `json:"deleted"`
			} `json:"items"`
		} `json:"items"`
	}
	if err := decodeJSON(data, &in); err != nil {
		return err
	}
	for _, l := range in.Items {
		for _, t := range l.Items {
			if t.Deleted || t.Title == "" && t.Notes == "" {
				continue
			}
			x := item{id: t.ID.String(), title: t.Title, notes: t.Notes, done: t.Status == "completed", doneAt: instant(t.Completed), created: instant(t.Created),
				parent: t.Parent.String(), category: l.Title}
			if due := instant(t.Due); !due.IsZero() {
				x.due = due.UTC().Format("2006-01-02") // a date, written as its midnight
			} else {
				x.due = t.Due
			}
			if err := b.todo("google", x); err != nil {
				return err
			}
		}
	}
	return nil
}
