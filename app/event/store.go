package event

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
	"umbra/app/recur"
)

// People and changed occurrences come along in the same round trip.
const columns = `id, uid, calendar_id, title, description, start_local, end_local, all_day, time_zone, start_at, first_at, last_at, span,
location_id, location, color, starred, recurrence_rule, rdates, exceptions, reminders, status, url, rev, created_at, updated_at,
COALESCE((SELECT string_agg(CAST(person_id AS TEXT), ',') FROM event_people p
    WHERE p.user_id = calendar_events.user_id AND p.event_id = calendar_events.id), ''),
COALESCE((SELECT string_agg('{"id":"' || recurrence_id || '","changes":' || changes || '}', ',') FROM event_overrides o
    WHERE o.user_id = calendar_events.user_id AND o.event_id = calendar_events.id), ''),
` + isFetched

// isFetched says whether the calendar of an event is filled from an address.
const isFetched = "(SELECT c.source <> '' FROM calendars c WHERE c.user_id = calendar_events.user_id AND c.id = calendar_events.calendar_id)"

func scan(s db.Scanner) (Event, error) {
	e, err := scanBare(s)
	if err != nil {
		return Event{}, err
	}
	e.setWhen(e.when)
	return *e, nil
}

// scanBare leaves start and end unwritten, which those that are expanded have no
// use for: their occurrences have their own.
func scanBare(s db.Scanner) (*Event, error) {
	var row struct { // one allocation for what is read and not kept
		Event
		start, end, rdates, exceptions, reminders, people, overrides string
		created, updated                                             int64
	}
	e := &row.Event
	b, t := &e.bounds, &e.when
	err := s.Scan(&e.ID, &e.UID, &e.CalendarID, &e.Title, &e.Description, &row.start, &row.end, &t.allDay, &t.zone, &b.start, &b.first, &b.last, &b.span,
		&e.LocationID, &e.Location, &e.Color, &e.Starred, &e.RecurrenceRule, &row.rdates, &row.exceptions, &row.reminders, &e.Status, &e.URL,
		&e.Rev, &row.created, &row.updated, &row.people, &row.overrides, &e.fetched)
	if err != nil {
		return nil, err
	}
	e.CreatedAt, e.UpdatedAt = clock.FromMicros(row.created), clock.FromMicros(row.updated)
	e.AllDay = t.allDay
	if t.zone != "" {
		e.TimeZone = &t.zone
	}
	if t.start, err = recur.ParseLocal(row.start); err != nil {
		return nil, err
	}
	if t.end, err = recur.ParseLocal(row.end); err != nil {
		return nil, err
	}
	if e.RDates, err = db.Strings(row.rdates); err != nil {
		return nil, err
	}
	if e.Exceptions, err = db.Strings(row.exceptions); err != nil {
		return nil, err
	}
	if e.Reminders, err = db.Strings(row.reminders); err != nil {
		return nil, err
	}
	if e.PersonIDs, err = readPeople(row.people); err != nil {
		return nil, err
	}
	e.overrides, err = readOverrides(row.overrides)
	return e, err
}

func readPeople(s string) ([]int64, error) {
	ids := []int64{}
	if s == "" {
		return ids, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, nil
}

func (s *Service) find(ctx context.Context, userID, id int64) (Event, error) {
	e, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM calendar_events WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return e, err
}

// defaultCalendar is the one that the settings name, else the oldest; nil where
// there is none.
func (s *Service) defaultCalendar(ctx context.Context, userID int64) (*int64, error) {
	id, _, err := db.One(ctx, s.db, db.Value[*int64], `SELECT COALESCE((SELECT default_calendar_id FROM settings WHERE user_id = $1),
(SELECT MIN(id) FROM calendars WHERE user_id = $1 AND source = ''))`, userID)
	return id, err
}

func (s *Service) list(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Event], error) {
	wheres := s.wheres(c, f)
	return db.List(ctx, s.db, db.Listing[Event]{
		Select:  "SELECT " + columns + "\nFROM calendar_events",
		Where:   wheres[0],
		Also:    wheres[1:],
		Default: "start",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "start", Column: "start_at", Int: true},
			{Name: "title", Column: "title_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

func (s *Service) where(c caller.Caller, f Filter) *db.Where {
	w := (&db.Where{}).And("user_id = ?", c.UserID)
	if f.CalendarID != 0 {
		w.And("calendar_id = ?", f.CalendarID)
	}
	if f.PersonID != 0 {
		w.And("id IN (SELECT event_id FROM event_people WHERE user_id = ? AND person_id = ?)", c.UserID, f.PersonID)
	}
	if f.LocationID != 0 {
		w.And("location_id = ?", f.LocationID)
	}
	if f.Starred != nil && *f.Starred {
		w.And("starred")
	} else if f.Starred != nil {
		w.And("NOT starred")
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

func (s *Service) count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	query, args := db.CountSQL("calendar_events", s.wheres(c, f)...)
	n, _, err := db.One(ctx, s.db, db.Value[int64], query, args...)
	return n, err
}

var setters = []string{"uid", "calendar_id", "title", "title_key", "description", "start_local", "end_local", "all_day", "time_zone",
	"start_at", "first_at", "last_at", "span", "months", "location_id", "location", "color", "starred", "recurrence_rule", "rdates",
	"exceptions", "reminders", "status", "url", "search", "rev", "created_at", "updated_at"}

func (e *Event) values() []any {
	b := e.bounds
	return []any{e.UID, e.CalendarID, e.Title, fold.Key(e.Title), e.Description, e.when.start.String(), e.when.end.String(), e.when.allDay, e.when.zone,
		b.start, b.first, b.last, b.span, int64(b.months), e.LocationID, e.Location, e.Color, e.Starred, e.RecurrenceRule, db.JSON(e.RDates),
		db.JSON(e.Exceptions), db.JSON(e.Reminders), e.Status, e.URL, e.search(), e.Rev, clock.Micros(e.CreatedAt), clock.Micros(e.UpdatedAt)}
}

var (
	insertSQL   = db.InsertSQL("calendar_events", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("calendar_events", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("calendar_events", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, e *Event) (err error) {
	e.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, e.values()...)...)
	return err
}

func (s *Service) reinsert(ctx context.Context, userID int64, e *Event) error {
	err := s.db.Later(ctx, reinsertSQL, append([]any{userID, e.ID}, e.values()...)...)
	return err
}

func (s *Service) update(ctx context.Context, userID int64, e *Event) error {
	err := s.db.Later(ctx, updateSQL, append([]any{userID, e.ID}, e.values()...)...)
	return err
}

// setPeople keeps the people of an event, touching only those that changed.
func (s *Service) setPeople(ctx context.Context, userID int64, e *Event, before []int64) error {
	for _, id := range before {
		if !slices.Contains(e.PersonIDs, id) {
			if err := s.db.Later(ctx, "DELETE FROM event_people WHERE user_id = $1 AND event_id = $2 AND person_id = $3", userID, e.ID, id); err != nil {
				return err
			}
		}
	}
	for _, id := range e.PersonIDs {
		if !slices.Contains(before, id) {
			if err := s.db.Later(ctx, "INSERT INTO event_people (user_id, event_id, person_id) VALUES ($1, $2, $3)", userID, e.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// setOverrides keeps the changed occurrences, touching only those that changed.
func (s *Service) setOverrides(ctx context.Context, userID int64, e *Event, before []override) error {
	was := make(map[string]string, len(before))
	for _, o := range before {
		text, err := json.Marshal(o.changes)
		if err != nil {
			return err
		}
		was[o.ID.String()] = string(text)
	}
	for _, o := range e.overrides {
		text, err := json.Marshal(o.changes)
		if err != nil {
			return err
		}
		id := o.ID.String()
		old, there := was[id]
		delete(was, id)
		if there && old == string(text) {
			continue
		}
		if err := s.db.Later(ctx, `INSERT INTO event_overrides (user_id, event_id, recurrence_id, changes) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, event_id, recurrence_id) DO UPDATE SET changes = excluded.changes`, userID, e.ID, id, string(text)); err != nil {
			return err
		}
	}
	for id := range was {
		if err := s.db.Later(ctx, "DELETE FROM event_overrides WHERE user_id = $1 AND event_id = $2 AND recurrence_id = $3", userID, e.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// image is how the journal keeps an event: its fields, its times as they are
// kept, and its changed occurrences.
type image struct {
	Event
	StartLocal recur.Local `json:"start_local"`
	EndLocal   recur.Local `json:"end_local"`
	Zone       string      `json:"zone"`
	Overrides  []override  `json:"overrides"`
}

func (e *Event) image() image {
	return image{*e, e.when.start, e.when.end, e.when.zone, e.overrides}
}

func readImage(b []byte) (Event, error) {
	var i image
	err := json.Unmarshal(b, &i)
	e := i.Event
	e.setWhen(when{i.StartLocal, i.EndLocal, e.AllDay, i.Zone})
	e.overrides = i.Overrides
	e.tidy()
	return e, err
}
