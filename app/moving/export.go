package moving

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/person"
)

// Export is what is written, and for whom.
type Export struct {
	Username string
	Settings account.Settings
	Version  string // of Umbra
	Now      time.Time
}

// exporter is a run of Write.
type exporter struct {
	House
	Export
	ctx   context.Context
	c     caller.Caller
	z     *zip.Writer
	later []blob
	names map[string]bool
}

// blob is a file that is too large to stand in umbra.json.
type blob struct {
	name string
	read func() ([]byte, error)
}

// maxInline is how large an object in umbra.json may be; larger ones, with
// photos, lie beside it.
const maxInline = 8 << 10

// Write writes all that a user has into a zip, a page of records at a time:
// umbra.json, which is complete, and the same for other programs and for people.
// What others share with the user is theirs, and stays out.
func (h House) Write(ctx context.Context, c caller.Caller, w io.Writer, o Export) error {
	c.Shared = nil
	x := &exporter{House: h, Export: o, ctx: ctx, c: c, z: zip.NewWriter(w), names: map[string]bool{}}
	for _, part := range []func() error{x.readme, x.json, x.blobs, x.calendars, x.todoLists, x.people, x.markdown} {
		if err := part(); err != nil {
			return err
		}
	}
	return x.z.Close()
}

// create begins a file in the zip.
func (x *exporter) create(name string) (io.Writer, error) {
	return x.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: x.Now.UTC().Truncate(2 * time.Second)})
}

// free is a name for a file that no other has: that of a calendar or project,
// with what no file system takes left out.
func (x *exporter) free(folder, title string) string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, oneLine(title, 80))
	title = strings.Trim(title, ". ")
	if title == "" {
		title = "unnamed"
	}
	name := folder + title + ".ics"
	for n := 2; x.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s%s (%d).ics", folder, title, n)
	}
	x.names[strings.ToLower(name)] = true
	return name
}

const readme = `Everything of %s in Umbra, as of %s.

umbra.json     every record with all its fields; import this zip into another Umbra and it is all there
photos/        the pictures of people; objects/ what phones keep beside a record: both belong to umbra.json
calendars/     each calendar, for any calendar program (iCalendar, .ics)
lists/         the to-dos, each project and the reminders, for any program with tasks (iCalendar, .ics)
people.vcf     the people, for any address book (vCard)
markdown/      the same to read

Not in here: passwords, tokens, the history, the trash, and what others share with you.
`

func (x *exporter) readme() error {
	w, err := x.create("README.txt")
	if err == nil {
		_, err = fmt.Fprintf(w, readme, x.Username, x.Now.In(x.c.Location()).Format("2006-01-02 15:04"))
	}
	return err
}

// dropped are the fields of records that mean nothing elsewhere.
var dropped = []string{"id", "access", "share_id", "owner", "recurrence_text", "occurrence", "progress", "tasks_total", "tasks_done", "photo", "due_at",
	"parent_id", "project_id", "person_id", "person_ids", "location_id", "parent_task_id", "calendar_id", "todo_id", "event_id"}

// plural are the names of the lists by kind, in order.
func plural(kind string) string {
	for name, k := range lists {
		if k == kind {
			return name
		}
	}
	return kind
}

func (x *exporter) json() error {
	file, err := x.create(ownName)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	x.Settings.DefaultCalendarID = nil // the calendars say which
	settings, err := plain(x.Settings)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "{\n\"format\": %q,\n\"version\": %d,\n\"umbra\": %s,\n\"exported_at\": %q,\n\"username\": %s,\n\"settings\": %s", ownFormat, ownVersion, quote(x.Version),
		x.Now.UTC().Format(time.RFC3339), quote(x.Username), settings)
	for _, kind := range kinds {
		fmt.Fprintf(w, ",\n%q: [", plural(kind))
		comma := "\n"
		err := x.walk(x.ctx, x.c, kind, 0, func(e *entry) error {
			line, err := x.line(e)
			if err == nil {
				_, _ = w.WriteString(comma)
				_, err = w.Write(line)
				comma = ",\n"
			}
			return err
		})
		if err != nil {
			return err
		}
		_, _ = w.WriteString("\n]")
	}
	_, _ = w.WriteString("\n}\n")
	return w.Flush() // it says what failed before
}

func quote(s string) string {
	b, _ := plain(s)
	return string(b)
}

// plain is JSON on one line, without the escapes for web pages.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// line is one record.
func (x *exporter) line(e *entry) ([]byte, error) {
	raw, err := json.Marshal(e.value)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, err
	}
	for name, v := range values {
		fields[name] = v
	}
	for _, name := range dropped {
		delete(fields, name)
	}
	if len(e.links) > 0 {
		fields["links"] = e.links
	}
	switch v := e.value.(type) {
	case *event.Event:
		if changed := v.Changed(); len(changed) > 0 {
			fields["changed"] = changed
		}
	case *person.Person:
		if !v.NameGiven {
			delete(fields, "display_name") // it follows from the others
		}
		if e.photo {
			fields["photo_file"] = x.put("photos/"+journal.UIDOf("photo:"+v.UID), func() ([]byte, error) {
				p, err := x.People.FindPhoto(x.ctx, x.c, e.id)
				return p.Data, err
			})
		}
	}
	switch {
	case e.kind == person.GroupKind: // its card says who is in it, as they are now
		d, err := e.object()
		if err != nil {
			return nil, err
		}
		fields["object"] = ownObject{UID: e.stored.UID, Data: string(d.Bytes())}
	case e.has:
		fields["object"] = x.stored(e)
	}
	return plain(fields)
}

// stored is what phones are shown of a record.
func (x *exporter) stored(e *entry) ownObject {
	o := ownObject{UID: e.stored.UID}
	if e.stored.Rev != e.rev {
		o.Marks = e.stored.Marks
	}
	if len(e.stored.Data) <= maxInline {
		o.Data = string(e.stored.Data)
		return o
	}
	kind, id := e.kind, e.id
	o.File = x.put(fmt.Sprintf("objects/%s-%d", kind, id), func() ([]byte, error) {
		all, err := x.Resources.Objects(x.ctx, x.c.UserID, kind, []int64{id})
		return all[id].Data, err
	})
	return o
}

// put has a file written behind umbra.json.
func (x *exporter) put(name string, read func() ([]byte, error)) string {
	x.later = append(x.later, blob{name, read})
	return name
}

func (x *exporter) blobs() error {
	for _, b := range x.later {
		data, err := b.read()
		if err != nil {
			return err
		}
		w, err := x.create(b.name)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}
