package moving

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"umbra/app/fold"
)

// Column is a column of a table.
type Column struct {
	Name   string `json:"name" doc:"Its heading." example:"Due date"`
	Field  string `json:"field" doc:"What it is taken for; empty: nothing." example:"due"`
	Sample string `json:"sample" doc:"What the first row that is filled has there." example:"2025-01-31"`
}

// row is a row of a table, by heading in lower case.
type row struct {
	line   int
	values map[string]string
}

func (r row) get(names ...string) string {
	for _, n := range names {
		if v := strings.TrimSpace(r.values[n]); v != "" {
			return v
		}
	}
	return ""
}

// sheet reads a table of comma-separated values (RFC 4180), and those with
// semicolons or tabs. Lines before the one that has all of the headings are
// passed over.
func sheet(data []byte, b *Batch, headings ...string) (names []string, rows []row, err error) {
	if !utf8.Valid(data) { // spreadsheets of Windows
		runes := make([]rune, len(data))
		for i, c := range data {
			runes[i] = rune(c)
		}
		data = []byte(string(runes))
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = comma(data), true, -1, true
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				line = p.Line
			}
			b.refuse(line, "", "From here on the table is damaged: a quote is not closed.")
			break
		}
		if names == nil {
			if has(fields, headings) {
				for _, f := range fields {
					names = append(names, oneLine(f, 100))
				}
			} else if line > 100 {
				break
			}
			continue
		}
		if len(rows) >= MaxRecords {
			return nil, nil, errTooMany
		}
		x := row{line: line, values: make(map[string]string, len(fields))}
		filled := false
		for i, f := range fields {
			if i < len(names) && strings.TrimSpace(f) != "" {
				x.values[strings.ToLower(names[i])] = clean(f)
				filled = true
			}
		}
		if filled {
			rows = append(rows, x)
		}
	}
	if names == nil {
		return nil, nil, invalid("The table has no line of headings that could be read.")
	}
	return names, rows, nil
}

func has(fields, headings []string) bool {
	for _, h := range headings {
		found := false
		for _, f := range fields {
			found = found || strings.EqualFold(strings.TrimSpace(f), h)
		}
		if !found {
			return false
		}
	}
	return len(fields) > 1 || len(headings) > 0 || len(fields) == 1 && strings.TrimSpace(fields[0]) != ""
}

// comma is what separates the values: whatever is most often in the first line.
func comma(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// table is any other CSV file: to-dos, or people where it has the columns of an
// address book.
var table = Format{Name: "csv", Recognise: func(f *File) bool {
	first, _, _ := strings.Cut(f.head(4096), "\n")
	return f.ext() == ".csv" || f.ext() == ".tsv" || f.zip == nil && strings.ContainsAny(first, ",;\t") && headingField(strings.Split(first, string(comma([]byte(first))))) > 0
}, Read: readTable}

// guesses are the headings that fields go by, in English and German, folded.
var guesses = []struct {
	field string
	names []string
}{
	{"title", []string{"title", "task", "task name", "todo", "to-do", "subject", "summary", "content", "titel", "aufgabe", "betreff"}},
	{"notes", []string{"notes", "note", "description", "details", "body", "comment", "notizen", "notiz", "beschreibung", "anmerkungen"}},
	{"due", []string{"due", "due date", "due_date", "date", "deadline", "faellig", "faellig am", "fallig", "fallig am", "datum", "termin"}},
	{"time", []string{"due time", "due_time", "time", "uhrzeit", "zeit"}},
	{"priority", []string{"priority", "prio", "prioritat", "prioritaet", "wichtigkeit"}},
	{"done", []string{"completed", "done", "status", "complete", "erledigt", "abgeschlossen"}},
	{"tags", []string{"tags", "labels", "schlagworter", "etiketten"}},
	{"category", []string{"category", "list", "list name", "project", "kategorie", "kategorien", "categories", "liste", "projekt"}},
	{"given_name", []string{"first name", "given name", "firstname", "given_name", "vorname"}},
	{"middle_name", []string{"middle name", "middle_name", "weitere vornamen"}},
	{"family_name", []string{"last name", "family name", "lastname", "surname", "family_name", "nachname"}},
	{"name", []string{"name", "full name", "display name", "display_name", "anzeigename"}},
	{"nickname", []string{"nickname", "spitzname"}},
	{"email", []string{"email", "e-mail", "e-mail address", "email address", "e-mail 1 - value", "mail", "e-mail-adresse"}},
	{"email2", []string{"e-mail 2 address", "e-mail 2 - value"}},
	{"phone", []string{"phone", "telephone", "phone number", "phone 1 - value", "home phone", "telefon", "telefonnummer"}},
	{"mobile", []string{"mobile", "mobile phone", "phone 2 - value", "handy", "mobiltelefon"}},
	{"work_phone", []string{"business phone", "work phone", "phone 3 - value", "telefon geschaftlich"}},
	{"company", []string{"company", "organization", "organization name", "organization 1 - name", "firma", "organisation"}},
	{"job_title", []string{"job title", "organization title", "organization 1 - title", "position", "beruf"}},
	{"birthday", []string{"birthday", "birth date", "geburtstag"}},
	{"street", []string{"street", "home street", "address", "address 1 - street", "strasse", "adresse"}},
	{"city", []string{"city", "home city", "address 1 - city", "ort", "stadt"}},
	{"region", []string{"state", "region", "home state", "address 1 - region", "bundesland"}},
	{"postal_code", []string{"zip", "postal code", "home postal code", "address 1 - postal code", "plz", "postleitzahl"}},
	{"country", []string{"country", "home country", "home country/region", "address 1 - country", "land"}},
	{"groups", []string{"groups", "group membership", "gruppen"}},
}

// TableFields are what a column can be taken for.
func TableFields() (out []string) {
	for _, g := range guesses {
		out = append(out, g.field)
	}
	return out
}

func guess(heading string) string {
	folded := fold.Text(strings.TrimSpace(heading))
	for _, g := range guesses {
		for _, n := range g.names {
			if folded == n {
				return g.field
			}
		}
	}
	return ""
}

// headingField counts the headings that are known.
func headingField(headings []string) (n int) {
	for _, h := range headings {
		if guess(strings.Trim(strings.TrimSpace(h), `"`)) != "" {
			n++
		}
	}
	return n
}

// ofPeople are the fields that make a table one of people.
var ofPeople = map[string]bool{"given_name": true, "family_name": true, "name": true, "email": true, "phone": true, "mobile": true, "birthday": true}

func readTable(f *File, b *Batch) error {
	names, rows, err := sheet(f.Data, b)
	if err != nil {
		return err
	}
	fields, people, todos := map[string]string{}, false, false
	taken := map[string]bool{}
	for _, heading := range names {
		n := strings.ToLower(heading)
		if n == "" || len(b.Columns) >= 200 {
			continue
		}
		field := guess(n)
		if said, ok := f.Columns[n]; ok {
			field = said
		} else if f.Columns != nil {
			field = ""
		}
		if field != "" && field != "notes" && taken[field] {
			field = "" // the first column of a meaning counts; notes are joined
		}
		taken[field] = true
		people, todos = people || ofPeople[field], todos || field == "title"
		fields[n] = field
		c := Column{Name: heading, Field: field}
		for _, r := range rows {
			if v := r.get(n); v != "" {
				c.Sample = oneLine(v, 60)
				break
			}
		}
		b.Columns = append(b.Columns, c)
	}
	if !people && !todos {
		// It can be said still what the columns mean: that is no reason to refuse.
		b.refuse(1, "", "No column holds a title or a name. Say which one does.")
		return nil
	}
	for _, r := range rows {
		x := row{line: r.line, values: map[string]string{}}
		for _, heading := range names {
			n := strings.ToLower(heading)
			if field, v := fields[n], r.get(n); field != "" && v != "" {
				x.values[field] = paragraphs(x.values[field], v)
			}
		}
		if todos {
			err = b.tableTodo(x)
		} else {
			err = b.tablePerson(x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finished are the words by which tables say that something is done.
var finished = map[string]bool{"1": true, "x": true, "yes": true, "y": true, "true": true, "done": true, "completed": true, "complete": true, "closed": true,
	"ja": true, "j": true, "wahr": true, "erledigt": true, "abgeschlossen": true, "archived": true}

// ranks are the words by which they say how important it is.
var ranks = map[string]string{"high": "high", "urgent": "high", "hoch": "high", "dringend": "high", "a": "high", "1": "high", "h": "high",
	"medium": "medium", "normal": "medium", "mittel": "medium", "b": "medium", "2": "medium", "m": "medium",
	"low": "low", "niedrig": "low", "gering": "low", "c": "low", "3": "low", "l": "low"}

func (b *Batch) tableTodo(r row) error {
	x := item{line: r.line, title: r.get("title"), notes: r.get("notes"), priority: ranks[strings.ToLower(r.get("priority"))], category: r.get("category"),
		done: finished[strings.ToLower(r.get("done"))], tags: strings.FieldsFunc(r.get("tags"), func(r rune) bool { return r == ',' || r == ';' })}
	x.due, x.at = b.day(r.get("due"))
	if at := r.get("time"); x.due != "" && isTime(at) {
		x.at = at
	}
	return b.todo("csv", x)
}

func (b *Batch) tablePerson(r row) error {
	x := personal{line: r.line, given: join(r.get("given_name"), r.get("middle_name")), family: r.get("family_name"), display: r.get("name"), nick: r.get("nickname"),
		company: r.get("company"), job: r.get("job_title"), notes: r.get("notes"),
		groups: strings.FieldsFunc(r.get("groups"), func(r rune) bool { return r == ',' || r == ';' || r == ':' })}
	x.birthday, _ = b.day(r.get("birthday"))
	for _, e := range []string{"email", "email2"} {
		x.emails = append(x.emails, contact("", r.get(e)))
	}
	x.phones = append(x.phones, contact("", r.get("phone")), contact("mobile", r.get("mobile")), contact("work", r.get("work_phone")))
	x.addresses = append(x.addresses, address("", r.get("street"), r.get("city"), r.get("region"), r.get("postal_code"), r.get("country")))
	return b.person("csv", x)
}

// day reads a date as people and spreadsheets write it. 3/4/2025 is taken for
// the American way, 3.4.2025 for the European one, and what can be but one for that.
func (b *Batch) day(s string) (date, at string) {
	s = strings.TrimSpace(s)
	if date, at = b.local(s); date != s || isDate(date) {
		return date, at
	}
	s, at, _ = strings.Cut(s, " ")
	if !isTime(at) {
		at = ""
	}
	var y, m, d int
	switch {
	case scan(s, "%d.%d.%d", &d, &m, &y), scan(s, "%d/%d/%d", &m, &d, &y):
		if strings.Contains(s, "/") && m > 12 {
			m, d = d, m
		}
		if y < 100 {
			y += 2000
		}
	}
	if said := fmt.Sprintf("%04d-%02d-%02d", y, m, d); isDate(said) && y > 0 {
		return said, at
	}
	return date, ""
}

func scan(s, form string, to ...any) bool {
	n, err := fmt.Sscanf(s, form, to...)
	return err == nil && n == len(to)
}
