package moving

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strings"
	"time"

	"umbra/app/calendar"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/template"
	"umbra/app/todo"
)

// What our own export is called inside.
const (
	ownName    = "umbra.json"
	ownFormat  = "umbra"
	ownVersion = 1
)

// lists are the names of the lists in it.
var lists = map[string]string{"locations": location.KindName, "people": person.KindName, "groups": person.GroupKind, "calendars": calendar.KindName, "projects": project.KindName,
	"todos": todo.KindName, "tasks": project.TaskKind, "events": event.KindName, "event_templates": template.KindName, "reminders": reminder.KindName}

// umbra is our own export: the zip, or umbra.json alone, without photos.
var umbra = Format{Name: "umbra", Recognise: func(f *File) bool {
	return f.zip != nil && f.entry(ownName) != nil || strings.Contains(f.head(200), `"format": "umbra"`)
}, Read: readUmbra}

// own is what each record of it has beside its fields.
type own struct {
	UID     string                     `json:"uid"`
	Created time.Time                  `json:"created_at"`
	Done    time.Time                  `json:"completed_at"`
	Gone    time.Time                  `json:"dismissed_at"`
	Links   map[string]json.RawMessage `json:"links"`
	Changed []event.Changed            `json:"changed"`
	Photo   string                     `json:"photo_file"`
	Object  *ownObject                 `json:"object"`
}

// ownObject is what phones are shown of it.
type ownObject struct {
	UID   string `json:"uid,omitempty"`
	Marks string `json:"marks,omitempty"` // where the record has changed since
	Data  string `json:"data,omitempty"`
	File  string `json:"file,omitempty"` // in the zip, in place of data
}

func readUmbra(f *File, b *Batch) error {
	in := io.NopCloser(strings.NewReader(string(f.Data)))
	files := map[string]*zip.File{}
	if f.zip != nil {
		var err error
		if in, err = f.stream(f.entry(ownName)); err != nil {
			return err
		}
		for _, e := range f.zip.File {
			files[e.Name] = e
		}
	}
	defer func() { _ = in.Close() }()
	r := &ownReader{f: f, b: b, files: files, lines: &lineReader{Reader: in}}
	r.dec = json.NewDecoder(r.lines)
	err := r.all()
	var known *fault.Error
	if err != nil && !errors.As(err, &known) {
		err = invalid("The export is damaged: " + ownName + " is no whole JSON.")
	}
	return err
}

type ownReader struct {
	f     *File
	b     *Batch
	files map[string]*zip.File
	lines *lineReader
	dec   *json.Decoder
}

// lineReader remembers where the lines of a text begin.
type lineReader struct {
	io.Reader
	at   int64
	ends []int64
}

func (l *lineReader) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.ends = append(l.ends, l.at+int64(i))
		}
	}
	l.at += int64(n)
	return n, err
}

func (l *lineReader) line(offset int64) int {
	return 1 + sort.Search(len(l.ends), func(i int) bool { return l.ends[i] >= offset })
}

func (r *ownReader) all() error {
	if _, err := r.dec.Token(); err != nil {
		return err
	}
	for r.dec.More() {
		name, err := r.dec.Token()
		if err != nil {
			return err
		}
		kind, known := lists[asString(name)]
		switch {
		case name == "version":
			var version int
			if err := r.dec.Decode(&version); err != nil || version != ownVersion {
				return invalid("The export was made by a newer Umbra. Update this one first.")
			}
		case known:
			if err := r.list(kind); err != nil {
				return err
			}
		default:
			var other json.RawMessage
			if err := r.dec.Decode(&other); err != nil {
				return err
			}
		}
	}
	return nil
}

func asString(v any) string {
	s, _ := v.(string)
	return s
}

func (r *ownReader) list(kind string) error {
	if t, err := r.dec.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(err, errors.New("no list"))
	}
	for r.dec.More() {
		var raw json.RawMessage
		if err := r.dec.Decode(&raw); err != nil {
			return err
		}
		x, err := r.record(kind, raw)
		if err != nil {
			r.b.refuse(r.lines.line(r.dec.InputOffset()), "", "It is no "+strings.ReplaceAll(kind, "_", " ")+" as Umbra writes it.")
			continue
		}
		if err := r.b.add(x); err != nil {
			return err
		}
	}
	_, err := r.dec.Token()
	return err
}

func (r *ownReader) record(kind string, raw []byte) (*Record, error) {
	var o own
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	x := &Record{Kind: kind, UID: o.UID, Created: o.Created, Done: o.Done, Changed: o.Changed, Place: Place{Line: r.lines.line(r.dec.InputOffset())}}
	if x.Done.IsZero() {
		x.Done = o.Gone
	}
	var err error
	if x.Fields, err = fieldsOf(kind, raw, r.b.Now); err != nil {
		return nil, err
	}
	for field, to := range linked[kind] {
		var many []string
		var one string
		if json.Unmarshal(o.Links[field], &one) == nil && one != "" {
			many = []string{one}
		} else if err := json.Unmarshal(o.Links[field], &many); err != nil {
			continue
		}
		for _, key := range many {
			x.Links = append(x.Links, Link{field, to, key})
		}
	}
	sort.Slice(x.Links, func(i, j int) bool { return x.Links[i].Field < x.Links[j].Field })
	if e := r.files[o.Photo]; e != nil && o.Photo != "" {
		x.Photo = func() (person.Photo, error) {
			data, err := r.f.read(e)
			if err != nil {
				return person.Photo{}, err
			}
			return person.NewPhoto(data)
		}
	}
	if o.Object != nil {
		x.Object = r.object(*o.Object)
	}
	return x, nil
}

func (r *ownReader) object(o ownObject) *Object {
	data := func() ([]byte, error) { return []byte(o.Data), nil }
	if e := r.files[o.File]; e != nil && o.File != "" {
		data = func() ([]byte, error) { return r.f.read(e) }
	}
	return &Object{Data: data, UID: o.UID, Marks: o.Marks}
}

// linked are the fields of a kind that name other records, and of which kind.
var linked = map[string]map[string]string{
	todo.KindName:     {"parent_id": todo.KindName, "project_id": project.KindName, "person_id": person.KindName, "location_id": location.KindName},
	project.TaskKind:  {"project_id": project.KindName, "parent_task_id": project.TaskKind, "person_id": person.KindName},
	event.KindName:    {"calendar_id": calendar.KindName, "location_id": location.KindName, "person_ids": person.KindName},
	template.KindName: {"calendar_id": calendar.KindName, "location_id": location.KindName, "person_ids": person.KindName},
	reminder.KindName: {"todo_id": todo.KindName, "event_id": event.KindName, "person_id": person.KindName, "location_id": location.KindName},
}

func fieldsOf(kind string, raw []byte, now time.Time) (any, error) {
	switch kind {
	case location.KindName:
		return fieldsAs[location.Update](raw)
	case person.KindName:
		return fieldsAs[person.Update](raw)
	case person.GroupKind:
		return fieldsAs[person.GroupUpdate](raw)
	case calendar.KindName:
		u, err := fieldsAs[calendar.Update](raw)
		u.Default = opt.Opt[bool]{} // where new events go is the choice of who imports
		return u, err
	case project.KindName:
		return fieldsAs[project.Update](raw)
	case todo.KindName:
		return fieldsAs[todo.Update](raw)
	case project.TaskKind:
		return fieldsAs[project.TaskUpdate](raw)
	case event.KindName:
		return fieldsAs[event.Update](raw)
	case template.KindName:
		return fieldsAs[template.Update](raw)
	}
	u, err := fieldsAs[reminder.Update](raw)
	if !u.SnoozedUntil.Value.After(now) {
		u.SnoozedUntil = opt.Opt[time.Time]{} // it is over
	}
	return u, err
}

func fieldsAs[U any](raw []byte) (u U, err error) { return u, json.Unmarshal(raw, &u) }
