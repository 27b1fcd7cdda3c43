package template_test

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
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/template"
)

type house struct {
	*template.Service
	d        *db.DB
	j        *journal.Journal
	ann, bob caller.Caller
}

func open(t testing.TB, d *db.DB) house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	journaltest.Kinds(j, "calendar", "calendars", "person", "people", "location", "locations")
	return house{Service: template.New(d, j), d: d, j: j,
		ann: journaltest.User(t, d, j, "ann", "Europe/Berlin"), bob: journaltest.User(t, d, j, "bob", "UTC")}
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

// row inserts Ann's record of another feature.
func (h house) row(t *testing.T, table string) (id int64) {
	t.Helper()
	name := map[string]string{"people": "display_name"}[table]
	if name == "" {
		name = "name"
	}
	err := h.d.Tx(t.Context(), func(ctx context.Context) (err error) {
		id, _, err = db.One(ctx, h.d, db.Value[int64], "INSERT INTO "+table+" (user_id, uid, "+name+
			", name_key, search, rev, created_at, updated_at) VALUES ($1, $2, '', '', '', 0, 0, 0) RETURNING id", h.ann.UserID, journal.NewUID())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (h house) make(t *testing.T, u template.Update) template.Template {
	t.Helper()
	got, err := h.Create(t.Context(), h.ann, u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func named(name string) template.Update { return template.Update{Name: opt.Some(name)} }

func fields(err error) string {
	var f *fault.Error
	var out []string
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		for _, x := range f.Fields {
			out = append(out, x.Path)
		}
	}
	return strings.Join(out, " ")
}

func TestCreateFindUpdateUndoDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		undo := func() {
			t.Helper()
			p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		calendar, person, place := h.row(t, "calendars"), h.row(t, "people"), h.row(t, "locations")
		u := named(" Choir ")
		u.CalendarID, u.PersonIDs, u.LocationID = opt.Some(calendar), opt.Some([]int64{person, person}), opt.Some(place)
		u.StartTime, u.DurationMinutes, u.TimeZone, u.RecurrenceRule = opt.Some("19:00"), opt.Some(int64(90)), opt.Some("Asia/Tokyo"), opt.Some("RRULE:freq=weekly")
		made := h.make(t, u)
		same := func(what string) {
			t.Helper()
			got, err := h.Find(t.Context(), h.ann, made.ID)
			if err != nil || got.Name != "Choir" || *got.CalendarID != calendar || !slices.Equal(got.PersonIDs, []int64{person}) || got.LocationID == nil || *got.LocationID != place ||
				*got.StartTime != "19:00" || got.DurationMinutes != 90 || *got.TimeZone != "Asia/Tokyo" || got.RecurrenceRule != "FREQ=WEEKLY" || got.UID != made.UID {
				t.Errorf("%s: %+v, %v", what, got, err)
			}
		}
		same("made")
		up, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, template.Update{AllDay: opt.Some(true), StartTime: opt.Null[string](), TimeZone: opt.Some(""), PersonIDs: opt.Null[[]int64]()})
		if err != nil || up.DurationMinutes != 24*60 || up.StartTime != nil || up.TimeZone != nil || len(up.PersonIDs) != 0 {
			t.Errorf("%+v, %v", up, err)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, named("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		undo()
		same("undone update")
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		undo()
		same("undone deletion")
		for kind, id := range map[string]int64{"calendar": calendar, "person": person, "location": place} {
			if err := h.j.Write(t.Context(), h.ann, func(ctx context.Context, w *journal.Writer) error { return w.Detach(ctx, kind, id) }); err != nil {
				t.Fatal(err)
			}
			got, err := h.Find(t.Context(), h.ann, made.ID)
			if err != nil || (got.CalendarID == nil) != (kind == "calendar") || (got.LocationID == nil) != (kind == "location") || (len(got.PersonIDs) == 0) != (kind == "person") {
				t.Errorf("without its %s: %+v, %v", kind, got, err)
			}
			undo()
			same("its " + kind + " came back")
		}
		other := h.make(t, named("new"))
		undo()
		if _, err := h.Find(t.Context(), h.ann, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
	})
}

func TestDrafts(t *testing.T) {
	h := open(t, dbtest.Open(t, db.SQLite))
	timed := named("Choir")
	timed.StartTime, timed.DurationMinutes = opt.Some("19:00"), opt.Some(int64(90))
	tokyo := timed
	tokyo.TimeZone, tokyo.Title = opt.Some("Asia/Tokyo"), opt.Some("Call")
	night := timed
	night.StartTime = opt.Some("01:30")
	days := named("Trip")
	days.AllDay, days.DurationMinutes = opt.Some(true), opt.Some(int64(2*24*60+1))
	for _, tc := range []struct {
		name  string
		u     template.Update
		start string
		want  string
		bad   string
	}{
		{"on a day", timed, "2025-03-31", "Choir 2025-03-31T19:00:00+02:00 2025-03-31T20:30:00+02:00 Europe/Berlin", ""},
		{"at another time", timed, "2025-03-31T08:00", "Choir 2025-03-31T08:00:00+02:00 2025-03-31T09:30:00+02:00 Europe/Berlin", ""},
		{"at an instant", timed, "2025-03-31T08:00:00Z", "Choir 2025-03-31T10:00:00+02:00 2025-03-31T11:30:00+02:00 Europe/Berlin", ""},
		{"in its zone", tokyo, "2025-03-31", "Call 2025-03-31T19:00:00+09:00 2025-03-31T20:30:00+09:00 Asia/Tokyo", ""},
		{"over a change of the clock", night, "2025-03-30", "Choir 2025-03-30T01:30:00+01:00 2025-03-30T04:00:00+02:00 Europe/Berlin", ""},
		{"whole days", days, "2024-02-28", "Trip 2024-02-28 2024-03-02 ", ""},
		{"whole days from a time", days, "2025-03-31T23:00:00Z", "Trip 2025-04-01 2025-04-04 ", ""},
		{"without a time", named("x"), "2025-03-31", "", "start"},
		{"no such day", timed, "2025-02-30", "", "start"},
		{"a word", timed, "today", "", "start"},
		{"too late", timed, "9999-12-31", "", "start"},
		{"too early", timed, "0001-01-01", "", "start"},
	} {
		d, err := h.Draft(t.Context(), h.ann, h.make(t, tc.u).ID, tc.start)
		if fields(err) != tc.bad || err != nil && tc.bad == "" {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := d.Title + " " + d.Start + " " + d.End + " " + d.TimeZone; err == nil && got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestBadFieldsAndOthers(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Create(t.Context(), h.ann, template.Update{Name: opt.Some(" "), StartTime: opt.Some("25:00"), DurationMinutes: opt.Some(int64(-1)), TimeZone: opt.Some("Mars"),
			Color: opt.Some("red"), RecurrenceRule: opt.Some("x"), Reminders: opt.Some([]string{"x"}), Status: opt.Some("x"), URL: opt.Some("x")})
		if got := fields(err); got != "name start_time duration_minutes time_zone color recurrence_rule reminders[0] status url" {
			t.Errorf("%s, %v", got, err)
		}
		mine := h.make(t, named("mine"))
		_, find := h.Find(t.Context(), h.bob, mine.ID)
		_, draft := h.Draft(t.Context(), h.bob, mine.ID, "2025-01-01")
		_, update := h.Update(t.Context(), h.bob, mine.ID, nil, named("x"))
		for name, err := range map[string]error{"find": find, "draft": draft, "update": update, "delete": h.Delete(t.Context(), h.bob, mine.ID, nil)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		for field, u := range map[string]template.Update{"calendar_id": {CalendarID: opt.Some(h.row(t, "calendars"))},
			"location_id": {LocationID: opt.Some(h.row(t, "locations"))}, "person_ids[0]": {PersonIDs: opt.Some([]int64{h.row(t, "people")})}} {
			u.Name = opt.Some("x")
			if _, err := h.Create(t.Context(), h.bob, u); fields(err) != field {
				t.Errorf("%s of another user: %v", field, err)
			}
		}
		if n, err := h.Count(t.Context(), h.bob, template.Filter{}); n != 0 || err != nil {
			t.Errorf("%d templates after only bad input, %v", n, err)
		}
	})
}

func TestListsInOrderWithoutScans(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, name := range []string{"b", "C", "Ärger"} {
			h.make(t, named(name))
		}
		for f, want := range map[template.Filter]string{{}: "Ärger b C", {Sort: "-name"}: "C b Ärger", {Sort: "created_at"}: "b C Ärger", {Sort: "-updated_at"}: "Ärger C b", {Query: "arg"}: "Ärger"} {
			p, err := h.List(t.Context(), h.ann, f, page.Request{})
			var names []string
			for _, x := range p.Items {
				names = append(names, x.Name)
			}
			if got := strings.Join(names, " "); got != want || err != nil {
				t.Errorf("%+v: %s, want %s; %v", f, got, want, err)
			}
			if n, err := h.Count(t.Context(), h.ann, f); err != nil || int(n) != len(names) {
				t.Errorf("%+v: counts %d, %v", f, n, err)
			}
			if h.d.Engine == db.SQLite {
				dbtest.NoScan(t, h.d, func(ctx context.Context) error {
					_, err := h.List(ctx, h.ann, f, page.Request{})
					return err
				})
			}
		}
	})
}
