package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"umbra/app/fault"
	"umbra/app/journal"
)

// record is one row on its way to being a record.
type record struct {
	*owner
	table  *table
	row    row
	fields map[string]any      // by the names of the API
	from   map[string][]string // the columns that a field came from
	when   map[string]when
	origin journal.Origin

	project int64    // of a task
	left    []string // lines for the text: what fits nowhere else
	kept    map[string]bool
}

// uidOf derives the uid from the table, the id and, so that two old databases do
// not mistake each other's rows for their own, the time of making.
func uidOf(t *table, r row) string {
	id := r.key()
	if id == "" {
		id = asText(map[string]any(r)) // all of it stands for it
	}
	return journal.UIDOf("umbra-legacy/" + t.name + "/" + id + "/" + asText(r["created_at"]))
}

func (o *owner) newRecord(t *table, r row) *record {
	return &record{owner: o, table: t, row: r, fields: map[string]any{}, from: map[string][]string{}, when: map[string]when{},
		kept: map[string]bool{}, origin: journal.Origin{UID: uidOf(t, r)}}
}

func (r *record) set(field, column string, v any) {
	r.fields[field] = v
	if column != "" && !slices.Contains(r.from[field], column) {
		r.from[field] = append(r.from[field], column)
	}
}

// naive is where the clock of a time without a zone hung.
func (r *record) naive() *time.Location {
	if r.im.NaiveUTC {
		return time.UTC
	}
	return r.caller.Location()
}

// note tells of a value that could not be taken as it was.
func (r *record) note(column, format string, args ...any) {
	r.im.report.Notes = append(r.im.report.Notes, Note{Table: r.table.name, Row: r.row.key(),
		Text: column + ": " + fmt.Sprintf(format, args...)})
}

// keep puts a value into the record's text, once.
func (r *record) keep(column string, v any) {
	if v == nil || r.kept[column] {
		return
	}
	r.kept[column] = true
	r.left = append(r.left, column+": "+printable(asText(v)))
}

// printable is text without the control characters that are not taken here.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' {
			return -1
		}
		return c
	}, s)
}

// read takes the row's values.
func (r *record) read(columns map[string]bool) {
	for _, fd := range r.table.fields {
		for _, name := range fd.names {
			if !columns[name] {
				continue
			}
			v := r.row[name]
			if s, isText := v.(string); v != nil && (!isText || strings.TrimSpace(s) != "") {
				if err := fd.take(r, name, v); err != nil {
					r.note(name, "“%s” %s", short(v), err)
					r.keep(name, v)
				}
			}
			if !fd.many {
				break
			}
		}
	}
	if r.table.finish != nil {
		r.table.finish(r)
	}
}

// makeIt creates the record. What its package refuses goes into the text and the
// rest is tried again; refused says why nothing could be made of it.
func (r *record) makeIt(ctx context.Context) (id int64, refused string, err error) {
	for {
		id, err = r.table.create(ctx, r.im.target, r)
		var f *fault.Error
		if err == nil || !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.NotFound {
			return id, "", err
		}
		changed := false
		for _, field := range f.Fields {
			changed = r.giveWay(field) || changed
		}
		if !changed {
			return 0, because(f), nil
		}
	}
}

func because(f *fault.Error) string {
	if len(f.Fields) == 0 {
		return f.Message
	}
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Path+" "+field.Message)
	}
	return strings.Join(all, "; ")
}

// pairs are fields that go together or not at all.
var pairs = map[string]string{"latitude": "longitude", "longitude": "latitude"}

// giveWay takes back a field at fault; false where nothing can be done.
func (r *record) giveWay(at fault.Field) bool {
	name, _, _ := strings.Cut(at.Path, "[")
	name, _, _ = strings.Cut(name, ".")
	value, there := r.fields[name]
	column := strings.Join(r.from[name], ", ")
	switch {
	case name == r.table.text:
		s := asText(value)
		r.fields[name] = printable(s)
		if r.fields[name] == s {
			return false
		}
		r.note(column, "%s; they were left out", at.Message)
		return true
	case name == r.table.title && there:
		s := asText(value)
		fits := shorten(s, 200)
		if fits == s || fits == "" {
			delete(r.fields, name)
			return true
		}
		r.note(column, "%s; it was cut, and the whole of it is in the text", at.Message)
		r.keep(column, s)
		r.fields[name] = fits
		return true
	case there:
		for _, c := range r.from[name] {
			r.note(c, "“%s” %s", short(r.row[c]), at.Message)
			r.keep(c, r.row[c])
		}
		delete(r.fields, name)
		return true
	case r.fields[pairs[name]] != nil:
		return r.giveWay(fault.Field{Path: pairs[name], Message: at.Message})
	case r.fields[r.table.title] == nil && (name == r.table.title || r.table.title == "display_name"):
		r.note(r.table.title, "there was none")
		r.fields[r.table.title] = "(without a name)"
		return true
	}
	return false
}

// shorten makes one line of at most so many characters.
func shorten(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(c rune) bool { return unicode.IsControl(c) }), " ")
	if rs := []rune(s); len(rs) > most {
		s = string(rs[:most-1]) + "…"
	}
	return strings.TrimSpace(s)
}

// short is a value as a note names it.
func short(v any) string { return shorten(asText(v), 60) }

// decode makes the update of the fields, the text with what was left.
func (r *record) decode(u any) error {
	fields := map[string]any{}
	for k, v := range r.fields {
		fields[k] = v
	}
	if len(r.left) > 0 {
		s := asText(fields[r.table.text])
		if s != "" {
			s += "\n\n"
		}
		fields[r.table.text] = s + strings.Join(r.left, "\n")
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	return dec.Decode(u)
}

// ref reads a reference to a row of another table.
func ref(field, table string) take {
	return func(r *record, column string, v any) error {
		id, ok := r.ids[table][keyOf(v)]
		if !ok {
			return fmt.Errorf("is not among the %s", table)
		}
		r.set(field, column, id)
		return nil
	}
}

// refs reads several; those that are not there are left out.
func refs(field, table string) take {
	return func(r *record, column string, v any) error {
		var ids []int64
		var missing error
		for _, one := range list(v) {
			if id, ok := r.ids[table][keyOf(one)]; ok {
				ids = append(ids, id)
			} else {
				missing = fmt.Errorf("names some that are not among the %s", table)
			}
		}
		r.set(field, column, ids)
		return missing
	}
}

func takeProject(r *record, _ string, v any) error {
	id, ok := r.ids["projects"][keyOf(v)]
	if !ok {
		return errors.New("is not among the projects")
	}
	r.project = id
	return nil
}
