package event_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
)

type house struct {
	*event.Service
	d        *db.DB
	j        *journal.Journal
	clock    *clock.Fake
	ann, bob caller.Caller
	home     int64 // ann's default calendar
	work     int64
}

func open(t testing.TB, d *db.DB) house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	h := house{Service: event.New(d, j), d: d, j: j, clock: k}
	journaltest.Kinds(j, "calendar", "calendars", "person", "people", "location", "locations")
	h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, j, "bob", "America/New_York")
	h.home, h.work = h.calendar(t, h.ann), h.calendar(t, h.ann)
	h.calendar(t, h.bob)
	return h
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

// row inserts a record of another feature.
func (h house) row(t testing.TB, query string, args ...any) (id int64) {
	t.Helper()
	err := h.d.Tx(context.Background(), func(ctx context.Context) (err error) {
		id, _, err = db.One(ctx, h.d, db.Value[int64], query+" RETURNING id", args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (h house) calendar(t testing.TB, c caller.Caller) int64 {
	t.Helper()
	return h.row(t, "INSERT INTO calendars (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, $2, '', '', '', 0, 0, 0)", c.UserID, journal.NewUID())
}

func (h house) person(t testing.TB) int64 {
	t.Helper()
	return h.row(t, "INSERT INTO people (user_id, uid, display_name, name_key, search, rev, created_at, updated_at) VALUES ($1, $2, '', '', '', 0, 0, 0)", h.ann.UserID, journal.NewUID())
}

func (h house) location(t testing.TB) int64 {
	t.Helper()
	return h.row(t, "INSERT INTO locations (user_id, uid, name, name_key, search, rev, created_at, updated_at) VALUES ($1, $2, '', '', '', 0, 0, 0)", h.ann.UserID, journal.NewUID())
}

func (h house) make(t testing.TB, u event.Update) event.Event {
	t.Helper()
	e, err := h.Create(context.Background(), h.ann, u)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// at is an event by title, start and end; an empty end is left out.
func at(title, start, end string) event.Update {
	u := event.Update{Title: opt.Some(title), Start: opt.Some(start)}
	if end != "" {
		u.End = opt.Some(end)
	}
	return u
}

func rule(u event.Update, r string) event.Update {
	u.RecurrenceRule = opt.Some(r)
	return u
}

func (h house) window(t testing.TB, f event.Filter) string {
	t.Helper()
	var out []string
	req := page.Request{Limit: 3}
	for {
		p, err := h.List(context.Background(), h.ann, f, req)
		if err != nil {
			t.Fatal(f.Start, f.End, fields(err), err)
		}
		for _, e := range p.Items {
			out = append(out, e.Title+" "+e.Start)
		}
		if req.Cursor = p.Next; p.Next == "" {
			return strings.Join(out, "\n")
		}
	}
}

func (h house) in(t testing.TB, start, end string) string {
	t.Helper()
	return h.window(t, event.Filter{Start: start, End: end})
}

func (h house) undo(t testing.TB) {
	t.Helper()
	p, err := h.j.History(context.Background(), h.ann, page.Request{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.j.Undo(context.Background(), h.ann, p.Items[0].ID); err != nil {
		t.Fatal(err)
	}
}

func fields(err error) []string {
	var f *fault.Error
	var out []string
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		for _, x := range f.Fields {
			out = append(out, x.Path)
		}
	}
	return out
}

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		p1, p2, place := h.person(t), h.person(t), h.location(t)
		u := at("  Choir ", "2025-03-31T19:00:00+02:00", "2025-03-31T20:30:00+02:00")
		u.PersonIDs, u.LocationID, u.Location = opt.Some([]int64{p2, p1, p2}), opt.Some(place), opt.Some("Hall")
		u.Reminders, u.Status, u.URL, u.Color = opt.Some([]string{"-PT30M"}), opt.Some("tentative"), opt.Some("https://example.org"), opt.Some("#123456")
		made := h.make(t, u)
		got, err := h.Find(t.Context(), h.ann, made.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		if got.Title != "Choir" || got.CalendarID != h.home || *got.TimeZone != "Europe/Berlin" || got.Start != "2025-03-31T19:00:00+02:00" ||
			!slices.Equal(got.PersonIDs, []int64{p1, p2}) || *got.LocationID != place || got.Reminders[0] != "-PT30M" || got.Occurrence != nil {
			t.Errorf("%+v", got)
		}
		h.clock.Advance(time.Minute)
		up, err := h.Update(t.Context(), h.ann, made.ID, event.Part{}, journal.Match{made.Rev}, event.Update{
			Start: opt.Some("2025-04-01T09:00:00+02:00"), CalendarID: opt.Some(h.work), PersonIDs: opt.Some([]int64{p2}), LocationID: opt.Null[int64]()})
		if err != nil || up.End != "2025-04-01T10:30:00+02:00" || up.CalendarID != h.work || !slices.Equal(up.PersonIDs, []int64{p2}) || up.LocationID != nil || up.Title != "Choir" {
			t.Errorf("%+v, %v", up, err)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, event.Part{}, journal.Match{made.Rev}, event.Update{Title: opt.Some("x")}); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, event.Part{}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, made.ID, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		id := h.make(t, at("secret", "2025-03-31T19:00:00", "")).ID
		_, find := h.Find(t.Context(), h.bob, id, "")
		_, update := h.Update(t.Context(), h.bob, id, event.Part{}, nil, event.Update{Title: opt.Some("x")})
		for name, err := range map[string]error{"find": find, "update": update, "delete": h.Delete(t.Context(), h.bob, id, event.Part{}, nil)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		for _, f := range []event.Filter{{}, {Start: "2025-01-01", End: "2026-01-01"}} {
			if p, err := h.List(t.Context(), h.bob, f, page.Request{}); err != nil || len(p.Items) != 0 {
				t.Errorf("another user lists %d, %v", len(p.Items), err)
			}
		}
		for field, u := range map[string]event.Update{
			"calendar_id":   {CalendarID: opt.Some(h.home)},
			"person_ids[0]": {PersonIDs: opt.Some([]int64{h.person(t)})},
			"location_id":   {LocationID: opt.Some(h.location(t))},
		} {
			u.Title, u.Start = opt.Some("x"), opt.Some("2025-01-01")
			if _, err := h.Create(t.Context(), h.bob, u); !slices.Equal(fields(err), []string{field}) {
				t.Errorf("%s of another user: %v", field, err)
			}
		}
	})
}

func TestBadFieldsAreAllNamedAndNothingChanges(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Create(t.Context(), h.ann, event.Update{
			Title: opt.Some(" "), Start: opt.Some("2025-02-30"), End: opt.Some("soon"), TimeZone: opt.Some("Mars/Base"), Color: opt.Some("red"),
			RecurrenceRule: opt.Some("FREQ=SOMETIMES"), Reminders: opt.Some([]string{"soon"}), Status: opt.Some("maybe"), URL: opt.Some("ftp://x"),
			Description: opt.Some("a\x00b"), Location: opt.Some(strings.Repeat("x", 501)), PersonIDs: opt.Some(make([]int64, 1)),
		})
		got := fields(err)
		for _, path := range []string{"title", "start", "end", "time_zone", "color", "recurrence_rule", "reminders[0]", "status", "url", "description", "location"} {
			if !slices.Contains(got, path) {
				t.Errorf("%s is not named among %v", path, got)
			}
		}
		u := at("x", "2025-01-01", "")
		u.CalendarID = opt.Some(int64(9999))
		if _, err := h.Create(t.Context(), h.ann, u); !slices.Equal(fields(err), []string{"calendar_id"}) {
			t.Errorf("a calendar that is not there: %v", err)
		}
		if n, _ := h.Count(t.Context(), h.ann, event.Filter{}); n != 0 {
			t.Errorf("%d events after only bad input", n)
		}
		if p, _ := h.j.History(t.Context(), h.ann, page.Request{}); len(p.Items) != 0 {
			t.Error("bad input left a trace in the history")
		}
	})
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		person, place := h.person(t), h.location(t)
		add := func(title, start string, more func(*event.Update)) {
			u := at(title, start, "")
			if more != nil {
				more(&u)
			}
			h.make(t, u)
		}
		add("evening", "2025-03-29T20:00:00+01:00", func(u *event.Update) { u.Starred = opt.Some(true) })
		add("all day", "2025-03-30", func(u *event.Update) { u.CalendarID = opt.Some(h.work) })
		add("Größe", "2025-03-30T08:00:00+02:00", func(u *event.Update) { u.PersonIDs = opt.Some([]int64{person}) })
		add("float", "2025-03-30T07:00:00", func(u *event.Update) { u.LocationID = opt.Some(place) })
		yes, no := true, false
		for _, tc := range []struct {
			name string
			f    event.Filter
			want string
		}{
			{"by start", event.Filter{}, "evening,all day,float,Größe,"},
			{"latest first", event.Filter{Sort: "-start"}, "Größe,float,all day,evening,"},
			{"by title", event.Filter{Sort: "title"}, "all day,evening,float,Größe,"},
			{"newest first", event.Filter{Sort: "-created_at"}, "float,Größe,all day,evening,"},
			{"calendar", event.Filter{CalendarID: h.work}, "all day,"},
			{"person", event.Filter{PersonID: person}, "Größe,"},
			{"place", event.Filter{LocationID: place}, "float,"},
			{"starred", event.Filter{Starred: &yes}, "evening,"},
			{"not starred", event.Filter{Starred: &no}, "all day,float,Größe,"},
			{"text", event.Filter{Query: "GROSSE"}, "Größe,"},
			{"in a window", event.Filter{Starred: &no, Start: "2025-03-30T06:00:00", End: "2025-03-31"}, "all day,float,Größe,"},
			{"person in a window", event.Filter{PersonID: person, Start: "2025-03-30", End: "2025-03-31"}, "Größe,"},
		} {
			p, err := h.List(t.Context(), h.ann, tc.f, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range p.Items {
				got += x.Title + ","
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.Count(t.Context(), h.ann, tc.f); err != nil || n != int64(len(p.Items)) {
				t.Errorf("%s: counts %d of %d, %v", tc.name, n, len(p.Items), err)
			}
		}
	})
}

func TestUndoAndDetach(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		person, place := h.person(t), h.location(t)
		u := rule(at("a", "2025-03-31T09:00:00+02:00", ""), "FREQ=DAILY;COUNT=5")
		u.PersonIDs, u.LocationID, u.Exceptions = opt.Some([]int64{person}), opt.Some(place), opt.Some([]string{"2025-04-02T09:00:00"})
		made := h.make(t, u)
		if _, err := h.Update(t.Context(), h.ann, made.ID, event.Part{Scope: event.This, Occurrence: "2025-04-01T09:00:00"}, nil, at("b", "2025-04-01T11:00:00", "")); err != nil {
			t.Fatal(err)
		}
		all := h.in(t, "2025-03-01", "2025-05-01")
		same := func(what string) {
			t.Helper()
			if got := h.in(t, "2025-03-01", "2025-05-01"); got != all {
				t.Errorf("%s:\n%s\nwant\n%s", what, got, all)
			}
			got, err := h.Find(t.Context(), h.ann, made.ID, "")
			if err != nil || got.UID != made.UID || got.CalendarID != h.home || !slices.Equal(got.PersonIDs, []int64{person}) || got.LocationID == nil || *got.LocationID != place {
				t.Errorf("%s: %+v, %v", what, got, err)
			}
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, event.Part{}, nil, event.Update{Start: opt.Some("2025-05-01"), RecurrenceRule: opt.Null[string](), PersonIDs: opt.Null[[]int64]()}); err != nil {
			t.Fatal(err)
		}
		h.undo(t)
		same("undone update")
		if err := h.Delete(t.Context(), h.ann, made.ID, event.Part{}, nil); err != nil {
			t.Fatal(err)
		}
		h.undo(t)
		same("undone deletion")
		if err := h.Delete(t.Context(), h.ann, made.ID, event.Part{}, nil); err != nil {
			t.Fatal(err)
		}
		if err := h.j.Untrash(t.Context(), h.ann, event.KindName, made.ID); err != nil {
			t.Fatal(err)
		}
		same("restored")
		for _, kind := range []string{"person", "location", "calendar"} {
			id := map[string]int64{"person": person, "location": place, "calendar": h.home}[kind]
			err := h.j.Write(t.Context(), h.ann, func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, kind, id) })
			if err != nil {
				t.Fatal(err)
			}
			got, err := h.Find(t.Context(), h.ann, made.ID, "")
			if (kind == "calendar") != fault.Is(err, fault.NotFound) || kind == "person" && len(got.PersonIDs) != 0 || kind == "location" && got.LocationID != nil {
				t.Errorf("without its %s: %+v, %v", kind, got, err)
			}
			h.undo(t)
			same("the " + kind + " came back")
		}
		fresh := h.make(t, at("new", "2025-01-01", ""))
		h.undo(t)
		if _, err := h.Find(t.Context(), h.ann, fresh.ID, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
	})
}

func TestWhatIsGoneIsLetGoOfOnRestore(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		person := h.person(t)
		u := at("a", "2025-03-31T09:00:00", "")
		u.PersonIDs, u.CalendarID = opt.Some([]int64{person}), opt.Some(h.work)
		made := h.make(t, u)
		if err := h.Delete(t.Context(), h.ann, made.ID, event.Part{}, nil); err != nil {
			t.Fatal(err)
		}
		h.row(t, "DELETE FROM people WHERE id = $1", person)
		h.row(t, "DELETE FROM calendars WHERE id = $1", h.work)
		if err := h.j.Untrash(t.Context(), h.ann, event.KindName, made.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := h.Find(t.Context(), h.ann, made.ID, ""); err != nil || got.CalendarID != h.home || len(got.PersonIDs) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestWithoutAnyCalendar(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	h.row(t, "DELETE FROM calendars WHERE user_id = $1", h.bob.UserID)
	if _, err := h.Create(t.Context(), h.bob, at("x", "2025-01-01", "")); !slices.Equal(fields(err), []string{"calendar_id"}) {
		t.Error(err)
	}
}
