package reminder_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/reminder"
)

type house struct {
	*reminder.Service
	d     *db.DB
	j     *journal.Journal
	clock *clock.Fake
	ann   caller.Caller
	bob   caller.Caller
}

// It is 2025-03-29 12:00 UTC, the day before Berlin's clocks go forward.
var noon = time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC)

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, build(t, d)) })
}

func build(t *testing.T, d *db.DB) house {
	k := clock.NewFake(noon)
	j := journal.New(d, k)
	h := house{Service: reminder.New(d, j), d: d, j: j, clock: k}
	journaltest.Kinds(j, "todo", "todos", "event", "calendar_events", "person", "people", "location", "locations")
	h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, j, "bob", "America/New_York")
	return h
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func at(title string, when time.Time) reminder.Update {
	return reminder.Update{Title: opt.Some(title), RemindAt: opt.Some(when)}
}

func (h house) make(t *testing.T, u reminder.Update) reminder.Reminder {
	t.Helper()
	return must[reminder.Reminder](t)(h.Create(t.Context(), h.ann, u))
}

func (h house) update(t *testing.T, id int64, u reminder.Update) reminder.Reminder {
	t.Helper()
	return must[reminder.Reminder](t)(h.Update(t.Context(), h.ann, id, nil, u))
}

func (h house) undo(t *testing.T) {
	t.Helper()
	p := must[page.Page[journal.Set]](t)(h.j.History(t.Context(), h.ann, page.Request{Limit: 1}))
	if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
		t.Fatal(err)
	}
}

// row puts a record of another feature there, which its own test cannot make.
func (h house) row(t *testing.T, query string) (id int64) {
	t.Helper()
	err := h.d.Tx(t.Context(), func(ctx context.Context) (err error) {
		id, _, err = db.One(ctx, h.d, db.Value[int64], query+" RETURNING id", h.ann.UserID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func second[T any](_ T, err error) error { return err }

func wantFields(t *testing.T, err error, paths ...string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("%v is no Invalid fault", err)
	}
	got := map[string]bool{}
	for _, x := range f.Fields {
		got[x.Path] = true
	}
	for _, p := range paths {
		if !got[p] {
			t.Errorf("%s is not named among %v", p, f.Fields)
		}
	}
	if len(got) != len(paths) {
		t.Errorf("%v are named, want %v", f.Fields, paths)
	}
}

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := at(" Bins ", noon.Add(time.Hour+1500*time.Microsecond).In(time.FixedZone("", 3600)))
		u.RecurrenceRule = opt.Some("RRULE:FREQ=WEEKLY")
		made := h.make(t, u)
		got := must[reminder.Reminder](t)(h.Find(t.Context(), h.ann, made.ID))
		if got.Title != "Bins" || got.TimeZone != "Europe/Berlin" || !got.RemindAt.Equal(noon.Add(time.Hour)) || !got.DueAt.Equal(got.RemindAt) ||
			!got.Active || got.Dismissed || got.RecurrenceRule != "FREQ=WEEKLY" || got.UID == "" {
			t.Errorf("%+v", got)
		}
		h.clock.Advance(time.Minute)
		up := must[reminder.Reminder](t)(h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev},
			reminder.Update{RecurrenceRule: opt.Null[string](), TimeZone: opt.Some("Asia/Tokyo"), Active: opt.Some(false)}))
		if up.RecurrenceRule != "" || up.TimeZone != "Asia/Tokyo" || up.Active || up.Dismissed || up.Rev <= made.Rev || !up.UpdatedAt.After(up.CreatedAt) {
			t.Errorf("%+v", up)
		}
		if up = h.update(t, made.ID, reminder.Update{TimeZone: opt.Null[string]()}); up.TimeZone != "Europe/Berlin" {
			t.Errorf("null is the user's zone, not %s", up.TimeZone)
		}
		for name, err := range map[string]error{
			"update":  second(h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, at("x", noon))),
			"dismiss": second(h.Dismiss(t.Context(), h.ann, made.ID, journal.Match{made.Rev})),
			"snooze":  second(h.Snooze(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, reminder.Snooze{Minutes: opt.Some(int64(5))})),
			"delete":  h.Delete(t.Context(), h.ann, made.ID, journal.Match{made.Rev}),
		} {
			if !fault.Is(err, fault.Stale) {
				t.Errorf("%s of an old revision: %v", name, err)
			}
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.make(t, at("secret", noon)).ID
		ctx := t.Context()
		for name, err := range map[string]error{
			"find":    second(h.Find(ctx, h.bob, id)),
			"update":  second(h.Update(ctx, h.bob, id, nil, at("x", noon))),
			"dismiss": second(h.Dismiss(ctx, h.bob, id, nil)),
			"snooze":  second(h.Snooze(ctx, h.bob, id, nil, reminder.Snooze{Minutes: opt.Some(int64(5))})),
			"delete":  h.Delete(ctx, h.bob, id, nil),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		if p, err := h.List(ctx, h.bob, reminder.Filter{}, page.Request{}); err != nil || len(p.Items) != 0 {
			t.Errorf("another user lists %d, %v", len(p.Items), err)
		}
		u := at("mine", noon)
		u.PersonID = opt.Some(h.row(t, insertPerson))
		wantFields(t, second(h.Create(ctx, h.bob, u)), "person_id")
	})
}

func TestBadFieldsAreAllNamedAndNothingChanges(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		wantFields(t, second(h.Create(ctx, h.ann, reminder.Update{Title: opt.Some(" "), Description: opt.Some("\x00"), TimeZone: opt.Some("Mars/Base"),
			RecurrenceRule: opt.Some("FREQ=SOMETIMES"), SnoozedUntil: opt.Some(noon)})),
			"title", "description", "remind_at", "time_zone", "recurrence_rule", "snoozed_until")
		wantFields(t, second(h.Create(ctx, h.ann, at("x", time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)))), "remind_at")
		both := at("x", noon)
		both.Dismissed, both.SnoozedUntil = opt.Some(true), opt.Some(noon.Add(time.Hour))
		wantFields(t, second(h.Create(ctx, h.ann, both)), "snoozed_until")
		for field, u := range map[string]reminder.Update{
			"todo_id": {TodoID: opt.Some(int64(7))}, "event_id": {EventID: opt.Some(int64(7))},
			"person_id": {PersonID: opt.Some(int64(7))}, "location_id": {LocationID: opt.Some(int64(7))},
		} {
			u.Title, u.RemindAt = opt.Some("x"), opt.Some(noon)
			wantFields(t, second(h.Create(ctx, h.ann, u)), field)
		}
		if n, _ := h.Count(ctx, h.ann, reminder.Filter{}); n != 0 {
			t.Errorf("%d reminders after only bad input", n)
		}
		if p, _ := h.j.History(ctx, h.ann, page.Request{}); len(p.Items) != 0 {
			t.Error("bad input left a trace in the history")
		}
		off := at("off", noon)
		off.Active = opt.Some(false)
		id := h.make(t, off).ID
		wantFields(t, second(h.Update(ctx, h.ann, id, nil, reminder.Update{Active: opt.Some(true), Dismissed: opt.Some(true)})), "active")
	})
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		late := h.make(t, at("late", noon.Add(-time.Hour)))
		h.make(t, at("soon", noon.Add(time.Hour)))
		h.make(t, at("Über", noon.Add(2*time.Hour)))
		off := at("off", noon.Add(3*time.Hour))
		off.Active = opt.Some(false)
		h.make(t, off)
		over := at("over", noon.Add(-2*time.Hour))
		over.Dismissed = opt.Some(true)
		h.make(t, over)
		must[reminder.Reminder](t)(h.Snooze(t.Context(), h.ann, late.ID, nil, reminder.Snooze{Minutes: opt.Some(int64(90))}))
		yes, no := true, false
		for _, tc := range []struct {
			name string
			f    reminder.Filter
			want string
		}{
			{"by when they are due", reminder.Filter{}, "over,soon,late,Über,off,"},
			{"turned round", reminder.Filter{Sort: "-due_at"}, "off,Über,late,soon,over,"},
			{"oldest first", reminder.Filter{Sort: "created_at"}, "late,soon,Über,off,over,"},
			{"by change", reminder.Filter{Sort: "-updated_at"}, "late,over,off,Über,soon,"},
			{"active", reminder.Filter{Active: &yes}, "soon,late,Über,"},
			{"not active", reminder.Filter{Active: &no}, "over,off,"},
			{"dismissed", reminder.Filter{Dismissed: &yes}, "over,"},
			{"turned off", reminder.Filter{Dismissed: &no, Active: &no}, "off,"},
			{"from, to", reminder.Filter{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}, "soon,late,"},
			{"text", reminder.Filter{Query: "uber"}, "Über,"},
			{"active text", reminder.Filter{Query: "o", Active: &yes}, "soon,"},
		} {
			got, cursor := "", ""
			for {
				p := must[page.Page[reminder.Reminder]](t)(h.List(t.Context(), h.ann, tc.f, page.Request{Limit: 2, Cursor: cursor}))
				for _, x := range p.Items {
					got += x.Title + ","
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.Count(t.Context(), h.ann, tc.f); err != nil || n != int64(strings.Count(tc.want, ",")) {
				t.Errorf("%s: counts %d, %v", tc.name, n, err)
			}
		}
		if _, err := h.List(t.Context(), h.ann, reminder.Filter{Sort: "title"}, page.Request{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an order that there is not: %v", err)
		}
	})
}

const (
	insertPerson = `INSERT INTO people (user_id, uid, display_name, name_key, search, rev, created_at, updated_at) VALUES ($1, 'p', 'Eve', 'eve', '', 0, 0, 0)`
	insertPlace  = `INSERT INTO locations (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, 'l', 'Pub', 'pub', '', 0, 0, 0)`
	insertTodo   = `INSERT INTO todos (user_id, uid, title, title_key, due_key, position, search, rev, created_at, updated_at) VALUES ($1, 't', 'x', 'x', '~', 0, '', 0, 0, 0)`
)

func TestListsWhatIsAboutARecord(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := at("about them", noon)
		person, place, task := h.row(t, insertPerson), h.row(t, insertPlace), h.row(t, insertTodo)
		u.PersonID, u.LocationID, u.TodoID = opt.Some(person), opt.Some(place), opt.Some(task)
		want := h.make(t, u).ID
		h.make(t, at("about nobody", noon))
		for name, f := range map[string]reminder.Filter{"person": {PersonID: person}, "place": {LocationID: place}, "to-do": {TodoID: task}, "two": {PersonID: person, TodoID: task}} {
			got := must[page.Page[reminder.Reminder]](t)(h.List(t.Context(), h.ann, f, page.Request{}))
			if len(got.Items) != 1 || got.Items[0].ID != want {
				t.Errorf("%s: %v", name, got.Items)
			}
		}
		for name, f := range map[string]reminder.Filter{"event": {EventID: 1}, "another person": {PersonID: person + 1}, "person, another place": {PersonID: person, LocationID: place + 1}} {
			if got := must[page.Page[reminder.Reminder]](t)(h.List(t.Context(), h.ann, f, page.Request{})); len(got.Items) != 0 {
				t.Errorf("%s: %v", name, got.Items)
			}
		}
	})
}

func TestWhatItIsAboutMayGo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		about := map[string]int64{"person": h.row(t, insertPerson), "location": h.row(t, insertPlace), "todo": h.row(t, insertTodo)}
		u := at("x", noon)
		u.PersonID, u.LocationID, u.TodoID = opt.Some(about["person"]), opt.Some(about["location"]), opt.Some(about["todo"])
		id := h.make(t, u).ID
		held := func() map[string]*int64 {
			r := must[reminder.Reminder](t)(h.Find(t.Context(), h.ann, id))
			return map[string]*int64{"person": r.PersonID, "location": r.LocationID, "todo": r.TodoID}
		}
		for kind, ref := range about {
			err := h.j.Write(t.Context(), h.ann, func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, kind, ref) })
			if err != nil {
				t.Fatal(err)
			}
			if held()[kind] != nil {
				t.Errorf("it still names the %s", kind)
			}
			h.undo(t)
			for k, p := range held() {
				if p == nil || *p != about[k] {
					t.Errorf("after the %s came back, the %s is %v", kind, k, p)
				}
			}
		}
		// A reference whose record is gone for good is let go of by undo.
		if _, err := h.Update(t.Context(), h.ann, id, nil, reminder.Update{PersonID: opt.Null[int64]()}); err != nil {
			t.Fatal(err)
		}
		err := h.d.Tx(t.Context(), func(ctx context.Context) error {
			_, err := h.d.Exec(ctx, "DELETE FROM people WHERE user_id = $1", h.ann.UserID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.undo(t)
		if got := held(); got["person"] != nil || got["todo"] == nil {
			t.Errorf("undone: %v", got)
		}
	})
}

func TestListsScanNoTable(t *testing.T) {
	h := build(t, dbtest.Open(t, db.SQLite))
	yes, no := true, false
	for _, f := range []reminder.Filter{{}, {Active: &yes}, {Dismissed: &no}, {Active: &yes, Dismissed: &no}, {Sort: "-due_at"}, {Sort: "created_at"},
		{Sort: "updated_at"}, {From: noon, To: noon.Add(time.Hour)}, {Active: &yes, From: noon}, {Active: &no, Sort: "-updated_at"},
		{TodoID: 1}, {EventID: 1}, {PersonID: 1}, {LocationID: 1}, {Active: &yes, PersonID: 1}} {
		dbtest.NoScan(t, h.d, func(ctx context.Context) error { return second(h.List(ctx, h.ann, f, page.Request{})) })
	}
}
