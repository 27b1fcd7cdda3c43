// Package moving brings a user's records in from files of other applications,
// and out into one file.
//
// A format reads a file into a Batch; Import makes the records of a batch
// through the services that the API uses, as one change-set in one transaction:
// all of it or nothing, and undone whole. Export writes a zip that another Umbra
// reads back, and a person too.
package moving

import (
	"fmt"
	"time"

	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/resource"
	"umbra/app/template"
	"umbra/app/todo"
)

// Bounds of an import.
const (
	MaxFile    = 32 << 20 // bytes of a file
	MaxRecords = 100_000  // of a file
	maxNotes   = 200      // problems that are told one by one; the rest is counted
	maxSamples = 5        // of each kind
)

// House is what records are read from and written to.
type House struct {
	DB        *db.DB
	Journal   *journal.Journal
	Todos     *todo.Service
	Calendars *calendar.Service
	Events    *event.Service
	Templates *template.Service
	Reminders *reminder.Service
	Projects  *project.Service
	People    *person.Service
	Locations *location.Service
	Resources *resource.Store
}

// kinds are the kinds of record in the order they are made: what others refer to
// comes first.
var kinds = []string{location.KindName, person.KindName, person.GroupKind, calendar.KindName, project.KindName, todo.KindName, project.TaskKind,
	event.KindName, template.KindName, reminder.KindName}

// tables hold them.
var tables = map[string]string{location.KindName: "locations", person.KindName: "people", person.GroupKind: "group_cards", calendar.KindName: "calendars", project.KindName: "projects",
	todo.KindName: "todos", project.TaskKind: "project_tasks", event.KindName: "calendar_events", template.KindName: "event_templates", reminder.KindName: "reminders"}

// Record is a record as a file says it.
type Record struct {
	Kind    string
	UID     string // globally unique; empty where the file has none
	Key     string // what others in the file call it; empty: its UID
	Place   Place
	Created time.Time
	Done    time.Time
	Links   []Link

	// Fields is the Update of the record's package.
	Fields  any
	Changed []event.Changed // of an event

	Object *Object                      // as a phone would store it; nil: nothing to keep
	Photo  func() (person.Photo, error) // nil: none
}

// Object is what phones are shown of a record, byte for byte.
type Object struct {
	Data func() ([]byte, error)
	// Of one that comes from another Umbra: its UID, where that is another than the
	// record's, and what the record was when it was stored, where that is past.
	UID   string
	Marks string
}

// Link is a reference to another record.
type Link struct {
	Field string // as the API calls it: "project_id"
	Kind  string
	Key   string
}

// Place is where in a file something stands.
type Place struct {
	File string `json:"file,omitempty" doc:"The file in the zip." example:"Contacts.vcf"`
	Line int    `json:"line,omitempty" doc:"The line, from 1; 0 where that is not known." example:"12"`
}

// Note is what a person should know of one thing in the file.
type Note struct {
	Place
	Title string `json:"title,omitempty" doc:"What the record is called." example:"Choir"`
	Text  string `json:"text" doc:"What is the matter, in plain words." example:"An event has no DTSTART."`
}

// Batch is what a file holds.
type Batch struct {
	Home    *time.Location // the user's zone
	Now     time.Time
	Records []*Record
	Refused []Note // what could not be read
	Changed []Note // what was read and had to be changed
	More    int    // notes beyond maxNotes
	Columns []Column

	refused int
	by      map[string]*Record // by kind and key
	cards   map[[32]byte]bool
	file    string // the one in the zip that is read now
}

// errTooMany ends the reading of a file.
var errTooMany = invalid(fmt.Sprintf("It holds more than %d records. Split it and import the parts one after the other.", MaxRecords))

func newBatch(c caller.Caller, now time.Time) *Batch {
	return &Batch{Home: c.Location(), Now: now, by: map[string]*Record{}, cards: map[[32]byte]bool{}}
}

// add takes a record. One that is there twice counts once.
func (b *Batch) add(r *Record) error {
	if len(b.Records) >= MaxRecords {
		return errTooMany
	}
	r.Place.File = b.file
	if r.Key == "" {
		r.Key = r.UID
	}
	if r.Key != "" {
		if b.by[r.Kind+" "+r.Key] != nil {
			b.change(r.Place.Line, titleOf(r), "The file holds it twice; the first one counts.")
			return nil
		}
		b.by[r.Kind+" "+r.Key] = r
	}
	b.Records = append(b.Records, r)
	return nil
}

// has says whether there is a record that others call so.
func (b *Batch) has(kind, key string) bool { return b.by[kind+" "+key] != nil }

// refuse notes what could not be read, and why.
func (b *Batch) refuse(line int, title, why string) {
	b.refused++
	if len(b.Refused) < maxNotes {
		b.Refused = append(b.Refused, Note{Place{b.file, line}, oneLine(title, 100), why})
	} else {
		b.More++
	}
}

// change notes what was taken otherwise than it stands there.
func (b *Batch) change(line int, title, what string) {
	if len(b.Changed) < maxNotes {
		b.Changed = append(b.Changed, Note{Place{b.file, line}, oneLine(title, 100), what})
	} else {
		b.More++
	}
}
