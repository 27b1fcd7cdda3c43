package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/journal"
)

// Legacy says which database of the older Umbra to import, and how.
type Legacy struct {
	Address string // postgres://
	Masked  string // the same without its password, for the report

	User        string            // whose the records without an owner become; empty: see Run
	Rename      map[string]string // users whose names are not possible here
	Zone        string            // of users whose settings name none; empty: UTC
	NaiveUTC    bool              // times without a zone are UTC, not the user's
	KeepUnknown bool              // values of columns that have no place here go into the records' texts
	DryRun      bool              // everything is tried and taken back
	Now         time.Time
}

// legacyImport is a run of it.
type legacyImport struct {
	Legacy
	target *Target
	src    *source
	report Report
	now    time.Time
	owners []*owner
	byKey  map[string]*owner // by the id of a row of users
	nobody *owner            // whose the records without an owner are
}

// Tables that are known and stay behind.
var behind = map[string]string{
	"alembic_version": "only the older program needs it",
	"user_sessions":   "everybody logs in again",
}

// Run imports a database of the older Umbra: of the time when one PIN opened it
// (settings.pin_hash, no users), or of the later one with users. A second run
// finds what the first has made and changes nothing.
//
// Records without an owner become those of User; empty, of the first
// administrator among the users that are imported, else of admin, an
// administrator that is made, whose first password is the PIN.
func (o Legacy) Run(ctx context.Context, t Target) (Report, error) {
	src, err := readSource(ctx, o.Address, func(name string) bool {
		return name == "users" || name == "settings" || slices.ContainsFunc(tables, func(t table) bool { return t.name == name })
	})
	if err != nil {
		return Report{}, err
	}
	if src.tables["goose_db_version"] != nil {
		return Report{}, errors.New("the database to import from is one of this Umbra, not of the older one: `umbra copy` moves it")
	}
	if !slices.ContainsFunc(tables, func(t table) bool { return src.tables[t.name] != nil }) && src.tables["settings"] == nil {
		return Report{}, errors.New("the database to import from holds none of the older Umbra's tables (todos, calendar_events, people, …): " +
			"check its name, and with ?search_path= in its address the schema")
	}
	var im *legacyImport
	err = t.DB.Tx(ctx, func(ctx context.Context) error {
		im = &legacyImport{Legacy: o, target: &t, src: src, now: o.Now, byKey: map[string]*owner{},
			report: Report{Source: o.Masked, DryRun: o.DryRun, Notes: []Note{}, Refused: []Note{}, LeftOut: []Column{}, UnknownTables: []Column{}, UnknownColumns: []Column{}}}
		if err := im.run(ctx); err != nil {
			return err
		}
		if o.DryRun {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return Report{}, fmt.Errorf("nothing was imported: %w", err)
	}
	return im.report, nil
}

func (im *legacyImport) run(ctx context.Context) error {
	if err := im.findOwners(ctx); err != nil {
		return err
	}
	im.deal()
	for _, o := range im.owners {
		if err := o.importAll(ctx); err != nil {
			return err
		}
		im.report.Users = append(im.report.Users, o.report)
	}
	im.tellUnknown()
	return nil
}

// deal gives each row to its owner.
func (im *legacyImport) deal() {
	byTable := map[string]map[string]*owner{}
	for _, t := range tables {
		byTable[t.name] = map[string]*owner{}
		for _, r := range im.src.rows(t.name) {
			o := im.ownerOf(r)
			if o == nil && t.owner != "" {
				o = byTable[t.owner][keyOf(r[t.column])]
			}
			if o == nil {
				o = im.nobody
			}
			byTable[t.name][r.key()] = o
			o.rows[t.name] = append(o.rows[t.name], r)
		}
	}
}

// ownerColumns are the names that a row's user may go by.
var ownerColumns = []string{"user_id", "owner_id", "created_by"}

// ownerOf is the user that a row names, nil where it names none.
func (im *legacyImport) ownerOf(r row) *owner {
	for _, c := range ownerColumns {
		if o := im.byKey[keyOf(r[c])]; o != nil {
			return o
		}
	}
	return nil
}

// owner is one user and what is imported for them.
type owner struct {
	im     *legacyImport
	caller caller.Caller
	rows   map[string][]row
	ids    map[string]map[string]int64 // new ids, by table and old id
	report User

	settings *settingsPart
}

// importAll is one user's change-set.
func (o *owner) importAll(ctx context.Context) error {
	return o.im.target.Journal.Write(ctx, o.caller, func(ctx context.Context, w *journal.Writer) error {
		if err := o.settings.write(ctx, o); err != nil {
			return err
		}
		for i := range tables {
			t := &tables[i]
			if o.im.src.tables[t.name] == nil {
				continue
			}
			if err := o.importTable(ctx, w, t); err != nil {
				return err
			}
		}
		if o.report.imported() {
			o.report.ChangeSet = w.ChangeSet()
		}
		return nil
	})
}

func (u User) imported() bool {
	for _, c := range u.Records {
		if c.Imported > 0 {
			return true
		}
	}
	return false
}

// importTable makes the records of one table, parents before their parts.
func (o *owner) importTable(ctx context.Context, w *journal.Writer, t *table) error {
	there, err := w.UIDs(ctx, t.kind)
	if err != nil {
		return err
	}
	deleted, err := w.DeletedUIDs(ctx, t.kind)
	if err != nil {
		return err
	}
	columns := o.im.columns(t.name)
	var count Count
	waiting := o.rows[t.name]
	count.Read = len(waiting)
	for last := false; len(waiting) > 0; {
		var next []row
		for _, r := range waiting {
			if !last && o.waits(t, r, waiting) {
				next = append(next, r)
				continue
			}
			if err := o.importRow(ctx, t, r, columns, there, deleted, &count); err != nil {
				return fmt.Errorf("%s %s: %w", t.name, r.key(), err)
			}
		}
		last = len(next) == len(waiting) // a circle: it is opened
		waiting = next
	}
	o.report.Records[t.name] = count
	return nil
}

// waits says whether a row's parent is still to come.
func (o *owner) waits(t *table, r row, waiting []row) bool {
	if t.parent == "" {
		return false
	}
	i := slices.IndexFunc(t.fields, func(f field) bool { return f.names[0] == t.parent })
	for _, name := range t.fields[i].names {
		parent := keyOf(r[name])
		if parent == "" {
			continue
		}
		if _, done := o.ids[t.name][parent]; done {
			return false
		}
		return parent != r.key() && slices.ContainsFunc(waiting, func(w row) bool { return w.key() == parent })
	}
	return false
}

func (o *owner) importRow(ctx context.Context, t *table, r row, columns map[string]bool, there map[string]int64, deleted map[string]bool, count *Count) error {
	rec := o.newRecord(t, r)
	if id, ok := there[rec.origin.UID]; ok {
		count.There++
		o.ids[t.name][r.key()] = id
		return nil
	}
	if deleted[rec.origin.UID] {
		count.Deleted++
		return nil
	}
	before := len(o.im.report.Notes)
	rec.read(columns)
	if o.im.KeepUnknown {
		for _, c := range o.im.unknown(t) {
			if !secretive(c.name) {
				rec.keep(c.name, r[c.name])
			}
		}
	}
	id, refused, err := rec.makeIt(ctx)
	if err != nil {
		return err
	}
	if refused != "" {
		o.im.report.Notes = o.im.report.Notes[:before]
		o.im.report.Refused = append(o.im.report.Refused, Note{Table: t.name, Row: r.key(), Text: refused})
		count.Refused++
		return nil
	}
	count.Imported++
	o.ids[t.name][r.key()] = id
	return nil
}

func (im *legacyImport) columns(table string) map[string]bool {
	out := map[string]bool{}
	for _, c := range im.src.tables[table].columns {
		out[c.name] = true
	}
	return out
}

// unknown are a table's columns that no field takes.
func (im *legacyImport) unknown(t *table) (out []sourceColumn) {
	src := im.src.tables[t.name]
	if src == nil {
		return nil
	}
	known := map[string]bool{"id": true, "created_at": true, "updated_at": true}
	if t == &settingsTable {
		known["pin_hash"] = true // the first password
	}
	for _, c := range ownerColumns {
		known[c] = true
	}
	there := im.columns(t.name)
	for _, f := range t.fields {
		for _, name := range f.names {
			if there[name] && !known[name] {
				known[name] = true
				if !f.many {
					break
				}
			}
		}
	}
	for _, c := range src.columns {
		if !known[c.name] {
			out = append(out, c)
		}
	}
	return out
}

// tellUnknown reports what has no place here.
func (im *legacyImport) tellUnknown() {
	mapped := map[string]*table{"settings": &settingsTable}
	for i := range tables {
		mapped[tables[i].name] = &tables[i]
	}
	for _, name := range im.src.order {
		src := im.src.tables[name]
		switch {
		case name == "users":
			im.tellColumns(name, userColumns)
		case mapped[name] != nil:
			for _, c := range im.unknown(mapped[name]) {
				im.report.UnknownColumns = append(im.report.UnknownColumns, Column{Table: name, Column: c.name, Type: c.kind, Values: src.values(c.name)})
			}
		case behind[name] != "":
			im.report.LeftOut = append(im.report.LeftOut, Column{Table: name, Values: src.count, Why: behind[name]})
		default:
			im.report.UnknownTables = append(im.report.UnknownTables, Column{Table: name, Values: src.count})
		}
	}
}

// tellColumns reports the columns of a table that is read by hand: known says
// why one stays behind, "" of one that is read.
func (im *legacyImport) tellColumns(table string, known map[string]string) {
	src := im.src.tables[table]
	for _, c := range src.columns {
		why, ok := known[c.name]
		n := src.values(c.name)
		switch {
		case !ok:
			im.report.UnknownColumns = append(im.report.UnknownColumns, Column{Table: table, Column: c.name, Type: c.kind, Values: n})
		case why != "" && n > 0:
			im.report.LeftOut = append(im.report.LeftOut, Column{Table: table, Column: c.name, Type: c.kind, Values: n, Why: why})
		}
	}
}

// secretive says whether a column's values must not be shown.
func secretive(column string) bool {
	return slices.ContainsFunc([]string{"hash", "password", "secret", "token", "pin", "key"}, func(s string) bool { return strings.Contains(column, s) })
}

// newOwner begins a user's part.
func (im *legacyImport) newOwner() *owner {
	o := &owner{im: im, rows: map[string][]row{}, ids: map[string]map[string]int64{}, report: User{Records: map[string]Count{}}}
	for _, t := range tables {
		o.ids[t.name] = map[string]int64{}
	}
	im.owners = append(im.owners, o)
	return o
}

// Tables are the names of the tables that an import of the older Umbra reads, in order.
func Tables() []string {
	names := []string{"settings"}
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}
