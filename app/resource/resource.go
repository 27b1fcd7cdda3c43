// Package resource reads records as the resources of WebDAV collections, over
// the tables of every feature, and keeps what clients stored beside them. The
// records themselves change through their features alone.
package resource

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
)

// Kinds of collection.
const (
	Calendar  = "calendar"
	Todos     = "todos"
	Project   = "project"
	Reminders = "reminders"
	People    = "people"
	Home      = "home" // no collection of resources; it has properties
)

// Kinds of member, as the journal says them.
const (
	Event    = "event"
	Todo     = "todo"
	Task     = "task"
	Reminder = "reminder"
	Person   = "person"
	Group    = "group" // a card of the address book that is a group of people
)

// Collection is a collection of resources.
type Collection struct {
	Kind       string
	ID         int64  // of the calendar or project; else 0
	Name       string // the last part of its address
	Title      string // of the calendar or project; else ""
	Color      string
	Text       string // what describes it
	Default    bool
	Properties map[string]string // what clients set: by {namespace}name, as XML
	Source     string            // the address that a calendar is filled from; else ""
	Share      caller.Share      // by which somebody else's is there; the zero Share: it is the user's own
}

// Shared says whether it is somebody else's.
func (c *Collection) Shared() bool { return c.Share != caller.Share{} }

// Fixed says whether what lies in it can only be looked at: it is shared so, or
// filled from an address.
func (c *Collection) Fixed() bool {
	return c.Source != "" || c.Shared() && c.Share.Access != caller.Write
}

// By is the caller acting on the collection's records.
func (c *Collection) By(who caller.Caller) caller.Caller {
	if c.Shared() {
		return who.In(c.Share)
	}
	return who
}

// Member is the kind of record in it.
func (c *Collection) Member() string {
	return map[string]string{Calendar: Event, Todos: Todo, Project: Task, Reminders: Reminder, People: Person}[c.Kind]
}

// Kinds are the kinds of record in it, Member first.
func (c *Collection) Kinds() []string {
	if c.Kind == People {
		return []string{Person, Group}
	}
	return []string{c.Member()}
}

// Journal is what the journal calls it.
func (c *Collection) Journal() string {
	switch c.Kind {
	case Calendar, Project:
		return c.Kind + ":" + strconv.FormatInt(c.ID, 10)
	}
	return c.Kind
}

// Extension is how the names of its members end.
func (c *Collection) Extension() string {
	if c.Kind == People {
		return ".vcf"
	}
	return ".ics"
}

// tables are where the members lie, and their columns for the collection.
var tables = map[string]struct{ name, in string }{
	Event: {"calendar_events", "calendar_id"}, Todo: {"todos", ""}, Task: {"project_tasks", "project_id"}, Reminder: {"reminders", ""}, Person: {"people", ""}, Group: {"group_cards", ""},
}

// within is the condition that a member of a kind lies in the collection; args
// goes on with what it binds.
func (c *Collection) within(kind string, args []any) (string, []any) {
	t := tables[kind]
	if t.in == "" {
		return "", args
	}
	args = append(args, c.ID)
	return " AND r." + t.in + " = $" + strconv.Itoa(len(args)), args
}

// Item is a resource: a record, and what is known of the object beside it.
type Item struct {
	Kind      string
	ID        int64
	Rev       int64
	UID       string // as the object says it
	Name      string
	UpdatedAt time.Time
	Stored    int64 // the revision that its object was stored at; 0 without one
	Size      int64 // of the object, in bytes

	Object *Object // where it was read along with it
}

// Verbatim says that the object as it was stored is the record as it is.
func (i Item) Verbatim() bool { return i.Stored == i.Rev }

// itemColumns read an item from r, the record, and o, its object.
const itemColumns = "r.id, r.rev, r.uid, r.updated_at, COALESCE(o.uid, ''), COALESCE(o.name, ''), COALESCE(o.rev, 0), COALESCE(length(o.data), 0)"

func (c *Collection) scan(kind string) func(s db.Scanner) (Item, error) {
	return func(s db.Scanner) (i Item, err error) {
		var updated int64
		var uid string
		i.Kind = kind
		err = s.Scan(&i.ID, &i.Rev, &i.UID, &updated, &uid, &i.Name, &i.Stored, &i.Size)
		i.UpdatedAt = clock.FromMicros(updated)
		if i.Name == "" {
			i.Name = i.UID + c.Extension()
		}
		if uid != "" {
			i.UID = uid
		}
		return i, err
	}
}

// from is the records of a kind with their objects.
func from(kind string) string {
	return " FROM " + tables[kind].name + " r LEFT JOIN dav_objects o ON o.user_id = r.user_id AND o.kind = '" + kind + "' AND o.record_id = r.id"
}

// fromObjects is the objects of a kind with their records.
func fromObjects(kind string) string {
	return " FROM dav_objects o JOIN " + tables[kind].name + " r ON r.user_id = o.user_id AND r.id = o.record_id WHERE o.user_id = $1 AND o.kind = '" + kind + "'"
}

// Store reads and keeps resources.
type Store struct{ db *db.DB }

// New makes a store.
func New(d *db.DB) *Store { return &Store{d} }

// chunk is how many items are read at a time.
const chunk = 1000

// Each calls do with the items of a collection, some at a time, by kind and id.
func (s *Store) Each(ctx context.Context, userID int64, c *Collection, do func([]Item) error) error {
	for _, kind := range c.Kinds() {
		if err := s.each(ctx, userID, c, kind, do); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) each(ctx context.Context, userID int64, c *Collection, kind string, do func([]Item) error) error {
	for after := int64(0); ; {
		cond, args := c.within(kind, []any{userID, after})
		items, err := db.Query(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+from(kind)+
			" WHERE r.user_id = $1 AND r.id > $2"+cond+" ORDER BY r.id LIMIT "+strconv.Itoa(chunk), args...)
		if err != nil {
			return err
		}
		if len(items) > 0 {
			if err := do(items); err != nil {
				return err
			}
			after = items[len(items)-1].ID
		}
		if len(items) < chunk {
			return nil
		}
	}
}

// ByRev reads items whose last change is later than a revision, the earliest
// first, at most limit.
func (s *Store) ByRev(ctx context.Context, userID int64, c *Collection, after int64, limit int) (out []Item, err error) {
	for _, kind := range c.Kinds() {
		cond, args := c.within(kind, []any{userID, after, limit})
		items, err := db.Query(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+from(kind)+" WHERE r.user_id = $1 AND r.rev > $2"+cond+" ORDER BY r.rev LIMIT $3", args...)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	slices.SortFunc(out, func(a, b Item) int { return cmp.Compare(a.Rev, b.Rev) })
	return out[:min(limit, len(out))], nil
}

// ByIDs reads the items of records of a kind; in no order.
func (s *Store) ByIDs(ctx context.Context, userID int64, c *Collection, kind string, ids []int64) ([]Item, error) {
	return db.QueryIn(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+from(kind)+" WHERE r.user_id = ? AND r.id IN ", userID, ids)
}

// WithObjects is ByIDs with the objects that are the record as it is.
func (s *Store) WithObjects(ctx context.Context, userID int64, c *Collection, kind string, ids []int64) ([]Item, error) {
	item := c.scan(kind)
	return db.QueryIn(ctx, s.db, func(row db.Scanner) (i Item, err error) {
		var data []byte
		i, err = item(also{row, &data})
		if i.Verbatim() {
			i.Object = &Object{ID: i.ID, Name: i.Name, UID: i.UID, Rev: i.Rev, Data: data}
		}
		return i, err
	}, "SELECT "+itemColumns+", CASE WHEN o.rev = r.rev THEN o.data END"+from(kind)+" WHERE r.user_id = ? AND r.id IN ", userID, ids)
}

// also scans a column more than it is asked for.
type also struct {
	db.Scanner
	last any
}

func (a also) Scan(to ...any) error { return a.Scanner.Scan(append(to, a.last)...) }

// asking is a question whose answer is read later.
type asking = func() ([]Item, error)

// Find answers the item of a name in a collection.
func (s *Store) Find(ctx context.Context, userID int64, c *Collection, name string) (Item, bool, error) {
	var asked []asking
	for _, kind := range c.Kinds() {
		cond, args := c.within(kind, []any{userID, name})
		asked = append(asked, db.AskAll(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+fromObjects(kind)+" AND o.name = $2"+cond+" LIMIT 1", args...))
		if uid, fits := strings.CutSuffix(name, c.Extension()); fits {
			cond, args = c.within(kind, []any{userID, uid})
			asked = append(asked, db.AskAll(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+from(kind)+" WHERE r.user_id = $1 AND r.uid = $2 AND o.name IS NULL"+cond+" LIMIT 1", args...))
		}
	}
	return first(asked...)
}

// FindNamed is Find of several names; the answer leaves out those that are not there.
func (s *Store) FindNamed(ctx context.Context, userID int64, c *Collection, names []string) (map[string]Item, error) {
	plain := make([]string, 0, len(names))
	for _, n := range names {
		plain = append(plain, strings.TrimSuffix(n, c.Extension()))
	}
	out := map[string]Item{}
	for _, kind := range c.Kinds() {
		for _, half := range []struct {
			query string
			names []string
		}{
			{"SELECT " + itemColumns + from(kind) + " WHERE r.user_id = $1 AND o.name IS NULL AND r.uid IN ", plain},
			{"SELECT " + itemColumns + fromObjects(kind) + " AND o.name IN ", names},
		} {
			items, err := s.in(ctx, userID, c, kind, half.query, half.names)
			if err != nil {
				return nil, err
			}
			for _, i := range items {
				out[i.Name] = i
			}
		}
	}
	return out, nil
}

// in runs a query for items that ends in "IN " for a list of texts, in pieces.
func (s *Store) in(ctx context.Context, userID int64, c *Collection, kind, query string, texts []string) (out []Item, err error) {
	for piece := range slices.Chunk(texts, 200) {
		args := []any{userID}
		var marks []string
		for _, n := range piece {
			args = append(args, n)
			marks = append(marks, "$"+strconv.Itoa(len(args)))
		}
		cond, args := c.within(kind, args)
		items, err := db.Query(ctx, s.db, c.scan(kind), query+"("+strings.Join(marks, ", ")+")"+cond, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

func first(asked ...asking) (Item, bool, error) {
	var found []Item
	for _, ask := range asked { // every question is answered before anything else is asked
		items, err := ask()
		if err != nil {
			return Item{}, false, err
		}
		found = append(found, items...)
	}
	if len(found) == 0 {
		return Item{}, false, nil
	}
	return found[0], true, nil
}

// FindUID answers the item of a UID in a collection.
func (s *Store) FindUID(ctx context.Context, userID int64, c *Collection, uid string) (Item, bool, error) {
	var asked []asking
	for _, kind := range c.Kinds() {
		cond, args := c.within(kind, []any{userID, uid})
		asked = append(asked,
			db.AskAll(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+fromObjects(kind)+" AND o.uid = $2"+cond+" LIMIT 1", args...),
			db.AskAll(ctx, s.db, c.scan(kind), "SELECT "+itemColumns+from(kind)+" WHERE r.user_id = $1 AND r.uid = $2 AND o.name IS NULL"+cond+" LIMIT 1", args...))
	}
	return first(asked...)
}

// FindPeople answers the ids of people by their uids, as their objects say them
// and without urn:uuid:.
func (s *Store) FindPeople(ctx context.Context, userID int64, uids []string) (map[string]int64, error) {
	const scheme = "urn:uuid:"
	c := &Collection{Kind: People}
	both := make([]string, 0, 2*len(uids))
	for _, uid := range uids {
		both = append(both, uid, scheme+uid)
	}
	out := map[string]int64{}
	for _, query := range []string{
		"SELECT " + itemColumns + from(Person) + " WHERE r.user_id = $1 AND o.name IS NULL AND r.uid IN ",
		"SELECT " + itemColumns + fromObjects(Person) + " AND o.uid IN ",
	} {
		items, err := s.in(ctx, userID, c, Person, query, both)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			out[strings.TrimPrefix(i.UID, scheme)] = i.ID
		}
	}
	return out, nil
}

// Members answers the uids of the people in the group of a card, as their objects
// say them, and those of members that it names and that have not arrived.
func (s *Store) Members(ctx context.Context, userID, group int64) (uids, awaited []string, err error) {
	in := db.AskAll(ctx, s.db, db.Value[string], `SELECT COALESCE(o.uid, r.uid) FROM group_cards g
JOIN person_groups m ON m.user_id = g.user_id AND m.group_key = g.group_key JOIN people r ON r.user_id = m.user_id AND r.id = m.person_id
LEFT JOIN dav_objects o ON o.user_id = r.user_id AND o.kind = 'person' AND o.record_id = r.id WHERE g.user_id = $1 AND g.id = $2`, userID, group)
	waiting := db.AskAll(ctx, s.db, db.Value[string], "SELECT uid FROM awaited_members WHERE user_id = $1 AND group_id = $2", userID, group)
	if uids, err = in(); err != nil {
		return nil, nil, err
	}
	awaited, err = waiting()
	return uids, awaited, err
}

// UIDTaken says whether a record of the user's has a UID, in whatever collection.
func (s *Store) UIDTaken(ctx context.Context, userID int64, kind, uid string) (bool, error) {
	_, taken, err := db.One(ctx, s.db, db.Value[int64], "SELECT 1 FROM "+tables[kind].name+" WHERE user_id = $1 AND uid = $2", userID, uid)
	return taken, err
}

// UIDs answers the UIDs of records of the collection's first kind, as their objects say them.
func (s *Store) UIDs(ctx context.Context, userID int64, c *Collection, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	items, err := s.ByIDs(ctx, userID, c, c.Member(), ids)
	for _, i := range items {
		out[i.ID] = i.UID
	}
	return out, err
}
