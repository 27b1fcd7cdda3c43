package moving

import (
	"context"
	"errors"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/fault"
	"umbra/app/journal"
)

// Options say how to import.
type Options struct {
	Format   string                // its name; empty: recognised
	DryRun   bool                  // everything is tried and taken back
	Progress func(done, total int) // called now and then; nil: nobody looks
	Now      time.Time
}

// Result is what an import did, or, in a dry run, would do.
type Result struct {
	Format    string   `json:"format" doc:"What the file was taken for." example:"todoist-csv"`
	DryRun    bool     `json:"dry_run" doc:"Whether it was tried alone, and nothing changed." example:"true"`
	ChangeSet int64    `json:"change_set" doc:"The change-set, for undo; 0 where nothing was changed." example:"42"`
	Kinds     []Count  `json:"kinds" doc:"What became of the records, by kind."`
	Refused   []Note   `json:"refused" doc:"What could not be imported, and why; at most 200."`
	Changed   []Note   `json:"changed" doc:"What was imported otherwise than it stands in the file; at most 200."`
	More      int      `json:"more" doc:"How many notes there are beyond those." example:"0"`
	Columns   []Column `json:"columns" doc:"The columns of a table, and what each was taken for; empty for other files."`
}

// Count says what became of the records of a kind.
type Count struct {
	Kind    string   `json:"kind" doc:"The kind of record; file for what is none." example:"todo"`
	Read    int      `json:"read" doc:"How many the file holds." example:"12"`
	Made    int      `json:"made" doc:"How many are new." example:"10"`
	There   int      `json:"there" doc:"How many are there already, by their uid." example:"1"`
	Alike   int      `json:"alike" doc:"How many are there already, by what they say." example:"1"`
	Refused int      `json:"refused" doc:"How many could not be made." example:"0"`
	Samples []string `json:"samples" doc:"What the first new ones are called." example:"[\"Water the plants\"]"`
}

// Made is how many records are new.
func (r *Result) Made() (n int) {
	for _, k := range r.Kinds {
		n += k.Made
	}
	return n
}

// Lost is how many could not be imported.
func (r *Result) Lost() (n int) {
	for _, k := range r.Kinds {
		n += k.Refused
	}
	return n
}

// errDryRun takes everything back.
var errDryRun = errors.New("this was a dry run")

// run is one import.
type run struct {
	House
	c      caller.Caller
	b      *Batch
	ids    map[string]int64 // by kind and key
	made   map[int64]bool   // calendars that are new
	begun  map[string]bool  // parents that are being made
	there  map[string]map[string]int64
	alike  map[string]map[string]int64
	counts map[string]*Count
	done   int
	o      Options
}

// Read reads a file without writing anything; Invalid.
func Read(f *File, c caller.Caller, o Options) (*Batch, string, error) {
	format, err := find(f, o.Format)
	if err != nil {
		return nil, "", err
	}
	b := newBatch(c, o.Now)
	if err := format.Read(f, b); err != nil {
		return nil, format.Name, err
	}
	return b, format.Name, nil
}

// Import makes the records of a file; Invalid where it cannot be read at all.
// What is there already, by its uid or by what it says, is left as it is.
func (h House) Import(ctx context.Context, c caller.Caller, f *File, o Options) (Result, error) {
	b, format, err := Read(f, c, o)
	if err != nil {
		return Result{}, SayIn(c.Language, err)
	}
	c = c.By(caller.Import)
	c.Shared = nil
	refused, changed, more := len(b.Refused), len(b.Changed), b.More
	var out Result
	err = h.Journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		b.Refused, b.Changed, b.More = b.Refused[:refused], b.Changed[:changed], more // it may run again
		r := &run{House: h, c: c, b: b, ids: map[string]int64{}, made: map[int64]bool{}, begun: map[string]bool{}, there: map[string]map[string]int64{},
			alike: map[string]map[string]int64{}, counts: map[string]*Count{}, o: o}
		if err := r.all(ctx, w); err != nil {
			return err
		}
		out = r.result(format)
		if o.DryRun {
			return errDryRun
		}
		if out.Made() > 0 {
			out.ChangeSet = w.ChangeSet()
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return Result{}, SayIn(c.Language, err)
	}
	out.sayIn(c.Language)
	return out, nil
}

func (r *run) all(ctx context.Context, w *journal.Writer) error {
	byKind := map[string][]*Record{}
	for _, x := range r.b.Records {
		byKind[x.Kind] = append(byKind[x.Kind], x)
	}
	for _, kind := range kinds {
		if len(byKind[kind]) == 0 {
			continue
		}
		there, err := w.UIDs(ctx, kind)
		if err != nil {
			return err
		}
		r.there[kind] = there
		if len(there) > 0 {
			if r.alike[kind], err = r.House.alike(ctx, r.c, kind); err != nil {
				return err
			}
		}
		r.counts[kind] = &Count{Kind: kind, Read: len(byKind[kind]), Samples: []string{}}
		for _, x := range byKind[kind] {
			if err := r.one(ctx, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// one makes a record, and what it is a part of before it.
func (r *run) one(ctx context.Context, x *Record) error {
	key := x.Kind + " " + x.Key
	if _, made := r.ids[key]; made || r.begun[key] {
		return nil
	}
	r.begun[key] = x.Key != ""
	for _, l := range x.Links {
		if p := r.b.by[l.Kind+" "+l.Key]; p != nil && l.Kind == x.Kind {
			if err := r.one(ctx, p); err != nil {
				return err
			}
		}
	}
	if r.done++; r.o.Progress != nil && r.done%50 == 0 {
		r.o.Progress(r.done, len(r.b.Records))
	}
	n := r.counts[x.Kind]
	if id, ok := r.there[x.Kind][x.UID]; ok && x.UID != "" {
		n.There++
		r.found(x, id)
		return nil
	}
	for _, said := range saying(x) {
		if id, ok := r.alike[x.Kind][said]; ok {
			n.Alike++
			r.found(x, id)
			return nil
		}
	}
	id, err := r.make(ctx, x)
	var f *fault.Error
	switch {
	case errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.NotFound):
		n.Refused++
		r.note(&r.b.Refused, x, because(f))
		return nil
	case err != nil:
		return err
	}
	n.Made++
	if len(n.Samples) < maxSamples {
		n.Samples = append(n.Samples, oneLine(titleOf(x), 100))
	}
	r.found(x, id)
	return nil
}

// found remembers the record that others in the file name.
func (r *run) found(x *Record, id int64) {
	if x.Key != "" {
		r.ids[x.Kind+" "+x.Key] = id
	}
}

func (r *run) note(list *[]Note, x *Record, text string) {
	if len(*list) < maxNotes {
		*list = append(*list, Note{x.Place, oneLine(titleOf(x), 100), text})
	} else {
		r.b.More++
	}
}

// wordsOf is what an error says to a person.
func wordsOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return because(f)
	}
	return "It could not be read."
}

func because(f *fault.Error) string {
	if len(f.Fields) == 0 {
		return f.Message
	}
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Path+" "+field.Message)
	}
	return strings.Join(all, "; ") + "."
}

func (r *run) result(format string) Result {
	out := Result{Format: format, DryRun: r.o.DryRun, Kinds: []Count{}, Refused: r.b.Refused, Changed: r.b.Changed, More: r.b.More, Columns: r.b.Columns}
	for _, kind := range kinds {
		if n := r.counts[kind]; n != nil {
			out.Kinds = append(out.Kinds, *n)
		}
	}
	if n := r.b.refused; n > 0 {
		out.Kinds = append(out.Kinds, Count{Kind: "file", Read: n, Refused: n, Samples: []string{}})
	}
	if out.Refused == nil {
		out.Refused = []Note{}
	}
	if out.Changed == nil {
		out.Changed = []Note{}
	}
	if out.Columns == nil {
		out.Columns = []Column{}
	}
	return out
}
